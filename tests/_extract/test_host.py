"""The engine for frames in memory, in memory maps and behind readers: which way frames take, and what errors do."""

import os
import sys

import h5py
import numpy as np
import pytest

from optimap import kernels
from optimap._extract import span_traces
from optimap._reading import as_source
from optimap._regions import Spans, window_spans
from optimap.trace import extract_traces
from optimap.video import open_video
from tests import makers
from tests.kernels.system import note_threads, refuse_threads
from tests.readers import Chunked, Sliceable, mapped

VIDEO = makers.random_video((30, 20, 24))
POSITIONS = np.random.default_rng(0).uniform(0, 19, (40, 2))

on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux lists which file is mapped where"
)


@pytest.fixture(autouse=True)
def _small_buffers(monkeypatch, allow):
    """Small files are read by three threads, two frames at a time."""
    monkeypatch.setenv("OPTIMAP_THREADS", "3")
    allow(file_bytes=0, buffer_bytes=2 * VIDEO[0].nbytes)


@pytest.fixture
def read(monkeypatch):
    """The sizes of what was read from files into buffers, as only threads do that read a file themselves."""
    sizes, real = [], os.preadv

    def preadv(*arguments):
        sizes.append(real(*arguments))
        return sizes[-1]

    monkeypatch.setattr(os, "preadv", preadv)
    return sizes


@on_linux
def test_frames_take_the_fastest_way_for_where_they_are(tmp_path, monkeypatch, read):
    monkeypatch.setenv("OPTIMAP_THREADS", "1")  # a thread is started only to compute while the caller reads
    started = note_threads(monkeypatch)
    few, many = [(9, 9)], np.full((300, 2), 9)
    video = np.random.default_rng(0).integers(0, 999, (3, 200, 300), dtype=np.uint16)
    cases = [
        (video, many, "in_place"),
        (video[:, ::2], many, "in_place"),
        (video.astype(">u2"), many, "read_ahead"),
        (video[:, :, ::2], many, "read_ahead"),
        (Sliceable(video), many, "read_ahead"),
        (mapped(tmp_path, video), few, "in_place"),
        (mapped(tmp_path, video), many, "from_file"),
        (mapped(tmp_path, video)[:, :, 2:], many, "in_place"),
        (mapped(tmp_path, video.astype(">u2")), many, "from_file"),
        (mapped(tmp_path, video.astype(">u2")), few, "read_ahead"),
    ]
    for case, where, way in cases:
        read.clear()
        started.clear()
        traces = extract_traces(case, where, 5)
        assert way == ("from_file" if read else "read_ahead" if started else "in_place")
        assert sum(read) in (0, video.nbytes)
        plain = np.asarray(case[0:3] if isinstance(case, Sliceable) else case).astype(np.uint16)
        np.testing.assert_array_equal(traces, extract_traces(plain.copy(), where, 5))


@on_linux
@pytest.mark.parametrize("dtype", ["<u2", ">u2", "f4", ">f8", "f2", "?", "i1"])
def test_many_windows_in_a_file_give_the_numbers_of_frames_in_memory(tmp_path, read, dtype):
    values = (VIDEO % 100).astype(dtype)
    expected = extract_traces(values.copy(), POSITIONS, 5)
    np.testing.assert_array_equal(extract_traces(mapped(tmp_path, values), POSITIONS, 5), expected)
    with open_video(tmp_path / "video.npy") as recording:
        np.testing.assert_array_equal(extract_traces(recording, POSITIONS, 5), expected)
    assert sum(read) == 2 * values.nbytes


@on_linux
def test_the_first_nan_is_reported_whichever_thread_found_it(tmp_path):
    values = VIDEO.astype("f4")
    values[[7, 8, 25], 10, 12] = np.nan
    with pytest.raises(ValueError, match="frame 7 "):
        extract_traces(mapped(tmp_path, values), np.full((100, 2), (12, 10)), 3, nan_policy="raise")


@on_linux
@pytest.mark.parametrize("granted", [0, 1])
@pytest.mark.parametrize("dtype", ["<u2", ">u2"])
def test_the_numbers_are_the_same_if_no_thread_can_be_started(tmp_path, monkeypatch, granted, dtype):
    expected = extract_traces(VIDEO, POSITIONS, 5)
    for video in (mapped(tmp_path, VIDEO.astype(dtype)), VIDEO.astype(dtype)):
        with monkeypatch.context() as patch:
            refuse_threads(patch, granted)
            np.testing.assert_array_equal(extract_traces(video, POSITIONS, 5), expected)


def test_the_loops_have_all_threads_for_frames_in_memory():
    counts = []

    class Noting(Spans):
        """Windows that note how many threads whoever asks for their rows may use; the loops ask in each call."""

        def __getattribute__(self, name):
            if name == "rows":
                counts.append(kernels.thread_count())
            return super().__getattribute__(name)

    span_traces(as_source(VIDEO), Noting(**vars(window_spans(POSITIONS, 5, "rect", VIDEO.shape[1:]))))
    assert set(counts) == {3}


def test_an_error_while_reading_reaches_the_caller(allow):
    allow(read_bytes=1)

    class Broken(Sliceable):
        def __getitem__(self, key):
            if key.start == 3:
                raise OSError("disk gone")
            return super().__getitem__(key)

    with pytest.raises(OSError, match="disk gone"):
        extract_traces(Broken(VIDEO), (3, 2))


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_while_another_part_is_read_reaches_the_caller(allow, error):
    allow(block_bytes=1, read_bytes=1)

    class Broken(Chunked):
        def __getitem__(self, key):
            if len(self.read) == 3:
                raise error("gone")
            return super().__getitem__(key)

    video = Broken(VIDEO, (10, 10, 12))
    with pytest.raises(error, match="gone"):
        extract_traces(video, POSITIONS, 9)
    assert len(video.read) == 3


def test_no_frames_and_no_positions_give_no_samples(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        empty = file.create_dataset("v", (0, 8, 9), "u2", maxshape=(None, 8, 9), chunks=(4, 8, 9))
        assert extract_traces(empty, [(1, 1), (2, 3)]).shape == (0, 2)
    video = Sliceable(VIDEO)
    assert extract_traces(video, []).shape == (30, 0)
    assert video.read == []
