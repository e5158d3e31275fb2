"""Compressed HDF5 read in threads: every value as h5py reads it, and damage reported."""

import os
import sys

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap._files import open_hdf5
from optimap.video import open_video
from optimap.video.hdf5_chunks import StoredChunks, ThreadedDataset, threaded
from tests import makers

VIDEO = makers.random_video((23, 17, 19))
COMPRESSIONS = {
    "gzip": {"compression": "gzip"},
    "gzip and shuffle": {"compression": "gzip", "shuffle": True},
    "gzip 0": {"compression": "gzip", "compression_opts": 0},
    "lzf": {"compression": "lzf"},
    "lzf and shuffle": {"compression": "lzf", "shuffle": True},
    "gzip and checksums": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf and checksums": {"compression": "lzf", "fletcher32": True},
}
OTHERS = {
    "none": {"chunks": (5, 8, 9)},
    "checksums": {"fletcher32": True},
    "scale and offset": {"scaleoffset": 0},
}


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    monkeypatch.setenv("OPTIMAP_THREADS", "2")


def written(path, video=VIDEO, chunks=(5, 8, 9), **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("video", data=video, chunks=chunks, **options)
    return path


@pytest.mark.parametrize("dtype", ["u1", "u2", ">u2", "i4", "f4", "f8", "<i8"])
@pytest.mark.parametrize("name", COMPRESSIONS)
def test_values_of_every_type(tmp_path, name, dtype):
    video = makers.random_video((23, 17, 19), dtype)
    path = written(tmp_path / "rec.h5", video, **COMPRESSIONS[name])
    with h5py.File(path) as file:
        assert isinstance(threaded(file["video"], path), ThreadedDataset)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)


@settings(max_examples=60)
@given(data=st.data())
def test_every_part(tmp_path_factory, data):
    chunks = tuple(data.draw(st.integers(1, n)) for n in VIDEO.shape)
    path = written(tmp_path_factory.mktemp("chunks") / "rec.h5", chunks=chunks, **COMPRESSIONS["gzip and shuffle"])
    parts = []
    for n in VIDEO.shape:
        start, stop = sorted((data.draw(st.integers(0, n)), data.draw(st.integers(0, n))))
        parts.append(slice(start, stop))
    step = data.draw(st.integers(1, 7))
    parts[0] = slice(parts[0].start, parts[0].stop, step)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[tuple(parts)], VIDEO[tuple(parts)], strict=True)
        frame = data.draw(st.integers(0, len(VIDEO) - 1))
        np.testing.assert_array_equal(recording[frame], VIDEO[frame], strict=True)


@pytest.mark.parametrize("name", OTHERS)
def test_other_datasets_are_left_to_hdf5(tmp_path, name):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("video", data=VIDEO, **OTHERS[name])
        assert threaded(dataset, path) is dataset
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)


LARGE = makers.random_video((21, 128, 140))


@pytest.mark.parametrize("dtype", ["u2", ">u2", "f8"])
@pytest.mark.parametrize("chunks", [(8, 128, 140), (7, 100, 140), (50, 64, 64)])
def test_large_chunks_without_filters_are_read_in_threads(tmp_path, dtype, chunks):
    video = LARGE.astype(dtype)
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("video", data=video, chunks=chunks, maxshape=(None, None, None))
    with open_hdf5(path) as file:
        assert isinstance(threaded(file["video"], path), StoredChunks)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], video, strict=True)
        for key in (np.s_[3:20:4, 2:90, 5:], np.s_[7], np.s_[5:5]):
            np.testing.assert_array_equal(recording[key], video[key], strict=True)


def test_a_file_that_lost_chunks_while_it_was_open(tmp_path):
    path = written(tmp_path / "rec.h5", LARGE, chunks=(8, 128, 140))
    with open_video(path) as recording:
        os.truncate(path, 300_000)
        with pytest.raises(ValueError, match=r"rec\.h5 was truncated while it was open: copy it again"):
            recording[:]


def test_chunks_that_were_never_written_are_fill_values(tmp_path):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("video", VIDEO.shape, "u2", chunks=(5, 8, 9), compression="gzip", fillvalue=7)
        dataset[:5] = VIDEO[:5]
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:5], VIDEO[:5])
        assert (recording[5:] == 7).all()


