"""Where a check takes the right answers and the mistakes from: live functions, or stored results.

In the repository the private half is at hand: reference and mistakes are run on inputs that are drawn afresh. In a
release for students it is not: their results on one public draw were stored beside the public half, and the check
compares with those. Both look the same to the check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from course_utils.seeds import rng

from .arrays import Arrays, as_arrays
from .catalogue import exercise as find_exercise
from .catalogue import private_half
from .drawing import build_arguments
from .probe import surroundings_kept
from .record import Case, Exercise, Private

STORED = Path(__file__).parent / "stored"
PUBLIC_DRAW = 0


@dataclass(frozen=True)
class KnownMistake:
    """A mistake with its results on every case of one draw."""

    name: str
    sentence: str
    effect: str | None
    results: dict[str, Arrays]


class Truth(Protocol):
    """What a check needs to know about the right answer."""

    def draw(self, wished: int) -> int:
        """Return the draw to use: the wished one, or the only one there is."""

    def reference(self, case: Case, draw: int) -> Arrays:
        """Return the right answer on a case; empty where any answer with the properties is right."""

    def mistakes(self, draw: int) -> Iterator[KnownMistake]:
        """Yield the known mistakes with their results."""

    def rubric(self) -> str | None:
        """Return how a person grades a reason, where it may be shown."""


def arguments_of(exercise: Exercise, case: Case, draw: int) -> dict[str, Any]:
    """Build the arguments of a case; the same draw gives the same arguments, in new objects."""
    return build_arguments(case.arguments, rng("case", exercise.id, case.name, draw))


class LiveTruth:
    """Runs the private half on whatever is drawn."""

    def __init__(self, exercise: Exercise, private: Private) -> None:
        self.exercise, self.private = exercise, private
        self._known: dict[int, list[KnownMistake]] = {}

    def draw(self, wished: int) -> int:
        """Any draw will do."""
        return wished

    def reference(self, case: Case, draw: int) -> Arrays:
        """Run the reference."""
        return {} if self.private.reference is None else self._run(self.private.reference, case, draw)

    def mistakes(self, draw: int) -> Iterator[KnownMistake]:
        """Run each mistake on each case, once for a draw."""
        if draw not in self._known:
            self._known[draw] = [
                KnownMistake(
                    mistake.name,
                    mistake.sentence,
                    mistake.effect,
                    {c.name: self._run(mistake.answer, c, draw) for c in self.exercise.cases},
                )
                for mistake in self.private.mistakes
            ]
        yield from self._known[draw]

    def rubric(self) -> str | None:
        """Whoever has the private half may read it."""
        return self.private.rubric

    def _run(self, function: Any, case: Case, draw: int) -> Arrays:
        with surroundings_kept():
            return as_arrays(function(*arguments_of(self.exercise, case, draw).values()))


class StoredTruth:
    """Reads the results that were stored for one public draw."""

    def __init__(self, exercise: Exercise, folder: Path) -> None:
        self.exercise, self.folder = exercise, folder

    @cached_property
    def _arrays(self) -> dict[str, Arrays]:
        with np.load(self.folder / f"{self.exercise.id}.npz", allow_pickle=False) as file:
            found: dict[str, Arrays] = {}
            for key in file.files:
                owner, name = key.split("|", 1)
                found.setdefault(owner, {})[name] = file[key]
        return found

    @cached_property
    def _sentences(self) -> list[dict[str, Any]]:
        text = (self.folder / f"{self.exercise.id}.json").read_text(encoding="utf-8")
        mistakes: list[dict[str, Any]] = json.loads(text)["mistakes"]
        return mistakes

    def draw(self, wished: int) -> int:
        """Only the public draw was stored."""
        return PUBLIC_DRAW

    def reference(self, case: Case, draw: int) -> Arrays:
        """Return the stored right answer."""
        return self._arrays.get(f"reference/{case.name}", {})

    def mistakes(self, draw: int) -> Iterator[KnownMistake]:
        """Return the stored results of each mistake."""
        for i, entry in enumerate(self._sentences):
            results = {c.name: self._arrays[f"mistake {i}/{c.name}"] for c in self.exercise.cases}
            yield KnownMistake(entry["name"], entry["sentence"], entry["effect"], results)

    def rubric(self) -> str | None:
        """Never part of a release: the reason is graded there."""
        return None


def truth_of(exercise: Exercise) -> Truth:
    """Return the private half where it is at hand, and the stored results where it is not."""
    private = private_half(exercise.id)
    if private is not None:
        return LiveTruth(exercise, private)
    if (STORED / f"{exercise.id}.json").is_file():
        return StoredTruth(exercise, STORED)
    raise FileNotFoundError(
        f"exercise {exercise.id} can not be checked here: this copy of the course has neither its private half nor "
        f"stored results in {STORED}. Install the course again, or ask for the release of notebook {exercise.notebook}."
    )


def store(exercise_id: str, folder: Path) -> None:
    """Write the results of reference and mistakes on the public draw, so that a release can check without them.

    The same records give the same bytes on the same machine.
    """
    exercise, private = find_exercise(exercise_id), private_half(exercise_id)
    if private is None:
        raise ValueError(f"exercise {exercise_id} has no private half here to take results from")
    truth = LiveTruth(exercise, private)
    arrays: dict[str, np.ndarray] = {}
    entries = []
    for c in exercise.cases:
        for name, array in truth.reference(c, PUBLIC_DRAW).items():
            arrays[f"reference/{c.name}|{name}"] = array
    for i, known in enumerate(truth.mistakes(PUBLIC_DRAW)):
        entries.append({"name": known.name, "sentence": known.sentence, "effect": known.effect})
        for case_name, values in known.results.items():
            for name, array in values.items():
                arrays[f"mistake {i}/{case_name}|{name}"] = array
    folder.mkdir(parents=True, exist_ok=True)
    _write_arrays(folder / f"{exercise_id}.npz", arrays)
    text = json.dumps({"mistakes": entries}, ensure_ascii=False, indent=1)
    (folder / f"{exercise_id}.json").write_text(text + "\n", encoding="utf-8")


def _write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as `numpy.savez_compressed` does, with a date that is always the same."""
    with ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            member = ZipInfo(f"{name}.npy")  # without a date: the first of January 1980
            member.compress_type = ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, _narrow(array), allow_pickle=False)


def _narrow(array: np.ndarray) -> np.ndarray:
    """Return float64 as float32 where no digit is lost by it: most answers were computed so."""
    if array.dtype != np.float64:
        return array
    with np.errstate(over="ignore"):
        half = array.astype(np.float32)
    return half if np.array_equal(half, array, equal_nan=True) else array
