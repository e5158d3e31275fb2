"""mask_tissue: bright parts, holes, specks."""

import numpy as np
import pytest

from optimap.activation import mask_tissue
from optimap.datasets import simulated_tissue
from optimap.video import open_video, save_video
from tests.errors import check_error


@pytest.fixture
def video():
    image = np.zeros((20, 30))
    image[2:15, 3:12] = 100  # tissue, with a dark vessel
    image[6:8, 5:7] = 0
    image[4:10, 20:26] = 90  # another piece
    image[17, 17] = 120  # dust
    return image + np.random.default_rng(0).normal(size=(40, 20, 30))


@pytest.fixture
def expected():
    mask = np.zeros((20, 30), bool)
    mask[2:15, 3:12] = mask[4:10, 20:26] = True
    return mask


def test_pieces_are_kept_holes_filled_specks_left_out(video, expected):
    np.testing.assert_array_equal(mask_tissue(video), expected)
    np.testing.assert_array_equal(mask_tissue(video.mean(axis=0)), expected)
    expected[:, 15:] = False
    np.testing.assert_array_equal(mask_tissue(video, min_share=1), expected)


def test_every_way_of_reading(video, expected, tmp_path, allow):
    save_video(tmp_path / "tissue.tif", video.astype(np.float32))
    allow(read_bytes=5000, block_bytes=5000)
    np.testing.assert_array_equal(mask_tissue(open_video(tmp_path / "tissue.tif")), expected)
    da = pytest.importorskip("dask.array")
    np.testing.assert_array_equal(mask_tissue(da.from_array(video, chunks=(9, 7, 30))), expected)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_huge_and_tiny_numbers_have_the_same_tissue(video, expected, scale):
    np.testing.assert_array_equal(mask_tissue(scale * video), expected)


def test_differences_of_a_few_bits_are_no_error_of_a_library(video):
    """Near 2**64, doubles are 2048 apart, which is too little for bins of their own."""
    assert mask_tissue(np.uint64(2**64 - 1) - (video * 100 + 1000).astype(np.uint64)).shape == (20, 30)


def test_nan_is_no_tissue(video, expected):
    video[:, :, 18:] = np.nan
    expected[:, 18:] = False
    np.testing.assert_array_equal(mask_tissue(video), expected)


def test_simulated_tissue():
    recording = simulated_tissue()
    assert (mask_tissue(recording.video) == recording.tissue).mean() > 0.97


def test_images_that_show_nothing():
    check_error(lambda: mask_tissue(np.ones((3, 4, 4))), ValueError, "video", "the mean image is the same everywhere")
    check_error(lambda: mask_tissue(np.full((3, 4, 4), np.nan)), ValueError, "video", "has no pixels")
    check_error(lambda: mask_tissue(np.eye(4), min_share=2), ValueError, "min_share", "at most 1")


def test_numbers_of_any_size_have_the_same_tissue(video, expected):
    large = np.ldexp(video.astype(np.float64), 1022 - int(np.frexp(float(np.max(video)))[1]))
    np.testing.assert_array_equal(mask_tissue(large), mask_tissue(video))
