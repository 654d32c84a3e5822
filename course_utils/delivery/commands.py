"""The command `course`. Each command imports what it needs inside, so that `course --help` answers at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    help="Tools of the course: the same as the Makefile's targets, where there is no make.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: loading rich would take longer than all the rest
)

JUPYTER = (
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",  # nothing asks the network
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
)

ALLOCATOR = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "4294967296"}
"""glibc, the allocator of most Linuxes, gives large buffers back, and the system clears fresh memory for the next ones.
With these it keeps them, and methods take up to a third less time on photographs, see `benchmarks/README.md`. Other
systems ignore them."""


def _become(command: list[str]) -> NoReturn:
    """Run a command in place of this process, so that Ctrl-C is its own: JupyterLab asks, and ends its kernels."""
    if os.name != "nt":
        os.execv(command[0], command)
    # Windows cannot replace a process: wait for it, deaf to the Ctrl-C that both receive.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@app.command("check-env")
def check_env() -> None:
    """Check this machine line by line; a fix for each line that fails."""
    from course_utils.delivery.environment import report

    if not report():
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Check the machine, lay out your notebooks in work/ and open JupyterLab there.

    More options go to JupyterLab, for example: course lab --port 8889
    """
    from course_utils.delivery.environment import report
    from course_utils.delivery.workspace import ROOT, lay_out

    if not report():
        typer.echo("\nJupyterLab opens all the same. Where a notebook stumbles, do first what stands under [FAIL].")
    try:
        lines = lay_out()
    except FileNotFoundError as error:
        typer.echo(f"[FAIL] {error}")
        raise typer.Exit(1) from None
    for line in lines:
        typer.echo(line)
    os.chdir(ROOT / "work")
    for name, value in ALLOCATOR.items():
        os.environ.setdefault(name, value)
    _become([sys.executable, "-m", "jupyterlab", *JUPYTER, *context.args])


Numbers = Annotated[list[str] | None, typer.Argument(help="Numbers of notebooks, as in 04; none means all.")]


@app.command("build")
def build_command(
    numbers: Numbers = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; fail if a build would.")] = False,
) -> None:
    """Derive both notebooks from each source in solutions/. Nothing is executed."""
    from course_utils.delivery.build import build, changes
    from course_utils.delivery.source import SourceError
    from course_utils.delivery.workspace import ROOT

    try:
        changed = list(changes(ROOT, numbers or ())) if check else build(ROOT, numbers or ())
    except SourceError as error:
        typer.echo(f"[FAIL] {error}")
        raise typer.Exit(1) from None
    for path in changed:
        typer.echo(f"{'would change' if check else 'written'}: {path.relative_to(ROOT)}")
    if check and changed:
        typer.echo("[FAIL] the notebooks are not what their sources say. Run `make build` and commit.")
        raise typer.Exit(1)
    if not changed:
        typer.echo("[ OK ] every notebook is what its source says")


@app.command("execute")
def execute_command(numbers: Numbers = None) -> None:
    """Build, run the solution notebooks from top to bottom, and store their outputs."""
    from course_utils.delivery.execute import execute
    from course_utils.delivery.workspace import ROOT

    for name, seconds in execute(ROOT, numbers or ()).items():
        typer.echo(f"{name}: {seconds:.0f} s with the start of the kernel")


@app.command("release")
def release_command(
    numbers: Numbers = None,
    every: Annotated[bool, typer.Option("--all", help="Every notebook, a zip each.")] = False,
    only: Annotated[str, typer.Option(help="The exercises that count, as in 04.2,04.3; none means all.")] = "",
    points: Annotated[str, typer.Option(help="What exercises are worth, as in 04.2=10,04.3=5.")] = "",
    out: Annotated[Path, typer.Option(help="The folder for the zips.")] = Path("build/releases"),
) -> None:
    """Write assignments as zips for Moodle: the notebook and what it needs, without solutions.

    For example: course release 04 --only 04.2,04.3 --points 04.2=10
    """
    from course_utils.delivery.release import releasable, release
    from course_utils.delivery.workspace import ROOT

    try:
        chosen, worth = _choices(only, points)
        if not numbers and not every:
            raise ValueError("which notebook? Give its number, as in `course release 04`, or --all")
        if (chosen or worth) and (every or len(numbers or ()) != 1):
            raise ValueError("--only and --points belong to one notebook: give its number alone")
        for number in releasable(ROOT) if every else numbers or ():
            path = release(ROOT, number, out, chosen, worth)
            typer.echo(f"written: {path}, {path.stat().st_size / 1e6:.1f} MB")
    except ValueError as error:
        typer.echo(f"[FAIL] {error}")
        raise typer.Exit(1) from None


