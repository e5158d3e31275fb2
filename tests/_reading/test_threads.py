"""How blocks reach the loops: by which threads, each block once, and what errors and interrupts leave behind."""

import sys
import threading
from threading import Event

import numpy as np
import pytest

from optimap import kernels
from optimap._base import budgeted
from optimap._reading import Plan, as_source, by_trial, copied, file_of, from_file, in_place, read_ahead, walk_blocks
from optimap.kernels import Stop
from tests import makers
from tests.kernels.system import refuse_threads
from tests.readers import mapped

VIDEO = makers.random_video((30, 20, 24))
MANY = 500  # spans: more than half of the pages of a frame

on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux lists which file is mapped where"
)


@pytest.fixture(autouse=True)
def _small_buffers(monkeypatch, allow):
    """Small files are read by three threads, two frames at a time."""
    monkeypatch.setenv("OPTIMAP_THREADS", "3")
    allow(file_bytes=0, buffer_bytes=2 * VIDEO[0].nbytes)


class Noting:
    """A function for blocks that keeps them, and notes who calls it."""

    def __init__(self):
        self.blocks, self.threads, self.counts = {}, set(), set()

    def __call__(self, start, number, block):
        assert (start, number) not in self.blocks
        self.blocks[start, number] = block.copy()
        self.threads.add(threading.current_thread().name)
        self.counts.add(kernels.thread_count())

    def video(self):
        """Return the blocks put together."""
        return np.concatenate([self.blocks[key] for key in sorted(self.blocks)])


@on_linux
@pytest.mark.parametrize("dtype", ["<u2", ">u2", "f4", ">f8", "f2", "?", "i1"])
def test_a_file_is_read_by_all_threads(tmp_path, dtype):
    values = (VIDEO % 100).astype(dtype)
    file, noting, done = file_of(as_source(mapped(tmp_path, values)), MANY), Noting(), []
    from_file(file, noting, done.append, Stop())
    file.close()
    np.testing.assert_array_equal(noting.video(), values)
    assert len(noting.blocks) >= 8  # of two frames, or of four where a pixel is one byte
    assert "MainThread" not in noting.threads
    assert noting.counts == {1}
    assert sum(done) == values.nbytes


@on_linux
@pytest.mark.parametrize("pieces", [1, 2, 5, 7, 40])
def test_a_long_job_begins_with_a_trial_of_both_ways(tmp_path, allow, pieces):
    allow(tried_bytes=VIDEO.nbytes, piece_bytes=pieces * VIDEO[0].nbytes, block_bytes=3 * VIDEO[0].nbytes)
    source, done, noting = as_source(mapped(tmp_path, VIDEO)), [], Noting()
    file = file_of(source, MANY)
    by_trial(source, file, noting, done.append, Stop())
    file.close()
    np.testing.assert_array_equal(noting.video(), VIDEO)
    assert sum(done) == VIDEO.nbytes
    assert ("MainThread" in noting.threads) == (pieces < 30)  # the map is tried, unless nothing is left for it
    assert noting.threads - {"MainThread"}  # and so is reading


@on_linux
def test_a_short_job_is_read(tmp_path, allow):
    allow(tried_bytes=VIDEO.nbytes + 1, piece_bytes=VIDEO[0].nbytes)
    source, noting = as_source(mapped(tmp_path, VIDEO)), Noting()
    file = file_of(source, MANY)
    by_trial(source, file, noting, lambda _: None, Stop())
    file.close()
    assert "MainThread" not in noting.threads


def test_few_windows_and_arrays_in_memory_have_no_file(tmp_path):
    video = mapped(tmp_path, np.zeros((3, 200, 300), np.uint16))
    assert file_of(as_source(video), 5) is None
    assert file_of(as_source(VIDEO), MANY) is None


@on_linux
def test_small_files_and_frames_larger_than_all_buffers_stay_mapped(tmp_path):
    source = as_source(mapped(tmp_path, VIDEO))
    file = file_of(source, MANY)
    assert file is not None
    file.close()
    for changes in ({"file_bytes": VIDEO.nbytes + 1}, {"buffers_bytes": VIDEO[0].nbytes - 1}):
        with budgeted(**changes):
            assert file_of(source, MANY) is None


