"""show_regions: outlines along the edges of pixels."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_rgba

from optimap._draw import outlines
from optimap.trace import extract_traces, regions, show_regions
from tests.errors import check_error

VIDEO = np.random.default_rng(1).integers(0, 999, (20, 6, 8))
LABELS = np.zeros((6, 8), int)
LABELS[1:3, 1:4], LABELS[4:, 3:] = 1, 5


def unit_edges(path):
    """Return the sides of pixels that an outline covers, each as its middle."""
    middles = []
    for (x0, y0), (x1, y1) in path.vertices.reshape(-1, 2, 2):
        length = round(abs(x1 - x0) + abs(y1 - y0))
        assert length >= 1
        steps = (np.arange(length) + 0.5) / length
        middles += [(x0 + s * (x1 - x0), y0 + s * (y1 - y0)) for s in steps]
    assert len(set(middles)) == len(middles)
    return set(middles)


@given(arrays(bool, st.tuples(*[st.integers(1, 7)] * 2)))
def test_an_outline_is_every_side_between_a_pixel_of_the_region_and_another(mask):
    if not mask.any():
        return
    (path,) = outlines(regions(mask).spans())
    padded = np.pad(mask, 1)
    expected = set()
    for y, x in np.argwhere(padded):
        for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            if not padded[y + dy, x + dx]:
                expected.add((x - 1 + dx / 2, y - 1 + dy / 2))
    assert unit_edges(path) == expected


def test_a_rectangle_has_four_sides():
    (path,) = outlines(regions(LABELS == 1).spans())
    corners = {tuple(v) for v in path.vertices.tolist()}
    assert corners == {(0.5, 0.5), (3.5, 0.5), (0.5, 2.5), (3.5, 2.5)}
    assert len(path.vertices) == 8


def test_overlapping_regions_keep_their_own_outlines():
    first, second = np.zeros((2, 6, 8), bool)
    first[1:4, 1:5], second[2:6, 3:] = True, True
    together = outlines(regions(np.stack([first, second])).spans())
    for path, mask in zip(together, (first, second), strict=True):
        (alone,) = outlines(regions(mask).spans())
        assert unit_edges(path) == unit_edges(alone)


def test_colours_are_those_of_the_traces():
    _, axs = plt.subplots(ncols=2)
    show_regions(LABELS, VIDEO[0], ax=axs[0])
    extract_traces(VIDEO, LABELS, ax=axs[1])
    drawn = axs[0].collections[0].get_edgecolor()
    np.testing.assert_array_equal(drawn, [to_rgba(line.get_color()) for line in axs[1].lines])
    assert [text.get_text() for text in axs[0].texts] == ["label_1", "label_5"]
    assert [line.get_label() for line in axs[1].lines] == ["label_1", "label_5"]
    np.testing.assert_array_equal(axs[0].images[0].get_array(), VIDEO[0])


def test_colours_and_style_may_be_chosen():
    ax = show_regions(LABELS, color=["red", "C7"], linewidths=3, names=False)
    np.testing.assert_array_equal(ax.collections[0].get_edgecolor(), [to_rgba("red"), to_rgba("C7")])
    assert ax.collections[0].get_linewidth() == [3]
    assert len(ax.texts) == 0
    assert ax.yaxis_inverted()
    np.testing.assert_array_equal(show_regions(LABELS, color="k").collections[0].get_edgecolor(), [to_rgba("k")] * 2)


def test_the_view_is_the_frame_or_the_regions():
    ax = show_regions(LABELS)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-0.5, 7.5), (5.5, -0.5))
    ax = show_regions([[(100, 50), (120, 50), (120, 60)]])
    assert 90 < ax.get_xlim()[0] < 100
    assert ax.get_ylim()[0] > 59.5
    assert 45 < ax.get_ylim()[1] < 50


def test_more_than_twelve_regions_are_numbered():
    twelve = np.arange(1, 13).reshape(3, 4)
    assert [text.get_text() for text in show_regions(twelve).texts] == [f"label_{i}" for i in range(1, 13)]
    labels = np.arange(1, 61).reshape(6, 10)
    ax = show_regions(labels)
    assert len(ax.collections[0].get_paths()) == 60
    assert [text.get_text() for text in ax.texts] == [str(i) for i in range(1, 61)]
    assert len(show_regions(labels, names=False).texts) == 0
    _, axes = plt.subplots()
    extract_traces(np.zeros((4, 6, 10)), labels, ax=axes)
    assert axes.get_legend() is None
    assert [text.get_text() for text in axes.texts][:60] == [str(i) for i in range(1, 61)]


def test_hundreds_of_regions_have_no_numbers():
    assert len(show_regions(np.arange(1, 201).reshape(10, 20)).texts) == 0


@pytest.mark.parametrize(
    ("kwargs", "error", "argument", "message"),
    [
        ({"regions": LABELS, "image": np.zeros((5, 8))}, ValueError, "regions", r"regions has shape \(6, 8\)"),
        (
            {"regions": regions(LABELS), "image": np.zeros((5, 8))},
            ValueError,
            "regions",
            r"regions belong to frames of shape",
        ),
        ({"regions": LABELS, "image": VIDEO}, ValueError, "image", "image has shape"),
        ({"regions": LABELS, "color": ["r"]}, ValueError, "color", "color has 1 entry for 2 regions"),
        ({"regions": LABELS, "ax": 3}, TypeError, "ax", "ax = 3"),
        ({"regions": LABELS == 9}, ValueError, "regions", "regions: region 0 .* is empty"),
        ({"regions": []}, ValueError, "regions", "regions holds no regions: give at least one region to draw"),
        ({"regions": LABELS * 0}, ValueError, "regions", "regions holds no regions"),
        ({"regions": LABELS, "foo": 3}, TypeError, "foo", r"foo = 3 is not accepted by matplotlib \(.*'foo'"),
        ({"regions": LABELS, "alpha": 3}, ValueError, "alpha", r"alpha = 3 is not accepted by matplotlib \(alpha"),
        (
            {"regions": LABELS, "names": ["a", "b"]},
            TypeError,
            "names",
            r"names = \['a', 'b'\]: .*name regions with .*regions\(..., names=\)",
        ),
        ({"regions": LABELS, "cmap": "nope"}, ValueError, "cmap", "cmap = 'nope' is not a colour map"),
    ],
)
def test_wrong_arguments_are_errors_before_a_figure_is_made(kwargs, error, argument, message):
    check_error(lambda: show_regions(**kwargs), error, argument, message)
    assert not plt.get_fignums()
