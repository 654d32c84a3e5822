"""LIME, Shapley values, KernelSHAP and the global surrogate: against the truth, replicas, and their settings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor
from torch import Tensor

from course_utils.assets import (
    AdditiveInteraction,
    LinearModel,
    LoanModel,
    SaturatingPair,
    SmallConvNet,
    SmallNetwork,
    load_loans,
    load_photo,
)
from course_utils.attribution import (
    LinearSurrogate,
    global_surrogate,
    kernel_shap,
    lime_image,
    lime_tabular,
    shapley_values,
    superpixels,
    top_superpixels,
)
from course_utils.attribution.baselines import mean_colour
from course_utils.attribution.feature_masks import as_feature_mask

from .networks import FLOAT64, Calls, draw, nothing_changes, relative

NET, X, TARGET = SmallConvNet(seed=3).double(), draw(3, 1, 8, 8), torch.tensor([2, 0, 1])
QUARTERS = torch.arange(4).reshape(2, 2).repeat_interleave(4, 0).repeat_interleave(4, 1)  # (8, 8)
NINE = torch.tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8]]).repeat_interleave(3, 0).repeat_interleave(3, 1)[:8, :8]
DATA = 4 * draw(200, 3, seed=9) - 1
WEIGHTS = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
repeatable = settings(max_examples=15, deadline=None, derandomize=True)
seeds = st.integers(0, 2**31)


def close(a: Tensor, b: Tensor, tolerance: float = 1e-10) -> bool:
    return a.shape == b.shape and float((a - b).abs().max()) <= tolerance


# Shapley values


def test_as_the_mean_over_all_orders() -> None:
    """The definition in words: features arrive in some order, and each gets what the score changes when it comes."""
    model, x, x0 = SmallNetwork((4, 9, 3), seed=3).double(), draw(2, 4), draw(4, seed=1)
    expected = torch.zeros_like(x)
    orders = list(itertools.permutations(range(4)))
    for n, target in enumerate([2, 0]):
        for order in orders:
            point = x0[None].clone()
            for j in order:
                before = model(point)[0, target]
                point[0, j] = x[n, j]
                expected[n, j] += (model(point)[0, target] - before) / len(orders)
    assert relative(shapley_values(model, x, torch.tensor([2, 0]), baselines=x0), expected.detach()) <= FLOAT64


def test_closed_forms() -> None:
    x, x0 = draw(4, 3), draw(3, seed=1)
    assert close(shapley_values(LinearModel(WEIGHTS).double(), x, baselines=x0), WEIGHTS * (x - x0))
    a, b, c, u, v = 1.0, -2.0, 3.0, 0.5, 4.0
    ours = shapley_values(AdditiveInteraction(a, b, c), torch.tensor([[u, v]]))
    assert close(ours, torch.tensor([[a * u + c * u * v / 2, b * v + c * u * v / 2]]), 1e-6)
    assert shapley_values(SaturatingPair(), torch.ones(1, 2)).tolist() == [[0.5, 0.5]]


@repeatable
@given(seed=seeds)
def test_completeness_dummy_symmetry_and_linearity(seed: int) -> None:
    F, G = (SmallNetwork((4, 9, 3), seed=seed + k).double() for k in (0, 1))
    x = draw(2, 4, seed=seed)
    x[:, 1] = x[:, 0]
    with torch.no_grad():
        F.layers[0].weight[:, 3] = 0
        F.layers[0].weight[:, 1] = F.layers[0].weight[:, 0]
    values = shapley_values(F, x, 1)
    assert close(values.sum(1), (F(x) - F(0 * x))[:, 1])
    assert (values[:, 3] == 0).all()
    assert close(values[:, 0], values[:, 1])
    mixed = shapley_values(lambda x: 2 * F(x) - 3 * G(x), x, 1)
    assert close(mixed, 2 * values - 3 * shapley_values(G, x, 1))


def test_groups_share_one_value_and_each_input_can_have_a_mask_of_its_own() -> None:
    halves = (QUARTERS >= 2).long()
    masks = torch.stack([QUARTERS, halves, QUARTERS])[:, None]
    together = shapley_values(NET, X, TARGET, feature_mask=masks)
    for n, mask in enumerate([QUARTERS, halves, QUARTERS]):
        alone = shapley_values(NET, X[n : n + 1], int(TARGET[n]), feature_mask=mask)
        assert close(together[n : n + 1], alone)
        for j in mask.unique():
            assert len(alone[0, 0][mask == j].unique()) == 1
    whole = shapley_values(NET, X, TARGET, feature_mask=torch.zeros(8, 8).long())
    difference = (NET(X) - NET(0 * X)).gather(1, TARGET[:, None])
    assert close(whole, difference[:, :, None, None].expand_as(X))


def test_lists_of_baselines_are_averaged() -> None:
    each = [shapley_values(NET, X, 1, baselines=b, feature_mask=QUARTERS) for b in (0.0, mean_colour(X))]
    ours = shapley_values(NET, X, 1, baselines=[0.0, "mean"], feature_mask=QUARTERS)
    assert close(ours, sum(each) / 2)


def test_counted_calls_and_batches() -> None:
    model = Calls(NET)
    reports: list[tuple[int, int]] = []
    ours = shapley_values(model, X, TARGET, feature_mask=QUARTERS, batch_size=7, progress=lambda *r: reports.append(r))
    assert (model.rows, model.calls) == (48, 7)
    assert reports[0] == (7, 48)
    assert reports[-1] == (48, 48)
    assert close(ours, shapley_values(NET, X, TARGET, feature_mask=QUARTERS))


def test_too_many_features_are_refused_with_the_way_out() -> None:
    with pytest.raises(ValueError, match=r"64 features have 2\^64 coalitions; expected at most 16.* use kernel_shap"):
        shapley_values(NET, X, TARGET)


# KernelSHAP


@pytest.mark.parametrize("n_features", [1, 2, 3, 6])
def test_kernel_shap_over_all_coalitions_is_exact(n_features: int) -> None:
    model = SmallNetwork((n_features, 9, 3), seed=3).double()
    x, target = draw(3, n_features), torch.tensor([2, 0, 1])
    ours = kernel_shap(model, x, target, baselines=0.4, n_samples=2**n_features)
    assert relative(ours.attributions, shapley_values(model, x, target, baselines=0.4)) <= FLOAT64
    assert ours.samples.shape == (3, 2**n_features, n_features)
    assert ours.r2.max() <= 1


@pytest.mark.parametrize("n_samples", [40, 41, 200])
def test_a_sample_of_coalitions_meets_both_ends_and_comes_near(n_samples: int) -> None:
    ours = kernel_shap(NET, X, TARGET, feature_mask=NINE, n_samples=n_samples)
    exact = shapley_values(NET, X, TARGET, feature_mask=NINE)
    assert ours.scores.shape == (3, n_samples + 2)
    assert close(ours.coefficients.sum(1), (NET(X) - NET(0 * X)).gather(1, TARGET[:, None])[:, 0])
    assert close(ours.intercept, NET(0 * X).gather(1, TARGET[:, None])[:, 0])
    assert FLOAT64 < relative(ours.attributions, exact) < 0.3
    again = kernel_shap(NET, X, TARGET, feature_mask=NINE, n_samples=n_samples)
    assert torch.equal(ours.attributions, again.attributions)
    other = kernel_shap(NET, X, TARGET, feature_mask=NINE, n_samples=n_samples, seed=1)
    assert not torch.equal(ours.attributions, other.attributions)


def test_samples_are_exact_for_a_linear_model_and_their_mean_is_right_for_another() -> None:
    weights = torch.arange(12, dtype=torch.float64) / 4 - 1
    x = draw(2, 12)
    ours = kernel_shap(LinearModel(weights).double(), x, n_samples=60)
    assert close(ours.coefficients, weights * x)
    assert close(ours.r2, torch.ones(2, dtype=torch.float64))
    exact = shapley_values(NET, X, TARGET, feature_mask=NINE)
    runs = [kernel_shap(NET, X, TARGET, feature_mask=NINE, n_samples=60, seed=s).attributions for s in range(40)]
    spread = torch.stack(runs).std(0) / len(runs) ** 0.5
    assert ((torch.stack(runs).mean(0) - exact).abs() <= 5 * spread + 0.01 * exact.abs().max()).all()


def test_too_few_coalitions_are_refused() -> None:
    model = Calls(NET)
    with pytest.raises(ValueError, match="n_samples: 6 coalitions do not tell 9 features apart; expected more"):
        kernel_shap(model, X, TARGET, feature_mask=NINE, n_samples=6)
    assert model.calls == 0
    with pytest.raises(ValueError, match=r"n_samples: 8 coalitions do not tell 9 features apart; .* such as 90"):
        kernel_shap(model, X, TARGET, feature_mask=NINE, n_samples=8)


# LIME for images


def lime_by_hand(model: Any, x: Tensor, target: int, mask: Tensor, z: Tensor, x0: float, width: float) -> np.ndarray:
    """One image, a loop over the samples, and the normal equations of ridge(1) with centred columns."""
    rows, y, w = [], [], []
    for sample in z:
        there = torch.tensor([[bool(sample[j]) for j in row] for row in mask.tolist()])
        y.append(model(torch.where(there, x, torch.full_like(x, x0)))[0, target].item())
        ones = [1.0] * len(sample)
        dot, length = float(sample.sum()), float(sample.sum()) ** 0.5
        d = 1 - dot / (length * sum(ones) ** 0.5) if length else 1.0
        w.append(math.sqrt(math.exp(-(d**2) / width**2)))
        rows.append(sample.double().numpy())
    Z, y, w = np.array(rows), np.array(y), np.array(w)
    zc, yc = Z - np.average(Z, axis=0, weights=w), y - np.average(y, weights=w)
    return np.linalg.solve((zc * w[:, None]).T @ zc + np.eye(Z.shape[1]), (zc * w[:, None]).T @ yc)


def test_lime_image_by_hand() -> None:
    ours = lime_image(NET, X, TARGET, feature_mask=NINE, n_samples=50, baselines=0.3, kernel_width=0.4, seed=5)
    for n in range(3):
        z = ours.samples[n]
        expected = lime_by_hand(NET, X[n : n + 1], int(TARGET[n]), NINE, z, 0.3, 0.4)
        assert relative(ours.coefficients[n], torch.from_numpy(expected)) <= FLOAT64
        assert relative(ours.attributions[n, 0], torch.from_numpy(expected)[NINE]) <= FLOAT64
        fitted = ours.intercept[n] + z.double() @ ours.coefficients[n]
        w, y = ours.weights[n], ours.scores[n]
        mean = (w * y).sum() / w.sum()
        r2 = 1 - (w * (y - fitted) ** 2).sum() / (w * (y - mean) ** 2).sum()
        assert ours.r2[n].item() == pytest.approx(r2.item())
    assert ours.samples[:, 0].all()
    assert (ours.weights[:, 0] == 1).all()
    assert 0.4 < ours.samples.double().mean() < 0.6


def test_of_a_score_that_is_linear_in_the_superpixels_lime_finds_the_truth() -> None:
    """Without a penalty there is nothing to shrink, whatever the kernel."""
    truth = torch.tensor([3.0, -1.0, 0.0, 2.0], dtype=torch.float64)

    def score(x: Tensor) -> Tensor:
        return 7 + torch.stack([x[:, 0][:, j == QUARTERS].mean(1) for j in range(4)], dim=1) @ truth

    x = torch.ones(1, 1, 8, 8, dtype=torch.float64)
    for width in (0.1, 1.0):
        ours = lime_image(
            score, x, feature_mask=QUARTERS, kernel_width=width, regressor=LinearRegression(), n_samples=40
        )
        assert close(ours.coefficients[0], truth)
        assert ours.intercept.item() == pytest.approx(7)
        assert ours.r2.item() == pytest.approx(1)
    top = top_superpixels(ours, n=3)
    assert torch.equal(top[0, 0], (QUARTERS == 0) | (QUARTERS == 3))  # only two speak for the class
    assert torch.equal(top_superpixels(ours, n=1)[0, 0], QUARTERS == 0)
    ridge = lime_image(score, x, feature_mask=QUARTERS, n_samples=40).coefficients[0]
    assert ridge[0] < 3
    lasso = lime_image(score, x, feature_mask=QUARTERS, regressor=Lasso(alpha=0.3), n_samples=200).coefficients[0]
    assert lasso[2] == 0 < lasso[0]


def test_a_seed_holds_for_one_call() -> None:
    """In the package lime the seed belongs to the explainer, so a second call gives another answer."""
    first, second = (lime_image(NET, X, 1, feature_mask=NINE, n_samples=30) for _ in range(2))
    assert torch.equal(first.attributions, second.attributions)
    other = lime_image(NET, X, 1, feature_mask=NINE, n_samples=30, seed=1)
    assert not torch.equal(first.attributions, other.attributions)


def test_masks_of_different_sizes_in_one_batch() -> None:
    masks = torch.stack([QUARTERS, NINE, QUARTERS])[:, None]
    together = lime_image(NET, X, TARGET, feature_mask=masks, n_samples=30)
    assert together.coefficients.shape == (3, 9)
    assert (together.coefficients[0, 4:] == 0).all()
    for n, mask in enumerate([QUARTERS, NINE, QUARTERS]):
        alone = lime_image(NET, X[n : n + 1], int(TARGET[n]), feature_mask=mask, n_samples=30)
        assert close(together.attributions[n : n + 1], alone.attributions)
        assert close(together.r2[n : n + 1], alone.r2)


def test_superpixels_of_slic_are_the_default() -> None:
    photo = load_photo("coffee", size=64)
    mask = superpixels(photo)
    assert mask.shape == (1, 1, 64, 64)
    assert mask.unique().tolist() == list(range(int(mask.max()) + 1))
    assert 25 <= len(mask.unique()) <= 75
    bright = lambda x: x[:, :, 16:48, 16:48].mean((1, 2, 3))  # noqa: E731
    ours = lime_image(bright, photo, n_samples=100)
    assert torch.equal(ours.feature_mask, mask.expand_as(photo))
    assert close(ours.attributions, lime_image(bright, photo, feature_mask=mask, n_samples=100).attributions)
    grey = superpixels(torch.cat([photo, photo.flip(3)]).mean(1, keepdim=True), n_segments=20)
    assert grey.shape == (2, 1, 64, 64)
    with pytest.raises(ValueError, match=r"images: shape \(3, 64, 64\); expected \(N, 3, H, W\)"):
        superpixels(photo[0])


def test_counted_calls_batches_and_interrupts_of_lime() -> None:
    model, reports = Calls(NET), []
    ours = lime_image(
        model, X, TARGET, feature_mask=NINE, n_samples=20, batch_size=7, progress=lambda *r: reports.append(r)
    )
    assert (model.rows, model.calls, reports[-1]) == (60, 9, (60, 60))
    whole = lime_image(NET, X, TARGET, feature_mask=NINE, n_samples=20, batch_size=1000)
    assert close(ours.attributions, whole.attributions)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    for call in (
        lambda: lime_image(model, X, 1, feature_mask=NINE, progress=interrupt),
        lambda: kernel_shap(model, X, 1, feature_mask=NINE, progress=interrupt),
        lambda: shapley_values(model, X, 1, feature_mask=NINE, progress=interrupt),
        lambda: global_surrogate(model, X.repeat(4, 1, 1, 1), 1, progress=interrupt),
    ):
        with nothing_changes(NET, X), pytest.raises(KeyboardInterrupt):
            call()


def test_a_constant_score_is_explained_by_zeros() -> None:
    def constant(x: Tensor) -> Tensor:
        return torch.full((len(x),), 0.3, dtype=x.dtype)

    ours = lime_image(constant, X, feature_mask=NINE, n_samples=30)
    assert ours.attributions.abs().max() < 1e-12
    assert ours.r2.tolist() == [1, 1, 1]
    assert top_superpixels(ours).sum() <= 64 * 3
    assert kernel_shap(constant, X, feature_mask=NINE).attributions.abs().max() < 1e-12
    assert shapley_values(constant, X, feature_mask=NINE).count_nonzero() == 0


# LIME for tables


def test_lime_tabular_by_hand() -> None:
    model, x, n = SmallNetwork((3, 9, 3), seed=3).double(), draw(2, 3), 60
    ours = lime_tabular(model, x, torch.tensor([2, 0]), data=DATA, n_samples=n, kernel_width=0.8)
    mean, deviation = DATA.numpy().mean(0), DATA.numpy().std(0)
    for i, target in enumerate([2, 0]):
        z = ours.samples[i].numpy()
        assert (z[0] == x[i].numpy()).all()
        u = (z - mean) / deviation
        w = np.array([math.sqrt(math.exp(-float(((row - u[0]) ** 2).sum()) / 0.8**2)) for row in u])
        y = model(ours.samples[i])[:, target].detach().numpy()
        ridge = Ridge(alpha=1.0).fit(u, y, sample_weight=w)
        assert relative(ours.coefficients[i], torch.from_numpy(ridge.coef_ / deviation)) <= FLOAT64
        line = ours.intercept[i].item() + z @ ours.coefficients[i].numpy()
        assert np.allclose(line, ridge.predict(u), rtol=0, atol=1e-12)
        assert ours.r2[i].item() == pytest.approx(ridge.score(u, y, sample_weight=w))
        assert close(ours.attributions[i], ours.coefficients[i] * (x[i] - torch.from_numpy(mean)))


def test_samples_follow_the_data() -> None:
    ours = lime_tabular(LinearModel(WEIGHTS).double(), DATA[:1], data=DATA, n_samples=20_000)
    assert torch.allclose(ours.samples[0].mean(0), DATA.mean(0), atol=0.03)
    assert torch.allclose(ours.samples[0].std(0), DATA.std(0, correction=0), rtol=0.02)


def test_of_a_linear_model_lime_finds_the_weights_at_any_width() -> None:
    model, x = LinearModel(WEIGHTS, bias=4.0).double(), DATA[:2]
    for width in (0.5, 2.0, None):
        ours = lime_tabular(model, x, data=DATA, kernel_width=width, regressor=LinearRegression())
        assert close(ours.coefficients, WEIGHTS.expand(2, 3))
        assert close(ours.intercept, torch.full((2,), 4.0, dtype=torch.float64))
        assert close(ours.attributions, WEIGHTS * (x - DATA.mean(0)))


def test_a_narrow_and_a_wide_kernel_disagree_on_a_curve() -> None:
    """For F = x² at x = 1.5, the slope at the point is 3, and the trend of data around 0 is 0."""
    data, x = torch.linspace(-2, 2, 101, dtype=torch.float64)[:, None], torch.tensor([[1.5]], dtype=torch.float64)
    square = lambda x: x[:, 0] ** 2  # noqa: E731
    settings = {"data": data, "n_samples": 5000, "regressor": LinearRegression()}
    slopes = [lime_tabular(square, x, kernel_width=width, **settings).coefficients.item() for width in (0.1, 1.0, 30.0)]
    assert slopes[0] == pytest.approx(3, abs=0.3)
    assert abs(slopes[2]) < 0.3
    assert slopes[2] < slopes[1] < slopes[0]
    shrunk = lime_tabular(square, x, kernel_width=0.1, data=data, n_samples=200).coefficients.item()
    assert 0 < shrunk < 0.9 * slopes[0]  # the penalty of ridge(1) wins where few samples have weight


def test_the_loan_rule_is_found() -> None:
    loans = load_loans(n=300)
    ours = lime_tabular(LoanModel(), loans.features[:3], data=loans.features, regressor=LinearRegression())
    assert torch.allclose(ours.coefficients, LoanModel().weights.expand(3, 4), atol=1e-4)
    assert (ours.r2 > 0.999).all()


# The global surrogate


def test_a_linear_black_box_is_copied() -> None:
    model, ours = LinearModel(WEIGHTS, bias=4.0).double(), None
    ours = global_surrogate(model, DATA, held_out=0.2)
    assert close(ours.coefficients, WEIGHTS)
    assert ours.intercept == pytest.approx(4)
    assert ours.r2 == pytest.approx(1)
    assert ours.held_out_r2 == pytest.approx(1)
    assert close(ours.attributions, WEIGHTS * (DATA - DATA.mean(0)))
    assert len(ours.held_out) == 40
    assert len(ours.held_out.unique()) == 40


def test_the_fidelity_is_measured_on_rows_that_were_not_fitted() -> None:
    """A tree without a limit repeats what it was fitted to; only the rows that it has not seen show its errors."""
    model = SmallNetwork((3, 9, 3), seed=3).double()
    tree = global_surrogate(model, DATA, 1, regressor=DecisionTreeRegressor(random_state=0))
    assert tree.r2 == pytest.approx(1)
    y = model(DATA)[tree.held_out, 1].detach().numpy()
    predicted = tree.regressor.predict(DATA[tree.held_out].numpy())
    expected = 1 - ((y - predicted) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    assert tree.held_out_r2 == pytest.approx(expected)
    assert tree.held_out_r2 < 0.99
    assert (tree.coefficients, tree.intercept, tree.attributions) == (None, None, None)
    seen = [k for k in range(200) if k not in tree.held_out]
    again = DecisionTreeRegressor(random_state=0).fit(DATA[seen].numpy(), model(DATA[seen])[:, 1].detach().numpy())
    assert tree.regressor.get_n_leaves() == again.get_n_leaves()


def test_a_surrogate_of_images_and_its_cost() -> None:
    model, x = Calls(NET), draw(40, 1, 8, 8)
    ours = global_surrogate(model, x, 1, regressor=Ridge(alpha=10.0), batch_size=16)
    assert (model.rows, model.calls) == (40, 3)
    assert ours.coefficients.shape == (1, 8, 8)
    assert ours.attributions.shape == x.shape
    assert ours.held_out_r2 < ours.r2 < 1


# Settings


LINE = LinearModel(WEIGHTS).double()
BAD: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "mask list": (lambda: lime_image(NET, X, 1, feature_mask=[[0]]), TypeError, "feature_mask: list; expected an int"),
    "mask float": (
        lambda: lime_image(NET, X, 1, feature_mask=QUARTERS / 1),
        TypeError,
        r"feature_mask: dtype torch.float32; .*feature_mask.long\(\)",
    ),
    "mask from 1": (
        lambda: lime_image(NET, X, 1, feature_mask=QUARTERS + 1),
        ValueError,
        "feature_mask: the numbers of an input lie between 1 and 4 and leave some out; expected each of 0 to K − 1",
    ),
    "mask negative": (lambda: kernel_shap(NET, X, 1, feature_mask=QUARTERS - 1), ValueError, "between -1 and 2"),
    "mask huge": (lambda: kernel_shap(NET, X, 1, feature_mask=QUARTERS * 10**12), ValueError, "between 0 and 3000"),
    "mask shape": (
        lambda: shapley_values(NET, X, 1, feature_mask=QUARTERS[:4]),
        ValueError,
        r"feature_mask: shape \(4, 8\) does not broadcast to inputs \(3, 1, 8, 8\)",
    ),
    "n_samples": (lambda: lime_image(NET, X, 1, n_samples=1), ValueError, "n_samples: 1; expected at least 2"),
    "n_samples shap": (lambda: kernel_shap(NET, X, 1, n_samples=0.5), TypeError, "n_samples: 0.5; expected an int"),
    "width": (lambda: lime_image(NET, X, 1, kernel_width=0), ValueError, "kernel_width: 0; expected a number above 0"),
    "width nan": (lambda: lime_image(NET, X, 1, kernel_width=math.nan), ValueError, "kernel_width: nan"),
    "width text": (lambda: lime_tabular(LINE, DATA, data=DATA, kernel_width="1"), TypeError, "kernel_width: '1'"),
    "lime of a table": (
        lambda: lime_image(LINE, DATA),
        ValueError,
        r"inputs: shape \(200, 3\); expected images \(N, C, H, W\)",
    ),
    "regressor class": (
        lambda: lime_image(NET, X, 1, feature_mask=QUARTERS, regressor=Ridge),
        TypeError,
        r"regressor: Ridge; expected a linear one .* for example Ridge\(alpha=1.0\)",
    ),
    "regressor tree": (
        lambda: lime_image(NET, X, 1, feature_mask=QUARTERS, regressor=DecisionTreeRegressor()),
        TypeError,
        "regressor: DecisionTreeRegressor has no coefficients",
    ),
    "regressor without weights": (
        lambda: lime_image(NET, X, 1, feature_mask=QUARTERS, regressor=KNeighborsRegressor()),
        TypeError,
        "regressor: KNeighborsRegressor; expected a linear one that takes weights",
    ),
    "table of images": (lambda: lime_tabular(NET, X, 1, data=X), ValueError, r"inputs: shape \(3, 1, 8, 8\); expected"),
    "data columns": (
        lambda: lime_tabular(LINE, DATA, data=DATA[:, :2]),
        ValueError,
        r"data: shape \(200, 2\); expected \(rows, 3\)",
    ),
    "data still": (
        lambda: lime_tabular(LINE, DATA, data=DATA * torch.tensor([1.0, 0.0, 1.0])),
        ValueError,
        "data: feature 1 has the same value in all rows",
    ),
    "data array": (lambda: lime_tabular(LINE, DATA, data=DATA.numpy()), TypeError, "data: ndarray; expected a torch"),
    "held_out": (lambda: global_surrogate(LINE, DATA, held_out=1), ValueError, "held_out: 1; expected a number above"),
    "held_out text": (lambda: global_surrogate(LINE, DATA, held_out="a"), TypeError, "held_out: 'a'; expected"),
    "too few rows": (
        lambda: global_surrogate(LINE, DATA[:3]),
        ValueError,
        "inputs: 3 rows leave 2 to fit and 1 to judge by; expected at least 2 of each",
    ),
    "no regressor": (lambda: global_surrogate(LINE, DATA, regressor=3), TypeError, "regressor: int; expected a regr"),
    "top 0": (lambda: top_superpixels(lime_image(NET, X, 1, feature_mask=NINE), 0), ValueError, "n: 0; expected at"),
    "top of a table": (
        lambda: top_superpixels(lime_tabular(LINE, DATA[:1], data=DATA)),
        ValueError,
        "explanation: it has no superpixels",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings(case: str) -> None:
    call, error, message = BAD[case]
    with nothing_changes(NET, X, DATA), pytest.raises(error, match=message):
        call()


TABLES: dict[str, Callable[[Any, Any, Any], object]] = {
    "lime_tabular": lambda model, x, target: lime_tabular(model, x, target, data=DATA, n_samples=20),
    "global_surrogate": global_surrogate,
}


@pytest.mark.parametrize("name", TABLES)
def test_methods_for_tables_at_the_door(name: str) -> None:
    method, model, x = TABLES[name], SmallNetwork((3, 9, 3), seed=3).double(), DATA[:12].clone().requires_grad_()
    with nothing_changes(model, x, DATA):
        method(model, x, 1)
    for inputs, target, error, message in (
        (x, 9, ValueError, "target: 9 is out of range"),
        (x, -1, ValueError, "target: -1 is negative"),
        (x, None, ValueError, r"target: None, but the model returned \(\d+, 3\)"),
        (x, torch.tensor([0, 1]), ValueError, r"target: shape \(2,\) for 12 inputs"),
        (x.detach().numpy(), 1, TypeError, "inputs: ndarray; expected a torch.Tensor"),
        (x / 0, 1, ValueError, "inputs: contains NaN or infinity"),
        (x[0], 1, ValueError, r"inputs: shape \(3,\) has no axis for the examples"),
    ):
        with nothing_changes(model, x, DATA), pytest.raises(error, match=message):
            method(model, inputs, target)
    model.layers.append(torch.nn.Dropout())
    with nothing_changes(model, x, DATA), pytest.raises(ValueError, match=r"\(Dropout\) is in training mode"):
        method(model, x, 1)


def test_results_cannot_be_changed_and_carry_no_graph() -> None:
    leaf = X.clone().requires_grad_()
    ours = lime_image(NET, 2 * leaf, 1, feature_mask=NINE, n_samples=20)
    assert isinstance(ours, LinearSurrogate)
    with pytest.raises(AttributeError):
        ours.intercept = 0
    parts = [ours.attributions, ours.coefficients, ours.intercept, ours.r2, ours.samples, ours.scores, ours.weights]
    assert not any(part.requires_grad for part in parts)


def test_a_regressor_stays_as_it_was_given() -> None:
    ridge = Ridge(alpha=2.0)
    lime_image(NET, X, 1, feature_mask=NINE, n_samples=20, regressor=ridge)
    global_surrogate(LINE, DATA, regressor=ridge)
    assert not hasattr(ridge, "coef_")


def test_without_a_mask_every_value_is_a_feature() -> None:
    mask, counts = as_feature_mask(None, torch.zeros(2, 3, 4))
    assert counts == [12, 12]
    assert torch.equal(mask[1], torch.arange(12).reshape(3, 4))
