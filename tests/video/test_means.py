"""Means of boxes, against SciPy, and with missing pixels."""

import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from optimap._base import ArgumentError, budgeted
from optimap.video import mean_filter
from tests.errors import check_error
from tests.readers import Sliceable, Untouchable

VIDEO = np.random.default_rng(0).integers(0, 4000, (30, 7, 9)).astype(np.uint16)


@pytest.mark.parametrize("mode", ["nearest", "reflect", "mirror"])
@pytest.mark.parametrize("sizes", [(1, 1), (3, 1), (1, 5), (4, 3), (11, 2)])
def test_the_means_are_those_of_scipy(mode, sizes):
    expected = uniform_filter(VIDEO.astype(float), (sizes[0], sizes[1], sizes[1]), mode=mode)
    np.testing.assert_allclose(mean_filter(VIDEO, *sizes, mode), expected, rtol=1e-12)
    with budgeted(read_bytes=400):
        np.testing.assert_allclose(mean_filter(Sliceable(VIDEO), *sizes, mode), expected, rtol=1e-12)
    da = pytest.importorskip("dask.array")
    lazy = mean_filter(da.from_array(VIDEO, chunks=(8, 4, 9)), *sizes, mode)
    np.testing.assert_allclose(lazy.compute(), expected, rtol=1e-12)


def test_missing_pixels_are_left_out_and_stay_missing():
    video = np.full((5, 6, 6), 3, np.float32)
    video[2, 2, 2], video[0, 0, 0] = np.nan, np.inf
    found = mean_filter(video, 3, 3)
    assert found.dtype == np.float32
    assert np.isnan(found[[2, 0], [2, 0], [2, 0]]).all()
    np.testing.assert_allclose(found[np.isfinite(video)], 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "argument"), [((0,), "size_temporal"), ((1, 2.5), "size_spatial"), ((1, 1, "wrap"), "mode")]
)
def test_wrong_arguments(arguments, argument):
    check_error(lambda: mean_filter(Untouchable(VIDEO), *arguments), ArgumentError, argument, "must be")
