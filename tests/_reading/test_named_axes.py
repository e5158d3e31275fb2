"""Datasets of HDF5 and arrays of zarr that name their axes, given as videos."""

import h5py
import numpy as np
import pytest
import zarr

from optimap import extract_traces
from optimap._reading import as_source, hdf5_axes, zarr_axes
from optimap.video import load_video, save_video
from tests import makers

VIDEO = makers.random_video((40, 6, 9))
AT = [(2, 3), (8, 0), (4, 5)]
EXPECTED = extract_traces(VIDEO, AT, 3)
ORDERS = [("time", "y", "x"), ("y", "x", "time"), ("x", "time", "y"), ("row", "column", "frame")]
letters = {"time": 0, "frame": 0, "y": 1, "row": 1, "x": 2, "column": 2}


def dataset(path, names, **options):
    data = VIDEO.transpose([letters[name] for name in names])
    made = h5py.File(path / "rec.h5", "w").create_dataset("video", data=data, **options)
    for dim, name in zip(made.dims, names, strict=True):
        dim.label = name
    return made


def array(path, names, **options):
    data = VIDEO.transpose([letters[name] for name in names])
    options = {"chunks": data.shape, **options}
    return zarr.create_array(str(path / "rec.zarr"), data=data, dimension_names=names, **options)


@pytest.mark.parametrize("make", [dataset, array])
@pytest.mark.parametrize("names", ORDERS)
@pytest.mark.parametrize("chunks", [{}, {"chunks": (4, 3, 5)}])
def test_names_are_obeyed(tmp_path, make, names, chunks):
    video = make(tmp_path, names, **chunks)
    source = as_source(video)
    assert (source.shape, source.dtype) == (VIDEO.shape, VIDEO.dtype)
    np.testing.assert_array_equal(extract_traces(video, AT, 3), EXPECTED)
    np.testing.assert_array_equal(source.video[5:20:3, 1:4, 2], VIDEO[5:20:3, 1:4, 2])
    if chunks:
        assert source.chunk == tuple((4, 3, 5)[names.index(name)] for name in sorted(names, key=letters.get))
    save_video(tmp_path / "copy.npy", video)
    np.testing.assert_array_equal(load_video(tmp_path / "copy.npy"), VIDEO)


@pytest.mark.parametrize("make", [dataset, array])
def test_names_that_are_not_those_of_a_recording_change_nothing(tmp_path, make):
    video = make(tmp_path, ("time", "y", "x"))
    names = zarr_axes if make is array else hdf5_axes
    assert list(names(video)) == ["time", "y", "x"]
    assert as_source(video).video is video
    data = h5py.File(tmp_path / "other.h5", "w").create_dataset("video", data=VIDEO)
    data.dims[0].label = "y"
    assert as_source(data).video is data
