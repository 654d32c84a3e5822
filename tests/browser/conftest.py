"""A real JupyterLab in a real browser: notebooks are opened, run, dragged, clicked and typed into.

These tests are run by name, `pytest tests/browser`, and not with the others: they need a browser. Without one they are
skipped; with REQUIRE_BROWSER=1 that is a failure. CHROMIUM=/path chooses the browser, SHOTS=folder keeps screenshots.
"""

import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import chromium_on_this_machine
import nbformat
import pytest

# fmt: off
CHROME_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1"]
SERVER_FLAGS = ["--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0",
                "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
# fmt: on


def pytest_ignore_collect(collection_path, config):
    """Leave these tests out unless this folder, or a file in it, is asked for by name."""
    here, start = pathlib.Path(__file__).resolve().parent, config.invocation_params.dir
    named = [(start / str(argument).split("::")[0]).resolve() for argument in config.args]
    asked = os.environ.get("REQUIRE_BROWSER") or any(path == here or here in path.parents for path in named)
    return True if collection_path.name.startswith("test_") and not asked else None


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """One JupyterLab for the session, on loopback, in a folder of its own; ended by its own process id."""
    folder = tmp_path_factory.mktemp("lab")
    work, port, token = folder / "work", free_port(), secrets.token_hex(16)
    work.mkdir()
    private = {
        f"{name}_DIR": str(folder / name.lower())
        for name in (
            "JUPYTER_CONFIG",
            "JUPYTER_DATA",
            "JUPYTER_RUNTIME",
            "JUPYTERLAB_SETTINGS",
            "JUPYTERLAB_WORKSPACES",
        )
    }
    env = dict(
        os.environ, **private, IPYTHONDIR=str(folder / "ipython"), OMP_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1"
    )
    note = folder / "jupyterlab_settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    note.parent.mkdir(parents=True)
    note.write_text('{"fetchNews": "false", "checkForUpdates": false}')  # no message over the widgets
    settings = [f"--ServerApp.port={port}", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        settings.append("--allow-root")
    url = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("w+") as log:
        command = [sys.executable, "-m", "jupyterlab", *SERVER_FLAGS, *settings]
        server = subprocess.Popen(command, env=env, cwd=work, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_it_answers(f"{url}/api/status?token={token}", server, log)
            yield {"url": url, "token": token, "work": work}
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def wait_until_it_answers(address, server, log, seconds=90):
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).read()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > end:
                log.seek(0)
                pytest.fail("JupyterLab did not start:\n" + log.read()[-3000:])
            time.sleep(0.2)


@pytest.fixture(scope="session")
def chromium():
    missing = pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        missing("the package playwright is not installed: pip install playwright")
    path = chromium_on_this_machine.find()
    if not path:
        missing(f"no Chromium on this machine; type: {chromium_on_this_machine.line_to_type()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=CHROME_FLAGS)
        yield browser
        browser.close()


CELLS = "jupyterapp.shell.currentWidget.content.model.sharedModel.cells"


class Notebook:
    """A notebook open in JupyterLab."""

    def __init__(self, page, lab):
        self.page, self.lab, self.outside = page, lab, []

    def open(self, name, *cells):
        """Write the cells (code) into a notebook and open it; a Path opens a copy of that notebook instead."""
        file = self.lab["work"] / f"{name}.ipynb"
        if len(cells) == 1 and isinstance(cells[0], pathlib.Path):
            shutil.copy(cells[0], file)
        else:
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
            notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(notebook, file)
        return self.visit(file)

    def visit(self, file):
        """Open a notebook that lies somewhere below the server's folder."""
        place = file.relative_to(self.lab["work"]).as_posix()
        self.page.goto(f"{self.lab['url']}/doc/tree/{place}?token={self.lab['token']}")
        self.page.wait_for_function(
            "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"
            " && jupyterapp.shell.currentWidget.sessionContext.isReady"
        )
        self.page.evaluate(
            """() => { window.callbackErrors = [];
            jupyterapp.shell.currentWidget.sessionContext.session.kernel.iopubMessage.connect((_, m) => {
                if (m.header.msg_type === 'error' && m.parent_header.msg_type !== 'execute_request')
                    window.callbackErrors.push(m.content.ename + ': ' + m.content.evalue) }) }"""
        )
        return self

    def run_all(self):
        """Run all cells and return the errors in their outputs."""
        self.page.evaluate("async () => { await jupyterapp.commands.execute('notebook:run-all-cells') }")
        return self.page.evaluate(
            """() => jupyterapp.shell.currentWidget.content.model.sharedModel.cells
            .flatMap(c => c.cell_type === 'code' ? c.outputs : []).filter(o => o.output_type === 'error')
            .map(o => o.ename + ': ' + o.evalue)"""
        )

    def cell(self, index):
        """Scroll a cell into view and return it."""
        self.page.evaluate(
            """async i => { const all = jupyterapp.shell.currentWidget.content;
            all.activeCellIndex = i; await all.scrollToItem(i, 'start') }""",
            index,
        )
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')

    def type(self, index, text):
        """Replace the code of a cell through its editor, and run it by Shift+Enter."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.run(index)
        assert self.page.evaluate(f"{CELLS}[{index}].source") == text

    def run(self, index):
        """Run a cell by Shift+Enter and return what stands below it."""
        count = f"{CELLS}[{index}].execution_count"
        before = self.page.evaluate(count)
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(f"{count} > {before or 0}")
        return self.output(index)

    def output(self, index):
        """Return the text that stands below a cell, as the screen shows it or would without a browser."""
        return self.page.evaluate(
            """i => jupyterapp.shell.currentWidget.content.model.sharedModel.cells[i].outputs
            .map(o => o.text ?? o.data?.['text/plain'] ?? o.evalue).flat().join('\\n')""",
            index,
        )

    def callback_errors(self):
        """Return what widget callbacks raised; JupyterLab itself hides it."""
        return self.page.evaluate("window.callbackErrors")

    def kernel(self, code):
        """Run code in the notebook's kernel and return what it printed.

        While an explorer works, the kernel may put a printed line down to the message of the explorer. So code that
        prints is asked again where nothing came; other code runs once.
        """
        for _ in range(3 if "print(" in code else 1):
            said = self._printed(code)
            if said:
                break
        return said

    def _printed(self, code):
        return self.page.evaluate(
            """async code => { let said = '';
            const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel
                .requestExecute({code, store_history: false});
            future.onIOPub = m => { if (m.header.msg_type === 'stream') said += m.content.text;
                                    if (m.header.msg_type === 'error') said += m.content.evalue };
            await future.done; return said }""",
            code,
        ).strip()

    def shot(self, name, element=None):
        """Keep a screenshot of the page, or of one element."""
        folder = pathlib.Path(os.environ.get("SHOTS", self.lab["work"].parent / "screenshots"))
        folder.mkdir(parents=True, exist_ok=True)
        (element or self.page).screenshot(path=folder / f"{name}.png")


@pytest.fixture
def notebook(lab, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page = context.new_page()
    opened = Notebook(page, lab)

    def guard(route):  # nothing but our own server: the course works offline
        if route.request.url.startswith((lab["url"], "data:", "blob:")):
            route.continue_()
        else:
            opened.outside.append(route.request.url)
            route.abort()

    page.route("**/*", guard)
    yield opened
    page.evaluate(  # end this notebook's kernel
        "async () => { await window.jupyterapp?.shell?.currentWidget?.sessionContext?.shutdown() }"
    )
    context.close()
