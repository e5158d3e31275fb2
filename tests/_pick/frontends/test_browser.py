"""A real browser on the page of a script: click, drag, close and reopen the page, Done; twice in a row."""

import importlib.util
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from optimap.trace import extract_traces
from tests._pick.frontends import browser, screen

VIDEO = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)
PATIENCE = 120  # s, far longer than any program takes, also on a busy machine
PROGRAM = Path(__file__).with_name("browser_program.py")


@pytest.fixture(scope="module")
def chromium():
    screen.require(browser.missing())
    screen.require(None if importlib.util.find_spec("tornado") else "tornado (pip install tornado)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield lambda scale: browser.launch(playwright, scale)


class Page:
    """The page of a call, opened in the browser."""

    def __init__(self, program, chromium, size=None):
        self._program, self._chromium, self._size = program, chromium, size
        line = ""
        while "http" not in line:
            line = program.stderr.readline()
            assert line, "the script ended"
        self.address = re.search(r"http://127\.0\.0\.1:\S+", line)[0]
        self.open()

    def open(self):
        self.problems = []
        shape = self._size and {"width": self._size[0], "height": self._size[1]}
        self.page = self._chromium.new_page(**({"viewport": shape} if shape else {"no_viewport": True}))
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        if self._program.where is not None:
            self._program.where.unlink(missing_ok=True)  # each page that connects gets a draw
        self.page.goto(self.address)
        self.fitted()

    def fitted(self):
        """Wait until the figure has the size of the room on the page; return it."""
        if self._program.where is None:
            self.page.wait_for_timeout(1500)
            return None
        measure = "(({clientWidth, clientHeight}) => [clientWidth, clientHeight])(document.getElementById('figure'))"
        screen.wait_for(lambda: self.page.wait_for_timeout(100) or self._figure() == self.page.evaluate(measure), "it")
        self.page.wait_for_timeout(300)
        return self._figure()

    def _figure(self):
        where = self._program.where
        return [int(side) for side in json.loads(where.read_text())["size"]] if where.exists() else None

    def released(self):
        """Return how many releases of a button the program has seen; events that it has not are lost with the tab."""
        where = self._program.where
        return 0 if where is None else json.loads(where.read_text())["released"]

    def heard(self, before):
        """Wait until the program has seen one more release."""
        if self._program.where is not None:
            screen.wait_for(lambda: self.page.wait_for_timeout(50) or self.released() > before, "an event", PATIENCE)

    def at(self, pixel):
        box = self.page.locator("canvas").first.bounding_box()
        x, y = json.loads(self._program.where.read_text())["where"][pixel]
        return box["x"] + x, box["y"] + y

    def click(self, pixel, **kwargs):
        before = self.released()
        self.page.mouse.click(*self.at(pixel), **kwargs)
        self.heard(before)
        self.page.wait_for_timeout(500)

    def drag(self, start, end):
        before = self.released()
        self.page.mouse.move(*self.at(start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(end), steps=6)
        self.page.mouse.up()
        self.heard(before)
        self.page.wait_for_timeout(300)

    def picture(self):
        """Return the pixels of the figure once it stops changing, which takes a while on a busy machine."""
        last, unchanged = b"", 0
        while unchanged < 3:
            self.page.wait_for_timeout(1000)
            now = self.page.locator("canvas").first.screenshot()
            unchanged = unchanged + 1 if now == last else 0
            last = now
        return np.asarray(Image.open(io.BytesIO(last)).convert("RGB")).astype(int)

    def says(self, text):
        state = self.page.locator("#state")
        screen.wait_for(lambda: self.page.wait_for_timeout(50) or state.text_content().startswith(text), text, PATIENCE)

    def done(self):
        self.page.click("#done")
        said = json.loads(self._program.stdout.readline())
        self.says("Finished.")
        assert not self.problems
        self.page.close()
        return said


def start(folder, *calls):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")}
    where = folder / "where.json"
    command = [sys.executable, PROGRAM, where, *calls]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    program.where = where
    return program


def command_line(folder, *outputs):
    command = [sys.executable, "-m", "optimap", "pick", "rec.npy", "--browser", "--size", "3", "--fps", "100", *outputs]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
    program.where = None
    return program


@pytest.mark.parametrize("scale", [1, 2])
def test_pick_twice_in_a_row(chromium, tmp_path, scale):
    window = chromium(scale)
    program = start(tmp_path, "traces", "positions")
    page = Page(program, window)
    for pixel in ("5,5", "20,10", "10,15"):
        page.click(pixel)
    page.drag("20,10", "15,10")
    page.click("25,0")
    page.click("25,0", button="right")
    page.page.close()  # the tab is closed, and opened again
    page.open()
    page.click("0,15")
    assert page.done() == {"shape": [60, 4], "result": [[5, 5], [15, 10], [10, 15], [0, 15]]}

    page = Page(program, window)
    page.click("5,5")
    page.page.mouse.dblclick(*page.at("20,10"))
    page.page.wait_for_timeout(500)
    page.page.keyboard.press("Control+z")
    page.page.wait_for_timeout(200)
    page.page.keyboard.press("Control+Shift+z")
    page.page.wait_for_timeout(200)
    assert page.done() == {"result": [[5, 5], [20, 10]]}
    assert json.loads(program.stdout.readline()) == {"unchanged": True}
    out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, out, err) == (0, "", "")
    window.close()


def test_the_page_shows_what_a_full_draw_would(chromium, tmp_path):
    window = chromium(1)
    program = start(tmp_path, "traces")
    page = Page(program, window)
    page.click("5,5")
    page.click("20,10")
    page.page.mouse.move(*page.at("20,10"))
    page.page.mouse.down()
    page.page.mouse.move(*page.at("5,15"), steps=25)
    page.page.mouse.up()
    for _ in range(12):
        page.page.keyboard.press("ArrowRight")
    page.page.mouse.move(5, 5)
    before = page.picture()
    page.page.reload()  # gets a full draw
    after = page.picture()
    assert (np.abs(before - after).max(axis=-1) > 40).mean() < 1e-3
    assert page.done()["result"] == [[5, 5], [5, 15]]
    program.communicate(timeout=PATIENCE)
    window.close()


def test_pick_on_the_command_line(chromium, tmp_path):
    np.save(tmp_path / "rec.npy", VIDEO)
    window = chromium(1)
    program = command_line(tmp_path, "-o", "positions.csv", "--traces", "traces.csv", "--plot", "picture.png")
    page = Page(program, window)
    box = page.page.locator("canvas").first.bounding_box()
    for x in (0.15, 0.3):
        page.page.mouse.click(box["x"] + x * box["width"], box["y"] + 0.45 * box["height"])
        page.page.wait_for_timeout(500)
    page.page.click("#done")
    out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, err) == (0, "")
    assert "2 positions -> positions.csv" in out
    positions = pd.read_csv(tmp_path / "positions.csv").to_numpy().tolist()
    traces = pd.read_csv(tmp_path / "traces.csv", dtype=str).astype(float)
    np.testing.assert_array_equal(traces.iloc[:, 1:], extract_traces(VIDEO, positions, 3))
    assert traces["time_s"].iloc[-1] == 0.59
    assert (tmp_path / "picture.png").stat().st_size > 10_000
    again = ["traces", "rec.npy", "--positions", "positions.csv", "--size", "3", "--fps", "100", "-o", "again.csv"]
    subprocess.run([sys.executable, "-m", "optimap", *again], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "traces.csv").read_text()
    window.close()


