"""Any ImageNet classifier of torchvision, by its name."""

from __future__ import annotations

import difflib
import hashlib
import pickle
import re
import warnings
from pathlib import Path

import torch

from course_utils.assets.normalisation import Normalise, NormalisedModel, freeze


def load_torchvision_classifier(name: str, weights: str = "DEFAULT") -> NormalisedModel:
    """Load a classifier of torchvision with its trained weights, in evaluation mode and frozen.

    The weights are read from torch's cache, or downloaded into it once. Without a network, put the file there by hand:
    the error names file and folder.

    Parameters
    ----------
    name : str
        As torchvision spells it: `"resnet18"`, `"inception_v3"`, `"vit_b_16"`, …
    weights : str
        Which of the weights of that model; `"DEFAULT"` are the best that torchvision has.

    Returns
    -------
    NormalisedModel
        Maps images (N, 3, H, W) in [0, 1] to logits (N, 1000). Its `crop_size` is the size to load a photograph with:
        `load_photo("coffee", size=model.crop_size)`.

    Raises
    ------
    ValueError
        When torchvision has no classifier or no weights of that name, or the file with the weights is damaged.
    FileNotFoundError
        When the weights are not in the cache and cannot be downloaded.

    Warns
    -----
    UserWarning
        When the file in the cache is not the one that its name promises.

    Notes
    -----
    An auxiliary classifier (Inception, GoogLeNet) speaks in training alone; here one tensor of logits comes out.

    Examples
    --------
    >>> load_torchvision_classifier("resnet_18")
    Traceback (most recent call last):
    ...
    ValueError: name: torchvision has no classifier 'resnet_18'; did you mean resnet18, resnet152, resnet101?
    """
    from torchvision import models

    known = models.list_models(module=models)
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, known, n=3)) or "resnet18"
        raise ValueError(f"name: torchvision has no classifier {name!r}; did you mean {near}?")
    choices = models.get_model_weights(name)
    if weights not in choices.__members__:
        raise ValueError(f"weights: {name} has no {weights!r}, expected one of {', '.join(choices.__members__)}")
    chosen = choices[weights]
    path = _provide(chosen.url)
    # torchvision draws random weights before it loads the trained ones; the random state is put back.
    with torch.random.fork_rng(devices=[]):
        try:
            network = models.get_model(name, weights=chosen, progress=False)
        except RuntimeError as error:
            raise ValueError(f"{path} does not hold the weights of {name}: {error}") from error
    transform = chosen.transforms()
    return freeze(
        NormalisedModel(
            network,
            Normalise(transform.mean, transform.std),
            chosen.meta["categories"],
            resize_size=transform.resize_size[0],
            crop_size=transform.crop_size[0],
        )
    )


def _provide(url: str) -> Path:
    """Return the file with the weights in torch's cache, fetched if need be and safe to read."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(url).name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(url, str(path), hash_prefix=_promised_hash(path))
        except (OSError, RuntimeError) as error:
            raise FileNotFoundError(
                f"the weights {path.name} are not in {path.parent}, and downloading failed ({error}). Where there is "
                f"a network, fetch {url} and copy the file into that folder. Without it, load_imagenet_network() works."
            ) from error
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    promised = _promised_hash(path)
    if promised is not None and not found.startswith(promised):
        warnings.warn(
            f"{path} has a SHA-256 that begins with {found[:8]}; its name promises {promised}. These are other "
            "weights, or the copy is damaged.",
            stacklevel=3,
        )
    try:
        # torchvision reads the file as a full pickle, which can run code; this reading refuses such a file first.
        torch.load(path, map_location="meta", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        raise ValueError(f"{path} is damaged or holds no weights ({error}); delete it and try again") from error
    return path


def _promised_hash(path: Path) -> str | None:
    """Return the beginning of the SHA-256 that torchvision writes into a file name: `resnet18-f37072fd.pth`."""
    match = re.search(r"-([0-9a-f]{8,})\.", path.name)
    return match.group(1) if match else None
