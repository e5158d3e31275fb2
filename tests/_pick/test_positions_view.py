"""The view of positions, on a canvas without a screen: what is drawn is what is picked."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backend_bases import KeyEvent

from optimap._pick import PointPicker, PositionsView
from tests._pick.views import VIDEO, click, difference, key, mouse, numbers, pixels, positions_view, ring


def test_keys_undo_redo_and_remove():
    view = positions_view()
    for position in ((5, 5), (20, 10), (25, 15)):
        click(view, position)
    key(view, "ctrl+z")
    assert len(view.positions) == 2
    for names in (["ctrl+Z"], ["ctrl+shift+z"], ["ctrl+y"], ["ctrl+shift", "ctrl+z"]):
        for name in names:
            key(view, name)
        KeyEvent("key_release_event", view.figure.canvas, "shift", 0, 0)._process()
        assert len(view.positions) == 3
        key(view, "cmd+z")
    click(view, (5, 5))
    key(view, "delete")
    assert view.positions == [(20, 10)]
    assert numbers(view) == ["1"]
    key(view, "q")
    key(view, "s")
    assert view.positions == [(20, 10)]


@pytest.mark.parametrize("name", [*"lkgqsfophrcvLGW", "backspace", "left", "right"])
def test_single_keys_of_matplotlib_do_nothing(name, monkeypatch):
    called = []
    figure = plt.figure()
    picker = PointPicker([], frame_shape=VIDEO.shape[1:])
    view = PositionsView(figure, VIDEO[0], picker, {"cmap": "gray"}, "title")
    figure.canvas.draw()
    for method in ("full_screen_toggle", "destroy"):
        monkeypatch.setattr(figure.canvas.manager, method, lambda: called.append(name), raising=False)
    x, y = view.ax_image.transData.transform((5, 5))
    KeyEvent("key_press_event", figure.canvas, name, x, y)._process()
    assert called == []
    assert plt.fignum_exists(figure.number)
    assert (view.ax_image.get_xscale(), view.ax_image.get_yscale()) == ("linear", "linear")
    assert difference(view) == 0


def test_the_selected_point_has_a_ring_after_a_drag():
    view = positions_view(positions=[(5, 5)])
    mouse(view, "button_press_event", (5, 5), 1)
    mouse(view, "motion_notify_event", (9, 9))
    mouse(view, "button_release_event", (9, 9), 1)
    assert ring(view).get_visible()
    assert ring(view).get_xydata().tolist() == [[9, 9]]


def test_the_ring_is_seen_on_any_tissue():
    for shade in (0, 1):
        view = positions_view(positions=[(5, 5)], image=np.full((20, 30), shade), display={"vmin": 0, "vmax": 1})
        before = pixels(view).astype(int)
        mouse(view, "motion_notify_event", (5, 5))
        assert np.abs(pixels(view).astype(int) - before).max() > 150


def test_an_undone_drag_does_not_continue():
    view = positions_view(positions=[(5, 5)])
    click(view, (20, 10))
    mouse(view, "button_press_event", (20, 10), 1)
    mouse(view, "motion_notify_event", (22, 10))
    key(view, "ctrl+z")
    mouse(view, "motion_notify_event", (25, 12))
    assert view.positions == [(5, 5), (20, 10)]
    key(view, "ctrl+z")
    assert view.positions == [(5, 5)]


def test_the_limit_finishes_and_then_clicks_do_nothing():
    view = positions_view(limit=2)
    done = []
    view.when_finished(lambda: done.append(1))
    for position in ((5, 5), (20, 10), (25, 15)):
        click(view, position)
    assert done == [1]
    assert view.positions == [(5, 5), (20, 10)]
    key(view, "ctrl+z")
    assert len(view.positions) == 2


def test_clicks_are_drawn():
    view = positions_view(positions=[(5, 5)])
    click(view, (20, 10))
    assert view.positions == [(5, 5), (20, 10)]
    assert difference(view) < 1e-3
    assert "click: add" in view.message.get_text()


@pytest.mark.parametrize("key_name", ["delete", "backspace"])
def test_nothing_is_removed_where_nothing_is_selected(key_name):
    view = positions_view(positions=[(5, 5)])
    key(view, key_name)
    assert view.positions == [(5, 5)]


def test_a_long_message_is_wrapped_and_shortened():
    view = positions_view()
    view.show_message("word " * 500, problem=True)
    _, second = view.message.get_text().split("\n")
    assert second.endswith(" \u2026")
    view.show_message("x" * 500, problem=True)
    assert "\u2026" in view.message.get_text()
    click(view, (5, 5))
    assert view.message.get_text() == view.hint


def test_the_question_mark_explains_and_the_next_click_or_key_does_nothing_else():
    view = positions_view()
    for end in (lambda: click(view, (5, 5)), lambda: key(view, "delete"), lambda: key(view, "?")):
        key(view, "?")
        assert view.help_panel.is_shown
        end()
        assert not view.help_panel.is_shown
        assert view.positions == []
    click(view, (5, 5))
    assert view.positions == [(5, 5)]


def test_the_toolbar_names_the_pixel_under_the_mouse():
    view = positions_view()
    assert view.ax_image.format_coord(4.6, 11.4) == "x = 5, y = 11"
    assert view.ax_image.format_coord(-0.4, -0.5) == "x = 0, y = 0"


def test_a_ruler_has_whole_pixels():
    view = positions_view()
    view.figure.canvas.draw()
    for axis in (view.ax_image.xaxis, view.ax_image.yaxis):
        labels = [float(label.get_text().replace("\N{MINUS SIGN}", "-")) for label in axis.get_ticklabels()]
        assert len(labels) >= 3
        assert labels == [round(label) for label in labels]