def test_chunks_without_a_filter(tmp_path):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("video", VIDEO.shape, "u2", chunks=(1, 17, 19), compression="gzip", shuffle=True)
        for i, frame in enumerate(VIDEO):  # both filters skipped, as HDF5 does where they do not help
            dataset.id.write_direct_chunk((i, 0, 0), frame.tobytes(), 3)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("raw", [b"", b"no zlib stream", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_chunk_is_an_error(tmp_path, raw):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("video", data=VIDEO, chunks=(1, 17, 19), compression="gzip", shuffle=True)
        dataset.id.write_direct_chunk((7, 0, 0), raw or b"\0")
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:7], VIDEO[:7])
        with pytest.raises(ValueError, match=r"rec\.h5 is damaged, /video cannot be read \(a chunk .*\): copy"):
            recording[:]


@pytest.mark.parametrize("name", ["gzip and checksums", "lzf and checksums"])
def test_a_chunk_that_does_not_agree_with_its_checksum(tmp_path, name):
    path = written(tmp_path / "rec.h5", chunks=(1, 17, 19), **COMPRESSIONS[name])
    with h5py.File(path, "r+") as file:
        chunks = file["video"].id
        skipped, raw = chunks.read_direct_chunk((7, 0, 0))
        chunks.write_direct_chunk((7, 0, 0), raw[:-1] + bytes([raw[-1] ^ 1]), skipped)
    with open_video(path) as recording:
        np.testing.assert_array_equal(recording[:7], VIDEO[:7])
        with pytest.raises(ValueError, match=r"rec\.h5 is damaged, .* does not agree with its checksum"):
            recording[7]


def test_one_thread_is_enough(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTIMAP_THREADS", "1")
    path = written(tmp_path / "rec.h5", **COMPRESSIONS["gzip"])
    with h5py.File(path) as file:
        dataset = threaded(file["video"], path)
        assert isinstance(dataset, ThreadedDataset)
        np.testing.assert_array_equal(dataset[:, :, :], VIDEO)


def test_without_imagecodecs_zlib_decompresses_in_threads(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    path = written(tmp_path / "rec.h5", **COMPRESSIONS["gzip and shuffle"])
    with h5py.File(path) as file:
        dataset = threaded(file["video"], path)
        assert isinstance(dataset, ThreadedDataset)
        np.testing.assert_array_equal(dataset[3:9, :, 2], VIDEO[3:9, :, 2])
        monkeypatch.setenv("OPTIMAP_THREADS", "1")
        assert not isinstance(threaded(file["video"], path), ThreadedDataset)
    path = written(tmp_path / "lzf.h5", **COMPRESSIONS["lzf"])
    with h5py.File(path) as file:
        assert not isinstance(threaded(file["video"], path), ThreadedDataset)


def test_chunks_that_are_read_in_part_are_decoded_once(tmp_path, allow):
    path = written(tmp_path / "rec.h5", chunks=(5, 17, 19), **COMPRESSIONS["gzip"])
    with h5py.File(path) as file:
        dataset = threaded(file["video"], path)
        np.testing.assert_array_equal(dataset[0, :, :], VIDEO[0])
        for frame in (1, 4, 5, 4, 22):
            np.testing.assert_array_equal(dataset[frame, 2:5, :], VIDEO[frame, 2:5])
            assert [key[0] for key in dataset._kept] == [frame - frame % 5]
        np.testing.assert_array_equal(dataset[:20, :, :], VIDEO[:20])
        assert not dataset._kept
        allow(read_bytes=1000)
        np.testing.assert_array_equal(dataset[7, :, :], VIDEO[7])
        assert not dataset._kept


def test_matlab_and_axes_in_any_order(tmp_path):
    path = written(tmp_path / "rec.h5", np.ascontiguousarray(VIDEO.transpose(1, 2, 0)), (8, 9, 5), compression="gzip")
    with open_video(path, axes="YXT") as recording:
        np.testing.assert_array_equal(recording[3:20:4, 2:9, 5:], VIDEO[3:20:4, 2:9, 5:], strict=True)
