"""The range of values of a picture: percentiles of the pixels that are known."""

import numpy as np
import pytest

from optimap._draw import contrast_limits

RNG = np.random.default_rng(0)


def test_one_hot_pixel_does_not_turn_the_picture_black():
    image = RNG.uniform(100, 200, (64, 64))
    image[3, 5], image[7, 7] = 1e6, -1e6
    low, high = contrast_limits(image)
    assert low == pytest.approx(np.percentile(image, 1))
    assert high == pytest.approx(np.percentile(image, 99))
    assert 100 < low < 103
    assert 197 < high < 200


def test_other_percentiles_may_be_asked_for():
    image = np.arange(101.0).reshape(1, 101)
    assert contrast_limits(image, (0, 100)) == (0, 100)
    assert contrast_limits(image, (10, 50)) == (10, 50)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_not_known_do_not_count(hole):
    image = RNG.uniform(100, 200, (64, 64)).astype(np.float32)
    image[::2] = hole
    assert contrast_limits(image) == pytest.approx(contrast_limits(image[1::2]))


def test_masked_pixels_do_not_count():
    image = RNG.uniform(100, 200, (64, 64))
    mask = np.zeros((64, 64), bool)
    mask[:40], image[:40] = True, 1e9
    assert contrast_limits(np.ma.masked_array(image, mask)) == pytest.approx(contrast_limits(image[40:]))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float16, np.float32, np.float64])
def test_a_picture_of_one_value_has_it_as_both_limits(dtype):
    assert contrast_limits(np.full((5, 4), 7, dtype)) == (7, 7)


def test_few_bright_pixels_on_black_are_seen():
    image = np.zeros((100, 100), np.uint16)
    image[50, 50:55] = 900
    assert contrast_limits(image) == (0, 900)
    large = np.zeros((1000, 2000), np.uint16)
    large[1, 1] = 3  # in no sample
    assert contrast_limits(large) == (0, 3)


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 5, 3)), np.zeros((4, 5, 4)), np.eye(3) > 0, np.full((3, 3), np.nan), np.zeros((0, 5))],
    ids=["RGB", "RGBA", "mask", "NaN", "empty"],
)
def test_nothing_to_choose(image):
    assert contrast_limits(image) == (None, None)


@pytest.mark.parametrize("width", [1000, 1024, 1500])
def test_a_sample_of_many_pixels_comes_from_all_columns(width):
    image = np.tile(np.arange(width, dtype=np.uint16), (1200, 1))
    assert contrast_limits(image) == pytest.approx(np.percentile(image, (1, 99)), abs=width / 500)


def test_few_known_pixels_of_many_are_found():
    image = np.full((1000, 2000), np.nan)
    image[1, 1], image[1, 3] = 2, 5
    assert contrast_limits(image) == pytest.approx((2.03, 4.97))


def test_masks_of_all_pixels_leave_nothing():
    assert contrast_limits(np.ma.masked_all((4, 5))) == (None, None)