def test_draw_regions_on_the_command_line_and_go_on(chromium, tmp_path):
    roifile = pytest.importorskip("roifile")
    np.save(tmp_path / "rec.npy", VIDEO)
    window = chromium(1)
    for name in ("apex", "base"):
        program = command_line(tmp_path, "--regions", "regions.zip")
        page = Page(program, window)
        box = page.page.locator("canvas").first.bounding_box()
        corners = ((0.1, 0.35), (0.2, 0.35), (0.2, 0.5)) if name == "apex" else ((0.3, 0.3), (0.4, 0.35), (0.3, 0.5))
        page.page.keyboard.press("p")
        for x, y in corners:
            page.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
            page.page.wait_for_timeout(600)
        for key in ("Enter", "Enter", *name, "Enter"):
            page.page.keyboard.press(key)
            page.page.wait_for_timeout(50)
        page.page.click("#done")
        out, err = program.communicate(timeout=PATIENCE)
        assert (program.returncode, err) == (0, "")
    assert out == "2 regions -> regions.zip\n"
    drawn = roifile.roiread(tmp_path / "regions.zip")
    assert [(roi.name, roi.roitype.name, roi.n_coordinates) for roi in drawn] == [
        ("apex", "POLYGON", 3),
        ("base", "POLYGON", 3),
    ]
    window.close()


