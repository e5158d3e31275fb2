"""One range for a video, or one for each pixel."""

import numpy as np
import pytest

from optimap import trace
from optimap._base import ArgumentError
from optimap.video import normalize, normalize_pixelwise
from tests.errors import check_error

VIDEO = np.random.default_rng(0).integers(0, 4000, (30, 7, 9)).astype(np.uint16)


def test_each_pixel_reaches_both_ends():
    found = normalize_pixelwise(VIDEO, ymin=1, ymax=-1)
    assert (found.min(axis=0) == -1).all()
    assert (found.max(axis=0) == 1).all()
    assert found.dtype == np.float32
    np.testing.assert_array_equal(normalize_pixelwise(VIDEO), trace.normalize(VIDEO))


def test_small_signals_are_not_shrunk():
    """The published package adds 1.2e-7 to the range of every pixel."""
    tiny = np.array([0, 1e-7, 2e-7], np.float32).reshape(3, 1, 1)
    np.testing.assert_allclose(normalize_pixelwise(tiny).ravel(), [0, 0.5, 1], rtol=1e-6)


def test_constant_and_missing_pixels():
    video = np.array([[[5, np.nan, np.nan]], [[5, 1, np.nan]], [[5, 3, np.nan]]])
    np.testing.assert_array_equal(
        normalize_pixelwise(video, 2, 4)[:, 0].T, [[2, 2, 2], [np.nan, 2, 4], [np.nan, np.nan, np.nan]]
    )


def test_one_range_for_all():
    found = normalize(VIDEO, dtype=np.uint8)
    assert (found.min(), found.max(), found.dtype) == (0, 255, np.uint8)
    np.testing.assert_array_equal(
        normalize(VIDEO, vmin=10, vmax=20), trace.normalize(VIDEO, vmin=10, vmax=20, axis=None)
    )


def test_the_form_is_kept():
    xarray = pytest.importorskip("xarray")
    labelled = xarray.DataArray(VIDEO, dims=("time", "y", "x"))
    assert normalize_pixelwise(labelled).dims == ("time", "y", "x")
    da = pytest.importorskip("dask.array")
    lazy = normalize_pixelwise(da.from_array(VIDEO, chunks=(30, 3, 9)))
    np.testing.assert_array_equal(lazy.compute(), normalize_pixelwise(VIDEO))


def test_wrong_arguments():
    check_error(lambda: normalize_pixelwise(VIDEO, ymax=np.inf), ArgumentError, "ymax", "finite")
    check_error(lambda: normalize_pixelwise(np.array(["a"])), ArgumentError, "video", "real numbers")
