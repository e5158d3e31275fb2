"""What all drawing functions share: checks of images, scales, axes and colours, and new figures that appear."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import Normalize

from optimap._draw import (
    as_image,
    as_traces,
    check_axes,
    check_scale,
    default_colors,
    new_axes,
    parse_colors,
    show_figures,
)
from tests.errors import check_error


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 3), (3, 4, 4)])
def test_grey_and_colour_images_stay_as_they_are(shape):
    image = np.arange(np.prod(shape)).reshape(shape)
    assert as_image(image) is image
    masked = np.ma.masked_equal(image, 3)
    assert as_image(masked) is masked


@pytest.mark.parametrize(
    ("call", "error", "argument", "message"),
    [
        (lambda: as_image([["a"]], "picture"), TypeError, "picture", "picture holds <U1 values: give an image of real"),
        (
            lambda: as_image(np.zeros((9, 5, 6))),
            ValueError,
            "image",
            "for a video, give one frame, for example image",
        ),
        (
            lambda: as_image([[1, 2], [3]]),
            ValueError,
            "image",
            "image is not an image, or its rows differ in length: give",
        ),
        (lambda: as_traces([[1, 2], [3]]), ValueError, "traces", r"traces is ragged, .*: give one trace \(T,\)"),
        (lambda: as_image([1, 2]), ValueError, "image", r"image has shape \(2,\): give an image \(H, W\)"),
        (lambda: check_scale("nope", None, None), ValueError, "cmap", "cmap = 'nope' is not a colour map"),
        (lambda: check_scale(None, "low", None), ValueError, "vmin", "vmin = 'low': it must be a finite number"),
        (lambda: check_scale(None, None, [1, 2]), ValueError, "vmax", r"vmax = \[1, 2\]: it must be a finite number"),
        (lambda: check_scale(None, 2, 1), ValueError, "vmin", "vmin = 2 is more than vmax = 1: swap them"),
        (lambda: check_axes(3, "axis"), TypeError, "axis", "axis = 3: give matplotlib Axes"),
        (lambda: parse_colors("reddish", 2), ValueError, "colors", "colors = 'reddish' is not a colour"),
        (lambda: parse_colors(3, 2), ValueError, "colors", "colors = 3 is not a colour"),
        (lambda: parse_colors(["r"], 2), ValueError, "colors", "colors has 1 entry for 2 traces"),
        (lambda: parse_colors(["r", "x!"], 2, "c"), ValueError, r"c[1]", r"c\[1\] = 'x!' is not a colour"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(call, error, argument, message):
    check_error(call, error, argument, message)
    assert not plt.get_fignums()


@pytest.mark.parametrize("scale", [(None, None, None), ("viridis", 0, 1), (plt.get_cmap("gray"), np.float32(1), 1)])
def test_scales_that_matplotlib_draws_are_accepted(scale):
    check_scale(*scale)
    assert plt.imshow(np.eye(3), cmap=scale[0], norm=Normalize(*scale[1:])) is not None


def test_one_colour_for_all_or_one_for_each():
    assert parse_colors("red", 2) == ["red", "red"]
    assert parse_colors((0, 1, 0), 2) == [(0, 1, 0), (0, 1, 0)]
    assert parse_colors(["red", None, (0, 1, 0)], 3) == ["red", default_colors(2)[1], (0, 1, 0)]


def test_new_axes_keep_their_labels_inside_the_figure():
    axs = new_axes(nrows=2)
    assert axs.shape == (2,)
    assert axs[0].figure.get_constrained_layout()


def test_only_a_backend_with_a_screen_shows_figures(monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(1))
    show_figures()
    assert not shown
    monkeypatch.setattr(plt, "get_backend", lambda: "QtAgg")
    show_figures()
    assert shown