@on_linux
def test_buffers_share_the_memory_that_is_set_aside_for_them(tmp_path, allow):
    allow(buffers_bytes=2 * VIDEO[0].nbytes)
    file, noting = file_of(as_source(mapped(tmp_path, VIDEO)), MANY), Noting()
    from_file(file, noting, lambda _: None, Stop())
    file.close()
    assert {len(block) for block in noting.blocks.values()} == {1}
    assert len(noting.threads) <= 2
    np.testing.assert_array_equal(noting.video(), VIDEO)


@on_linux
@pytest.mark.parametrize("granted", [0, 1])
def test_the_caller_reads_the_file_if_no_thread_can_be_started(tmp_path, monkeypatch, granted):
    refuse_threads(monkeypatch, granted)
    file, noting = file_of(as_source(mapped(tmp_path, VIDEO)), MANY), Noting()
    from_file(file, noting, lambda _: None, Stop())
    file.close()
    np.testing.assert_array_equal(noting.video(), VIDEO)
    assert ("MainThread" in noting.threads) == (granted == 0)


@pytest.mark.parametrize("granted", [0, 1])
def test_one_thread_computes_while_the_caller_reads_the_next_block(monkeypatch, granted):
    refuse_threads(monkeypatch, granted)
    noting, done, reads = Noting(), [], set()

    def todo():
        for block in walk_blocks(as_source(VIDEO), Plan(7, [None, (0, 5, 2, 9)])):
            reads.add(threading.current_thread().name)
            yield block

    read_ahead(noting, todo(), done.append, Stop())
    assert reads == {"MainThread"}
    assert ("MainThread" in noting.threads) == (granted == 0)
    assert sorted(noting.blocks) == [(start, part) for start in range(0, 30, 7) for part in (0, 1)]
    for (start, part), block in noting.blocks.items():
        np.testing.assert_array_equal(block, VIDEO[start : start + 7, :5, 2:9] if part else VIDEO[start : start + 7])
    assert sum(done) == VIDEO.nbytes + VIDEO[:, :5, 2:9].nbytes


def test_blocks_in_memory_are_computed_by_the_caller_in_order():
    noting, done = Noting(), []
    in_place(noting, walk_blocks(as_source(VIDEO), Plan(11, [None])), done.append)
    assert list(noting.blocks) == [(0, 0), (11, 0), (22, 0)]
    assert (noting.threads, noting.counts) == ({"MainThread"}, {3})
    assert done == [block.nbytes for block in noting.blocks.values()]


@on_linux
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_threads_stop_after_an_error(tmp_path, error):
    file = file_of(as_source(mapped(tmp_path, VIDEO)), MANY)
    stop, computed, waiting = Stop(), [], Event()

    def advance(done):
        raise error

    def compute(start, number, block):
        computed.append(start)
        if start > 0:
            waiting.wait(0.2)

    with pytest.raises(error):
        from_file(file, compute, advance, stop)
    file.close()
    assert stop.is_set()
    assert len(computed) <= 4


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_while_reading_stops_the_computing_of_the_block_before(error):
    stop, begun, ended = Stop(), Event(), []

    def todo():
        yield 0, 0, VIDEO
        begun.wait(10)
        raise error

    def compute(start, number, block):
        begun.set()
        for _ in range(1000):
            if stop.is_set():
                ended.append("stopped")
                return
            Event().wait(0.01)

    with pytest.raises(error):
        read_ahead(compute, todo(), lambda _: None, stop)
    assert stop.is_set()
    assert ended == ["stopped"]


@on_linux
@pytest.mark.parametrize("dtype", ["<u2", ">u2", "f4", ">f8", "?", "i1"])
def test_a_mapped_video_is_copied_by_all_threads(tmp_path, dtype):
    values = (VIDEO % 100).astype(dtype)
    view = mapped(tmp_path, values)
    for part in (view, view[7:8], view[3:29], view[::2], view[:, 3:9], view[:0], view[::-1]):
        copy = copied(part)
        np.testing.assert_array_equal(copy, part)
        assert copy.dtype.isnative
        assert copy.flags.owndata
        assert copy.flags.c_contiguous


def test_an_array_in_memory_is_copied():
    copy = copied(VIDEO[::3, 2:])
    np.testing.assert_array_equal(copy, VIDEO[::3, 2:])
    assert not np.shares_memory(copy, VIDEO)
