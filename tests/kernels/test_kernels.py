"""The compiled loops and their NumPy twins: the same numbers, whatever the pixels."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap import kernels
from optimap.kernels import _numpy
from optimap.trace._video import _prepare
from optimap.trace._windows import window_spans
from tests.strategies import WINDOWS, positions, videos

try:
    from optimap.kernels import _compiled
except ImportError:
    _compiled = None

needs_compiled = pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")


def span_means(module, frames, spans, omit_nan=False, threads=1):
    out = np.full((len(frames), len(spans.first) - 1), -1.0, kernels.result_dtype(frames.dtype))
    module.span_means(frames, spans.rows, spans.starts, spans.stops, spans.weights, spans.first, out, omit_nan, threads)
    return out


def test_the_build_that_was_asked_for_is_in_use():
    assert kernels.backend == (os.environ.get("OPTIMAP_KERNELS") or ("compiled" if _compiled else "numpy"))
    if os.environ.get("OPTIMAP_REQUIRE") == "compiled":
        assert _compiled is not None


@needs_compiled
@given(st.data())
def test_twins_give_the_same_numbers(data):
    video = data.draw(videos())
    where = data.draw(st.lists(positions(video.shape[1:]), min_size=1, max_size=5))
    size, window = data.draw(st.integers(0, 7)), data.draw(st.sampled_from(WINDOWS))
    frames = _prepare(video)
    if frames.dtype.kind == "f" and data.draw(st.booleans()):
        frames = frames.copy()
        frames[0, 0, 0] = np.nan
    spans = window_spans(np.array(where), size, window, video.shape[1:])
    omit_nan, threads = data.draw(st.booleans()), data.draw(st.integers(1, 3))
    fast = span_means(_compiled, frames, spans, omit_nan, threads)
    slow = span_means(_numpy, frames, spans, omit_nan)
    if frames.dtype.kind != "f" and (spans.weights == 1).all():
        np.testing.assert_array_equal(fast, slow)
    else:
        scale = np.abs(np.nan_to_num(frames.astype(float))).max()
        np.testing.assert_allclose(fast, slow, rtol=1e-6 if fast.dtype == np.float32 else 1e-12, atol=1e-14 * scale)


@needs_compiled
@pytest.mark.parametrize(
    ("rows", "starts", "stops"), [([4], [0], [1]), ([-1], [0], [1]), ([0], [-1], [1]), ([0], [0], [6])]
)
def test_compiled_loops_refuse_spans_outside_the_frame(rows, starts, stops):
    frames = np.zeros((2, 4, 5), np.uint16)
    arrays = [np.array(a, np.int64) for a in (rows, starts, stops)]
    with pytest.raises(ValueError, match="outside the frame"):
        _compiled.span_means(frames, *arrays, np.ones(1), np.array([0, 1]), np.empty((2, 1)), False, 1)


@needs_compiled
def test_compiled_loops_refuse_a_result_of_the_wrong_shape_or_type():
    frames = np.zeros((2, 4, 5), np.uint16)
    one = [np.array([n], np.int64) for n in (0, 0, 1)]
    for out in (np.empty((3, 1)), np.empty((2, 2)), np.empty((2, 1), np.float32)):
        with pytest.raises(ValueError, match="out"):
            _compiled.span_means(frames, *one, np.ones(1), np.array([0, 1]), out, False, 1)


def test_long_spans_of_large_values_do_not_overflow():
    video = np.full((1, 1, 100_000), 65535, np.uint16)
    spans = window_spans(np.array([[50_000.0, 0.0]]), 99_999, "rect", (1, 100_000))
    np.testing.assert_array_equal(span_means(kernels._loops, video, spans), [[65535.0]])


@pytest.mark.parametrize(("value", "expected"), [("3", 3), ("1", 1)])
def test_threads_follow_the_setting(monkeypatch, value, expected):
    monkeypatch.setenv("OPTIMAP_THREADS", value)
    assert kernels.thread_count() == expected


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_threads_is_refused(monkeypatch, value):
    monkeypatch.setenv("OPTIMAP_THREADS", value)
    with pytest.raises(ValueError, match="OPTIMAP_THREADS"):
        kernels.thread_count()


def test_an_unknown_backend_is_refused(monkeypatch):
    monkeypatch.setenv("OPTIMAP_KERNELS", "fortran")
    with pytest.raises(ValueError, match="'fortran'"):
        kernels._choose()
