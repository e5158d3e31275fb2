"""How blocks reach the loops: which way is taken, and that it gives what frames in memory give."""

import sys
import threading
from threading import Event

import numpy as np
import pytest

from optimap import kernels
from optimap._extract import host as _extract
from optimap._extract import parts as _parts
from optimap._reading import as_source
from optimap._reading import threads as _reading
from optimap._regions import window_spans
from optimap.kernels import Stop, _workers
from optimap.trace import extract_traces
from optimap.video import open_video
from tests import makers

VIDEO = makers.random_video((30, 20, 24))
POSITIONS = np.random.default_rng(0).uniform(0, 19, (40, 2))

on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells which file is mapped where"
)


@pytest.fixture
def threads(monkeypatch):
    """Let small files be read by three threads, two frames at a time, and note which threads computed."""
    monkeypatch.setenv("OPTIMAP_THREADS", "3")
    monkeypatch.setattr(_reading, "LEAST_BYTES", 0)
    monkeypatch.setattr(_reading, "BUFFER_BYTES", 2 * VIDEO[0].nbytes)
    names = []

    def noted(block, *rest):
        names.append((threading.current_thread().name, kernels.thread_count(), len(block)))
        real(block, *rest)

    real = _extract.window_means
    monkeypatch.setattr(_extract, "window_means", noted)
    return names


@on_linux
@pytest.mark.parametrize("dtype", ["<u2", ">u2", "f4", ">f8", "f2", "?", "i1"])
def test_many_windows_in_a_file_are_read_by_all_threads(tmp_path, threads, dtype):
    values = (VIDEO % 100).astype(dtype)
    np.save(tmp_path / "rec.npy", values)
    expected = extract_traces(values.copy(), POSITIONS, 5)
    threads.clear()
    with open_video(tmp_path / "rec.npy") as recording:
        np.testing.assert_array_equal(extract_traces(recording, POSITIONS, 5), expected)
    np.testing.assert_array_equal(extract_traces(np.load(tmp_path / "rec.npy", mmap_mode="r"), POSITIONS, 5), expected)
    assert sum(frames for *_, frames in threads) == 2 * 30
    assert len(threads) >= 2 * 8  # blocks of two frames, four where a pixel is one byte
    assert all(name != "MainThread" and count == 1 for name, count, _ in threads)


def test_few_windows_and_small_files_are_mapped(tmp_path, threads, monkeypatch):
    video = np.zeros((3, 200, 300), np.uint16)
    np.save(tmp_path / "rec.npy", video)
    mapped = np.load(tmp_path / "rec.npy", mmap_mode="r")
    extract_traces(mapped, [(9, 9)], 5)
    assert {name for name, *_ in threads} == {"MainThread"}
    monkeypatch.setattr(_reading, "LEAST_BYTES", video.nbytes + 1)
    extract_traces(mapped, np.full((100, 2), 9), 5)
    assert {name for name, *_ in threads} == {"MainThread"}


@on_linux
def test_frames_larger_than_all_buffers_are_mapped(tmp_path, threads, monkeypatch):
    monkeypatch.setattr(_reading, "ALL_BUFFERS_BYTES", VIDEO[0].nbytes - 1)
    np.save(tmp_path / "rec.npy", VIDEO)
    extract_traces(np.load(tmp_path / "rec.npy", mmap_mode="r"), POSITIONS, 5)
    assert {name for name, *_ in threads} == {"MainThread"}


@on_linux
def test_buffers_share_what_memory_there_is_for_them(tmp_path, threads, monkeypatch):
    monkeypatch.setattr(_reading, "ALL_BUFFERS_BYTES", 2 * VIDEO[0].nbytes)
    np.save(tmp_path / "rec.npy", VIDEO)
    extract_traces(np.load(tmp_path / "rec.npy", mmap_mode="r"), POSITIONS, 5)
    assert {frames for *_, frames in threads} == {1}
    assert len({name for name, *_ in threads}) <= 2


@on_linux
def test_the_first_nan_is_named_whichever_thread_met_it(tmp_path, threads):
    values = VIDEO.astype("f4")
    values[[7, 8, 25], 10, 12] = np.nan
    np.save(tmp_path / "rec.npy", values)
    with pytest.raises(ValueError, match="frame 7 "):
        extract_traces(np.load(tmp_path / "rec.npy", mmap_mode="r"), [(12, 10)], 3, nan_policy="raise")


@on_linux
@pytest.mark.parametrize("granted", [0, 1])
def test_what_no_thread_can_be_started_for_is_done_by_the_caller(tmp_path, threads, monkeypatch, granted):
    np.save(tmp_path / "rec.npy", VIDEO)
    expected = extract_traces(VIDEO, POSITIONS, 5)
    mapped, left, real = np.load(tmp_path / "rec.npy", mmap_mode="r"), [None] * granted, _workers.start_new_thread

    def start(*arguments):  # as where the system grants no more (RLIMIT_NPROC)
        if not left:
            raise RuntimeError("can't start new thread")
        left.pop()
        return real(*arguments)

    monkeypatch.setattr(_workers, "start_new_thread", start)
    np.testing.assert_array_equal(extract_traces(mapped, POSITIONS, 5), expected)
    left.extend([None] * granted)
    # Of bytes in another order each block is converted, ahead of the loops.
    np.testing.assert_array_equal(extract_traces(VIDEO.astype(">u2"), POSITIONS, 5), expected)


@on_linux
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_threads_stop_after_an_error(tmp_path, threads, error):
    np.save(tmp_path / "rec.npy", VIDEO)
    file = _reading.file_of(as_source(np.load(tmp_path / "rec.npy", mmap_mode="r")), 500)
    stop, computed, waiting = Stop(), [], Event()

    def advance(done):
        raise error

    def compute(start, number, block):
        computed.append(start)
        if start > 0:
            waiting.wait(0.2)

    with pytest.raises(error):
        _reading.from_file(file, compute, advance, stop)
    file.close()
    assert stop.is_set()
    assert len(computed) <= 4


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_nobody_waits_for_the_rest_of_a_block_after_an_error(error):
    stop = Stop()

    def todo():
        yield 0, 0, VIDEO
        raise error

    with pytest.raises(error):
        _reading.read_ahead(lambda *_: None, todo(), lambda _: None, stop)
    assert stop.is_set()
    out = np.full((30, 1), -1.0)
    _parts.window_means(VIDEO, window_spans(np.array([(3.0, 3)]), 7, "disc", (20, 24)), out, False, stop)
    assert (out == -1).all()
