"""Sums over parts of frames add up to the traces of whole frames in memory."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap._extract import span_traces, window_means
from optimap._reading import as_source
from optimap._regions import window_spans
from optimap.kernels import Stop
from optimap.trace import extract_traces
from tests import makers
from tests.readers import Chunked, small_blocks
from tests.strategies import WINDOWS, positions, videos

VIDEO = makers.random_video((30, 20, 24))


@given(st.data(), st.integers(0, 9), st.sampled_from(WINDOWS), st.sampled_from(["propagate", "omit"]), st.booleans())
def test_parts_add_up_to_whole_frames(data, size, window, nan_policy, sums):
    video = data.draw(videos())
    where = np.array(data.draw(st.lists(positions(video.shape[1:]), min_size=1, max_size=4)), float)
    chunks = tuple(data.draw(st.integers(1, n)) for n in video.shape)
    spans = replace(window_spans(where, size, window, video.shape[1:]), sums=sums)
    expected = span_traces(as_source(video), spans, nan_policy)
    with small_blocks(data.draw(st.sampled_from([1, 50, 400]))):
        traces = span_traces(as_source(Chunked(np.asarray(video), chunks)), spans, nan_policy)
    assert traces.dtype == expected.dtype
    if video.dtype.kind != "f" and (spans.weights == 1).all():
        np.testing.assert_array_equal(traces, expected)
    else:
        finite = np.abs(np.where(np.isfinite(video), video, 0)).max(initial=0).astype(float)
        tight = 1e-6 if traces.dtype == np.float32 else 1e-12
        np.testing.assert_allclose(traces, expected, rtol=tight, atol=tight * finite)


def test_nan_in_parts(allow):
    allow(block_bytes=1, read_bytes=1)
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


def test_kernels_are_called_for_a_few_frames_at_a_time_if_windows_have_many_pixels():
    class Counting(Stop):
        asked = 0

        def is_set(self):
            self.asked += 1
            return False

    spans, stop = window_spans(np.array([(3.0, 3), (9, 9)]), 7, "disc", (20, 24)), Counting()
    expected, out = np.empty((30, 2)), np.empty((30, 2))
    window_means(VIDEO, spans, expected, False, Stop())
    pixels = int((spans.stops - spans.starts).sum())
    window_means(VIDEO, spans, out, False, stop, call_pixels=4 * pixels)
    assert stop.asked == 8  # before each call, of four frames
    np.testing.assert_array_equal(out, expected)


def test_a_part_without_windows_is_read_and_adds_nothing(allow):
    allow(read_bytes=1000)
    video = Chunked(VIDEO, (30, 5, 6))
    where = [(3 + 6 * (i % 4), 2 + 5 * (i // 4)) for i in range(10)]  # in 10 of 16 chunks, so all are read
    np.testing.assert_array_equal(extract_traces(video, where, 3), extract_traces(VIDEO, where, 3))
    assert len(video.read) > 10


@pytest.mark.parametrize("dtype", ["u2", "f4", "u8"])
@pytest.mark.parametrize("policy", ["propagate", "omit"])
def test_sums_are_finished_a_few_frames_at_a_time(allow, dtype, policy):
    allow(read_bytes=1000)
    video, labels = VIDEO.astype(dtype), np.arange(20 * 24).reshape(20, 24) // 3 + 1
    chunked = Chunked(video, (30, 5, 6))
    expected = extract_traces(video, labels, nan_policy=policy)
    for values in (2**20, 200):
        allow(finish_values=values)
        np.testing.assert_allclose(extract_traces(chunked, labels, nan_policy=policy), expected, rtol=1e-7)


def test_nothing_is_computed_after_a_stop():
    stop, out = Stop(), np.full((30, 1), -1.0)
    stop.set()
    window_means(VIDEO, window_spans(np.array([(3.0, 3)]), 7, "disc", (20, 24)), out, False, stop)
    assert (out == -1).all()


@pytest.mark.parametrize("dtype", ["u2", "i4", "u8", "f2", "f4", "f8"])
@pytest.mark.parametrize("policy", ["propagate", "omit"])
def test_parts_of_every_type_and_weight_add_up(allow, dtype, policy):
    allow(block_bytes=500, read_bytes=500)
    video = makers.random_video((9, 12, 10), "u1").astype(dtype)
    masks = np.random.default_rng(0).random((3, 12, 10)).round(1)
    for weights in ("mean", "sum"):
        chunked = extract_traces(Chunked(video, (9, 4, 5)), masks, weights=weights, nan_policy=policy)
        whole = extract_traces(video, masks, weights=weights, nan_policy=policy)
        assert chunked.dtype == whole.dtype
        np.testing.assert_allclose(chunked, whole, rtol=1e-6 if chunked.dtype == np.float32 else 1e-13)
