"""Frames less the frames before them."""

import numpy as np
import pytest

from optimap._base import ArgumentError, budgeted
from optimap.video import temporal_difference
from tests.errors import check_error
from tests.readers import Sliceable


def test_a_signal():
    assert temporal_difference([1, 2, 4, 8], 1).tolist() == [0, 1, 2, 4]
    np.testing.assert_array_equal(temporal_difference([1, 2, 4, 8], 3, np.nan), [np.nan, np.nan, np.nan, 7])


@pytest.mark.parametrize("lag", [1, 2, 3, 6, 7, 20])
@pytest.mark.parametrize("center", [False, True])
def test_the_result_has_the_shape_of_the_video_whatever_the_lag(lag, center):
    video = np.random.default_rng(0).integers(0, 255, (7, 2, 3)).astype(np.uint8)
    expected = np.full(video.shape, -5.0)
    before = min(lag - lag // 2 if center else lag, 7)
    for t in range(max(0, 7 - lag)):
        expected[before + t] = video[t + lag].astype(float) - video[t]
    found = temporal_difference(video, lag, -5, center)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32
    with budgeted(read_bytes=20):
        np.testing.assert_array_equal(temporal_difference(Sliceable(video), lag, -5, center), expected)
    da = pytest.importorskip("dask.array")
    lazy = temporal_difference(da.from_array(video, chunks=(3, 1, 2)), lag, -5, center)
    assert lazy.dtype == np.float32
    np.testing.assert_array_equal(lazy.compute(), expected)


@pytest.mark.parametrize(
    ("dtype", "kept"),
    [("u1", "f4"), ("i2", "f4"), (">u4", "f8"), ("i8", "f8"), ("f2", "f4"), ("f4", "f4"), ("f8", "f8")],
)
def test_types_hold_the_difference(dtype, kept):
    signal = np.array([0, 100, 3]).astype(dtype)
    found = temporal_difference(signal, 1)
    assert (found.tolist(), found.dtype) == ([0, 100, -97], kept)


def test_large_integers_are_subtracted_first():
    assert temporal_difference(np.array([2**31 - 2, 2**31 - 1]), 1).tolist() == [0, 1]


def test_masked_samples_are_nan():
    found = temporal_difference(np.ma.masked_equal([1, 7, 3], 7), 1)
    np.testing.assert_array_equal(found, [0, np.nan, np.nan])


def test_dimensions_are_obeyed_and_labels_are_kept():
    xarray = pytest.importorskip("xarray")
    video = np.random.default_rng(0).integers(0, 255, (7, 2, 3))
    labelled = xarray.DataArray(video.T, dims=("x", "y", "time"), coords={"time": np.arange(7) / 50})
    found = temporal_difference(labelled, 2)
    np.testing.assert_array_equal(found.transpose("time", "y", "x").values, temporal_difference(video, 2))
    np.testing.assert_array_equal(found.time, labelled.time)


@pytest.mark.parametrize(
    ("array", "arguments", "argument"),
    [
        ([1, 2], (0,), "n"),
        ([1, 2], (1.5,), "n"),
        ([1, 2], (1, "0"), "fill_value"),
        ([1, 2], (1, 0, "yes"), "center"),
        (["a"], (1,), "array"),
        (5, (1,), "array"),
    ],
)
def test_wrong_arguments(array, arguments, argument):
    check_error(lambda: temporal_difference(array, *arguments), ArgumentError, argument, "must be|give")


def test_long_doubles_beyond_doubles_are_infinite():
    video = np.array([0, 1, 2], np.longdouble) * np.longdouble("1e4000")
    found = temporal_difference(video, 1)  # without a warning of NumPy
    assert found[0] == 0
    assert not np.isfinite(found[1:]).any()