@app.command("grade")
def grade_command(
    submissions: Annotated[Path, typer.Argument(help="The zip of 'Download all submissions'.")],
    assignment: Annotated[str, typer.Option(help="The number of the notebook, as in 04.")],
    worksheet: Annotated[Path | None, typer.Option(help="The file of 'Download grading worksheet'.")] = None,
    out: Annotated[Path, typer.Option(help="The folder for results, reports and what goes back.")] = Path("grading"),
    only: Annotated[str, typer.Option(help="As in `course release`.")] = "",
    points: Annotated[str, typer.Option(help="As in `course release`.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Submissions at once; each takes a core and 1 GB.")] = 1,
    reduced_isolation: Annotated[
        bool, typer.Option("--reduced-isolation", help="Run students' code under your account where no sandbox holds.")
    ] = False,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler that distributes them, tcp://…:8786.")] = None,
) -> None:
    """Grade what Moodle gave: students' code in a sandbox, the judging outside. Stopped by Ctrl-C it goes on later.

    For example: course grade submissions.zip --worksheet Grades.csv --assignment 04 --jobs 2 --out grading-04
    """
    from course_utils.delivery.grading.grading_run import grade
    from course_utils.delivery.grading.handing_back import hand_back
    from course_utils.delivery.moodle.steps import upload_steps
    from course_utils.delivery.workspace import ROOT

    try:
        chosen, worth = _choices(only, points)
        with _bar(f"assignment {assignment}") as report:
            graded = grade(
                ROOT,
                submissions,
                worksheet,
                assignment,
                out,
                only=chosen,
                points=worth,
                jobs=jobs,
                reduced_isolation=reduced_isolation,
                scheduler=scheduler,
                report=report,
            )
        lines = hand_back(graded, out)
    except (ValueError, RuntimeError, FileNotFoundError) as error:
        typer.echo(f"[FAIL] {error}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(f"Interrupted. What is finished lies in {out / 'results'}; the same command goes on from there.")
        raise typer.Exit(130) from None
    if graded.run.isolation == "reduced":
        typer.echo("[WARN] isolation was reduced: the students' code ran under your own account")
    for line in lines:
        typer.echo(line)
    if worksheet is not None:
        typer.echo("\nThen, in Moodle:")
        for number, step in enumerate(upload_steps(), start=1):
            typer.echo(f"{number}. {step}")


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far a long run has come."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _choices(only: str, points: str) -> tuple[list[str], dict[str, int]]:
    """Read `04.2,04.3` and `04.2=10,04.3=5`."""
    given = [[word.strip() for word in part.split("=")] for part in points.split(",") if part.strip()]
    if not all(len(pair) == 2 and pair[1].isdigit() for pair in given):
        raise ValueError(f"--points {points}: expected whole numbers, as in 04.2=10,04.3=5")
    chosen = [part.strip() for part in only.split(",") if part.strip()]
    return chosen, {identifier: int(number) for identifier, number in given}


quiz = typer.Typer(help="The quizzes of the notebooks.", no_args_is_help=True)
app.add_typer(quiz, name="quiz")


@quiz.callback()
def quiz_commands() -> None:
    """Keep `export` a word of its own, while it is the only command about quizzes."""


@quiz.command("export")
def quiz_export(
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("build/moodle"),
    only: Annotated[str, typer.Option(help="Numbers of notebooks, as in 03,04; none means all.")] = "",
) -> None:
    """Write the quizzes as Moodle XML, for Question bank > Import. Importing a file twice doubles its questions."""
    from course_utils.delivery.moodle.question_bank import export
    from course_utils.delivery.workspace import ROOT

    try:
        written = export(ROOT, out, [number.strip() for number in only.split(",") if number.strip()])
    except ValueError as error:
        typer.echo(f"[FAIL] {error}")
        raise typer.Exit(1) from None
    for path in written:
        typer.echo(f"written: {path}")


if __name__ == "__main__":
    app()
