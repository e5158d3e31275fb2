"""Blocks of frames: how large they are, in which order they come, and what is asked of the system meanwhile."""

import mmap
from dataclasses import replace

import numpy as np
import pytest

from optimap._extract import span_traces
from optimap._reading import Plan, are_few, as_source, block_frames, is_ready, read_sparsely, walk_blocks
from optimap._regions import window_spans
from optimap.trace import extract_traces
from tests.readers import Chunked, Sliceable, mapped, small_blocks

VIDEO = np.random.default_rng(0).integers(0, 65536, (12, 6, 7), dtype=np.uint16)


@pytest.mark.parametrize("wrap", [np.asarray, Sliceable])
def test_frames_are_read_in_blocks(allow, wrap):
    allow(block_bytes=5 * VIDEO[0].nbytes, read_bytes=5 * VIDEO[0].nbytes, memory_bytes=7 * VIDEO[0].nbytes)
    video = wrap(VIDEO)
    assert starts(video) == ([0, 5, 10] if wrap is Sliceable else [0, 7])
    video = wrap(VIDEO)
    np.testing.assert_array_equal(extract_traces(video, [(3, 2)], 3), extract_traces(VIDEO.copy(), [(3, 2)], 3))
    if wrap is Sliceable:
        assert video.read == [(0, 5), (5, 10), (10, 12)]


def starts(video):
    """Return the first frames of the blocks in which a video is walked."""
    source = as_source(video)
    plan = Plan(block_frames(source), [None])
    return [start for start, *_ in walk_blocks(source, plan)]


def test_arrays_in_memory_come_in_large_blocks_and_all_others_in_small_ones(tmp_path, allow):
    allow(block_bytes=1, read_bytes=1)
    view = mapped(tmp_path, VIDEO)
    for video in (VIDEO, VIDEO[::2], VIDEO.astype("f4"), VIDEO > 9):
        assert starts(video) == [0]
    small = (VIDEO.astype("f2"), VIDEO.astype(">u2"), VIDEO[:, :, ::2], np.ma.array(VIDEO), view, np.asarray(view))
    for video in small:
        assert starts(video) == list(range(len(VIDEO)))


@pytest.mark.skipif(not hasattr(mmap, "MADV_RANDOM"), reason="this system takes no advice about memory maps")
def test_a_large_map_is_not_read_ahead_for_a_few_windows(tmp_path, allow):
    video = np.random.default_rng(0).integers(0, 999, (9, 200, 300), dtype=np.uint16)
    allow(sparse_bytes=1000)
    advice = []

    class Mapping:
        def __init__(self, mapping):
            self._mapping = mapping

        def madvise(self, kind):
            advice.append(kind)
            self._mapping.madvise(kind)

    found = as_source(mapped(tmp_path, video))
    source = replace(found, mapping=Mapping(found.mapping))
    few, many = (window_spans(np.array([(30.0, 40.0)]), size, "rect", (200, 300)) for size in (5, 150))
    np.testing.assert_array_equal(span_traces(source, few), span_traces(as_source(video), few))
    assert advice == [mmap.MADV_RANDOM, mmap.MADV_NORMAL]
    span_traces(source, many)
    allow(sparse_bytes=video.nbytes + 1)
    span_traces(source, few)
    assert len(advice) == 2
    with pytest.raises(KeyError), read_sparsely(replace(source, shape=(10**6, 200, 300)), 5):
        raise KeyError
    assert advice[2:] == [mmap.MADV_RANDOM, mmap.MADV_NORMAL]


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


def test_half_of_the_pages_are_not_few():
    source = as_source(np.zeros((1, 64, 1024), np.uint16))  # 32 pages
    assert are_few(source, 15)
    assert not are_few(source, 16)


@pytest.mark.parametrize("boxes", [[None], [(0, 2, 1, 7), None, (3, 6, 0, 1)]])
@pytest.mark.parametrize("wrap", [np.asarray, np.asfortranarray, lambda v: Chunked(v, None)])
def test_all_parts_of_some_frames_come_before_the_next_frames(wrap, boxes):
    found = list(walk_blocks(as_source(wrap(VIDEO)), Plan(5, boxes)))
    assert [(start, part) for start, part, _ in found] == [(s, p) for s in (0, 5, 10) for p in range(len(boxes))]
    for start, part, block in found:
        top, bottom, left, right = boxes[part] or (0, 6, 0, 7)
        np.testing.assert_array_equal(block, VIDEO[start : start + 5, top:bottom, left:right])
        assert is_ready(block)


def test_no_frames_give_no_blocks():
    assert list(walk_blocks(as_source(VIDEO[:0]), Plan(5, [None]))) == []


def test_a_frame_larger_than_a_block_is_read_alone():
    with small_blocks(1):
        assert block_frames(as_source(Sliceable(VIDEO))) == 1
    with small_blocks(3 * VIDEO[0].nbytes):
        assert block_frames(as_source(Sliceable(VIDEO))) == 3
