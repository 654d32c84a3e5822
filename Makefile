# Students: `make lab`. Authors: `make test`, `make build`, `make execute`, `make lock`. `make` alone lists them.
# Each target installs what it needs into .venv, and works alone on a fresh clone.

# The first Python that is new enough; `make lab PYTHON=/path/to/python3.12` names another one.
PYTHON ?= $(shell for p in .venv/bin/python python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && echo $$p && exit; done; echo python3)
RUN := .venv/bin/python -m
INSTALL = @$(PYTHON) -m course_utils.delivery.installation

.DEFAULT_GOAL := help
.PHONY: help install install-dev lab check-env build execute format test browser-test bench bench-full lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' Makefile

# What `course lab` sets, see ALLOCATOR in course_utils/delivery/commands.py.
test bench bench-full: export MALLOC_MMAP_MAX_ := 0
test bench bench-full: export MALLOC_TRIM_THRESHOLD_ := 4294967296

install:
	$(INSTALL) requirements.lock

install-dev:
	$(INSTALL) requirements-dev.lock

lab: install  ## install, check, lay out your notebooks in work/ and open JupyterLab (ARGS="--port 8889")
	@$(RUN) course_utils.delivery.commands lab $(ARGS)

check-env:  ## check this machine line by line; installs nothing
	@$(PYTHON) -m course_utils.delivery.environment

build: install-dev  ## make notebooks/ and solutions/*.ipynb from solutions/*.md; executes nothing
	@$(RUN) course_utils.delivery.commands build

execute: install-dev  ## run the solution notebooks and store their outputs
	@$(RUN) course_utils.delivery.commands execute

format: build  ## bring all code into ruff's form, in the sources of the notebooks too
	$(RUN) ruff check --quiet --fix-only .
	$(RUN) ruff format .
	$(RUN) jupytext --quiet --to md:myst solutions/*.ipynb
	@$(RUN) course_utils.delivery.commands build

test: export OMP_NUM_THREADS := 1
test: install-dev  ## everything that must hold: style, types, the build, the tests, the notebooks
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) course_utils.delivery.commands build --check
	$(RUN) pytest -n 2
	$(RUN) pytest $(NOTEBOOK_TEST) --nbval solutions
	$(RUN) pytest $(NOTEBOOK_TEST) --nbval-lax notebooks

# loadscope keeps a notebook on one kernel; --nbval-current-env: the kernel is the one of .venv, whatever else is installed.
NOTEBOOK_TEST = -n 2 --dist loadscope --nbval-current-env --nbval-cell-timeout 300 --nbval-sanitize-with tests/notebooks/sanitize.cfg

# The pictures that explorers draw are timed before two notebooks are opened at once.
browser-test: export REQUIRE_BROWSER := 1
browser-test: export SHOTS := build/screenshots
browser-test: install-dev  ## each notebook in JupyterLab in a real browser; screenshots in build/screenshots
	@.venv/bin/python tests/browser/chromium_on_this_machine.py
	$(RUN) pytest tests/browser --ignore tests/browser/test_notebooks_in_browser.py
	$(RUN) pytest tests/browser/test_notebooks_in_browser.py -n 2

# Let nothing else run meanwhile. A row that is in build/bench… is not measured again: remove it, or the folder.
bench: install-dev  ## time the methods beside their floor and other libraries: a small part
	$(RUN) benchmarks.speed

bench-full: install-dev  ## time all of it; goes on where it was stopped; writes benchmarks/README.md
	$(RUN) benchmarks.speed --full

# Pins stay as they are unless pyproject.toml asks for more; `make lock UPGRADE=--upgrade` takes what is newest.
LOCK = $(RUN) uv pip compile --quiet --universal --fork-strategy fewest --no-annotate --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE) pyproject.toml

lock: install-dev  ## choose the versions anew from pyproject.toml
	$(LOCK) --extra build --output-file requirements.lock
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:  ## remove caches and .venv; work/ is yours and stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
