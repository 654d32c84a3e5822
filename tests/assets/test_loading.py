"""Loading leaves no trace: no random number drawn, no connection, nothing heavy imported early."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from course_utils import assets

LOADERS = {
    "digits": lambda: assets.load_digits("validation"),
    "digit network": assets.load_digit_network,
    "imagenet network": assets.load_imagenet_network,
    "photo": lambda: assets.load_photo("coffee"),
    "class names": lambda: assets.class_names("imagenet"),
    "linear": lambda: assets.LinearModel([1.0]),
    "small network": assets.SmallNetwork,
    "small conv net": assets.SmallConvNet,
    "loans": assets.load_loans,
}


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS.keys())
def test_global_random_state_and_network_are_left_alone(loader, no_network):
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002 — this is what is watched
    grad_enabled = torch.is_grad_enabled()
    loader()
    assert torch.equal(torch.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1][1])  # noqa: NPY002
    assert random.getstate() == states[2]
    assert torch.is_grad_enabled() == grad_enabled
    assert no_network == []


def test_the_random_state_is_left_alone_by_torchvision(tmp_path, monkeypatch):
    from pathlib import Path

    from torchvision import models

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    weights = models.SqueezeNet1_1_Weights.DEFAULT
    torch.save(models.squeezenet1_1(weights=None).state_dict(), folder / Path(weights.url).name)
    before = torch.get_rng_state()
    with pytest.warns(UserWarning, match="its name promises"):
        assets.load_torchvision_classifier("squeezenet1_1")
    assert torch.equal(torch.get_rng_state(), before)


def test_importing_the_assets_imports_nothing_heavy():
    code = (
        "import sys, course_utils.assets\n"
        "heavy = {'torch', 'torchvision', 'timm', 'numpy', 'PIL', 'skimage', 'sklearn', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_photographs_are_found_without_importing_their_packages():
    code = (
        "import sys; from course_utils.assets import load_photo, photo_names\n"
        "[load_photo(name, size=32) for name in photo_names()]\n"
        "print(sorted({'skimage', 'sklearn', 'matplotlib', 'torchvision'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_public_name_is_there():
    for name in assets.__all__:
        assert getattr(assets, name).__doc__
    assert dir(assets) == sorted(assets.__all__)
    with pytest.raises(AttributeError, match="no attribute 'load_cats'"):
        assets.load_cats  # noqa: B018
