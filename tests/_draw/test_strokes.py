"""Strokes of noise: column by column they cover what matplotlib's strokes cover; all other lines are matplotlib's."""

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from optimap._draw import ColumnStrokes

T = np.arange(2000)
NOISE = np.random.default_rng(0).normal(size=len(T))


def drawn(x, y, *effects, box=(0, 0, 1, 1), limits=None, **style):
    """Return how opaque each pixel is after a line was drawn, and the axes."""
    figure = Figure(figsize=(4, 3))
    canvas = FigureCanvasAgg(figure)
    figure.patch.set_visible(False)
    ax = figure.add_axes(box)
    ax.set_axis_off()
    ax.set(xlim=limits or (x.min(), x.max()), ylim=(-6, 6))
    ax.plot(x, y, path_effects=list(effects), **{"color": "blue", "linewidth": 1, **style})
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy(), ax


@pytest.mark.parametrize("seed", range(3))
def test_each_column_is_filled_as_far_as_the_line_goes_there(seed):
    noise = np.random.default_rng(seed).normal(size=len(T))
    pixels, ax = drawn(T, noise, ColumnStrokes())
    x, y = ax.transData.transform(np.stack([T, noise], axis=1)).T
    fine = np.linspace(0, 400, 400 * 500 + 1)[1:-1]  # through all points of the line, in pixels
    places = np.interp(np.sort(np.r_[fine, x]), x, y)
    column = np.minimum(np.sort(np.r_[fine, x]).astype(int), 399)
    half = 100 / 72 / 2
    for i in range(400):
        filled = np.flatnonzero(pixels[:, i, 3] == 255)
        here = places[column == i]
        assert abs(filled[0] - (300 - here.max() - half)) <= 2
        assert abs(filled[-1] + 1 - (300 - here.min() + half)) <= 2
        assert len(filled) == filled[-1] + 1 - filled[0]


@pytest.mark.parametrize("width", [0.5, 1.0, 2.2, 4.5])
def test_noise_is_as_dark_as_drawn_by_matplotlib(width):
    (ours, _), (theirs, _) = (drawn(T, NOISE, *effects, linewidth=width) for effects in ([ColumnStrokes()], []))
    assert not np.array_equal(ours, theirs)
    assert abs(ours[..., 3].mean() - theirs[..., 3].mean()) < 5
    assert np.abs(ours.astype(int) - theirs)[..., 3].mean() < 15


def test_no_peak_is_lost_and_each_ends_where_the_signal_does():
    signal = 0.2 * NOISE
    signal[700], signal[1301] = 5, -5
    pixels, ax = drawn(T, signal, ColumnStrokes())
    for sample in (700, 1301):
        x, y = ax.transData.transform((sample, signal[sample]))
        row = len(pixels) - y
        rows = np.flatnonzero(pixels[:, int(x), 3])
        assert min(abs(rows[0] - row), abs(rows[-1] + 1 - row)) <= 2


OTHERS = {
    "beats": np.where(T % 200 < 20, 1.0, 0.0),
    "a wave": 4 * np.sin(T / 3),
    "a gap": np.where(T == 900, np.nan, NOISE),
    "infinite": np.where((T == 900) | (T == 901), np.inf, NOISE),
    "little noise": 0.1 * NOISE,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_lines_are_those_of_matplotlib(name):
    (ours, _), (theirs, _) = (drawn(T, OTHERS[name], *effects) for effects in ([ColumnStrokes()], []))
    assert np.abs(ours.astype(int) - theirs)[..., 3].mean() < 4  # where pieces meet, edges are blended twice


@pytest.mark.parametrize("style", [{"linestyle": "--"}, {"clip_on": False}])
def test_dashes_and_lines_without_a_frame_are_those_of_matplotlib(style):
    (ours, _), (theirs, _) = (drawn(T[:300], NOISE[:300], *effects, **style) for effects in ([ColumnStrokes()], []))
    assert np.abs(ours.astype(int) - theirs)[..., 3].mean() < 12  # dashes begin again in each piece


def test_another_clip_path_is_kept():
    from matplotlib.patches import Circle

    pictures = []
    for effects in ([ColumnStrokes()], []):
        figure = Figure(figsize=(4, 3))
        canvas = FigureCanvasAgg(figure)
        ax = figure.add_axes((0, 0, 1, 1), xlim=(0, 2000), ylim=(-6, 6))
        (line,) = ax.plot(T, NOISE, path_effects=effects)
        line.set_clip_path(Circle((200, 150), 50, transform=None))
        canvas.draw()
        pictures.append(np.asarray(canvas.buffer_rgba()).astype(int))
    assert np.abs(pictures[0] - pictures[1]).mean() < 1


def test_a_line_to_the_left_is_that_of_matplotlib():
    x = T.copy()
    x[1000] = 0
    (ours, _), (theirs, _) = (drawn(x, NOISE, *effects) for effects in ([ColumnStrokes()], []))
    assert np.abs(ours.astype(int) - theirs)[..., 3].mean() < 12


@pytest.mark.parametrize("limits", [(500, 700), (-3000, 3000), (1999, 2500), (3000, 4000)])
def test_nothing_is_drawn_outside_the_axes(limits):
    pixels, ax = drawn(T, 3 * NOISE, ColumnStrokes(), box=(0.3, 0.2, 0.4, 0.5), limits=limits)
    left, bottom, right, top = np.round(ax.bbox.extents).astype(int)
    inside = np.zeros(pixels.shape[:2], bool)
    inside[len(pixels) - top : len(pixels) - bottom, left:right] = True
    assert not pixels[~inside][:, 3].any()
    assert pixels[inside][:, 3].any() == (limits[0] <= T[-1])


def test_opacity_is_that_of_the_line():
    for style in ({"alpha": 0.5}, {"color": (0, 0, 1, 0.5)}):
        pixels, _ = drawn(T, NOISE, ColumnStrokes(), **style)
        assert pixels[..., 3].max() == 128


def test_vector_files_get_a_path():
    _, ax = drawn(T, NOISE, ColumnStrokes())
    written = io.BytesIO()
    ax.figure.savefig(written, format="svg")
    assert b"<image" not in written.getvalue()
    assert written.getvalue().count(b"L ") >= len(T) // 2
