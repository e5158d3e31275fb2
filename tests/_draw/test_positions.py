"""show_positions: dots on an image."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba, to_rgba_array

from optimap._draw import default_colors
from optimap.trace import (
    show_positions,
)
from tests.errors import check_error


def dots(ax):
    return np.concatenate([c.get_offsets() for c in ax.collections])


def test_every_position_is_drawn_over_the_image():
    image = np.random.default_rng(0).random((6, 8))
    ax = show_positions([(1, 2), (3.5, 4), (7, 5)], image, cmap="viridis", vmin=0.1, vmax=0.9)
    np.testing.assert_array_equal(dots(ax), [(1, 2), (3.5, 4), (7, 5)])
    shown = ax.images[0]
    np.testing.assert_array_equal(shown.get_array(), image)
    assert (shown.get_cmap().name, shown.get_clim(), shown.get_interpolation()) == ("viridis", (0.1, 0.9), "none")


def test_one_position_or_none_can_be_drawn():
    np.testing.assert_array_equal(dots(show_positions((1, 2))), [(1, 2)])
    assert not show_positions([]).collections


def test_without_an_image_the_origin_is_at_the_top_left():
    ax = show_positions([(1, 2), (3, 4)])
    assert ax.yaxis_inverted()
    assert ax.get_aspect() == 1


def test_an_image_of_two_columns_is_an_image():
    ax = show_positions([(1, 2), (0, 0)], np.zeros((5, 2)))
    assert ax.images[0].get_array().shape == (5, 2)
    assert len(dots(ax)) == 2


def test_colours_and_sizes():
    ax = show_positions([(1, 2), (3, 4)], color=["red", "blue"], size=[10, 20])
    scatter = ax.collections[0]
    np.testing.assert_array_equal(scatter.get_facecolors(), [to_rgba("red"), to_rgba("blue")])
    np.testing.assert_array_equal(scatter.get_sizes(), [10, 20])
    crosses = show_positions([(1, 2), (3, 4)], color="red", marker="x").collections[0]
    np.testing.assert_array_equal(crosses.get_edgecolors()[0], to_rgba("red"))
    default = show_positions([(1, 2), (3, 4)]).collections[0]
    np.testing.assert_array_equal(default.get_facecolors(), to_rgba_array(default_colors(2)))
    hollow = show_positions([(1, 2)], facecolors="none", edgecolors="red").collections[0]
    assert len(hollow.get_facecolors()) == 0
    _, ax = plt.subplots()
    assert show_positions([(1, 2)], ax=ax, alpha=0.5, c="green") is ax


@pytest.mark.parametrize(
    ("args", "kwargs", "argument", "message"),
    [
        ([[(1, 2, 3)]], {}, "positions[0]", r"positions\[0\] = \(1, 2, 3\)"),
        ([[(1, 2)], np.zeros((3, 4, 5))], {}, "image", "image has shape .* give one frame"),
        ([[(1, 2)]], {"size": [1, 2]}, "size", r"size has shape \(2,\) for 1 position"),
        ([[(1, 2)]], {"color": ["r", "g"]}, "color", "color has 2 entries for 1 position"),
        ([[(1, 2)]], {"color": "r", "c": "g"}, "color", "color is given together with c"),
        ([[(1, 2)]], {"size": -1}, "size", "size = -1"),
        ([[(1, 2)]], {"marker": "zz"}, "marker", "marker = 'zz' is not accepted by matplotlib"),
        ([np.eye(5) > 0], {"size": 3}, "size", "is the area of dots, but regions have outlines: leave size out"),
        ([np.eye(5) > 1], {}, "positions", "positions: region 0 .* is empty"),
        ([np.zeros((5, 5), int)], {}, "positions", "positions holds no regions: give at least one region to draw"),
        ([[(1, 2)]], {"cmap": "nope"}, "cmap", "cmap = 'nope' is not a colour map"),
    ],
)
def test_wrong_positions_are_refused(args, kwargs, argument, message):
    check_error(lambda: show_positions(*args, **kwargs), ValueError, argument, message)
    assert not plt.get_fignums()


def test_an_unknown_keyword_is_an_error_as_in_matplotlib():
    with pytest.raises(AttributeError, match="foo = 1 is not accepted by matplotlib"):
        show_positions([(1, 2)], foo=1)
    assert not plt.get_fignums()


def test_dots_with_a_face_of_their_own_keep_the_colours_at_their_edges():
    rings = show_positions([(1, 2), (3, 4)], facecolors="none").collections[0]
    np.testing.assert_array_equal(rings.get_edgecolors(), to_rgba_array(default_colors(2)))


def test_axes_that_show_an_image_already_are_left_as_they_are():
    _, ax = plt.subplots()
    ax.imshow(np.eye(5), aspect="auto")
    show_positions([(1, 2)], ax=ax)
    assert ax.get_aspect() == "auto"
