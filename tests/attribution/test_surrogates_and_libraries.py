"""LIME and Shapley values agree with Captum and with the package lime, on the same masks, distances and weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import captum.attr
import numpy as np
import pytest
import torch
from captum._utils.models.linear_model import SkLearnLasso, SkLearnRidge
from sklearn.linear_model import Lasso
from torch import Tensor

from course_utils.assets import SmallConvNet, SmallNetwork, load_digit_network, load_digits
from course_utils.attribution import LinearSurrogate, kernel_shap, lime_image, lime_tabular, shapley_values

from .networks import FLOAT32, FLOAT64, draw, relative

NET, X, TARGET = SmallConvNet(seed=3).double(), draw(3, 1, 8, 8), torch.tensor([2, 0, 1])
NINE = torch.tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8]]).repeat_interleave(3, 0).repeat_interleave(3, 1)[:8, :8]


# Captum


@contextmanager
def unrounded(dtype: torch.dtype) -> Iterator[None]:
    """Let Captum compute in this precision: it takes float32 for weights, scores and results of a float64 model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tensor, "float", lambda tensor: tensor.to(dtype))
        patch.setattr(torch, "FloatTensor", lambda values: torch.tensor(values, dtype=dtype))
        patch.setattr(torch, "float", dtype)
        yield


def captums_lime(model: Any, x: Tensor, target: int, ours: LinearSurrogate, line: Any, baseline: float) -> Tensor:
    """Captum's Lime on the samples and weights of our explanation of one image, without its rounding to float32."""
    weight_of = {tuple(z): weight for z, weight in zip(ours.samples[0].tolist(), ours.weights[0], strict=True)}

    def our_samples(inputs: Tensor, **kwargs: Any) -> Iterator[Tensor]:
        yield from ours.samples[0].long()[:, None]

    def our_weight(inputs: Tensor, changed: Tensor, z: Tensor, **kwargs: Any) -> Tensor:
        return weight_of[tuple(bool(value) for value in z[0])]

    captums = captum.attr.Lime(model, interpretable_model=line, similarity_func=our_weight, perturb_func=our_samples)
    n, mask = ours.samples.shape[1], ours.feature_mask[:1]
    with unrounded(x.dtype):
        return captums.attribute(x, baseline, target, feature_mask=mask, n_samples=n, return_input_shape=False)[0]


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("baseline", [0.0, 0.3])
def test_lime_image_as_captum_with_ridge(n: int, baseline: float) -> None:
    x, target = X[n : n + 1], int(TARGET[n])
    ours = lime_image(NET, x, target, feature_mask=NINE, n_samples=60, baselines=baseline)
    theirs = captums_lime(NET, x, target, ours, SkLearnRidge(alpha=1.0), baseline)
    assert relative(ours.coefficients[0], theirs) <= FLOAT64


def test_lime_image_as_captum_with_lasso() -> None:
    ours = lime_image(NET, X[:1], 2, feature_mask=NINE, n_samples=60, regressor=Lasso(alpha=0.01))
    theirs = captums_lime(NET, X[:1], 2, ours, SkLearnLasso(alpha=0.01), 0.0)
    assert relative(ours.coefficients[0], theirs) <= FLOAT64


def test_lime_image_as_captum_on_a_digit_in_float32() -> None:
    images, labels = load_digits("validation")
    squares = torch.arange(28)[:, None] // 4 * 7 + torch.arange(28) // 4
    ours = lime_image(load_digit_network(), images[:1], labels[:1], feature_mask=squares, n_samples=150)
    theirs = captums_lime(load_digit_network(), images[:1], int(labels[0]), ours, SkLearnRidge(alpha=1.0), 0.0)
    assert relative(ours.coefficients[0], theirs) <= FLOAT32


@pytest.mark.parametrize("baseline", [0.0, 0.3])
def test_shapley_values_as_captum(baseline: float) -> None:
    model, x, target = SmallNetwork((5, 9, 3), seed=3).double(), draw(2, 5), torch.tensor([2, 0])
    with unrounded(torch.float64):
        theirs = captum.attr.ShapleyValues(model).attribute(x, baseline, target).detach()
    ours = shapley_values(model, x, target, baselines=baseline)
    assert relative(ours, theirs) <= FLOAT64
    assert relative(kernel_shap(model, x, target, baselines=baseline).attributions, theirs) <= FLOAT64


