"""Recipes for the arguments of a case: arrays that are drawn afresh, and models that are built by name.

A case must be data, so that it can be stored, handed out and run elsewhere. Each recipe here is a small frozen
dataclass; `build` turns it into the tensor or the model, from a generator that the caller seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class Spec:
    """A recipe for one argument. `built` holds the arguments that stand before it in the case."""

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw or build the argument."""
        raise NotImplementedError


@dataclass(frozen=True)
class Normal(Spec):
    """A float32 tensor of independent normal values."""

    shape: tuple[int, ...]
    scale: float = 1.0

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the tensor."""
        import torch

        return torch.tensor(rng.normal(0.0, self.scale, self.shape), dtype=torch.float32)


@dataclass(frozen=True)
class Uniform(Spec):
    """A float32 tensor of independent values between `low` and `high`."""

    shape: tuple[int, ...]
    low: float = 0.0
    high: float = 1.0

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the tensor."""
        import torch

        return torch.tensor(rng.uniform(self.low, self.high, self.shape), dtype=torch.float32)


@dataclass(frozen=True)
class UniformNumber(Spec):
    """A Python float between `low` and `high`, rounded so that it can be quoted in a message."""

    low: float
    high: float
    decimals: int = 2

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> float:
        """Draw the number."""
        return round(float(rng.uniform(self.low, self.high)), self.decimals)


@dataclass(frozen=True)
class Integer(Spec):
    """A Python int between `low` and `high`, both included."""

    low: int
    high: int

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> int:
        """Draw the number."""
        return int(rng.integers(self.low, self.high + 1))


@dataclass(frozen=True)
class Integers(Spec):
    """A LongTensor of integers between `low` and `high`, both included."""

    shape: tuple[int, ...]
    low: int
    high: int

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the tensor."""
        import torch

        return torch.tensor(rng.integers(self.low, self.high + 1, self.shape), dtype=torch.int64)


@dataclass(frozen=True)
class OneOf(Spec):
    """One of several literals."""

    choices: tuple[object, ...]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> object:
        """Choose one."""
        return self.choices[int(rng.integers(len(self.choices)))]


@dataclass(frozen=True)
class Digits(Spec):
    """`count` different digits of the validation split: (count, 1, 28, 28) in [0, 1]."""

    count: int = 1

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Choose the digits."""
        import torch

        images = _validation_digits()
        return images[torch.tensor(rng.choice(len(images), self.count, replace=False))]


@cache
def _validation_digits() -> Any:
    """Read the digits once; a check draws from them dozens of times, and indexing copies."""
    from course_utils.assets import load_digits

    return load_digits("validation")[0]


@dataclass(frozen=True)
class Model(Spec):
    """A model of `course_utils.assets` by name, in eval mode and frozen.

    A setting that is a `Spec` is drawn first, so that a toy model can have fresh weights on each draw.
    """

    name: str
    settings: tuple[tuple[str, Any], ...] = ()

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Build a fresh model."""
        from course_utils.assets import named_model

        drawn = {k: v.build(rng, built) if isinstance(v, Spec) else v for k, v in self.settings}
        return named_model(self.name, **drawn)


def model(name: str, **settings: Any) -> Model:
    """Write a named model with its settings: `model("small_network", sizes=(3, 8, 2), seed=Integer(0, 99))`."""
    return Model(name, tuple(settings.items()))


@dataclass(frozen=True)
class Score(Spec):
    """The score of one class as a function F: (N, …) → (N,). `target` None is for models that return (N,)."""

    model: Model
    target: int | Spec | None = None

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Build the function."""
        network = self.model.build(rng, built)
        target = self.target.build(rng, built) if isinstance(self.target, Spec) else self.target

        def score(inputs: Any) -> Any:
            output = network(inputs)
            return output if target is None else output[:, target]

        score.model = network  # type: ignore[attr-defined]  # so that the check sees when a call changes the model
        return score


@dataclass(frozen=True)
class Predicted(Spec):
    """The class that an earlier argument, a model, predicts for another one: a LongTensor (N,), or an int for N = 1."""

    model: str = "model"
    inputs: str = "inputs"
    as_int: bool = False

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Ask the model."""
        import torch

        with torch.no_grad():
            classes = built[self.model](built[self.inputs]).argmax(dim=1)
        return int(classes[0]) if self.as_int else classes


def build_arguments(arguments: Mapping[str, Spec | object], rng: np.random.Generator) -> dict[str, Any]:
    """Build all arguments of a case, in their order, from one generator."""
    built: dict[str, Any] = {}
    for name, argument in arguments.items():
        built[name] = argument.build(rng, built) if isinstance(argument, Spec) else argument
    return built
