"""The loans: they follow the rule that is stated."""

from __future__ import annotations

import pytest
import torch

from course_utils.assets import LoanModel, load_loans


def test_shapes_names_and_units():
    loans = load_loans(n=50)
    assert loans.features.shape == (50, 4)
    assert loans.features.dtype == torch.float32
    assert loans.granted.shape == (50,)
    assert loans.granted.dtype == torch.int64
    assert len(loans.feature_names) == len(loans.units) == 4


def test_the_seed_alone_decides():
    assert torch.equal(load_loans(20, seed=1).features, load_loans(20, seed=1).features)
    assert torch.equal(load_loans(20, seed=1).granted, load_loans(20, seed=1).granted)
    assert not torch.equal(load_loans(20, seed=1).features, load_loans(20, seed=2).features)


def test_the_score_is_the_stated_formula():
    income, debt, years, late = 52.0, 20.0, 3.0, 1.0
    score = LoanModel()(torch.tensor([[income, debt, years, late]])).item()
    assert score == pytest.approx(-2.5 + 0.08 * income - 0.06 * debt + 0.15 * years - 0.9 * late, abs=1e-5)


def test_the_weights_are_the_gradient():
    model = LoanModel()
    x = load_loans(10).features.requires_grad_()
    (gradient,) = torch.autograd.grad(model(x).sum(), x)
    torch.testing.assert_close(gradient, torch.tensor([0.08, -0.06, 0.15, -0.9]).expand(10, 4))


def test_the_smallest_change_of_income_flips_the_decision():
    model, features = LoanModel(), load_loans(200).features
    refused = features[model(features) < 0]
    needed = -model(refused) / 0.08
    just_enough, not_enough = refused.clone(), refused.clone()
    just_enough[:, 0] += needed + 0.01
    not_enough[:, 0] += needed - 0.01
    assert (model(just_enough) > 0).all()
    assert (model(not_enough) < 0).all()


def test_the_decisions_have_the_probability_of_the_rule():
    """In each fifth of the applications, ordered by score, as many are granted as the rule says."""
    loans = load_loans(20_000)
    probability = torch.sigmoid(LoanModel()(loans.features))
    for fifth in probability.argsort().chunk(5):
        assert loans.granted[fifth].double().mean().item() == pytest.approx(probability[fifth].mean().item(), abs=0.03)


def test_the_values_are_plausible_and_both_decisions_are_common():
    loans = load_loans(5000)
    income, debt, years, late = loans.features.T
    assert income.min() >= 8
    assert income.max() <= 250
    assert debt.min() >= 0
    assert years.max() <= 40
    assert torch.equal(years, years.round())
    assert torch.equal(late, late.round())
    assert 0.35 < loans.granted.double().mean() < 0.65


def test_too_few_are_refused():
    with pytest.raises(ValueError, match="n: got 0"):
        load_loans(0)