def test_captums_kernel_shap_draws_and_comes_near_what_ours_gives_exactly() -> None:
    model, x = SmallNetwork((5, 9, 3), seed=3).double(), draw(1, 5)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        theirs = captum.attr.KernelShap(model).attribute(x, target=2, n_samples=500).detach()
    assert FLOAT64 < relative(theirs.double(), kernel_shap(model, x, 2).attributions) < 0.2


# The package lime


@pytest.fixture
def package() -> ModuleType:
    return pytest.importorskip("lime.lime_base")


def test_lime_image_as_the_package(package: ModuleType) -> None:
    """Its kernel, its distance, its ridge; our samples and scores."""
    metrics = pytest.importorskip("sklearn.metrics")
    base = package.LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2)), random_state=0)
    ours = lime_image(NET, X, TARGET, feature_mask=NINE, n_samples=60)
    for n in range(3):
        z = ours.samples[n].double().numpy()
        distances = metrics.pairwise_distances(z, z[0].reshape(1, -1), metric="cosine").ravel()
        intercept, pairs, r2, _ = base.explain_instance_with_data(
            z, ours.scores[n].numpy()[:, None], distances, 0, 100, feature_selection="none"
        )
        theirs = torch.tensor([coefficient for _, coefficient in sorted(pairs)], dtype=torch.float64)
        assert relative(ours.coefficients[n], theirs) <= FLOAT64
        assert ours.intercept[n].item() == pytest.approx(intercept, abs=1e-10)
        assert ours.r2[n].item() == pytest.approx(r2, abs=1e-10)


def test_lime_image_as_the_whole_package_on_its_own_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of its steps, from segments to coefficients, on one image in colour; our coins are put in its hand."""
    lime_package = pytest.importorskip("lime.lime_image")
    monkeypatch.setattr(lime_package, "tqdm", lambda rows, **settings: rows)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(144, 3))
    model = model.double().eval()
    x = draw(1, 3, 8, 8)
    ours = lime_image(model, x, 1, feature_mask=NINE, n_samples=40)

    def scores_of(images: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return model(torch.from_numpy(images).movedim(-1, 1)).numpy()

    class Coins:
        def randint(self, low: int, high: int, size: int | None = None) -> Any:
            return 0 if size is None else ours.samples[0].long().numpy().ravel()

    explainer = lime_package.LimeImageExplainer(kernel_width=0.25, feature_selection="none", random_state=0)
    explainer.random_state = Coins()
    explanation = explainer.explain_instance(
        x[0].movedim(0, -1).numpy(),
        scores_of,
        labels=(1,),
        top_labels=None,
        hide_color=0,
        num_samples=40,
        segmentation_fn=lambda image: NINE.numpy(),
    )
    theirs = torch.tensor([value for _, value in sorted(explanation.local_exp[1])], dtype=torch.float64)
    assert relative(ours.coefficients[0], theirs) <= FLOAT64
    assert ours.r2.item() == pytest.approx(explanation.score, abs=1e-10)


def test_lime_tabular_as_the_whole_package() -> None:
    """Its coefficients are per standard deviation; its draws are put in place of ours by being given as the data."""
    lime_package = pytest.importorskip("lime.lime_tabular")
    model, data = SmallNetwork((3, 9, 3), seed=3).double(), 4 * draw(200, 3, seed=9) - 1
    x, n = data[:1], 80
    ours = lime_tabular(model, x, 1, data=data, n_samples=n)
    mean, deviation = data.mean(0), data.std(0, correction=0)
    normal = ((ours.samples[0] - mean) / deviation).numpy()

    class Draws:
        def normal(self, mean: float, deviation: float, size: int) -> np.ndarray:
            return normal.ravel()

    explainer = lime_package.LimeTabularExplainer(
        data.numpy(), mode="regression", discretize_continuous=False, feature_selection="none", random_state=0
    )
    explainer.random_state = Draws()
    with torch.no_grad():
        explanation = explainer.explain_instance(
            x[0].numpy(), lambda rows: model(torch.from_numpy(rows))[:, 1].numpy(), num_features=3, num_samples=n
        )
    theirs = torch.tensor([value for _, value in sorted(explanation.local_exp[1])], dtype=torch.float64)
    assert relative(ours.coefficients[0] * deviation, theirs) <= FLOAT64
    assert ours.r2.item() == pytest.approx(explanation.score, abs=1e-10)
