"""torchvision's classifiers: the real loading path, from checkpoints that lie in torch's cache."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import pytest
import torch
from torchvision import models

from course_utils.assets import class_names, load_torchvision_classifier


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of torch."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def place(cache: Path, name: str, monkeypatch: pytest.MonkeyPatch, **settings: object) -> dict[str, torch.Tensor]:
    """Save drawn weights as the checkpoint of `name`, under a file name that carries their hash."""
    weights = models.get_model_weights(name).DEFAULT
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state = models.get_model(name, weights=None, **settings).state_dict()
    unnamed = cache / "unnamed.pth"
    torch.save(state, unnamed)
    digest = hashlib.sha256(unnamed.read_bytes()).hexdigest()[:8]
    file = unnamed.rename(cache / f"{name}-{digest}.pth")
    monkeypatch.setattr(weights.value, "url", f"https://download.pytorch.org/models/{file.name}")
    return state


def test_resnet18_from_the_cache(cache, monkeypatch, no_network):
    state = place(cache, "resnet18", monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = load_torchvision_classifier("resnet18")
    for name, weight in model.network.state_dict().items():
        assert torch.equal(weight, state[name])
    assert not any(module.training for module in model.modules())
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert (model.resize_size, model.crop_size) == (256, 224)
    assert model.class_names == class_names("imagenet")
    assert no_network == []


def test_images_in_0_to_1_are_normalised_inside(cache, monkeypatch):
    place(cache, "resnet18", monkeypatch)
    model = load_torchvision_classifier("resnet18")
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    torch.testing.assert_close(model(images), model.network((images - mean) / std))


def test_inception_returns_one_tensor(cache, monkeypatch):
    place(cache, "inception_v3", monkeypatch, init_weights=False)
    model = load_torchvision_classifier("inception_v3")
    logits = model(torch.zeros(1, 3, 299, 299))
    assert isinstance(logits, torch.Tensor)
    assert logits.shape == (1, 1000)
    assert (model.resize_size, model.crop_size) == (342, 299)


def test_a_file_with_the_official_name_but_other_weights_is_loaded_with_a_warning(cache):
    weights = models.ResNet18_Weights.DEFAULT
    torch.save(models.resnet18(weights=None).state_dict(), cache / Path(weights.url).name)
    with pytest.warns(UserWarning, match="its name promises f37072fd"):
        assert load_torchvision_classifier("resnet18").crop_size == 224


def test_without_network_the_error_says_what_to_do(cache):
    with pytest.raises(FileNotFoundError) as caught:
        load_torchvision_classifier("resnet18")
    message = str(caught.value)
    assert "resnet18-f37072fd.pth" in message
    assert str(cache) in message
    assert "https://download.pytorch.org/models/resnet18-f37072fd.pth" in message
    assert list(cache.iterdir()) == []  # no half file is left behind


@pytest.mark.filterwarnings("ignore:.*its name promises")
def test_a_damaged_file_is_named(cache):
    path = cache / Path(models.ResNet18_Weights.DEFAULT.url).name
    torch.save(models.resnet18(weights=None).state_dict(), path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match=r"resnet18-f37072fd\.pth is damaged or holds no weights"):
        load_torchvision_classifier("resnet18")


@pytest.mark.filterwarnings("ignore:.*its name promises")
def test_a_file_that_would_run_code_is_refused(cache):
    path = cache / Path(models.ResNet18_Weights.DEFAULT.url).name
    torch.save({"weights": print}, path)
    with pytest.raises(ValueError, match="is damaged or holds no weights"):
        load_torchvision_classifier("resnet18")


@pytest.mark.filterwarnings("ignore:.*its name promises")
def test_weights_of_another_model_are_refused(cache):
    path = cache / Path(models.ResNet18_Weights.DEFAULT.url).name
    torch.save({"fc.weight": torch.zeros(2, 2)}, path)
    with pytest.raises(ValueError, match="does not hold the weights of resnet18"):
        load_torchvision_classifier("resnet18")


def test_the_old_file_format_is_read(cache, monkeypatch):
    state = place(cache, "squeezenet1_1", monkeypatch)
    (file,) = cache.iterdir()
    torch.save(state, file, _use_new_zipfile_serialization=False)
    with pytest.warns(UserWarning, match="its name promises"):
        model = load_torchvision_classifier("squeezenet1_1")
    assert torch.equal(model.network.classifier[1].weight, state["classifier.1.weight"])


def test_wrong_names_are_answered_with_the_nearest(cache):
    with pytest.raises(ValueError, match="no classifier 'inception'; did you mean inception_v3"):
        load_torchvision_classifier("inception")
    with pytest.raises(ValueError, match="resnet18 has no 'V9', expected one of IMAGENET1K_V1"):
        load_torchvision_classifier("resnet18", weights="V9")


def test_a_name_that_is_no_classifier_is_refused(cache):
    with pytest.raises(ValueError, match="no classifier 'fasterrcnn_resnet50_fpn'"):
        load_torchvision_classifier("fasterrcnn_resnet50_fpn")
