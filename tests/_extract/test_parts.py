"""What of a recording is read at once, and sums over parts put together: against whole frames in memory."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st

from optimap._extract import parts as _parts
from optimap._extract import span_traces
from optimap._reading import as_source, plan_reading
from optimap._reading import blocks as video_module
from optimap._regions import window_spans
from optimap.trace import extract_traces
from optimap.video import open_video
from tests import makers
from tests.strategies import WINDOWS, positions, videos

VIDEO = makers.random_video((30, 20, 24))


class Chunked:
    """An array that says how it is stored, and writes down what is read."""

    def __init__(self, array, chunks, shards=None):
        self._array, self.shape, self.dtype = array, array.shape, array.dtype
        self.chunks, self.shards = chunks, shards
        self.read = []

    def __getitem__(self, key):
        keys = key if isinstance(key, tuple) else (key,)
        assert all(isinstance(part, slice) for part in keys)
        self.read.append(tuple((part.start, part.stop) for part in keys))
        return self._array[key].copy()


def small_blocks(monkeypatch, nbytes):
    monkeypatch.setattr(video_module, "BLOCK_BYTES", nbytes)
    monkeypatch.setattr(video_module, "READ_BYTES", nbytes)


def test_blocks_begin_with_chunks(monkeypatch):
    small_blocks(monkeypatch, 10 * VIDEO[0].nbytes)
    video = Chunked(VIDEO, (4, 20, 24))
    extract_traces(video, (3, 2))
    assert video.read == [((start, min(start + 8, 30)),) for start in range(0, 30, 8)]
    # A chunk larger than a block is read whole: to read half of it would be to decode it twice.
    video = Chunked(VIDEO, (13, 20, 24))
    extract_traces(video, (3, 2))
    assert video.read == [((0, 13),), ((13, 26),), ((26, 30),)]


def test_blocks_begin_with_shards_where_they_fit(monkeypatch):
    small_blocks(monkeypatch, 14 * VIDEO[0].nbytes)
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


def test_many_windows_read_whole_frames():
    video = Chunked(VIDEO, (30, 5, 6))
    extract_traces(video, [(x, y) for x in range(3, 24, 6) for y in range(2, 20, 5)], 3)
    assert video.read == [((0, 30),)]


def test_chunks_that_are_long_in_time_are_read_part_after_part(monkeypatch):
    small_blocks(monkeypatch, 2 * 30 * 5 * 6 * 2)
    video = Chunked(VIDEO, (30, 5, 6))
    where = [(x, y) for x in range(0, 24, 2) for y in range(0, 20, 2)]
    traces = extract_traces(video, where, 7)
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, where, 7))
    pieces = set(video.read)
    assert len(pieces) == len(video.read) == 8  # sixteen chunks, each once
    assert all((b - a) * (d - c) <= 2 * 5 * 6 for _, (a, b), (c, d) in pieces)


@given(st.data(), st.integers(0, 9), st.sampled_from(WINDOWS), st.sampled_from(["propagate", "omit"]), st.booleans())
def test_parts_add_up_to_whole_frames(data, size, window, nan_policy, sums):
    video = data.draw(videos())
    where = np.array(data.draw(st.lists(positions(video.shape[1:]), min_size=1, max_size=4)), float)
    chunks = tuple(data.draw(st.integers(1, n)) for n in video.shape)
    spans = replace(window_spans(where, size, window, video.shape[1:]), sums=sums)
    expected = span_traces(as_source(video), spans, nan_policy)
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, data.draw(st.sampled_from([1, 50, 400])))
        traces = span_traces(as_source(Chunked(np.asarray(video), chunks)), spans, nan_policy)
    assert traces.dtype == expected.dtype
    if video.dtype.kind != "f" and (spans.weights == 1).all():
        np.testing.assert_array_equal(traces, expected)
    else:
        finite = np.abs(np.where(np.isfinite(video), video, 0)).max(initial=0).astype(float)
        tight = 1e-6 if traces.dtype == np.float32 else 1e-12
        np.testing.assert_allclose(traces, expected, rtol=tight, atol=tight * finite)


@pytest.mark.parametrize("dtype", ["u8", "i8"])
def test_sums_of_64_bit_integers_over_parts_are_exact(monkeypatch, dtype):
    small_blocks(monkeypatch, 1)
    top = int(np.iinfo(dtype).max)
    video = np.full((2, 4, 4), top, dtype)
    video[0, 0, 0] = top - 1600
    traces = extract_traces(Chunked(video, (2, 2, 2)), (2, 2), size=4)
    np.testing.assert_array_equal(traces, [float(top - 100), float(top)])


def test_nan_in_parts(monkeypatch):
    small_blocks(monkeypatch, 1)
    video = np.ones((3, 4, 4))
    video[1, :2, :2] = np.nan
    video[2] = np.nan
    video[1, 3, 3] = 3.0
    chunked = Chunked(video, (3, 2, 2))
    np.testing.assert_array_equal(extract_traces(chunked, (2, 2), 4), [1, np.nan, np.nan])
    omitted = extract_traces(chunked, [(2, 2), (0, 0)], 4, nan_policy="omit")
    np.testing.assert_allclose(omitted, [[1, 1], [14 / 12, np.nan], [np.nan, np.nan]], rtol=1e-15)
    with pytest.raises(ValueError, match="NaN in frame 1 within the window of position 1"):
        extract_traces(chunked, [(3, 3), (2, 1)], 2, nan_policy="raise")


def test_h5py_and_zarr_are_read_along_their_chunks(tmp_path, monkeypatch):
    small_blocks(monkeypatch, 4000)
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


def test_maps_whose_frames_are_not_one_after_the_other(tmp_path, monkeypatch):
    small_blocks(monkeypatch, 2 * 30 * 24 * 2)
    where = [(3, 2), (20.5, 17.25), (6, 5)]
    for video, chunk in transposed_maps(tmp_path):
        assert as_source(video).chunk == chunk
        np.testing.assert_allclose(extract_traces(video, where, 5), extract_traces(VIDEO, where, 5), rtol=1e-14)
    with open_video(tmp_path / "fortran.npy") as recording:
        assert as_source(recording).chunk == (30, 20, 1)
        np.testing.assert_allclose(extract_traces(recording, where, 5), extract_traces(VIDEO, where, 5), rtol=1e-14)
    assert as_source(np.asfortranarray(VIDEO)).chunk is None  # in memory nothing is read


@pytest.mark.parametrize("chunks", [None, ((10, 20), (20,), (24,)), (10, 20), "auto"])
def test_what_is_no_chunk_is_left_alone(chunks):
    video = Chunked(VIDEO, chunks)
    np.testing.assert_array_equal(extract_traces(video, (3, 2)), extract_traces(VIDEO, (3, 2)))
    assert video.read == [((0, 30),)]


def test_kernels_are_called_for_a_few_frames_where_windows_are_many(monkeypatch):
    calls = []
    real = _parts.kernels.window_means
    monkeypatch.setattr(_parts.kernels, "window_means", lambda f, *rest: (calls.append(len(f)), real(f, *rest)))
    monkeypatch.setattr(_parts, "CALL_PIXELS", dict.fromkeys(("compiled", "numpy"), 4 * 2 * 49))
    traces = extract_traces(VIDEO, [(3, 3), (9, 9)], 7, window="disc")
    assert max(calls) <= 5
    assert sum(calls) == 30
    monkeypatch.undo()
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, [(3, 3), (9, 9)], 7, window="disc"))


def test_a_part_without_windows_is_read_and_adds_nothing(monkeypatch):
    monkeypatch.setattr(video_module, "READ_BYTES", 1000)
    video = Chunked(VIDEO, (30, 5, 6))
    where = [(3 + 6 * (i % 4), 2 + 5 * (i // 4)) for i in range(10)]  # in 10 of 16 chunks, so all are read
    np.testing.assert_array_equal(extract_traces(video, where, 3), extract_traces(VIDEO, where, 3))
    assert len(video.read) > 10


@pytest.mark.parametrize("dtype", ["u2", "f4", "u8"])
@pytest.mark.parametrize("policy", ["propagate", "omit"])
def test_sums_are_finished_a_few_frames_at_a_time(monkeypatch, dtype, policy):
    monkeypatch.setattr(video_module, "READ_BYTES", 1000)
    video, labels = VIDEO.astype(dtype), np.arange(20 * 24).reshape(20, 24) // 3 + 1
    chunked = Chunked(video, (30, 5, 6))
    expected = extract_traces(video, labels, nan_policy=policy)
    for budget in (2**20, 200):
        monkeypatch.setattr(_parts, "FINISH_VALUES", budget)
        np.testing.assert_allclose(extract_traces(chunked, labels, nan_policy=policy), expected, rtol=1e-7)


def test_no_frames_give_no_samples(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        empty = file.create_dataset("v", (0, 8, 9), "u2", maxshape=(None, 8, 9), chunks=(4, 8, 9))
        assert extract_traces(empty, [(1, 1), (2, 3)]).shape == (0, 2)
