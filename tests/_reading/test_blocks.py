"""Blocks of frames: how large they are, in which order they come, and what is asked of the system meanwhile."""

import mmap

import numpy as np
import pytest

from optimap._reading import as_source, blocks, source
from optimap.trace import extract_traces
from tests.readers import Sliceable

VIDEO = np.random.default_rng(0).integers(0, 65536, (12, 6, 7), dtype=np.uint16)


@pytest.mark.parametrize("wrap", [np.asarray, Sliceable])
def test_work_goes_in_blocks_of_frames(monkeypatch, wrap):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 5 * VIDEO[0].nbytes)
    monkeypatch.setattr(blocks, "READ_BYTES", 5 * VIDEO[0].nbytes)
    monkeypatch.setattr(blocks, "MEMORY_BYTES", 7 * VIDEO[0].nbytes)
    video = wrap(VIDEO)
    np.testing.assert_array_equal(extract_traces(video, [(3, 2)], 3), extract_traces(VIDEO.copy(), [(3, 2)], 3))
    if wrap is Sliceable:
        assert video.read == [(0, 5), (5, 10), (10, 12)]


def starts(video):
    """Return the first frames of the blocks in which a video is walked."""
    source = as_source(video)
    plan = blocks.Plan(blocks.block_frames(source), [None])
    return [start for start, *_ in blocks.walk_blocks(source, plan)]


def test_what_is_copied_or_read_goes_in_small_blocks_and_arrays_in_memory_in_large_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1)
    monkeypatch.setattr(blocks, "READ_BYTES", 1)
    np.save(tmp_path / "a.npy", VIDEO)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    for video in (VIDEO, VIDEO[::2], VIDEO.astype("f4"), VIDEO > 9):
        assert starts(video) == [0]
    small = (VIDEO.astype("f2"), VIDEO.astype(">u2"), VIDEO[:, :, ::2], np.ma.array(VIDEO), mapped, np.asarray(mapped))
    for video in small:
        assert starts(video) == list(range(len(VIDEO)))


@pytest.mark.skipif(not hasattr(mmap, "MADV_RANDOM"), reason="this system takes no advice on memory maps")
def test_a_large_map_is_not_read_ahead_for_a_few_windows(tmp_path, monkeypatch):
    from optimap.video import open_video

    video = np.random.default_rng(0).integers(0, 999, (9, 200, 300), dtype=np.uint16)
    np.save(tmp_path / "a.npy", video)
    monkeypatch.setattr(blocks, "SPARSE_BYTES", 1000)
    told = []
    real = source.mapping_of

    class Mapping:
        def __init__(self, mapping):
            self._mapping = mapping

        def madvise(self, advice):
            told.append(advice)
            self._mapping.madvise(advice)

    monkeypatch.setattr(source, "mapping_of", lambda v: Mapping(real(v)) if real(v) is not None else None)
    expected = extract_traces(video, (30, 40))
    assert told == []
    for mapped in (np.load(tmp_path / "a.npy", mmap_mode="r"), open_video(tmp_path / "a.npy")):
        np.testing.assert_array_equal(extract_traces(mapped, (30, 40)), expected)
        assert told == [mmap.MADV_RANDOM, mmap.MADV_NORMAL]
        told.clear()
    extract_traces(mapped, (30, 40), 150)
    assert told == []


def test_a_video_that_gives_another_type_is_refused():
    class Other(Sliceable):
        def __getitem__(self, key):
            return super().__getitem__(key).astype(np.float32)

    with pytest.raises(ValueError, match=r"video\[0:12\] has dtype float32, .*the video .* uint16"):
        extract_traces(Other(VIDEO), (3, 2))


def test_a_video_that_gives_fewer_frames_than_it_says_is_refused():
    class Short(Sliceable):
        def __getitem__(self, key):
            return super().__getitem__(key)[:-1]

    with pytest.raises(ValueError, match=r"video\[0:12\] has shape \(11, 6, 7\), which"):
        extract_traces(Short(VIDEO), (3, 2))


def test_half_of_the_pages_are_many():
    source = as_source(np.zeros((1, 64, 1024), np.uint16))  # 32 pages
    assert blocks.are_few(source, 15)
    assert not blocks.are_few(source, 16)
