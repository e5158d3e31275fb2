"""Scales of axes are those that HDF5 lists; lists that it would not survive are errors."""

import h5py
import numpy as np
import pytest

from optimap._files import scales_of
from optimap.trace import load_traces, save_traces
from optimap.video import open_video
from tests.errors import check_error

NAMES = ("time", "y", "x")
SHAPE = (7, 5, 6)


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        video = file.create_dataset("video", data=np.arange(210, dtype="u2").reshape(SHAPE))
        for axis, (name, length) in enumerate(zip(NAMES, SHAPE, strict=True)):
            file[name] = np.arange(length) / 500
            file[name].make_scale(name)
            video.dims[axis].attach_scale(file[name])
            video.dims[axis].label = name
        file["also"] = np.arange(7)
        video.dims[0].attach_scale(file["also"])
    return tmp_path / "rec.h5"


def test_they_are_those_that_hdf5_lists(path):
    with h5py.File(path) as file:
        video = file["video"]
        found = [[scale.name for scale in scales] for scales in scales_of(video)]
        assert found == [[scale.name for scale in dim.values()] for dim in video.dims]
        assert found == [["/time", "/also"], ["/y"], ["/x"]]
        assert scales_of(file["time"]) == [[]]


def one_list(video):
    changed(video, "DIMENSION_LIST", lambda lists: lists[:1])


def many_lists(video):
    changed(video, "DIMENSION_LIST", lambda lists: np.tile(lists, 400))


def not_lists(video):
    del video.attrs["DIMENSION_LIST"]
    video.attrs["DIMENSION_LIST"] = np.arange(3)


def of_a_group(video):
    lists = np.empty(3, object)
    lists[:] = [np.array([video.file.ref], h5py.ref_dtype)] * 3
    changed(video, "DIMENSION_LIST", lambda _: lists)


def changed(video, name, change):
    lists = change(video.attrs[name])
    del video.attrs[name]
    video.attrs.create(name, lists, dtype=h5py.vlen_dtype(h5py.ref_dtype))


@pytest.mark.parametrize("change", [one_list, many_lists, not_lists, of_a_group])
def test_damaged_ones(path, change):
    with h5py.File(path, "r+") as file:
        change(file["video"])
    with h5py.File(path) as file, pytest.raises(ValueError, match=r"scale.* of /video (are|is) not"):
        scales_of(file["video"])


@pytest.mark.parametrize("change", [one_list, many_lists, not_lists])
@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_a_recording(path, change, suffix):
    path = path.rename(path.with_suffix(suffix))
    with h5py.File(path, "r+") as file:
        change(file["video"])
        del file["video"].attrs["DIMENSION_LABELS"]
    check_error(lambda: open_video(path), ValueError, "path", r"listed \(the scales of /video are not one list")


@pytest.mark.parametrize("name", ["DIMENSION_LIST", "CLASS", "NAME"])
def test_a_table_is_read_without_them(tmp_path, name):
    path = tmp_path / "t.nc"
    traces = np.arange(27.0).reshape(9, 3)
    save_traces(path, traces, [(1, 2), (3, 4), (5, 6)], fps=500)
    with h5py.File(path, "r+") as file:
        dataset = next(dataset for dataset in file.values() if name in dataset.attrs)
        value = dataset.attrs[name]
        del dataset.attrs[name]
        dataset.attrs[name] = np.array([value] * 500)
    np.testing.assert_array_equal(load_traces(path).traces, traces)
