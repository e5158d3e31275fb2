"""show_image: an image, drawn pixel by pixel, in a figure that is shown."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap._draw import show_figures
from optimap.image import show_image
from tests.errors import check_error


def test_the_image_is_shown_as_it_is():
    image = np.arange(12.0).reshape(3, 4)
    ax = show_image(image, "title", 1, 5, "viridis")
    shown = ax.images[0]
    np.testing.assert_array_equal(shown.get_array(), image)
    assert (shown.get_clim(), shown.get_cmap().name, ax.get_title()) == ((1, 5), "viridis", "title")
    assert not ax.axison


def test_colour_and_colourbar():
    _, ax = plt.subplots()
    assert show_image(np.zeros((3, 4, 3)), ax=ax, alpha=0.5) is ax
    assert ax.images[0].get_alpha() == 0.5
    ax = show_image(np.eye(3), show_colorbar=True, colorbar_title="counts")
    assert ax.images[0].colorbar.ax.get_ylabel() == "counts"


@pytest.mark.parametrize("shape", [(3,), (5, 6, 7), (2, 3, 4, 5)])
def test_arrays_that_are_not_images_are_errors(shape):
    check_error(lambda: show_image(np.zeros(shape)), ValueError, "image", "give an image")


@pytest.mark.parametrize(
    ("kwargs", "error", "argument", "message"),
    [
        ({"image": [["a"]]}, TypeError, "image", "image holds <U1 values: give an image of real numbers"),
        ({"cmap": "nope"}, ValueError, "cmap", "cmap = 'nope' is not a colour map"),
        ({"cmap": 3}, ValueError, "cmap", "cmap = 3 is not a colour map"),
        ({"vmin": "a"}, ValueError, "vmin", "vmin = 'a': it must be a finite number"),
        ({"vmax": np.nan}, ValueError, "vmax", "vmax = nan: it must be a finite number"),
        ({"interpolation": "zz"}, ValueError, "interpolation", "interpolation = 'zz' is not accepted by matplotlib"),
        ({"ax": 3}, TypeError, "ax", "ax = 3: give matplotlib Axes"),
        ({"vmin": 3, "vmax": 1}, ValueError, "vmin", "vmin = 3 is more than vmax = 1: swap them"),
    ],
)
def test_wrong_arguments_are_errors_before_a_figure_is_made(kwargs, error, argument, message):
    check_error(lambda: show_image(**{"image": np.eye(3), **kwargs}), error, argument, message)
    assert not plt.get_fignums()


def test_an_unknown_keyword_is_an_error_as_in_matplotlib():
    with pytest.raises(AttributeError, match="foo = 1 is not accepted by matplotlib"):
        show_image(np.eye(3), foo=1)
    assert not plt.get_fignums()


def test_new_figures_are_shown_if_there_is_a_screen(monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(1))
    show_figures()
    assert not shown  # this backend writes files only
    monkeypatch.setattr(plt, "get_backend", lambda: "QtAgg")
    show_image(np.eye(3))
    assert shown
    _, ax = plt.subplots()
    show_image(np.eye(3), ax=ax)
    assert len(shown) == 1


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
def test_an_image_without_pixels(shape):
    check_error(lambda: show_image(np.zeros(shape)), ValueError, "image", "has no pixels: give at least one")
