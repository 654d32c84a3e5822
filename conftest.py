"""The conditions under which everything that pytest runs here is run: tests, doctests and notebooks.

They are set in the environment before anything is imported, so that the kernels of notebooks inherit them.
"""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest

OFFLINE = Path(__file__).parent / "tests" / "offline"

pytest_plugins = ["tolerant_nbval"]  # in tests/notebooks, which pyproject.toml puts on the path

# No network, in this process and in every Python that it starts.
_spec = importlib.util.spec_from_file_location("offline", OFFLINE / "sitecustomize.py")
assert _spec is not None
assert _spec.loader is not None
_spec.loader.exec_module(importlib.util.module_from_spec(_spec))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))

# One thread: two test processes on two cores would otherwise fight for them.
os.environ["OMP_NUM_THREADS"] = "1"
# No progress bars, which never look the same twice.
os.environ["TQDM_DISABLE"] = "1"

# Nothing of the person at the keyboard gets in, and no progress file lands in the tree.
_folder = Path(tempfile.mkdtemp(prefix="course-tests-"))
for _name in ("COURSE_PROGRESS_DIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
    (_folder / _name.lower()).mkdir()
    os.environ[_name] = str(_folder / _name.lower())


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Remove the folder of this run."""
    shutil.rmtree(_folder, ignore_errors=True)
