"""Recordings with frames that are not square, a viewer with one of them, and the widget in it.

The viewer is napari's without its window, which takes seconds for each test; `test_window` has real windows.
"""

import numpy as np
import pytest
from napari.components import ViewerModel
from npe2 import PluginManager

from optimap_napari.widget import TracesWidget

FRAMES, ROWS, COLUMNS = 40, 9, 14
FPS = 250.0


@pytest.fixture(scope="session")
def video():
    """A recording of noise, so that no two pixels have the same trace."""
    return np.random.default_rng(0).integers(100, 60_000, (FRAMES, ROWS, COLUMNS)).astype(np.uint16)


@pytest.fixture(scope="session")
def plugins():
    """What is installed, as napari finds it when it starts."""
    manager = PluginManager.instance()
    manager.discover(include_npe1=False)
    return manager


@pytest.fixture
def viewer(plugins):
    return ViewerModel()


@pytest.fixture
def recording(viewer, video):
    """The layer of the recording."""
    return viewer.add_image(video, name="rec", metadata={"fps": FPS}, rgb=False)


@pytest.fixture
def widget(viewer, recording, qtbot):
    """The widget, beside the viewer."""
    made = TracesWidget(viewer)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def settle(widget, qtbot):
    """A function that waits until what is there is drawn, and returns the lines by their names."""
    return lambda count: settled(widget, qtbot, count)


def settled(widget, qtbot, count):
    """Wait until as many traces are drawn as there should be, and return them by the names in the legend."""
    qtbot.waitUntil(lambda: widget.is_settled and len(lines(widget)) == count, timeout=10_000)
    return lines(widget)


def lines(widget):
    """Return the traces that are drawn, by the names in the legend."""
    axes = widget.controls.plot.figure.axes
    drawn = [line for line in axes[0].lines if line is not widget.controls.plot._cursor] if axes else []
    return {line.get_label(): line.get_ydata() for line in drawn}
