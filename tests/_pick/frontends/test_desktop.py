"""Real windows of Qt and Tk on a virtual screen, with a real mouse, closed as a window manager closes them."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from optimap._draw import default_colors
from tests._pick.frontends import screen as screens

PATIENCE = 120  # s, far longer than any program takes, also on a busy machine
PROGRAM = Path(__file__).with_name("desktop_program.py")
BACKENDS = {"QtAgg": ("PySide6", "pip install PySide6-Essentials"), "TkAgg": ("tkinter", "Debian package python3-tk")}
AFTER_A_DOUBLE_CLICK = 0.5  # s


@pytest.fixture(scope="module")
def screen():
    screens.require(screens.missing())
    shown = screens.Screen()
    yield shown
    shown.close()


@pytest.fixture
def screen_of():
    """A function that makes a screen of a size."""
    screens.require(screens.missing())
    shown = []
    yield lambda size: shown.append(screens.Screen(size)) or shown[-1]
    for each in shown:
        each.close()


@pytest.fixture
def large_screen():
    screens.require(screens.missing())
    shown = screens.Screen((3200, 2000), dpi=192)
    yield shown
    shown.close()


def shows(screen, path, colours):
    """Return whether all colours are on the screen, a picture of which is written."""
    screen.picture(path)
    with Image.open(path) as picture:
        return colours <= {colour for _, colour in picture.getcolors(2**24)}


class Program:
    """A user's script that has opened its window."""

    def __init__(self, screen, backend, call, scale=1, another=False, drawn=None):
        module, cure = BACKENDS[backend]
        screens.require(None if importlib.util.find_spec(module) else f"{module} ({cure})")
        environment = {**os.environ, "DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": str(scale)}
        environment.pop("MPLBACKEND", None)
        self.screen = screen
        self._figures = [99] if another else []
        more = (["another"] if another else []) + ([drawn] if drawn else [])
        self._process = subprocess.Popen(
            [sys.executable, PROGRAM, backend, call, str(scale), *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        ready = self._process.stdout.readline()
        assert ready, self._process.stderr.read()
        said = json.loads(ready)
        self.where = said["where"]
        self.slider = said["slider"]
        self.canvas = said["canvas"]
        self.window = screens.wait_for(screen.windows, "the window")[0]

    def finish(self, close=True):
        """Close the window; return what the script reported."""
        if close:
            self.screen.ask_to_close(self.window)
        try:
            out, err = self._process.communicate(timeout=PATIENCE)
        finally:
            self._process.kill()
        assert self._process.returncode == 0, err
        lines = [json.loads(line) for line in out.splitlines()]
        assert lines[-1]["unchanged"], "backend or rcParams have changed"
        assert lines[-1]["figures"] == self._figures
        return lines


@pytest.mark.parametrize("backend", BACKENDS)
def test_clicks_keys_and_drags(screen, backend):
    program = Program(screen, backend, "select_positions")
    screen.focus(program.window)
    for pixel in ("5,5", "20,10", "25,5"):
        screen.click(program.where[pixel])
    screen.click(program.where["10,15"], times=2)  # a double click: one point
    screen.click(program.where["25,5"], button=3)
    time.sleep(AFTER_A_DOUBLE_CLICK)
    screen.drag(program.where["20,10"], program.where["15,10"])
    screen.key("z", "Control_L")
    screen.key("z", "Control_L", "Shift_L")
    screen.click(program.where["0,0"])
    screen.key("Delete")
    assert program.finish()[-1]["result"] == [[5, 5], [15, 10], [10, 15]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_exact_positions_are_those_of_the_clicks(screen, backend):
    program = Program(screen, backend, "exact")
    for pixel in ("5,5", "20,10"):
        screen.click(program.where[pixel])
    result = program.finish()[-1]["result"]
    np.testing.assert_allclose(result, [(5, 5), (20, 10)], atol=0.1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_window_closes_by_itself_when_enough_is_picked(screen, backend):
    program = Program(screen, backend, "three")
    for pixel in ("5,5", "20,10", "10,15"):
        screen.click(program.where[pixel])
    assert program.finish(close=False)[-1]["result"] == [[5, 5], [20, 10], [10, 15]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_call_that_does_not_wait_closes_its_window_by_itself(screen, backend):
    program = Program(screen, backend, "live")
    for pixel in ("5,5", "20,10"):
        screen.click(program.where[pixel])
    assert program.finish(close=False)[-1]["result"] == [[5, 5], [20, 10]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_traces_of_what_was_clicked(screen, backend, tmp_path):
    program = Program(screen, backend, "select_traces")
    for pixel in ("5,5", "20,10"):
        screen.click(program.where[pixel])
    screen.click(program.where["20,10"], button=4)  # the wheel
    screen.click(program.slider)
    first_two = {tuple(round(255 * c) for c in to_rgb(color)) for color in default_colors(2)}
    screens.wait_for(lambda: shows(screen, tmp_path / "screen.png", first_two), "the traces", PATIENCE)
    said = program.finish()
    assert said[0]["shape"] == [60, 2]
    assert said[-1]["result"] == [[5, 5], [20, 10]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_at_200_percent(large_screen, backend):
    program = Program(large_screen, backend, "select_traces", scale=2)
    screens.wait_for(lambda: program.window.get_geometry().width > 2500, "a window of twice the size", PATIENCE)
    for pixel in ("5,5", "20,10"):
        large_screen.click(program.where[pixel])
    time.sleep(AFTER_A_DOUBLE_CLICK)
    large_screen.drag(program.where["20,10"], program.where["15,10"])
    assert program.finish()[-1]["result"] == [[5, 5], [15, 10]]


@pytest.mark.parametrize("size", [(640, 480), (800, 600), (1920, 1080)])
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_window_fits_the_screen_and_shows_what_the_figure_has_drawn(screen_of, backend, size, tmp_path):
    """What figures draw at such sizes is compared with pictures that were looked at, in _pick/test_baselines.py."""
    screen = screen_of(size)
    program = Program(screen, backend, "select_traces", drawn=tmp_path / "drawn.npy")
    assert program.window.get_wm_name() == "rec.tif - optimap"
    shape = program.window.get_geometry()
    assert shape.width <= size[0]
    assert shape.height <= size[1]
    drawn = np.load(tmp_path / "drawn.npy")[..., :3].astype(int)
    screen.picture(tmp_path / "screen.png")
    with Image.open(tmp_path / "screen.png") as picture:
        left, top = np.round(program.canvas).astype(int)
        shown = np.asarray(picture)[top : top + drawn.shape[0], left : left + drawn.shape[1]].astype(int)
    assert shown.shape == drawn.shape
    assert (np.abs(shown - drawn).max(axis=-1) > 40).mean() < 1e-3
    for pixel in ("5,5", "20,10"):
        screen.click(program.where[pixel])
    assert program.finish()[-1]["result"] == [[5, 5], [20, 10]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_closed_without_a_click(screen, backend):
    said = Program(screen, backend, "select_traces").finish()
    assert said[0]["shape"] == [60, 0]
    assert said[-1]["result"] == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_another_figure_stays_and_does_not_keep_the_call(screen, backend):
    program = Program(screen, backend, "select_positions", another=True)
    screen.click(program.where["5,5"])
    assert program.finish()[-1]["result"] == [[5, 5]]


@pytest.mark.parametrize("backend", ["TkAgg", "QtAgg"])
def test_ctrl_c_ends_the_call(screen, backend):
    import signal

    program = Program(screen, backend, "select_positions")
    program._process.send_signal(signal.SIGINT)
    _, err = program._process.communicate(timeout=PATIENCE)
    assert program._process.returncode != 0
    assert "KeyboardInterrupt" in err


@pytest.mark.parametrize("backend", BACKENDS)
def test_compare(screen, backend):
    program = Program(screen, backend, "compare_traces")
    for pixel in ("5,5", "20,10"):
        screen.click(program.where[pixel])
    assert program.finish()[-1]["result"] == ["(20, 10)"]
