"""The training script: the same seed gives the same weights, and only `train` is learnt from."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import torch

from course_utils.assets import load_digits
from course_utils.seeds import generator

SCRIPT = Path(__file__).parents[2] / "data" / "train_digit_network.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("train_digit_network", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["train_digit_network"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["train_digit_network"]


@pytest.fixture(scope="module")
def some():
    images, labels = load_digits("train")
    return images[:640], labels[:640]


def test_augmentation_bends_but_keeps_range_and_shape(script, some):
    images = some[0][:50]
    bent = script.augment(images, script.Recipe(), generator("test"))
    again = script.augment(images, script.Recipe(), generator("test"))
    assert bent.shape == images.shape
    assert bent.min() >= 0
    assert bent.max() <= 1 + 1e-6
    assert torch.equal(bent, again)
    assert ((bent - images).abs().mean(dim=(1, 2, 3)) > 0.01).all()


def test_augmentation_of_nothing_is_nothing(script, some):
    still = script.changed(
        script.Recipe(),
        ["rotation_degrees=0", "log_scale=0", "shear=0", "shift_pixels=0", "elastic_pixels=0"],
    )
    torch.testing.assert_close(script.augment(some[0][:5], still, generator("test")), some[0][:5], atol=1e-5, rtol=0)


def test_a_short_training_learns_and_repeats_itself(script, some):
    recipe = script.changed(script.Recipe(), ["epochs=6", "channels=[4, 8]", "batch_size=32"])
    before = torch.get_rng_state()
    first, second = (script.train(*some, recipe, key="test") for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    for name, weight in first.state_dict().items():
        assert torch.equal(weight, second.state_dict()[name])
    assert script.accuracy(first, *some) > 0.5
    assert not first.training


def test_cross_validation_sees_train_alone_and_every_digit_once(script, monkeypatch):
    asked, left_out = [], []

    def load(split):
        asked.append(split)
        return load_digits(split)

    monkeypatch.setattr(script, "load_digits", load)
    monkeypatch.setattr(script, "train", lambda images, labels, recipe, key: len(images))
    monkeypatch.setattr(script, "accuracy", lambda network, images, labels: left_out.append(labels) or 0.5)
    script.cross_validate(script.Recipe())
    assert asked == ["train"]
    assert [fold.bincount().tolist() for fold in left_out] == [[90] * 10] * 5
