"""Recordings as arrays of dask and xarray, and recordings of arrays."""

import pickle

import numpy as np
import pytest

from optimap import extract_traces, load_video, open_video, save_video
from optimap._base import ArgumentError, budgeted
from optimap.video import Recording
from tests.errors import check_error
from tests.readers import Chunked, Sliceable

VIDEO = np.random.default_rng(0).integers(0, 4000, (20, 6, 8)).astype(np.uint16)


@pytest.fixture
def path(tmp_path):
    save_video(tmp_path / "rec.tif", VIDEO, fps=500)
    return tmp_path / "rec.tif"


def test_dask_reads_when_it_computes(path):
    pytest.importorskip("dask")
    with open_video(path) as recording, budgeted(read_bytes=7 * 96):
        lazy = recording.to_dask()
        assert (lazy.shape, lazy.dtype) == (VIDEO.shape, VIDEO.dtype)
        assert lazy.numblocks[1:] == (1, 1)
        np.testing.assert_array_equal(lazy.compute(), VIDEO)
        assert lazy.name == recording.to_dask().name
        traces = extract_traces(lazy, (3, 2))
        np.testing.assert_array_equal(traces.compute(), extract_traces(VIDEO, (3, 2)))


def test_dask_blocks_follow_chunks():
    pytest.importorskip("dask")
    recording = Recording.from_array(Chunked(VIDEO, (4, 6, 8)))
    with budgeted(read_bytes=96):
        assert recording.to_dask().chunks[0] == (8, 8, 4)
    np.testing.assert_array_equal(recording.to_dask().compute(), VIDEO)


@pytest.mark.parametrize("lazy", [True, False])
def test_xarray_has_the_coordinates_that_are_known(path, lazy):
    pytest.importorskip("xarray")
    pytest.importorskip("dask")
    with open_video(path) as recording:
        array = recording.to_xarray(lazy=lazy)
        assert array.dims == ("time", "y", "x")
        np.testing.assert_array_equal(array.time, np.arange(20) / 500)
        assert array.time.attrs["units"] == "s"
        assert (array.name, array.attrs) == ("rec", {"fps": 500.0})
        assert set(array.coords) == {"time"}
        np.testing.assert_array_equal(array.values, VIDEO)
        traces = extract_traces(array, [(3, 2), (1, 1)])
        np.testing.assert_array_equal(traces.time, array.time)
    own = Recording.from_array(VIDEO, pixel_size=0.25).to_xarray(lazy=lazy)
    np.testing.assert_array_equal(own.x, np.arange(8) * 0.25)
    assert "time" not in own.coords


def test_an_array_is_a_recording_with_a_rate(tmp_path):
    recording = Recording.from_array(VIDEO, fps=500, pixel_size=0.1)
    assert (recording.fps, recording.pixel_size, recording.shape) == (500, 0.1, VIDEO.shape)
    np.testing.assert_array_equal(recording[3:9, 2], VIDEO[3:9, 2])
    assert np.shares_memory(recording[3:9], VIDEO)
    again = pickle.loads(pickle.dumps(recording))
    np.testing.assert_array_equal(again[:], VIDEO)
    assert again.fps == 500
    save_video(tmp_path / "rec.npy", recording, fps=recording.fps)
    np.testing.assert_array_equal(load_video(tmp_path / "rec.npy"), VIDEO)


def test_what_is_sliced_is_read_when_it_is_needed():
    source = Sliceable(VIDEO)
    recording = Recording.from_array(source, fps=500)
    assert source.read == []
    np.testing.assert_array_equal(recording[5], VIDEO[5])
    assert source.read == [(5, 6)]
    np.testing.assert_array_equal(extract_traces(recording, (3, 2)), extract_traces(VIDEO, (3, 2)))


def test_labelled_masked_and_nested_arrays():
    xarray = pytest.importorskip("xarray")
    array = xarray.DataArray(VIDEO.T, dims=("x", "y", "time"), coords={"time": np.arange(20) / 250.0})
    recording = Recording.from_array(array)
    assert (recording.fps, recording.shape) == (250, VIDEO.shape)
    np.testing.assert_array_equal(recording[:], VIDEO)
    assert np.isnan(Recording.from_array(np.ma.masked_greater(VIDEO, 2000))[:]).any()
    assert Recording.from_array([[[1, 2]], [[3, 4]]]).shape == (2, 1, 2)
    check_error(lambda: Recording.from_array(array, fps=3), ArgumentError, "fps", "leave it out")


@pytest.mark.parametrize(
    ("array", "options", "argument"),
    [
        (VIDEO[0], {}, "array"),
        (VIDEO[:0], {}, "array"),
        (VIDEO.astype(complex), {}, "array"),
        (VIDEO, {"fps": 0}, "fps"),
        (VIDEO, {"pixel_size": "0.1"}, "pixel_size"),
        (Recording.from_array(VIDEO), {}, "array"),
    ],
)
def test_wrong_arguments(array, options, argument):
    check_error(lambda: Recording.from_array(array, **options), ArgumentError, argument, "give|must be|use")
