"""Long traces in a figure: no sample that can be seen is lost, at any zoom."""

import pickle

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap._draw import LONG
from optimap.trace import show_traces


def spiky(samples=200_000, traces=3):
    data = np.random.default_rng(0).normal(size=(samples, traces))
    data[123_456 % samples, 1] = 99.0
    return data


def drawn(line):
    line.figure.canvas.draw()
    return line.get_xdata(), line.get_ydata()


def test_a_spike_of_one_sample_is_visible_at_every_zoom():
    data = spiky()
    ax = show_traces(data)
    for width in (200_000, 50_000, 3_000, 200, 10):
        low = 123_456 - width // 3
        ax.set_xlim(low, low + width)
        before_drawing = ax.lines[1].get_ydata()
        assert np.nanmax(before_drawing) == 99.0
        x, y = drawn(ax.lines[1])
        assert y.max() == 99.0
        assert len(x) < 10_000
        assert abs(x[np.argmax(y)] - 123_456) <= max(1, 3 * width / ax.bbox.width)
        assert x[0] <= max(low, 0)
        assert x[-1] >= min(low + width, 199_999)
    ax.set_xlim(0, 10_000)
    assert drawn(ax.lines[1])[1].max() < 10


def test_zoomed_far_in_every_sample_is_drawn():
    data = spiky()
    ax = show_traces(data, fps=1000.0)
    ax.set_xlim(5.0, 5.1)
    x, y = drawn(ax.lines[0])
    inside = (x >= 5.0) & (x <= 5.1)
    np.testing.assert_array_equal(y[inside], data[5000:5101, 0])


def test_limits_are_those_of_all_samples():
    data = spiky()
    ax = show_traces(data)
    assert ax.get_ylim()[1] > 99
    assert ax.get_xlim() == (0, 199_999)


def test_a_saved_picture_has_the_resolution_of_its_own_pixels(tmp_path):
    ax = show_traces(spiky())
    on_screen = len(drawn(ax.lines[0])[0])
    ax.figure.savefig(tmp_path / "a.png", dpi=3 * ax.figure.dpi)
    assert len(ax.lines[0].get_xdata()) > 2 * on_screen


def test_vector_files_have_the_resolution_of_a_print(tmp_path):
    ax = show_traces(spiky())
    ax.figure.savefig(tmp_path / "a.pdf")
    inches = ax.bbox.width / ax.figure.dpi
    assert len(ax.lines[0].get_xdata()) >= 2 * 190 * inches


@pytest.mark.parametrize("x", [np.r_[0, np.arange(LONG + 10)], np.arange(LONG + 11)[::-1]])
def test_traces_on_an_axis_that_does_not_increase_are_drawn_in_full(x):
    ax = show_traces(np.zeros(len(x)), x=x)
    assert len(ax.lines[0].get_xdata()) == len(x)


def test_a_logarithmic_axis_is_drawn_in_full():
    ax = show_traces(spiky(), x=np.arange(1, 200_001))
    ax.set_xscale("log")
    assert len(drawn(ax.lines[0])[0]) == 200_000


def test_a_figure_with_long_traces_can_be_pickled():
    figure = show_traces(spiky(20_000)).figure
    copy = pickle.loads(pickle.dumps(figure))
    assert len(copy.axes[0].lines) == 3


def test_half_floats_are_drawn():
    ax = show_traces(spiky(20_000).astype(np.float16))
    assert ax.lines[0].get_ydata().dtype == np.float32


def test_a_removed_line_is_left_alone():
    ax = show_traces(spiky())
    line = ax.lines[0]
    line.remove()
    kept = line.get_ydata()
    ax.set_xlim(0, 100)
    np.testing.assert_array_equal(line.get_ydata(), kept)
    ax.clear()
    ax.set_xlim(0, 50)
    plt.close(ax.figure)
