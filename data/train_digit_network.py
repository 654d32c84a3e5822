"""Train the digit network of the course on `train` alone, and measure how good the recipe is.

From the root of the repository, on one thread so that the result is the same again on the same machine:

    python data/train_digit_network.py              trains, writes data/digit_network.safetensors and .json
    python data/train_digit_network.py --folds      five-fold cross-validation within `train`, writes nothing
    python data/train_digit_network.py --folds --set epochs=40 --set elastic_pixels=2.2    … of another recipe

`validation` is read once, after the training, to report the accuracy. The recipe was chosen by `--folds`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import statistics
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import rotate

from course_utils.assets import DigitNetwork, freeze, load_digits
from course_utils.seeds import SEED, derive, generator

DATA = Path(__file__).parent
FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """All that decides the weights. Ranges are symmetric: a rotation of 15 means −15° to 15°."""

    channels: tuple[int, int] = (32, 64)
    epochs: int = 120
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 5e-4
    rotation_degrees: float = 15.0
    log_scale: float = 0.15
    shear: float = 0.2
    shift_pixels: float = 1.5
    elastic_pixels: float = 1.0
    elastic_grid: int = 5
    seed: int = SEED


def augment(images: Tensor, recipe: Recipe, random: torch.Generator) -> Tensor:
    """Bend each digit as another hand might have written it: an affine map, then a smooth random field.

    The field is drawn on a coarse grid and enlarged (elastic distortion, after Simard, Steinkraus & Platt 2003).
    """
    n = len(images)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=random) * 2 - 1

    angle = uniform(n) * math.radians(recipe.rotation_degrees)
    rotation = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(n, 2, 2)
    scale = torch.exp(uniform(n, 2) * recipe.log_scale)
    stretch = torch.diag_embed(scale)
    stretch[:, 0, 1] = uniform(n) * recipe.shear
    half = images.shape[-1] / 2  # grid_sample counts in half images, from −1 to 1
    shift = uniform(n, 2, 1) * recipe.shift_pixels / half
    grid = F.affine_grid(torch.cat([rotation @ stretch, shift], dim=2), list(images.shape), align_corners=False)
    coarse = torch.randn(n, 2, recipe.elastic_grid, recipe.elastic_grid, generator=random)
    field = F.interpolate(coarse, size=images.shape[-2:], mode="bicubic", align_corners=False)
    field = field.permute(0, 2, 3, 1) * recipe.elastic_pixels / half
    return F.grid_sample(images, grid + field, align_corners=False)


def train(images: Tensor, labels: Tensor, recipe: Recipe, key: str) -> DigitNetwork:
    """Fit a new network: AdamW, one cycle of the learning rate, every digit bent anew in every epoch."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive("digit network", "weights", key, seed=recipe.seed))
        network = DigitNetwork(recipe.channels)
    network = network.to(memory_format=torch.channels_last)
    random = generator("digit network", "batches", key, seed=recipe.seed)
    steps = len(images) // recipe.batch_size
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.epochs * steps, pct_start=0.2
    )
    for _ in range(recipe.epochs):
        order = torch.randperm(len(images), generator=random)
        for batch in order[: steps * recipe.batch_size].split(recipe.batch_size):
            logits = network(augment(images[batch], recipe, random))
            loss = F.cross_entropy(logits, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return freeze(network)


def accuracy(network: DigitNetwork, images: Tensor, labels: Tensor) -> float:
    """Return the share of digits whose highest logit is their own, between 0 and 1."""
    return float((network(images).argmax(dim=1) == labels).double().mean())


def cross_validate(recipe: Recipe) -> list[float]:
    """Train on four fifths of `train` and measure on the last fifth, five times; return the accuracies."""
    images, labels = load_digits("train")
    # The classes take turns, so blocks of ten digits dealt out in turn give stratified folds.
    fold_of = (torch.arange(len(images)) // 10) % FOLDS
    accuracies = []
    for fold in range(FOLDS):
        inside, outside = fold_of != fold, fold_of == fold
        network = train(images[inside], labels[inside], recipe, key=f"fold {fold}")
        accuracies.append(accuracy(network, images[outside], labels[outside]))
        print(f"fold {fold}: {accuracies[-1]:.4f} on {int(outside.sum())} digits", flush=True)
    mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
    print(f"five folds: {mean:.4f} ± {deviation:.4f} (standard deviation between folds)")
    return accuracies


def measure(network: DigitNetwork) -> dict[str, float]:
    """Return the accuracy on `validation`, as it is and under changes that the network was not trained for."""
    images, labels = load_digits("validation")
    changed_images = {
        "validation": images,
        "rotated by 45°": rotate(images, 45, InterpolationMode.BILINEAR),
        "shifted right by 5 pixels": F.pad(images, (5, -5)),
        "half as large": F.pad(F.interpolate(images, scale_factor=0.5, mode="bilinear", antialias=True), (7, 7, 7, 7)),
        "black on white": 1 - images,
    }
    return {change: round(accuracy(network, x, labels), 4) for change, x in changed_images.items()}


def write(recipe: Recipe) -> None:
    """Train on all of `train`, write the weights and what was measured."""
    started = time.process_time()
    network = train(*load_digits("train"), recipe, key="all")
    seconds = time.process_time() - started
    path = DATA / "digit_network.safetensors"
    save_file({name: weight.contiguous() for name, weight in network.state_dict().items()}, path)
    path.chmod(0o644)  # save_file leaves it readable for its owner alone
    measured = {
        "recipe": asdict(recipe),
        "accuracy": measure(network),
        "training_cpu_seconds": round(seconds),
    }
    (DATA / "digit_network.json").write_text(
        json.dumps(measured, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(f"{measured['accuracy']}, {seconds:.0f} CPU seconds; for data/SHA256SUMS:")
    print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")


def changed(recipe: Recipe, changes: list[str]) -> Recipe:
    """Return the recipe with `name=value` changes; the value is JSON."""
    values: dict[str, Any] = {}
    for change in changes:
        name, value = change.split("=", 1)
        values[name] = json.loads(value)
    if "channels" in values:
        values["channels"] = tuple(values["channels"])
    return replace(recipe, **values)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", action="store_true", help="cross-validate within train, write nothing")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change the recipe")
    options = parser.parse_args()
    torch.set_num_threads(1)
    recipe = changed(Recipe(), options.set)
    if options.folds:
        cross_validate(recipe)
    else:
        write(recipe)


if __name__ == "__main__":
    main()
