"""The loops over pixels in NumPy, against their compiled twins and by hand: the same numbers for all pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap import kernels
from optimap._reading import prepare
from optimap._regions import Spans, window_spans
from tests.kernels.system import refuse_threads
from tests.strategies import WINDOWS, positions, videos

_numpy, _compiled = kernels.twins()["numpy"], kernels.twins().get("compiled")

needs_compiled = pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")


def span_means(module, frames, spans, omit_nan=False, threads=1, sums=False):
    out = np.full((len(frames), len(spans.first) - 1), -1.0, "f8" if sums else kernels.result_dtype(frames.dtype))
    windows = (spans.rows, spans.starts, spans.stops, spans.weights, spans.first)
    module.span_means(frames, *windows, out, omit_nan, sums, threads)
    return out


@needs_compiled
@given(st.data())
def test_twins_give_the_same_numbers(data):
    video = data.draw(videos())
    where = data.draw(st.lists(positions(video.shape[1:]), min_size=1, max_size=5))
    size, window = data.draw(st.integers(0, 7)), data.draw(st.sampled_from(WINDOWS))
    frames = prepare(video)
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


@st.composite
def any_windows(draw, height, width):
    """Windows of any shape: runs of pixels anywhere, of any length, overlapping or not, of one weight or many."""
    count = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    lengths = rng.integers(1, 30, count)
    first = np.concatenate(([0], np.cumsum(lengths)))
    edges = np.sort(rng.integers(0, width + 1, (first[-1], 2)), axis=1)
    starts = np.minimum(edges[:, 0], width - 1)
    stops = np.maximum(edges[:, 1], starts + 1)
    weights = np.ones(first[-1])
    if draw(st.booleans()):
        weights = rng.uniform(0.1, 2, first[-1])
        weights[: first[1]] = 0.25  # one window of equal weights
    return Spans(rng.integers(0, height, first[-1]), starts, stops, weights, first)


@needs_compiled
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
@given(data=st.data(), height=st.integers(1, 40), width=st.integers(1, 70), omit_nan=st.booleans())
def test_twins_agree_on_windows_of_any_shape(dtype, data, height, width, omit_nan):
    rng = np.random.default_rng(height * 100 + width)
    wide = width + data.draw(st.sampled_from([0, 3]))  # a frame that is part of a wider one
    frames = rng.integers(0, 120, (3, height, wide)).astype(dtype)
    if np.dtype(dtype).kind != "f":
        frames[:, ::2] = np.iinfo(dtype).max
    elif data.draw(st.booleans()):
        frames[0, 0] = np.nan
    frames = frames[:, :, :width]
    spans = data.draw(any_windows(height, width))
    for sums in (False, True):
        fast, slow = (span_means(module, frames, spans, omit_nan, 2, sums) for module in (_compiled, _numpy))
        if (spans.weights == 1).all() and frames.dtype.kind != "f":
            np.testing.assert_array_equal(fast, slow)
        else:
            np.testing.assert_allclose(fast, slow, rtol=1e-6 if fast.dtype == "f4" else 1e-12)


@needs_compiled
@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "u8", "f4", "f8"])
@pytest.mark.parametrize("weighted", [False, True])
def test_numbers_do_not_depend_on_where_frames_lie_in_memory(dtype, weighted):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 60_000, (9, 11, 21)).astype(dtype) * np.dtype(dtype).type(0.7 if dtype < "i" else 1)
    edges = np.sort(rng.integers(0, 22, (200, 2)), axis=1)
    starts, stops = np.minimum(edges[:, 0], 20), np.maximum(edges[:, 1], np.minimum(edges[:, 0], 20) + 1)
    weights = rng.uniform(0.1, 2, 200) if weighted else np.ones(200)
    spans = Spans(rng.integers(0, 11, 200), starts, stops, weights, np.arange(0, 201, 10))
    expected = span_means(_compiled, values, spans)
    room = np.empty(values.size + 64, dtype)
    for shift in range(1, 40, 3):
        moved = room[shift : shift + values.size].reshape(values.shape)
        moved[:] = values
        np.testing.assert_array_equal(span_means(_compiled, moved, spans), expected)
    wide = np.full((9, 13, 40), 7, dtype)
    wide[:, 2:, 5:26] = values
    np.testing.assert_array_equal(span_means(_compiled, wide[:, 2:, 5:26], spans), expected)
    np.testing.assert_array_equal(span_means(_compiled, values[::-1], spans), expected[::-1])
    np.testing.assert_array_equal(
        np.concatenate([span_means(_compiled, values[t : t + 1], spans) for t in range(9)]), expected
    )


@pytest.mark.parametrize("dtype", ["u2", "i2"])
def test_windows_of_more_pixels_than_a_register_can_add(dtype):
    value = np.iinfo(dtype).max
    frames = np.full((2, 800, 700), value, dtype)
    rows = np.arange(800)
    spans = Spans(rows, np.zeros(800, np.int64), np.full(800, 700), np.ones(800), np.array([0, 800]))
    boxes = np.array([[0], [800], [0], [700]])
    for module in (_numpy, _compiled) if _compiled else (_numpy,):
        np.testing.assert_array_equal(span_means(module, frames, spans), [[value]] * 2)
        np.testing.assert_array_equal(box_means(module, frames, boxes), [[value]] * 2)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "f4", "f8"])
@pytest.mark.parametrize("moments", [1, 2, 3, 4, 5, 9])
def test_extremes_are_the_smallest_and_the_largest(dtype, moments):
    samples = np.random.default_rng(moments).integers(0, 100, (moments, 1, 5000)).astype(dtype)
    expected = samples.min(axis=(0, 1)), samples.max(axis=(0, 1))
    if samples.dtype.kind == "f":
        samples[0, 0, 7] = np.nan
        samples[:, 0, 8] = np.nan
        expected[0][7], expected[1][7] = (
            f(samples[1:, 0, 7], initial=start) for f, start in ((np.min, np.inf), (np.max, -np.inf))
        )
        expected[0][8], expected[1][8] = np.inf, -np.inf
    for module in (_numpy, _compiled) if _compiled else (_numpy,):
        for threads in (1, 3):
            low, high = np.empty(5000, dtype), np.empty(5000, dtype)
            module.extremes(samples, low, high, threads)
            np.testing.assert_array_equal(low, expected[0])
            np.testing.assert_array_equal(high, expected[1])


def box_means(module, frames, boxes, threads=1, sums=False):
    out = np.full((len(frames), boxes.shape[1]), -1.0, "f8" if sums else kernels.result_dtype(frames.dtype))
    module.box_means(frames, *boxes, out, sums, threads)
    return out


@given(st.data())
def test_running_sums_give_the_same_numbers(data):
    video = data.draw(videos(dtypes=["u1", "i1", "u2", "i2", "u4", "i4", "f4"], max_side=20))
    where = np.array(data.draw(st.lists(positions(video.shape[1:], fractional=False), min_size=1, max_size=5)))
    frames = prepare(video)
    if frames.dtype.kind == "f":
        frames = frames.copy()
        odd = data.draw(st.sampled_from([None, np.nan, np.inf, 1e30]))
        if odd is not None:
            frames[0, 0, 0] = odd
    spans = window_spans(where, data.draw(st.integers(2, 9)), "rect", video.shape[1:])
    expected = span_means(_numpy, frames, spans)
    for module in (_numpy, _compiled) if _compiled else (_numpy,):
        for threads in (1, 3):
            means = box_means(module, frames, spans.boxes, threads)
            if frames.dtype.kind != "f":
                np.testing.assert_array_equal(means, expected)
                sums = box_means(module, frames, spans.boxes, threads, sums=True)
                np.testing.assert_array_equal(sums, span_means(_numpy, frames, spans, sums=True))
            else:
                # One rounding to float32; where positive and negative pixels cancel, of the largest pixel.
                largest = np.where(np.isfinite(frames), np.abs(frames), 0).max(axis=(1, 2))[:, None]
                tolerance = 1.2e-7 * np.abs(np.nan_to_num(expected)) + 1e-13 * np.where(largest < 1e20, largest, 0)
                both = np.isfinite(expected)
                np.testing.assert_array_equal(np.isfinite(means), both)
                assert (np.abs(means[both] - expected[both]) <= tolerance[both]).all()


@st.composite
def neighbouring_boxes(draw, height, width):
    """Boxes side by side, as every pixel of a frame or of a part of it has one; in rows, in columns or shuffled."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, y = (rng.integers(0, n, 2) for n in (width, height))
    step = draw(st.sampled_from([1, 1, 2, 5, 9]))
    where = np.mgrid[x.min() : x.max() + 1 : step, y.min() : y.max() + 1 : step].reshape(2, -1).T.astype(float)
    where = where[rng.random(len(where)) < draw(st.sampled_from([1.0, 0.6]))]
    where = where if len(where) else np.array([[x[0], y[0]]], float)
    order = draw(st.sampled_from(["columns", "rows", "shuffled", "twice"]))
    if order == "rows":
        where = where[np.lexsort(where.T)]
    elif order == "shuffled":
        rng.shuffle(where)
    elif order == "twice":
        where = np.concatenate([where, where])
    return window_spans(where, draw(st.integers(2, 33)), "rect", (height, width))


