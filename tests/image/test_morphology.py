"""Masks made larger, smaller and whole, against SciPy; images smoothed with gaps."""

import numpy as np
import pytest
from scipy import ndimage

from optimap import image
from optimap._base import ArgumentError
from tests.errors import check_error

MASK = np.random.default_rng(0).random((20, 30)) < 0.6
FULL = np.ones((3, 3))


@pytest.mark.parametrize("iterations", [1, 3])
@pytest.mark.parametrize("structure", [None, FULL])
@pytest.mark.parametrize("border", [0, 1])
@pytest.mark.parametrize("name", ["erosion", "dilation"])
def test_the_results_are_those_of_scipy(name, iterations, structure, border):
    ours = {"erosion": image.erode_mask, "dilation": image.dilate_mask}[name]
    expected = getattr(ndimage, f"binary_{name}")(MASK, structure, iterations, border_value=border)
    found = ours(MASK, iterations=iterations, structure=structure, border_value=border, show=False)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("ours", "name"), [(image.open_mask, "opening"), (image.close_mask, "closing")])
def test_opening_and_closing(ours, name):
    np.testing.assert_array_equal(ours(MASK, 2, show=False), getattr(ndimage, f"binary_{name}")(MASK, iterations=2))


def test_holes_and_parts():
    np.testing.assert_array_equal(image.fill_mask(MASK, show=False), ndimage.binary_fill_holes(MASK))
    parts = [[1, 0, 1, 1], [0, 0, 1, 0]]
    assert image.largest_mask_component(parts, show=False).tolist() == [
        [False, False, True, True],
        [False, False, True, False],
    ]
    assert image.largest_mask_component([[0, 1, 0, 0]], invert=True, show=False).tolist() == [
        [True, True, False, False]
    ]
    assert not image.largest_mask_component(np.zeros((2, 2)), show=False).any()
    assert image.invert_mask([[1, 0]]).tolist() == [[False, True]]


def test_the_result_is_shown():
    import matplotlib.pyplot as plt

    image.dilate_mask(MASK, image=np.zeros(MASK.shape), title="larger")
    assert plt.gcf().axes[0].get_title() == "larger"
    assert len(plt.gcf().axes[0].images) == 2


def test_gaps_do_not_spread():
    picture = np.full((9, 9), 4.0)
    picture[4, 4] = np.nan
    found = image.smooth_gaussian(picture, 1.5)
    assert np.isnan(found[4, 4])
    np.testing.assert_allclose(found[~np.isnan(picture)], 4)
    whole = np.random.default_rng(0).normal(size=(9, 9)).astype(np.float32)
    np.testing.assert_allclose(
        image.smooth_gaussian(whole, 2), ndimage.gaussian_filter(whole, 2, mode="nearest"), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: image.erode_mask(np.arange(9).reshape(3, 3)), "binary_mask"),
        (lambda: image.erode_mask(MASK, iterations=0), "iterations"),
        (lambda: image.dilate_mask(MASK, border_value=2), "border_value"),
        (lambda: image.fill_mask(MASK, structure=[1, 1]), "structure"),
        (lambda: image.open_mask(MASK, show=1), "show"),
        (lambda: image.largest_mask_component(MASK, invert="no"), "invert"),
        (lambda: image.smooth_gaussian(MASK, -1), "sigma"),
        (lambda: image.smooth_gaussian(MASK, None), "sigma"),
        (lambda: image.smooth_gaussian(MASK, [1, 1]), "sigma"),
        (lambda: image.background_mask(MASK, threshold=[1]), "threshold"),
        (lambda: image.background_mask(MASK, threshold=1j), "threshold"),
    ],
)
def test_wrong_arguments(call, argument):
    check_error(call, ArgumentError, argument, "give|must be")
