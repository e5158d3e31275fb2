"""Masks by a threshold, against the published package's numbers, and their figure."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from optimap import background_mask, foreground_mask, show_mask
from optimap._base import ArgumentError
from optimap.image import detect_background_threshold
from tests.errors import check_error


def tissue():
    """Return a bright disc on a dark background, with noise."""
    rng = np.random.default_rng(0)
    inside = np.hypot(*np.mgrid[-64:64, -64:64]) < 40
    return np.where(inside, rng.normal(2000, 300, (128, 128)), rng.normal(300, 40, (128, 128))).clip(0), inside


@pytest.mark.parametrize(
    ("convert", "published"),
    [
        (lambda image: image.astype(np.uint16), 716.5),
        (lambda image: (image / 16).astype(np.uint8), 44.5),
        (lambda image: image.astype(np.float32), 716.8),
        (lambda image: (image / 4000).astype(np.float32), 0.1792),
    ],
)
def test_the_threshold_is_that_of_the_published_package(convert, published):
    image, inside = tissue()
    found = detect_background_threshold(convert(image))
    assert found == pytest.approx(published, rel=1e-3)
    mask, threshold = background_mask(convert(image), show=False, return_threshold=True)
    assert threshold == found
    assert (mask != inside).all()


def test_signed_integers_and_missing_pixels():
    image, inside = tissue()
    image[:5, :5] = np.nan
    mask = background_mask(image, show=False)
    assert (mask == ~inside).all()  # what is missing is background
    assert (foreground_mask(np.nan_to_num(image).astype(np.int32), show=False) == inside).all()


def test_every_pixel_is_in_one_of_the_two():
    image = np.array([[1, 2, 3]])
    assert background_mask(image, threshold=2, show=False).tolist() == [[True, False, False]]
    assert foreground_mask(image, threshold=2, show=False).tolist() == [[False, True, True]]


def test_one_brightness_has_no_threshold():
    for flat in (np.full((4, 4), 7), np.full((4, 4), 0.5)):
        check_error(lambda flat=flat: background_mask(flat), ArgumentError, "image", "give threshold=")


def test_the_figure():
    mask = np.eye(3, dtype=bool)
    ax = show_mask(mask, np.ones((3, 3)), title="a", color="blue", alpha=0.4)
    layer = ax.images[1].get_array()
    assert layer[0, 0].tolist() == list(to_rgba("blue", 0.4))
    assert layer[0, 1, 3] == 0
    assert ax.get_title() == "a"
    assert show_mask(mask, ax=ax) is ax
    assert ax.images[2].get_array()[0, 0, 3] == 1  # alone, it is opaque


def test_the_title_says_the_threshold():
    import matplotlib.pyplot as plt

    background_mask(np.array([[1, 5]]), threshold=2.5)
    assert plt.gcf().axes[0].get_title() == "Threshold 2.5"


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: background_mask(np.zeros((2, 2, 2, 2))), "image"),
        (lambda: background_mask(np.zeros((2, 2, 3))), "image"),
        (lambda: background_mask(np.eye(2), threshold="5"), "threshold"),
        (lambda: background_mask(np.eye(2), threshold=np.nan), "threshold"),
        (lambda: background_mask(np.eye(2), show="no"), "show"),
        (lambda: background_mask(np.eye(2), 0.5, False, colour="red"), "colour"),
        (lambda: show_mask(np.arange(4).reshape(2, 2)), "mask"),
        (lambda: show_mask(np.ones(3)), "mask"),
        (lambda: show_mask(np.eye(2), np.zeros((3, 3))), "image"),
        (lambda: show_mask(np.eye(2), color="x"), "color"),
        (lambda: show_mask(np.eye(2), alpha=2), "alpha"),
    ],
)
def test_wrong_arguments(call, argument):
    check_error(call, ArgumentError, argument, "give|must be")


@pytest.mark.parametrize("exponent", [1010, -1050])
def test_the_threshold_of_numbers_of_any_size(exponent):
    """Times a power of two, which changes no digit."""
    image = np.random.default_rng(0).integers(0, 2**12, (30, 40)) * 1.0
    image[:, 20:] += 2**12
    expected = np.ldexp(detect_background_threshold(image), exponent)
    assert detect_background_threshold(np.ldexp(image, exponent)) == pytest.approx(expected, rel=1e-3)
    assert detect_background_threshold(np.ldexp(image.astype(np.longdouble), exponent)) == pytest.approx(
        expected, rel=1e-3
    )


def test_masks_without_pixels_are_not_drawn():
    check_error(lambda: show_mask(np.zeros((0, 5), bool)), ArgumentError, "mask", "has no pixels: give at least one")