@needs_compiled
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4"])
@given(data=st.data(), height=st.integers(1, 40), width=st.integers(1, 70), frames=st.integers(1, 4))
def test_boxes_side_by_side_have_the_sums_of_their_pixels(dtype, data, height, width, frames):
    rng = np.random.default_rng(height * 100 + width)
    if np.dtype(dtype).kind == "f":
        video = rng.normal(100, 30, (frames, height, width)).astype(dtype)
        if data.draw(st.booleans()):
            video[rng.random(video.shape) < 0.05] = data.draw(
                st.sampled_from([np.nan, np.inf, 0.0, 1e-12, 1e12, -1e12])
            )
    else:
        video = rng.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, (frames, height, width), dtype, endpoint=True)
    spans = data.draw(neighbouring_boxes(height, width))
    expected = span_means(_numpy, video, spans)
    sums = span_means(_numpy, video, spans, sums=True)
    for threads in (1, 3):
        rtol = 2e-7 if dtype == "f4" else 0
        np.testing.assert_allclose(box_means(_compiled, video, spans.boxes, threads), expected, rtol)
        np.testing.assert_allclose(
            box_means(_compiled, video, spans.boxes, threads, sums=True), sums, 2e-9 if rtol else 0
        )


@needs_compiled
@pytest.mark.parametrize("dtype", ["u2", "f4"])
def test_results_larger_than_the_caches_are_whole(dtype):
    video = np.random.default_rng(0).integers(0, 60_000, (70, 260, 255)).astype(dtype)
    where = np.stack(np.mgrid[:260, :255][::-1], -1).reshape(-1, 2).astype(float)
    spans = window_spans(where, 6, "rect", video.shape[1:])
    all_at_once = box_means(_compiled, video, spans.boxes, 2)
    one_by_one = np.concatenate([box_means(_compiled, video[t : t + 1], spans.boxes) for t in range(70)])
    np.testing.assert_array_equal(all_at_once, one_by_one)
    np.testing.assert_allclose(
        all_at_once[::30], span_means(_compiled, video[::30], spans), 1e-7 if dtype == "f4" else 0
    )


