"""Real windows on a virtual screen: napari makes the widget, mouse events reach layers, and the canvas is drawn."""

import gc
import weakref

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

from conftest import FPS, settled
from optimap.trace import extract_traces
from optimap_napari.widget import TracesWidget


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer(show=True)


@pytest.fixture
def docked(viewer, recording):
    """The dock and the widget, as napari makes them from the manifest."""
    dock, widget = viewer.window.add_plugin_dock_widget("optimap-napari", "Traces")
    assert isinstance(widget, TracesWidget)
    return dock, widget


def press_and_drag(canvas, path, qtbot):
    """Press the left button at the first place, drag along the others, and release it at the last."""
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=path[0])
    for place in path[1:]:
        where, outside = QPointF(place), QPointF(canvas.mapToGlobal(place))
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(QEvent.Type.MouseMove, where, outside, Qt.MouseButton.NoButton, left, none)
        QApplication.sendEvent(canvas, event)
        yield place
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=path[-1])


def test_points_are_clicked_and_dragged_while_their_trace_follows(viewer, video, docked, qtbot):
    _, widget = docked
    widget.controls.new_points.click()
    points, canvas = viewer.layers[-1], viewer.window._qt_viewer.canvas.native
    qtbot.wait(200)  # until the camera shows the recording
    start = QPoint(canvas.width() // 2 + 60, canvas.height() // 2 - 20)
    qtbot.mouseMove(canvas, start)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=start)
    drawn = settled(widget, qtbot, 1)
    ((row, column),) = points.data
    assert (row, column) == pytest.approx(viewer.cursor.position[-2:])
    assert column > 6.5 > 4 > row  # right of the middle, and above it
    np.testing.assert_array_equal(drawn["1"], extract_traces(video, (column, row)))
    points.mode = "select"
    for _ in press_and_drag(canvas, [start, start + QPoint(20, 5), start + QPoint(40, 10)], qtbot):
        drawn = settled(widget, qtbot, 1)  # before the button is released
        ((row, column),) = points.data
        np.testing.assert_array_equal(drawn["1"], extract_traces(video, (column, row)))
    assert points.data[0][1] > column - 1e-6


def test_what_is_on_the_screen_changes_with_the_frame_and_the_plot(viewer, docked, qtbot):
    dock, widget = docked
    viewer.add_points([(2, 12)])
    settled(widget, qtbot, 1)
    before = widget.grab().toImage()
    picture = viewer.screenshot(canvas_only=True, flash=False)
    viewer.dims.set_current_step(0, 30)
    qtbot.wait(100)
    assert widget.grab().toImage() != before  # the cursor has moved
    assert (viewer.screenshot(canvas_only=True, flash=False) != picture).any()
    assert widget.controls.plot.cursor == pytest.approx(30 / FPS)
    assert dock.isVisible()


def test_a_closed_widget_is_gone(viewer, recording, qtbot):
    points = viewer.add_points([(2, 12)])
    dock, widget = viewer.window.add_plugin_dock_widget("optimap-napari", "Traces")
    alive = weakref.ref(widget)
    del widget
    dock.destroyOnClose()
    del dock
    gc.collect()
    assert alive() is None
    points.data = [(1, 1)]
    viewer.dims.set_current_step(0, 3)
    qtbot.wait(100)
