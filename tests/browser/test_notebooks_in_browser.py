"""Each notebook as a student meets it: run untouched, one exercise wrong and then right, an explorer, the quiz."""

from __future__ import annotations

import importlib
import pathlib
from dataclasses import dataclass

import nbformat
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOKS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


@dataclass(frozen=True)
class Attempt:
    """What a student types first, and what the check must say to it."""

    exercise: str
    wrong: str
    diagnosis: str
    slider: str


ATTEMPTS = {
    "01": Attempt(
        "01.2",
        "def smallest_change(model, applicants, feature):\n    return model(applicants) / model.weights[feature]",
        "Right size, wrong direction",
        "income",
    ),
    "02": Attempt(
        "02.6",
        """def smooth_grad(model, inputs, target, noise, noise_level, method=vanilla_gradient):
    return torch.stack([method(model, inputs + noise_level * draw, target) for draw in noise]).mean(dim=0)""",
        "You use noise_level as σ itself",
        "Noise level σ",
    ),
    "03": Attempt(
        "03.3",
        """def breaks_sensitivity(F, x, baseline, attributions):
    differs = x != baseline
    return (differs.sum(dim=1) == 1) & (attributions * differs == 0).all(dim=1)""",
        "You do not look at the scores.",
        "Input x",
    ),
    "04": Attempt(
        "04.2",
        """def integrated_gradients(F, x, baseline, m):
    total = 0
    for k in range(m):
        point = (baseline + (k + 0.5) / m * (x - baseline)).detach().requires_grad_()
        total = total + torch.autograd.grad(F(point).sum(), point)[0]
    return total / m""",
        "What turns a slope into a change?",
        "Steps m",
    ),
}


def solutions(number):
    """The cells of the solution notebook that answer exercises: id to code."""
    notebook = nbformat.read(ROOT / "solutions" / NOTEBOOKS[number].name, as_version=4)
    return {tagged(cell): cell.source for cell in notebook.cells if tagged(cell)}


def tagged(cell):
    tags = [tag for tag in cell.metadata.get("tags", []) if tag.startswith("exercise-")]
    return tags[0].removeprefix("exercise-") if tags else None


def needed_first(number, exercise):
    """All exercises that must have passed before this one, in their order."""
    records = {e.id: e for e in importlib.import_module(f"course_utils.exercises.records.nb{number}").EXERCISES}
    found: list[str] = []

    def visit(one):
        for before in records[one].needs:
            visit(before)
            if before not in found:
                found.append(before)

    visit(exercise)
    return found


def test_every_notebook_is_tried():
    assert set(ATTEMPTS) == set(NOTEBOOKS)


@pytest.mark.parametrize("number", sorted(ATTEMPTS))
def test_a_student_works_through_it(notebook, number):
    attempt, cells = ATTEMPTS[number], nbformat.read(NOTEBOOKS[number], as_version=4).cells
    notebook.open(f"notebook_{number}", NOTEBOOKS[number])

    # Run All, untouched.
    assert notebook.run_all() == []
    checks = [i for i, cell in enumerate(cells) if cell.cell_type == "code" and 'check("' in cell.source]
    assert len(checks) == len(solutions(number))
    assert all(notebook.output(i).startswith("NOT STARTED") for i in checks)

    # One exercise: what it needs rightly, then itself wrongly, then rightly.
    place = {tagged(cell): i for i, cell in enumerate(cells) if tagged(cell)}
    right = solutions(number)
    for before in needed_first(number, attempt.exercise):
        notebook.type(place[before], right[before])
        assert notebook.run(checks_of(cells, before)).startswith("PASS")
    check = checks_of(cells, attempt.exercise)
    notebook.type(place[attempt.exercise], attempt.wrong)
    said = notebook.run(check)
    assert said.startswith("NOT YET")
    assert attempt.diagnosis in said
    notebook.shot(f"notebook_{number}_wrong", notebook.cell(check))
    notebook.type(place[attempt.exercise], right[attempt.exercise])
    assert notebook.run(check).startswith("PASS")
    notebook.shot(f"notebook_{number}_right", notebook.cell(check))

    # An explorer, which may have waited for this exercise.
    explorer = next(i for i, c in enumerate(cells) if c.cell_type == "code" and "_explorer(" in c.source)
    root = notebook.cell(explorer).locator(".course-explorer").first
    root.wait_for()
    again = root.get_by_role("button", name="Try again")
    if again.is_visible():
        again.click()
    picture = root.locator("img").last
    picture.wait_for()
    slider = root.get_by_role("slider", name=attempt.slider)
    before = picture.get_attribute("src")
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.wait_for_function(
        "([picture, before]) => picture.src !== before && picture.complete", arg=[picture.element_handle(), before]
    )
    assert root.locator("pre.error").is_hidden()
    notebook.shot(f"notebook_{number}_explorer", root)

    # The quiz, without a mouse.
    quiz = notebook.cell(next(i for i, cell in enumerate(cells) if cell.source.startswith("quiz("))).locator(
        ".course-quiz"
    )
    question = quiz.get_by_role("group").first
    question.locator("input").first.focus()
    notebook.page.keyboard.press("Space")
    notebook.page.keyboard.press("Enter")
    notebook.page.wait_for_function("verdict => verdict.innerText", arg=question.locator(".verdict").element_handle())
    notebook.shot(f"notebook_{number}_quiz", quiz)
    assert notebook.callback_errors() == []
    assert notebook.outside == []


def checks_of(cells, exercise):
    """The position of the cell that checks an exercise."""
    return next(i for i, cell in enumerate(cells) if f'check("{exercise}")' in cell.source)
