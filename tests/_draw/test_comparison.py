"""compare_traces: signals of different scale, and many positions."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from optimap._draw import default_colors
from optimap.trace import compare_traces, extract_traces
from tests.errors import check_error

RNG = np.random.default_rng(0)
VOLTAGE, CALCIUM = 40000 + 900 * RNG.normal(size=(60, 12, 12)), 2000 + 30 * RNG.normal(size=(50, 12, 12))
VIDEOS = [VOLTAGE, CALCIUM]
MANY = [(i, 11 - i) for i in range(12)]


def test_raw_by_default():
    ax = compare_traces(VIDEOS, (3, 4))
    for line, video in zip(ax.lines, VIDEOS, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), extract_traces(video, (3, 4)))
    assert ax.get_ylabel() == "Intensity"


def test_normalized_from_minimum_to_maximum():
    holed = VOLTAGE.copy()
    holed[5] = np.nan
    for ax in compare_traces([holed, CALCIUM], [(3, 4), (5, 6)], scale="normalized"):
        for line in ax.lines:
            assert (np.nanmin(line.get_ydata()), np.nanmax(line.get_ydata())) == (0, 1)
        assert ax.get_ylabel() == "Normalized"


def test_constant_traces_are_normalized_to_something_finite():
    ax = compare_traces([np.full((9, 4, 4), 5.0), np.zeros((9, 4, 4))], (1, 1), scale="normalized")
    assert np.isfinite([line.get_ydata() for line in ax.lines]).all()


def test_twin_axes_in_the_colours_of_the_videos():
    axs = compare_traces(VIDEOS, [(3, 4), (5, 6)], ["voltage", "calcium"], fps=500, scale="twin")
    assert axs.shape == (2,)
    twins = axs[0].figure.axes[2:]
    for left, right, position in zip(axs, twins, [(3, 4), (5, 6)], strict=True):
        np.testing.assert_array_equal(left.lines[0].get_ydata(), extract_traces(VOLTAGE, position))
        np.testing.assert_array_equal(right.lines[0].get_ydata(), extract_traces(CALCIUM, position))
        assert (left.get_ylabel(), right.get_ylabel()) == ("voltage", "calcium")
        assert [to_rgba(ax.yaxis.label.get_color()) for ax in (left, right)] == [to_rgba(c) for c in default_colors(2)]
        assert left.get_xlim() == right.get_xlim() == (0, 59 / 500)
    assert [text.get_text() for text in axs[0].figure.legends[0].get_texts()] == ["voltage", "calcium"]


def test_more_than_eight_positions_are_stacked_in_one_panel():
    axs = compare_traces(VIDEOS, MANY, ["voltage", "calcium"], scale="normalized")
    assert axs.shape == (12,)
    assert len({*axs}) == 1 == len(axs[0].figure.axes)
    assert len(axs[0].lines) == 24
    drawn = [line.get_ydata() for line in axs[0].lines]
    np.testing.assert_allclose(
        drawn[0] - drawn[0].min(), compare_traces(VIDEOS, MANY[0], scale="normalized").lines[0].get_ydata()
    )
    for upper, lower in pairwise(drawn[:12]):
        assert upper.min() >= lower.max()
    assert [text.get_text() for text in axs[0].texts][:12] == [f"({x}, {y})" for x, y in MANY]
    assert [text.get_text() for text in axs[0].figure.legends[0].get_texts()] == ["voltage", "calcium"]
    thirteen = compare_traces(VIDEOS, [*MANY, (0, 0)])[0]
    assert [text.get_text() for text in thirteen.texts][:13] == [str(i) for i in range(1, 14)]


def test_stacked_or_not_as_told():
    assert len(compare_traces(VIDEOS, MANY[:3], stack=True)[0].lines) == 6
    assert len({*compare_traces(VIDEOS, MANY[:9], stack=False)}) == 9
    _, ax = plt.subplots()
    assert compare_traces(VIDEOS, MANY[:3], stack=True, axs=[ax])[2] is ax
    _, axs = plt.subplots(9)
    assert list(compare_traces(VIDEOS, MANY[:9], axs=axs)) == list(axs)


@pytest.mark.parametrize(
    ("kwargs", "argument", "message"),
    [
        ({"scale": "loud"}, "scale", "scale = 'loud': it must be 'raw', 'normalized' or 'twin'"),
        ({"videos": [VOLTAGE], "scale": "twin"}, "scale", "has two axes for 1 video: give scale='normalized'"),
        ({"scale": "twin", "stack": True}, "stack", "does not go with scale='twin'"),
        ({"scale": "twin", "scale_bar": True}, "scale_bar", "does not go with scale='twin'"),
        ({"coords": None, "stack": True}, "stack", "give coords="),
        ({"stack": True, "axs": [1, 2]}, "axs", "axs has 2 entries for stacked traces: give one Axes"),
    ],
)
def test_what_cannot_be_drawn_is_refused(kwargs, argument, message):
    check_error(
        lambda: compare_traces(**{"videos": VIDEOS, "coords": MANY[:2], **kwargs}), ValueError, argument, message
    )
    assert not plt.get_fignums()
