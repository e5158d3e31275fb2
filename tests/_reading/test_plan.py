"""Recordings are read along their chunks: each chunk once, and only those that windows touch."""

import h5py
import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st

from optimap._reading import Plan, Source, as_source, block_frames, plan_reading
from optimap._regions import window_spans
from optimap.trace import extract_traces
from optimap.video import open_video
from tests import makers
from tests.readers import Chunked, small_blocks
from tests.strategies import positions

VIDEO = makers.random_video((30, 20, 24))


def test_blocks_begin_with_chunks(allow):
    allow(block_bytes=10 * VIDEO[0].nbytes, read_bytes=10 * VIDEO[0].nbytes)
    video = Chunked(VIDEO, (4, 20, 24))
    extract_traces(video, (3, 2))
    assert video.read == [((start, min(start + 8, 30)),) for start in range(0, 30, 8)]
    # A chunk larger than a block is read whole: to read half of it would be to decode it twice.
    video = Chunked(VIDEO, (13, 20, 24))
    extract_traces(video, (3, 2))
    assert video.read == [((0, 13),), ((13, 26),), ((26, 30),)]


def test_blocks_begin_with_shards_where_they_fit(allow):
    allow(block_bytes=14 * VIDEO[0].nbytes, read_bytes=14 * VIDEO[0].nbytes)
    video = Chunked(VIDEO, (2, 20, 24), shards=(6, 20, 24))
    extract_traces(video, (3, 2))
    assert video.read == [((0, 12),), ((12, 24),), ((24, 30),)]


def test_few_windows_are_read_by_their_chunks():
    video = Chunked(VIDEO, (30, 5, 6))
    traces = extract_traces(video, [(3, 2), (20, 17)], 3)
    assert video.read == [((0, 30), (0, 5), (0, 6)), ((0, 30), (15, 20), (18, 24))]
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, [(3, 2), (20, 17)], 3))
    video = Chunked(VIDEO, (30, 5, 6))
    extract_traces(video, [(6, 5)], 2)  # where four chunks meet
    assert video.read == [((0, 30), (0, 10), (0, 12))]


@pytest.mark.parametrize("dtype", ["u2", "f4", "f8", ">f4", "?", "f2", "i8"])
@pytest.mark.parametrize("axes", [(2, 1, 0), (1, 2, 0), (2, 0, 1), (0, 2, 1)], ids=str)
@pytest.mark.parametrize("block", [3000, 10**6])
def test_a_map_in_any_order_gives_the_same_numbers_to_the_last_bit(tmp_path, allow, dtype, axes, block):
    video = makers.random_video((50, 19, 41), dtype, seed=5)
    np.save(tmp_path / "rec.npy", np.ascontiguousarray(video.transpose(axes)))
    mapped = np.load(tmp_path / "rec.npy", mmap_mode="r").transpose(np.argsort(axes))
    rng = np.random.default_rng(0)
    few = rng.uniform(0, 18, (9, 2))
    many = [(x, y) for x in range(3, 41) for y in range(19)]
    allow(read_bytes=block, block_bytes=block)
    for places, size, window in [
        (few, 5, "rect"),
        (few, 1, "rect"),
        (few, 7, "disc"),
        (many, 9, "rect"),
        (many, 4, "disc"),
    ]:
        expected = extract_traces(video, places, size=size, window=window)
        np.testing.assert_array_equal(extract_traces(mapped, places, size=size, window=window), expected)


def test_many_windows_read_whole_frames():
    video = Chunked(VIDEO, (30, 5, 6))
    extract_traces(video, [(x, y) for x in range(3, 24, 6) for y in range(2, 20, 5)], 3)
    assert video.read == [((0, 30),)]


def test_chunks_that_are_long_in_time_are_read_part_after_part(allow):
    allow(block_bytes=2 * 30 * 5 * 6 * 2, read_bytes=2 * 30 * 5 * 6 * 2)
    video = Chunked(VIDEO, (30, 5, 6))
    where = [(x, y) for x in range(0, 24, 2) for y in range(0, 20, 2)]
    traces = extract_traces(video, where, 7)
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, where, 7))
    pieces = set(video.read)
    assert len(pieces) == len(video.read) == 8  # sixteen chunks, each once
    assert all((b - a) * (d - c) <= 2 * 5 * 6 for _, (a, b), (c, d) in pieces)


