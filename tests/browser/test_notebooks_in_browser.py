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
    "05": Attempt(
        "05.1",
        """def explain(model, inputs, target, baselines, n_steps, rows):
    return IntegratedGradients(model).attribute(
        inputs, target=target, n_steps=n_steps, internal_batch_size=rows, return_convergence_delta=True
    )""",
        "without the argument baselines, Captum takes 0",
        "Steps m",
    ),
    "06": Attempt(
        "06.3",
        """def my_occlusion(model, inputs, target, sliding_window_shapes, strides, baselines):
    (_, h, w), (_, sh, sw) = sliding_window_shapes, strides
    whole, total = model(inputs)[:, target], torch.zeros_like(inputs)
    for top in range(0, inputs.shape[2] - h + sh, sh):
        for left in range(0, inputs.shape[3] - w + sw, sw):
            area = (..., slice(top, top + h), slice(left, left + w))
            covered = inputs.clone()
            covered[area] = baselines[area]
            total[area] += (whole - model(covered)[:, target]).reshape(-1, 1, 1, 1)
    return total""",
        "You add up what the windows lost.",
        "Window",
    ),
    "07": Attempt(
        "07.4",
        """def grad_cam(model, inputs, target, layer, relu=True):
    outputs = []
    hook = model.get_submodule(layer).register_forward_hook(lambda module, args, output: outputs.append(output))
    score = model(inputs.clone().requires_grad_())[:, target].sum()
    hook.remove()
    gradients = torch.autograd.grad(score, outputs[0])[0]
    signed = (gradients * outputs[0]).sum(dim=1, keepdim=True).detach()
    return signed.relu() if relu else signed""",
        "step b is missing",
        "Layer",
    ),
    "08": Attempt(
        "08.3",
        """def my_lime(model, x, samples, kernel_width):
    line = LinearRegression().fit(samples.numpy(), model(samples).numpy())
    return torch.tensor(line.coef_), float(line.intercept_)""",
        "far ones count as much as near ones",
        "Kernel width",
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
    assert all("NOT STARTED" in notebook.output(i) for i in checks)

    # One exercise: what it needs rightly, then itself wrongly, then rightly.
    place = {tagged(cell): i for i, cell in enumerate(cells) if tagged(cell)}
    right = solutions(number)
    for before in needed_first(number, attempt.exercise):
        notebook.type(place[before], right[before])
        assert "PASS" in notebook.run(checks_of(cells, before))
    check = checks_of(cells, attempt.exercise)
    notebook.type(place[attempt.exercise], attempt.wrong)
    said = notebook.run(check)
    assert "NOT YET" in said  # a library may have warned before
    assert attempt.diagnosis in said
    notebook.shot(f"notebook_{number}_wrong", notebook.cell(check))
    notebook.type(place[attempt.exercise], right[attempt.exercise])
    assert "PASS" in notebook.run(check)
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
    notebook.page.keyboard.press("ArrowLeft")
    notebook.page.keyboard.press("ArrowLeft")
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


def test_a_student_draws_a_digit_in_notebook_06(notebook):
    """A stroke of the mouse changes the ten probabilities and the map, which the reader's own occlusion makes."""
    solved = ROOT / "solutions" / NOTEBOOKS["06"].name
    cells = nbformat.read(solved, as_version=4).cells
    notebook.open("notebook_06_drawing", solved)
    setup = next(i for i, cell in enumerate(cells) if "setup" in cell.metadata.get("tags", []))
    drawing = next(i for i, cell in enumerate(cells) if "draw_explorer(" in cell.source and "import" not in cell.source)
    notebook.run_all()
    assert setup < drawing
    root = notebook.cell(drawing).locator(".course-explorer").first
    root.wait_for()
    pad = root.locator("canvas").first
    box, mouse = pad.bounding_box(), notebook.page.mouse
    before = root.locator(".summary").inner_text()
    x, y, side = box["x"], box["y"], box["width"]
    mouse.move(x + 0.3 * side, y + 0.25 * side)
    mouse.down()
    mouse.move(x + 0.7 * side, y + 0.25 * side, steps=12)
    mouse.move(x + 0.45 * side, y + 0.8 * side, steps=12)
    mouse.up()
    notebook.page.wait_for_function(
        "([words, before]) => words.innerText !== before",
        arg=[root.locator(".summary").element_handle(), before],
    )
    notebook.shot("notebook_06_drawn_digit", root)
    assert "7" in root.locator(".summary").inner_text()
    assert root.locator("pre.error").is_hidden()
    assert notebook.callback_errors() == []