@needs_compiled
def test_boxes_do_not_depend_on_where_frames_lie_in_memory():
    values = np.random.default_rng(0).normal(100, 40, (9, 21, 30)).astype(np.float32)
    where = np.stack(np.mgrid[:21, :30][::-1], -1).reshape(-1, 2).astype(float)
    spans = window_spans(np.concatenate([where, where[::-7]]), 5, "rect", (21, 30))
    expected = box_means(_compiled, values, spans.boxes)
    room = np.empty(values.size + 64, np.float32)
    for shift in range(1, 40, 3):
        moved = room[shift : shift + values.size].reshape(values.shape)
        moved[:] = values
        np.testing.assert_array_equal(box_means(_compiled, moved, spans.boxes), expected)
    np.testing.assert_array_equal(box_means(_compiled, values[::-1], spans.boxes, 2), expected[::-1])


@given(st.data())
def test_single_pixels_are_the_pixels(data):
    frames = prepare(data.draw(videos()))
    where = np.array(data.draw(st.lists(positions(frames.shape[1:], fractional=False), min_size=1, max_size=5)))
    spans = window_spans(where, 1, "rect", frames.shape[1:])
    expected = frames[:, spans.rows, spans.starts].astype(kernels.result_dtype(frames.dtype))
    for module in (_numpy, _compiled) if _compiled else (_numpy,):
        for threads in (1, 3):
            out = np.full(expected.shape, -1, expected.dtype)
            module.pixel_values(frames, spans.rows, spans.starts, out, threads)
            np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "f4", "f8"])
@pytest.mark.parametrize("target", ["f4", "f8"])
@pytest.mark.parametrize("clip", [True, False])
def test_rescaling_gives_the_same_numbers(dtype, target, clip):
    rng = np.random.default_rng(0)
    samples = rng.integers(0, 200, (30, 1, 40)).astype(dtype)
    if samples.dtype.kind == "f":
        samples[3, 0, 5] = np.nan
    low, span = rng.uniform(0, 50, 40), rng.uniform(1, 100, 40)
    results = []
    for module in (_numpy, _compiled) if _compiled else (_numpy,):
        for threads in (1, 3):
            results.append(np.empty((30, 40), target))
            module.rescale(samples, low, span, 0.1, -0.7, clip, results[-1], threads)
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@needs_compiled
@pytest.mark.parametrize(("row", "column"), [(4, 0), (-1, 0), (0, 5), (0, -1)])
def test_pixels_outside_the_frame_are_refused(row, column):
    frames, out = np.zeros((2, 4, 5), np.uint16), np.empty((2, 1))
    with pytest.raises(ValueError, match="outside the frame"):
        _compiled.pixel_values(frames, np.array([row]), np.array([column]), out, 1)


