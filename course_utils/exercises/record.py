"""The record of an exercise: all that is known of it, in a public and a private half.

The public half (`Exercise`) can be handed to students: the task, the hints, the cases as data, and the properties
that are checked. The private half (`Private`) cannot: the reference, other right answers, and the mistakes that
students make, each as a short function with the sentence that helps. Both halves meet in the exercise's id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from .arrays import Arrays, distance
from .drawing import Spec

Kind = Literal["code", "predict", "read", "break", "judge"]
Answer = Any
"""What a student's function returns, or the literal that a student assigned."""


@dataclass(frozen=True)
class Case:
    """One call of the student's function: a name for the messages, and the arguments in their order.

    An argument is a literal or a `Spec`: a recipe that draws an array or builds a named model from a seed. A case is
    data and holds no callables, so it can be written to a file and be run in another process.
    """

    name: str
    arguments: Mapping[str, Spec | object] = field(default_factory=dict)


def case(name: str, **arguments: Spec | object) -> Case:
    """Write a case as it will be called: `case("two digits", model=Model("digit_network"), inputs=Digits(2))`."""
    return Case(name, arguments)


@dataclass(frozen=True)
class Run:
    """What came back for one case, next to what went in: the only thing that a property sees."""

    case: Case
    inputs: Mapping[str, Any]
    values: Arrays
    reference: Arrays
    tolerance: float = 1e-4
    floor: float = 1e-3

    @property
    def error(self) -> float:
        """How far the answer is from the reference, as a fraction of the reference's largest value."""
        return distance(self.values, self.reference, self.floor)

    @property
    def agrees(self) -> bool:
        """Whether the answer is the reference, to the exercise's tolerance."""
        return self.error <= self.tolerance

    @property
    def value(self) -> np.ndarray:
        """The answer where it is a single array."""
        return self.values[""]

    @property
    def number(self) -> float:
        """The answer where it is a single number."""
        return float(self.value.reshape(()))

    @property
    def expected(self) -> np.ndarray:
        """The reference where it is a single array. It may be compared with; it must never be printed."""
        return self.reference[""]


@dataclass(frozen=True)
class Property:
    """Something that holds for every right answer, and its points.

    `holds` is a pure function of one run. It returns None where the property holds, and otherwise one or two
    sentences for the student: what was measured and what was expected, never the reference's values.
    """

    says: str
    points: int
    holds: Callable[[Run], str | None]
    cases: tuple[str, ...] | None = None  # the names of the cases that it looks at; None: all of them


@dataclass(frozen=True)
class Exercise:
    """The public half of an exercise.

    Attributes
    ----------
    id
        Notebook and number: "04.3".
    name
        The function that the student writes, or the variable that holds the answer.
    stub
        What stands in the student's notebook in place of the solution.
    reason
        For a judgement: the variable that holds the student's reason, which a person grades.
    options
        For a prediction or a judgement: the answers to choose from; empty for a number.
    tolerance, floor
        Two answers agree when max|a − b| ≤ tolerance · max(max|b|, floor).
    asks
        For a break exercise: whether the answer is a function (the usual case) or a literal in a variable.
    repeatable
        Whether a second call with the same arguments must return the same values.
    measured
        Says in a few words what was measured over all runs, for the PASS line.
    """

    id: str
    title: str
    kind: Kind
    difficulty: int
    minutes: int
    goal: str
    expected: str
    name: str
    stub: str
    hints: tuple[str, str, str]
    properties: tuple[Property, ...] = ()
    cases: tuple[Case, ...] = (Case("your answer"),)
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    reason: str | None = None
    tolerance: float = 1e-4
    floor: float = 1e-3
    asks: Literal["function", "value"] = "function"
    repeatable: bool = True
    measured: Callable[[Sequence[Run]], str] | None = None

    def __post_init__(self) -> None:
        """Refuse a record that would fail in front of a student."""
        if not 1 <= self.difficulty <= 5:
            raise ValueError(f"{self.id}: difficulty must lie in 1 to 5, got {self.difficulty}")
        if len(self.hints) != 3:
            raise ValueError(f"{self.id}: an exercise has three hints, got {len(self.hints)}")
        if self.kind == "predict" and self.points:
            raise ValueError(f"{self.id}: a prediction earns no points, got {self.points}")
        if self.kind != "predict" and not self.points:
            raise ValueError(f"{self.id}: the properties of an exercise must carry points")
        if self.kind == "judge" and not (self.options and self.reason):
            raise ValueError(f"{self.id}: a judgement needs options and the name of the reason's variable")
        names = [c.name for c in self.cases]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.id}: the cases need different names, got {names}")

    @property
    def points(self) -> int:
        """What the exercise is worth: the sum over its properties."""
        return sum(p.points for p in self.properties)

    @property
    def notebook(self) -> str:
        """The number of the notebook: "04" for "04.3"."""
        return self.id.split(".")[0]

    @property
    def is_function(self) -> bool:
        """Whether the student writes a function; otherwise the answer is a literal in a variable."""
        return self.kind == "code" or (self.kind == "break" and self.asks == "function")


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students give, as a function with the exercise's own signature, and the sentence that helps.

    For an exercise that asks for a literal, the function takes no argument and returns that literal.

    Attributes
    ----------
    also
        The same mistake written in other ways (a loop for a batch); the same sentence must be given.
    effect
        The name of a side effect (see `probe.EFFECTS`) for a mistake that leaves no trace in the result.
    """

    name: str
    answer: Callable[..., Answer]
    sentence: str
    also: tuple[Callable[..., Answer], ...] = ()
    effect: str | None = None


@dataclass(frozen=True)
class Private:
    """The private half of an exercise.

    Attributes
    ----------
    reference
        The right answer: a function of `attribution/` or a formula, never a copy of the solution cell. None for a
        break exercise, where any answer with the property is right.
    alternatives
        Other right answers; each must pass.
    rubric
        How a person grades the reason of a judgement.
    withheld
        Functions of the course, by their dotted names, that do what this exercise asks for by hand: a release with the
        exercise keeps their names and documentation, and not what they do. A module stands for all its functions.
    forbids
        What the graded answer must do without in addition, although the notebook needs it elsewhere: functions and
        modules as in `withheld`, and packages, such as "captum".
    """

    reference: Callable[..., Answer] | None
    alternatives: tuple[Callable[..., Answer], ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    rubric: str | None = None
    withheld: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
