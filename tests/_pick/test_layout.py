"""Windows of any size: nothing overlaps, nothing is cut off, and texts are as wide as they may be."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backend_bases import ResizeEvent

from optimap._pick import ComparisonView, shortened, text_width, wrapped
from tests._pick.views import VIDEO, drawing, key, positions_view, traced, traces_view

SIZES = [(6.4, 4.8), (8, 6), (19.2, 10.8)]  # inches at 100 pixels an inch
NAME = "a_long_name_of_a_recording_2026-11-26_camera_1_voltage.tif"
KINDS = {
    "positions": lambda: positions_view([(5, 5)], title=NAME),
    "colour scale": lambda: positions_view([(5, 5)], display={"cmap": "gray", "colorbar": "Fluorescence"}),
    "traces": lambda: traces_view(positions=[(5, 5), (25, 15)], title=NAME),
    "large values": lambda: traces_view(videos=[VIDEO * 65.0], positions=[(5, 5), (25, 15)], time_label="Time [s]"),
    "small values": lambda: traces_view(videos=[VIDEO * -1e-7], positions=[(5, 5)], window="disc"),
    "drawing": lambda: drawing(title=NAME),
    "drawing with traces": lambda: traced(title=NAME),
    "comparison": lambda: traces_view(ComparisonView, (VIDEO, VIDEO[:40]), positions=[(25, 15)], limit=1, title=NAME),
}


def resize(view, size):
    view.figure.set_size_inches(size)
    ResizeEvent("resize_event", view.figure.canvas)._process()
    view.figure.canvas.draw()


def boxes(view):
    """Return the boxes of all texts that are drawn, except those at points, and of the axes, in pixels."""
    texts = list(view.figure.texts)
    for ax in view.figure.axes:
        if ax.get_visible():
            texts += [ax.title, ax._left_title, ax._right_title]
            texts += () if ax is view.ax_image else ax.texts
            for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
                texts += [axis.label, axis.offsetText, *tick_labels(axis)]
    renderer = view.figure.canvas.get_renderer()
    found = {text: text.get_window_extent(renderer) for text in texts if text.get_visible() and text.get_text()}
    return found, {ax: ax.bbox for ax in view.figure.axes if ax.get_visible()}


def tick_labels(axis):
    """Return the labels of the ticks that are within the limits; matplotlib keeps a few others."""
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_overlaps_and_nothing_is_cut_off(kind, size):
    view = KINDS[kind]()
    resize(view, size)
    texts, axes = boxes(view)
    assert texts
    width, height = view.figure.bbox.size
    for text, box in texts.items():
        inside = -0.5 <= box.x0 <= box.x1 <= width + 0.5 and -0.5 <= box.y0 <= box.y1 <= height + 0.5
        assert inside, f"{text} is cut off"
    title, beside = texts.get(view.ax_image.title), view.layout.width(view.ax_image) * view.figure.dpi
    assert title is None or title.x1 <= beside + 0.5, "the title reaches into what is redrawn on its own"
    for (a, one), (b, other) in itertools.combinations([*texts.items(), *axes.items()], 2):
        if getattr(a, "axes", None) is b and a in b.texts:  # the name of a button is on it
            continue
        overlap = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(overlap) < 1.5, f"{a} and {b} overlap"
    assert all(min(box.width, box.height) > 100 for box in list(axes.values())[:1])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["positions", "traces", "drawing", "drawing with traces"])
def test_the_help_fits_into_the_window(kind, size):
    view = KINDS[kind]()
    key(view, "?")
    resize(view, size)
    (panel,) = (text for text in view.figure.texts if "undo, redo" in text.get_text())
    box = panel.get_bbox_patch().get_window_extent(view.figure.canvas.get_renderer())
    assert 0 <= box.x0 < box.x1 <= view.figure.bbox.width
    assert 0 <= box.y0 < box.y1 <= view.figure.bbox.height
    assert " ".join(panel.get_text().split()).count("nothing") == 1  # not a word is left out


def test_what_is_drawn_live_is_what_a_full_draw_shows_after_a_resize():
    view = traces_view(positions=[(5, 5)])
    resize(view, (6.4, 4.8))
    view.picker.add((20, 10))
    live = np.asarray(view.figure.canvas.buffer_rgba()).copy()
    view.figure.canvas.draw()
    assert (live != np.asarray(view.figure.canvas.buffer_rgba())).any(axis=-1).mean() < 1e-3


@given(st.text("abcdefghij .-_mW", min_size=1, max_size=80), st.floats(0.5, 6))
def test_shortened_texts_have_both_ends_and_fit(text, width):
    short = shortened(text, width, 10)
    assert text_width(short, 10) <= width or len(short) <= 4
    if short != text:
        start, end = short.split("\u2026")
        assert text.startswith(start)
        assert text.endswith(end)
        assert text_width(text, 10) > width


def test_wrapped_texts_keep_their_words():
    text = "not picked: the window at (3, 4) holds no pixel that is inside of the mask"
    rows = wrapped(text, 3, 10, lines=5).split("\n")
    assert " ".join(rows) == text
    assert len(rows) > 1
    assert max(text_width(row, 10) for row in rows) <= 3
