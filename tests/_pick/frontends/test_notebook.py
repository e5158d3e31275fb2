"""JupyterLab with ipympl in a real browser: click on the canvas, read the selection in the next cell."""

import contextlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import time

import pytest

from tests._pick.frontends import browser, screen

with contextlib.suppress(ImportError):  # what is missing is reported by the fixture
    from playwright import sync_api

CELLS = [
    "%matplotlib widget\nimport numpy as np, optimap\n"
    "video = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)",
    "selection = optimap.select_traces(video, 3)",
    "traces, positions = selection\nprint('picked', selection.positions, traces.shape)\nselection",
    "spots = optimap.select_positions(video, as_integers=False)\nprint(len(spots), spots)",
    "drawing = optimap.select_regions(video)",
    "shape = optimap.extract_traces(video, drawing.regions).shape\nprint('drawn', len(drawing), shape)\ndrawing",
]


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory):
    """A running JupyterLab: its address, and the folder with its notebooks."""
    screen.require(browser.missing())
    for module in ("jupyterlab", "ipympl"):
        screen.require(None if importlib.util.find_spec(module) else f"{module} (pip install {module})")
    folder = tmp_path_factory.mktemp("notebook")
    places = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"} | places
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--ServerApp.port=0", "--ServerApp.token=secret"]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}", "--LabApp.news_url="]
    log = folder / "log.txt"  # not a pipe, which would have to be emptied all the time
    with open(log, "w") as said:
        server = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment)
    try:
        yield _address(server, log), folder
    finally:
        server.terminate()
        server.wait()


def _address(server, log):
    """Wait until JupyterLab is there; return where."""
    while server.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token", log.read_text())
        if found:
            return found[1]
        time.sleep(0.2)
    return pytest.fail(f"JupyterLab did not start: {log.read_text()}")


def write_notebook(path):
    """Write a notebook with the cells."""
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"c{i}", "metadata": {}, "outputs": [], "source": source}
        for i, source in enumerate(CELLS)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))


@pytest.fixture
def notebook(laboratory, request):
    """The page with a notebook, whose first cell was run.

    Each test has a notebook of its own, and so a kernel: a page that connects to a kernel with widgets of an earlier
    page loads these first, and may show nothing of a widget that is made meanwhile.
    """
    address, folder = laboratory
    name = f"{request.node.name}.ipynb"
    write_notebook(folder / name)
    with sync_api.sync_playwright() as playwright:
        window = browser.launch(playwright, 1)
        page = window.new_page(viewport={"width": 1500, "height": 1400})
        page.goto(f"{address}/doc/tree/{name}?token=secret")
        cells = page.locator(".jp-Notebook .jp-Cell")
        cells.nth(0).wait_for(timeout=90_000)
        page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=90_000)
        run(page, 0)
        yield page
        window.close()


def run(page, number):
    """Run a cell: it is the active one when the keys are pressed, and its prompt says that it was run."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
    cell.click()
    sync_api.expect(cell).to_have_class(re.compile("jp-mod-active"), timeout=30_000)
    page.keyboard.press("Shift+Enter")
    sync_api.expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[(\*|\d+)\]"), timeout=30_000)


def canvas_below(page, number):
    """Run a cell that shows a canvas; return where its picture is, as a function of fractions of the canvas."""
    run(page, number)
    cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
    canvas = cell.locator(".jupyter-matplotlib canvas").first
    try:
        canvas.wait_for(timeout=90_000)
    except sync_api.TimeoutError:
        pytest.fail(f"no canvas appeared; the cell shows {cell.inner_text()!r}")
    page.wait_for_timeout(2000)
    box = canvas.bounding_box()
    return lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_click_then_read_in_the_next_cell(notebook):
    place = canvas_below(notebook, 1)
    for x, y in ((0.15, 0.45), (0.3, 0.5)):
        notebook.mouse.click(*place(x, y))
        notebook.wait_for_timeout(700)
    run(notebook, 2)
    notebook.wait_for_selector("text=picked", timeout=30_000)
    run(notebook, 3)
    notebook.wait_for_selector("text=none yet", timeout=30_000)
    text = notebook.inner_text(".jp-Notebook")
    # The image is 30 x 20 pixels and fills 0.045 to 0.44 of the width.
    found = re.search(r"picked \[\((\d+), (\d+)\), \((\d+), (\d+)\)\] \(60, 2\)", text)
    assert found, text
    x1, y1, x2, y2 = map(int, found.groups())
    assert max(abs(x1 - 7.5), abs(x2 - 18.9)) <= 1
    assert 0 < y1 < y2 < 20
    assert "<Selection of 2 traces of 60 frames, positions: (" in text
    assert "0 <Selection of 0 positions: none yet, click on the image>" in text


def test_draw_then_read_in_the_next_cell(notebook):
    place = canvas_below(notebook, 4)
    notebook.mouse.move(*place(0.1, 0.4))
    notebook.mouse.down()
    for step in range(1, 6):
        notebook.mouse.move(*place(0.1 + 0.02 * step, 0.4 + 0.02 * step))
    notebook.mouse.up()
    notebook.wait_for_timeout(700)
    notebook.keyboard.press("p")
    for x, y in ((0.3, 0.4), (0.4, 0.42), (0.35, 0.55)):
        notebook.mouse.click(*place(x, y))
        notebook.wait_for_timeout(700)
    notebook.keyboard.press("Enter")
    notebook.wait_for_timeout(700)
    run(notebook, 5)
    notebook.wait_for_selector("text=drawn 2", timeout=30_000)
    text = notebook.inner_text(".jp-Notebook")
    assert "drawn 2 (60, 2)" in text
    assert "<Selection of 2 regions: 'region_1', 'region_2'>" in text