def test_no_one_finds_the_page_without_the_secret(chromium, tmp_path):
    window = chromium(1)
    program = start(tmp_path, "positions")
    page = Page(program, window)
    root = "/".join(page.address.split("/")[:3])
    for path in ("/", "/ws", "/done", "/wrong/"):
        assert page.page.request.get(root + path).status == 404
    page.problems.clear()
    assert page.done() == {"result": []}
    program.communicate(timeout=PATIENCE)
    window.close()


def test_ctrl_c_ends_the_call_and_the_page_says_that_nothing_is_saved(chromium, tmp_path):
    window = chromium(1)
    program = start(tmp_path, "positions")
    page = Page(program, window)
    page.click("5,5")
    program.send_signal(signal.SIGINT)
    page.says("Cancelled, nothing saved.")
    _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode != 0
    assert "KeyboardInterrupt" in err
    window.close()


def test_cancel_on_the_command_line_saves_nothing(chromium, tmp_path):
    np.save(tmp_path / "rec.npy", VIDEO)
    window = chromium(1)
    program = command_line(tmp_path)
    page = Page(program, window)
    assert page.page.title() == "rec.npy - optimap"
    box = page.page.locator("canvas").first.bounding_box()
    page.page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.45 * box["height"])
    page.page.wait_for_timeout(300)
    page.page.click("#cancel")
    page.says("Cancelled, nothing saved.")
    out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, out, err) == (130, "", "Cancelled, nothing saved.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["rec.npy"]
    window.close()


@pytest.mark.parametrize(("size", "scale"), [((800, 600), 1), ((3840, 2000), 1), (None, 1.5), (None, 2)])
def test_the_figure_fills_the_page(chromium, tmp_path, size, scale):
    program = start(tmp_path, "traces")
    window = chromium(scale)
    page = Page(program, window, size if scale == 1 else None)
    width, height = page.fitted()
    shape = page.page.evaluate("[innerWidth, innerHeight, devicePixelRatio]")
    assert width == shape[0]
    assert shape[1] - 90 <= height < shape[1]
    for button in ("#done", "#cancel"):
        box = page.page.locator(button).bounding_box()
        assert 0 <= box["y"] <= 80
        assert box["x"] + box["width"] < shape[0]
    drawn = page.page.evaluate("(({width, height}) => [width, height])(document.querySelector('canvas'))")
    assert np.abs(np.array(drawn) - np.array([width, height]) * shape[2]).max() <= 1.5
    page.click("20,10")
    if scale == 1:
        page.page.set_viewport_size({"width": 900, "height": 700})
        assert page.fitted()[0] == 900
        page.click("5,5")
    assert page.done()["result"] == [[20, 10], [5, 5]][: 2 if scale == 1 else 1]
    program.communicate(timeout=PATIENCE)
    window.close()


def test_picks_survive_a_crash_of_the_browser_and_the_terminal_says_where_to_go_on(chromium, tmp_path):
    window = chromium(1)
    program = start(tmp_path, "positions")
    page = Page(program, window)
    page.click("5,5")
    page.page.reload()
    page.fitted()
    page.click("20,10")
    window.close()  # every page at once
    line = program.stderr.readline()
    assert line == f"The page is closed, the picks are kept: open {page.address} again, or press Ctrl-C.\n"
    window = chromium(2)
    page._chromium = window
    page.open()
    page.click("10,15")
    assert page.done() == {"result": [[5, 5], [20, 10], [10, 15]]}
    program.communicate(timeout=PATIENCE)
    window.close()


def test_a_page_whose_program_ended_does_not_say_that_it_is_finished(chromium, tmp_path):
    window = chromium(1)
    program = start(tmp_path, "positions")
    page = Page(program, window)
    program.kill()
    program.communicate(timeout=PATIENCE)
    page.says("No connection to the program.")
    page.page.click("#done")
    page.page.wait_for_timeout(300)
    page.says("No connection to the program.")
    window.close()
