"""HDF5 without chunks: every value as h5py reads it, and what only HDF5 itself can read."""

import os

import h5py
import numpy as np
import pytest

from optimap._files import open_hdf5
from optimap._reading import map_watcher
from optimap.video import load_video, open_video
from optimap.video.hdf5_chunks import threaded
from optimap.video.hdf5_contiguous import MappedDataset
from tests import makers

VIDEO = makers.random_video((23, 17, 19))


@pytest.mark.parametrize("dtype", ["u1", "u2", ">u2", "i4", ">f4", "f8"])
def test_values_of_every_type(tmp_path, dtype, allow):
    allow(buffer_bytes=1000)
    video = makers.random_video((23, 17, 19), dtype)
    path = makers.hdf5(tmp_path / "rec.h5", video=video)
    with h5py.File(path) as file:
        dataset = threaded(file["video"], path)
        assert isinstance(dataset, MappedDataset)
        for key in (np.s_[:, :, :], np.s_[3:20:4, 2:9, 5:], np.s_[7, :, :], np.s_[5:5, :, :], np.s_[:, 3, 4:6]):
            np.testing.assert_array_equal(dataset[key], file["video"][key], strict=True)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video)
        np.testing.assert_array_equal(recording[11], video[11])
        assert not recording.is_mapped
    np.testing.assert_array_equal(load_video(path), video)


def test_what_hdf5_reads_itself(tmp_path):
    path = tmp_path / "block.h5"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["video"] = VIDEO
        assert not isinstance(threaded(file["video"], path), MappedDataset)
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        outside = file.create_dataset(
            "outside", VIDEO.shape, "u2", external=[(str(tmp_path / "pixels.raw"), 0, h5py.h5f.UNLIMITED)]
        )
        outside[...] = VIDEO
        layout = h5py.VirtualLayout(VIDEO.shape, "u2")
        layout[...] = h5py.VirtualSource(tmp_path / "block.h5", "video", VIDEO.shape)
        for dataset in (
            outside,
            file.create_virtual_dataset("virtual", layout),
            file.create_dataset("never written", VIDEO.shape, "u2"),
            file.create_dataset("empty", (0, 5, 6), "u2"),
            file.create_dataset("texts", data=np.array([[["a"]]], object), dtype=h5py.string_dtype()),
        ):
            assert threaded(dataset, path) is dataset
    np.testing.assert_array_equal(load_video(tmp_path / "block.h5"), VIDEO)


def test_axes_in_any_order(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", video=np.ascontiguousarray(VIDEO.transpose(1, 2, 0)))
    np.testing.assert_array_equal(load_video(path, axes="YXT", frames=9), VIDEO[:9])


@pytest.mark.parametrize("name", ["rec.h5", "aufnahme-ä-心.h5"])
def test_a_recording_is_read_in_threads_however_its_file_was_opened(tmp_path, name):
    path = makers.hdf5(tmp_path / name, video=VIDEO)
    for external_links in (False, True):
        with open_hdf5(path, external_links=external_links) as file:
            dataset = threaded(file["video"], path)
            assert isinstance(dataset, MappedDataset)
            np.testing.assert_array_equal(dataset[:, 2:5, :], VIDEO[:, 2:5])


@pytest.mark.skipif(map_watcher() is None, reason="without the compiled module, only sizes are compared")
def test_parts_of_a_file_that_was_cut_off_are_an_error(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", video=makers.random_video((64, 64, 64)))
    with open_video(path) as recording:
        os.truncate(path, 100_000)
        for key in (np.s_[40:], np.s_[:, 3:9, 5:]):
            with pytest.raises(ValueError, match="was truncated while it was open: copy"):
                recording[key]