def test_nan_outside_a_window_never_reaches_it():
    frames = np.ones((3, 40, 50), np.float32)
    frames[1, 0, :] = np.nan
    frames[2, :, 10] = np.inf
    spans = window_spans(np.array([[25.0, 20.0], [10.0, 20.0]]), 9, "rect", (40, 50))
    for module in (_numpy, _compiled) if _compiled else (_numpy,):
        np.testing.assert_array_equal(box_means(module, frames, spans.boxes), [[1, 1], [1, 1], [1, np.inf]])


@needs_compiled
@pytest.mark.parametrize(
    ("rows", "starts", "stops"), [([4], [0], [1]), ([-1], [0], [1]), ([0], [-1], [1]), ([0], [0], [6])]
)
def test_compiled_loops_refuse_spans_outside_the_frame(rows, starts, stops):
    frames = np.zeros((2, 4, 5), np.uint16)
    arrays = [np.array(a, np.int64) for a in (rows, starts, stops)]
    with pytest.raises(ValueError, match="outside the frame"):
        _compiled.span_means(frames, *arrays, np.ones(1), np.array([0, 1]), np.empty((2, 1)), False, False, 1)


@needs_compiled
def test_compiled_loops_refuse_a_result_of_the_wrong_shape_or_type():
    frames = np.zeros((2, 4, 5), np.uint16)
    one = [np.array([n], np.int64) for n in (0, 0, 1)]
    for out in (np.empty((3, 1)), np.empty((2, 2)), np.empty((2, 1), np.float32)):
        with pytest.raises(ValueError, match="out"):
            _compiled.span_means(frames, *one, np.ones(1), np.array([0, 1]), out, False, False, 1)


@needs_compiled
@pytest.mark.parametrize("box", [(0, 5, 0, 1), (-1, 2, 0, 1), (2, 1, 0, 1), (0, 1, 0, 6), (0, 1, -1, 1), (0, 1, 2, 1)])
def test_running_sums_refuse_boxes_outside_the_frame(box):
    with pytest.raises(ValueError, match="outside the frame"):
        box_means(_compiled, np.zeros((2, 4, 5), np.uint16), np.array(box, np.int64)[:, None])


def test_long_spans_of_large_values_do_not_overflow():
    video = np.full((1, 1, 100_000), 65535, np.uint16)
    spans = window_spans(np.array([[50_000.0, 0.0]]), 99_999, "rect", (1, 100_000))
    for module in filter(None, (_numpy, _compiled)):
        np.testing.assert_array_equal(span_means(module, video, spans), [[65535.0]])


@pytest.mark.parametrize("granted", [0, 1, 2])
def test_where_no_thread_can_be_started_the_twins_work_in_the_caller(monkeypatch, granted):
    refuse_threads(monkeypatch, granted)
    frames = np.random.default_rng(0).integers(0, 999, (40, 6, 7), dtype=np.uint16)
    spans = window_spans(np.array([[3.0, 2.0], [0.0, 5.0]]), 3, "rect", (6, 7))
    results = [np.empty((40, 2)) for _ in range(2)]
    for threads, out in zip((4, 1), results, strict=True):
        _numpy.box_means(frames, *spans.boxes, out, False, threads)
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize(("threads", "frames_at_once"), [(1, 8), (4, 5), (20, 1)])
def test_tables_of_all_threads_together_have_a_limit(threads, frames_at_once):
    rows_and_columns = 7 * 7  # of a table for frames of 6 x 7
    limits = {"table_values": 8 * rows_and_columns, "all_values": 20 * rows_and_columns}
    blocks = []

    class Watched(np.ndarray):
        """Frames that note how many of them are used at once."""

        def __getitem__(self, key):
            block = super().__getitem__(key)
            blocks.append(len(block))
            return block

    frames = np.random.default_rng(0).integers(0, 999, (400, 6, 7), dtype=np.uint16).view(Watched)
    spans = window_spans(np.array([[3.0, 2.0]]), 3, "rect", (6, 7))
    out = np.empty((400, 1))
    _numpy.box_means(frames, *spans.boxes, out, False, threads, **limits)
    assert set(blocks) == {frames_at_once}
    np.testing.assert_array_equal(out[:, 0], np.asarray(frames)[:, 1:4, 2:5].mean(axis=(1, 2)))