def test_h5py_and_zarr_are_read_along_their_chunks(tmp_path, allow):
    allow(block_bytes=4000, read_bytes=4000)
    where = [(3, 2), (20.5, 17.25), (6, 5)]
    expected = extract_traces(VIDEO, where, 3)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("video", data=VIDEO, chunks=(10, 5, 6), compression="gzip")
        assert plan_reading(as_source(dataset), window_spans(np.array([(3.0, 2.0)]), 3, "rect", (20, 24))).boxes == [
            (0, 5, 0, 6)
        ]
        np.testing.assert_allclose(extract_traces(dataset, where, 3), expected, rtol=1e-14)
    path = makers.zarr(tmp_path / "a.zarr", VIDEO, chunks=(10, 5, 6), shards=(20, 10, 12))
    np.testing.assert_allclose(extract_traces(zarr.open_array(path, mode="r"), where, 3), expected, rtol=1e-14)
    for name in ("a.h5", "a.zarr"):
        with open_video(tmp_path / name) as recording:
            assert recording.chunks == (10, 5, 6)
            np.testing.assert_allclose(extract_traces(recording, where, 3), expected, rtol=1e-14)


def transposed_maps(folder):
    np.save(folder / "fortran.npy", np.asfortranarray(VIDEO))
    np.save(folder / "time_last.npy", np.ascontiguousarray(np.moveaxis(VIDEO, 0, 2)))
    np.save(folder / "time_in_the_middle.npy", np.ascontiguousarray(np.moveaxis(VIDEO, 0, 1)))
    yield np.load(folder / "fortran.npy", mmap_mode="r"), (30, 20, 1)
    yield np.moveaxis(np.load(folder / "time_last.npy", mmap_mode="r"), 2, 0), (30, 1, 24)
    yield np.moveaxis(np.load(folder / "time_in_the_middle.npy", mmap_mode="r"), 1, 0), (30, 1, 24)


def test_maps_with_scattered_frames_give_the_same_traces(tmp_path, allow):
    allow(block_bytes=2 * 30 * 24 * 2, read_bytes=2 * 30 * 24 * 2)
    where = [(3, 2), (20.5, 17.25), (6, 5)]
    for video, chunk in transposed_maps(tmp_path):
        assert as_source(video).chunk == chunk
        np.testing.assert_allclose(extract_traces(video, where, 5), extract_traces(VIDEO, where, 5), rtol=1e-14)
    with open_video(tmp_path / "fortran.npy") as recording:
        assert as_source(recording).chunk == (30, 20, 1)
        np.testing.assert_allclose(extract_traces(recording, where, 5), extract_traces(VIDEO, where, 5), rtol=1e-14)
    assert as_source(np.asfortranarray(VIDEO)).chunk is None  # in memory nothing is read


@pytest.mark.parametrize("chunks", [None, ((10, 20), (20,), (24,)), (10, 20), "auto"])
def test_chunks_that_are_not_three_sizes_are_ignored(chunks):
    video = Chunked(VIDEO, chunks)
    np.testing.assert_array_equal(extract_traces(video, (3, 2)), extract_traces(VIDEO, (3, 2)))
    assert video.read == [((0, 30),)]


@given(st.data())
def test_boxes_follow_chunks_and_cover_each_window_once(data):
    shape = tuple(data.draw(st.integers(1, 30)) for _ in range(3))
    chunk = tuple(data.draw(st.integers(1, n)) for n in shape)
    where = np.array(data.draw(st.lists(positions(shape[1:], fractional=False), min_size=1, max_size=4)), float)
    spans = window_spans(where, data.draw(st.integers(0, 9)), "rect", shape[1:])
    shard = data.draw(st.sampled_from([None, 2 * chunk[0], 3 * chunk[0]]))
    source = Source(None, shape, np.dtype("u2"), "reader", chunk=chunk, shard=shard)
    with small_blocks(budget := data.draw(st.sampled_from([1, 500, 10_000]))):
        plan = plan_reading(source, spans)
    seen = np.zeros(shape[1:], int)
    for top, bottom, left, right in [box or (0, shape[1], 0, shape[2]) for box in plan.boxes]:
        seen[top:bottom, left:right] += 1
        assert top % chunk[1] == left % chunk[2] == 0
        assert bottom % chunk[1] == 0 or bottom == shape[1]
        assert right % chunk[2] == 0 or right == shape[2]
    assert seen.max() == 1
    for row, start, stop in zip(spans.rows, spans.starts, spans.stops, strict=True):
        assert (seen[row, start:stop] == 1).all()
    assert plan.step % chunk[0] == 0
    if plan.step > chunk[0]:
        assert plan.step * seen.sum() * 2 <= budget
        assert shard is None or plan.step <= shard or plan.step % shard == 0


def test_a_video_without_chunks_is_read_in_whole_frames():
    spans = window_spans(np.array([(3.0, 2.0)]), 3, "rect", (20, 24))
    for video in (VIDEO, Chunked(VIDEO, None)):
        source = as_source(video)
        assert plan_reading(source, spans) == Plan(block_frames(source), [None])
