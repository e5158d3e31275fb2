"""Traces of arrays of other libraries: the same numbers as NumPy's, on the same device.

The engine for NumPy is the oracle here; its own oracle is in tests/trace/test_extract.py.
"""

import sys

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import kernels
from optimap._extract import device_traces, sliding_sums, span_traces
from optimap._reading import as_source
from optimap._regions import Spans, join_spans, window_spans
from optimap.trace import (
    extract_traces,
)
from tests import arrays
from tests.arrays import DTYPES, HOST_DTYPES, check, magnitude, values
from tests.errors import check_error
from tests.strategies import WINDOWS, positions

RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 65536, (12, 6, 7), dtype=np.uint16)
pytestmark = pytest.mark.usefixtures("functions_of_the_library")


def test_a_pixel_is_column_then_row_and_a_rect_the_mean_of_its_pixels(any_library):
    video = any_library.to(VIDEO)
    check(any_library, extract_traces(video, (5, 3), size=1), VIDEO[:, 3, 5].astype(float), video, whole=True)
    expected = VIDEO[:, 1:4, 2:5].mean(axis=(1, 2))
    check(any_library, extract_traces(video, (3, 2), size=3), expected, video, whole=True)
    edge = VIDEO[:, 3:, :3].mean(axis=(1, 2))
    both = extract_traces(video, [(0, 5), (3, 2)], size=5)
    check(any_library, both, np.stack([edge, VIDEO[:, :5, 1:6].mean(axis=(1, 2))], axis=1), video, whole=True)


def test_shapes(any_library):
    video = any_library.to(VIDEO)
    assert tuple(extract_traces(video, (3, 2)).shape) == (12,)
    assert tuple(extract_traces(video, [(3, 2)]).shape) == (12, 1)
    check(any_library, extract_traces(video, []), np.zeros((12, 0)), video, whole=True)
    check(any_library, extract_traces(any_library.to(VIDEO[:0]), [(3, 2)]), np.zeros((0, 1)), video, whole=True)


@settings(max_examples=150)
@given(data=st.data(), size=st.integers(0, 8), window=st.sampled_from(WINDOWS))
def test_any_video_and_window_equal_numpy(library, data, size, window):
    video = data.draw(values([d for d in DTYPES if library.has(d)], (5, 9, 9)))
    where = data.draw(st.lists(positions(video.shape[1:]), min_size=1, max_size=4))
    policy = data.draw(st.sampled_from(["propagate", "omit"]))
    there = library.to(video)
    if data.draw(st.booleans()):  # frames that do not lie in one piece
        there = library.transposed(library.to(video.transpose(1, 2, 0)), (2, 0, 1))
    expected = extract_traces(video, where, size, window=window, nan_policy=policy)
    result = extract_traces(there, where, size, window=window, nan_policy=policy)
    whole = video.dtype.kind != "f" and all(float(c).is_integer() for xy in where for c in xy)
    check(library, result, expected, there, whole, magnitude(video))
    np.testing.assert_array_equal(library.back(there), video)


def traces_at_cost(cost, video, where, size, nan_policy="propagate"):
    """Return the traces (T, N) of square windows, where gathering a pixel costs so many additions."""
    spans = window_spans(np.array(where, float), size, "rect", tuple(video.shape[1:]))
    return device_traces(as_source(video), spans, nan_policy, gather_cost=cost)


@pytest.mark.parametrize("cost", [0.0, 1e9], ids=["gather", "sliding"])
@settings(max_examples=60)
@given(data=st.data(), size=st.integers(2, 12))
def test_both_methods_equal_numpy_for_overlapping_windows(library, cost, data, size):
    video = data.draw(values([d for d in DTYPES if library.has(d)], (3, 9, 9)))
    height, width = video.shape[1:]
    everywhere = [(x, y) for y in range(height) for x in range(width)]
    where = data.draw(st.one_of(st.just(everywhere), st.lists(st.sampled_from(everywhere), min_size=1, max_size=9)))
    policy = data.draw(st.sampled_from(["propagate", "omit"]))
    there = library.to(video)
    result = traces_at_cost(cost, there, where, size, policy)
    expected = extract_traces(video, where, size, nan_policy=policy)
    check(library, result, expected, there, video.dtype.kind != "f", magnitude(video))


@pytest.fixture
def taken(monkeypatch):
    """The frames, and the values of each, that were taken by index from arrays of array_api_strict."""
    shapes, real = [], array_api_strict.take

    def take(*arguments, **options):
        result = real(*arguments, **options)
        shapes.append(result.shape)
        return result

    monkeypatch.setattr(array_api_strict, "take", take)
    return shapes


def test_many_overlapping_windows_use_sliding_sums_and_few_are_gathered(taken):
    library = arrays.library("strict")
    video = RNG.integers(0, 99, (2, 30, 30), dtype=np.uint16)
    everywhere = [(x, y) for x in range(30) for y in range(30)]
    for where, window, gathers in (([(9, 9)], "rect", True), (everywhere, "rect", False), (everywhere, "disc", True)):
        taken.clear()
        result = extract_traces(library.to(video), where, 9, window=window)
        np.testing.assert_array_equal(library.back(result), extract_traces(video, where, 9, window=window))
        # Every pixel of a window is gathered; of sliding sums, only the one of each window is taken.
        assert taken[0][1] > len(where) if gathers else taken == [(2, len(where))]


def test_sliding_sums_are_sums_of_neighbours():
    line = np.array([[[1, 10, 100, 1000, 10000, 100000]]])
    for size, expected in ((1, line[0, 0]), (3, [111, 1110, 11100, 111000]), (5, [11111, 111110]), (6, [111111])):
        assert sliding_sums(np, line, size, 2).ravel().tolist() == list(expected)


def test_sliding_sums_do_not_wrap(library):
    video = np.full((1, 182, 182), 65535, np.uint16)  # the sum is just above 2**31
    np.testing.assert_allclose(
        library.back(traces_at_cost(1e9, library.to(video), [(91, 91)], 182)), [[65535]], rtol=1e-6
    )


@pytest.mark.parametrize("sums", [False, True])
@pytest.mark.parametrize("dtype", ["u2", "i4", "f4"])
def test_regions_of_very_different_sizes_and_weights(library, dtype, sums):
    video = (RNG.integers(-900, 900, (4, 30, 40)) * (2**20 if dtype == "i4" else 1)).astype(dtype)
    if dtype == "f4":
        video[1, 0, 3], video[2, 20, 0], video[3, 25, :] = np.nan, np.inf, np.nan
    lengths = np.array([1, 40, 2, 40, 3, 1, 1])
    rows, starts = np.array([0, 20, 3, 25, 4, 29, 0]), np.array([3, 0, 5, 0, 6, 39, 4])
    first = np.array([0, 1, 2, 4, 5, 6, 7])  # six windows, of 1, 40, 42, 3, 1 and 1 pixels
    for weights in (np.ones(7), np.array([1, 0.5, 1, 0.25, 2, 3, 1])):
        spans = Spans(rows, starts, starts + lengths, weights, first, None, sums)
        for policy in ("propagate", "omit"):
            there = library.to(video)
            expected = span_traces(as_source(video), spans, policy)
            whole = dtype != "f4" and (weights == 1).all()
            check(library, span_traces(as_source(there), spans, policy), expected, there, whole, 50 * magnitude(video))


def test_a_large_window_among_many_small_ones_is_not_padded_for_all(taken):
    counts = np.array([1] * 5000 + [60_000] + [2] * 5000)
    library, zeros = arrays.library("strict"), np.zeros_like(counts)
    video = np.arange(60_000, dtype="i4").reshape(1, 1, -1)
    spans = Spans(zeros, zeros, counts, np.ones(10_001), np.arange(10_002))
    traces = library.back(span_traces(as_source(library.to(video)), spans))
    np.testing.assert_array_equal(traces, [(counts - 1) / 2])
    assert sum(values for _, values in taken) <= 2 * counts.sum()


def test_blocks_give_the_same_numbers(allow, any_library):
    where, there = [(3, 2), (0, 0), (1.5, 2)], any_library.to(VIDEO)
    allow(device_values=60, cpu_values=60)
    check(any_library, extract_traces(there, where, 3), extract_traces(VIDEO, where, 3), there, whole=False)


def test_device_work_is_done_in_blocks(allow, taken):
    allow(device_values=60, cpu_values=60)
    extract_traces(arrays.library("strict").to(VIDEO), [(3, 2), (0, 0), (1.5, 2)], 3)
    assert max(frames * values for frames, values in taken) <= 60
    assert len(taken) > 6


def test_floats_are_added_in_double_precision(any_library):
    video = np.full((1, 100, 100), 0.1, np.float32)
    video[0, 0, 0] = 2.0**24
    exact = np.float32((2.0**24 + 9999 * float(np.float32(0.1))) / 10_000)
    result = any_library.back(extract_traces(any_library.to(video), (50, 50), size=100))
    if any_library.name.endswith("no_float64"):
        np.testing.assert_allclose(result, exact, rtol=1e-5)
    else:
        assert result[0] == exact


def test_sums_of_integers_are_exact_where_the_device_has_no_doubles():
    library = arrays.library("strict32")
    video = np.full((1, 64, 64), 2**31 - 1, np.int32)
    video[0, 0, 0] -= 4096 * 512
    assert library.back(extract_traces(library.to(video), (32, 32), size=64))[0] == np.float32(2**31 - 1 - 512)


@pytest.mark.parametrize(("size", "cost"), [(3, 0.0), (1, 0.0), (5, 1e9)], ids=["gather", "pixel", "sliding"])
def test_nan_is_an_error_as_in_numpy(allow, any_library, size, cost):
    allow(device_values=3 * 144, cpu_values=3 * 144)  # the first NaN is not in the first block
    video = RNG.normal(size=(9, 12, 12)).astype(np.float32)
    video[2, 0, 0], video[4, 5, 5], video[6, 9, 9] = np.nan, np.nan, np.nan
    where = [(9, 9), (5, 5), (9, 8)]
    with pytest.raises(ValueError, match=r"video holds NaN in frame [46]") as expected:
        extract_traces(video, where, size, nan_policy="raise")
    with pytest.raises(ValueError, match="video holds NaN in frame") as error:
        traces_at_cost(cost, any_library.to(video), where, size, "raise")
    assert str(error.value) == str(expected.value)
    video[np.isnan(video)] = np.inf  # no NaN, though infinities of both signs would make one
    video[4, 5, 4] = -np.inf
    there = any_library.to(video)
    expected = extract_traces(video, where, size, nan_policy="raise")
    check(any_library, traces_at_cost(cost, there, where, size, "raise"), expected, there, False, 10)


def test_jax_compiles_and_differentiates_extraction():
    jax = arrays.library("jax").jax
    video = jax.numpy.asarray(VIDEO, dtype=jax.numpy.float32)
    compiled = jax.jit(lambda v: extract_traces(v, [(1, 1), (2.5, 3)], 3, nan_policy="omit"))
    np.testing.assert_allclose(compiled(video), extract_traces(VIDEO, [(1, 1), (2.5, 3)], 3), rtol=1e-6)
    gradient = jax.grad(lambda v: extract_traces(v, (1, 1), 3).sum())(video)
    np.testing.assert_allclose(gradient[:, :3, :3], 1 / 9, rtol=1e-6)
    assert float(abs(gradient[:, 3:]).max()) == 0


def test_the_gather_adds_the_pixels_that_the_compiled_loops_add():
    library, frame_shape = arrays.library("strict"), VIDEO.shape[1:]
    spans = window_spans(np.array([[2.0, 3.0], [6.0, 0.0], [0.5, 2.25]]), 3, "rect", frame_shape)
    out = np.empty((12, 3))
    kernels.window_means(VIDEO, spans, out)
    np.testing.assert_allclose(library.back(span_traces(as_source(library.to(VIDEO)), spans)), out, rtol=1e-15)


def test_small_floats_of_pytorch_and_jax(torch):
    for dtype in (torch.bfloat16, torch.float16, torch.float8_e4m3fn):
        video = torch.rand(5, 6, 7).to(dtype)
        expected = extract_traces(video.float().numpy(), [(1, 1), (3.5, 2)])
        np.testing.assert_allclose(extract_traces(video, [(1, 1), (3.5, 2)]).numpy(), expected, rtol=1e-6)
    jnp = arrays.library("jax").jax.numpy
    video = jnp.asarray(VIDEO / 65536, dtype=jnp.bfloat16)
    np.testing.assert_allclose(extract_traces(video, (1, 1)), extract_traces(np.asarray(video, float), (1, 1)), 1e-6)


def test_gradients_pass_through(torch):
    video = torch.rand(4, 6, 7, dtype=torch.float64, requires_grad=True)
    everywhere = [(x, y) for x in range(7) for y in range(6)]
    for where in ([(1, 1), (2.5, 3)], everywhere):
        assert torch.autograd.gradcheck(lambda v, where=where: extract_traces(v, where, 3), (video,))


def test_jax_gives_double_precision_where_it_is_switched_on():
    jax = arrays.library("jax").jax
    with jax.enable_x64(True):
        traces = extract_traces(jax.numpy.asarray(VIDEO), (3, 2), 3)
        assert traces.dtype == np.float64
        np.testing.assert_allclose(traces, extract_traces(VIDEO, (3, 2), 3), rtol=3e-16)
    assert extract_traces(jax.numpy.asarray(VIDEO), (3, 2), 3).dtype == np.float32


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda t: t.zeros(3, 4, 5, device="meta"), ValueError, "video is on PyTorch's meta device"),
        (lambda t: t.zeros(3, 4, 5).to_sparse(), TypeError, r"video is a sparse tensor \(torch.sparse_coo\)"),
        (lambda t: t.zeros(3, 4, 5, dtype=t.complex64), TypeError, "video has dtype torch.complex64"),
        (lambda t: t.zeros(4, 5), ValueError, r"video has shape \(4, 5\), a single image"),
        (lambda t: t.zeros(3, 4, 5, 3), ValueError, "a colour video"),
        (lambda t: t.tensor(3), TypeError, "video is not an array"),
    ],
)
def test_tensors_that_are_not_videos_are_refused(torch, make, kind, message):
    check_error(lambda: extract_traces(make(torch), (1, 1)), kind, "video", message)


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_64_bit_integers_are_refused_with_a_cure(library, dtype):
    if not library.has(dtype):
        pytest.skip(f"{library.name} has no {dtype}")
    video = library.to(np.ones((2, 3, 4), dtype))
    message = "video has dtype .*64 .*integers of up to 32 bits are supported"
    error = check_error(lambda: extract_traces(video, (1, 1)), TypeError, "video", message)
    assert "convert it" in error.cure


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    with pytest.raises(ImportError, match=r"pip install 'optimap-trace\[arrays\]'"):
        extract_traces(array_api_strict.asarray(VIDEO), (1, 1))


# In the host's memory


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize("dtype", HOST_DTYPES)
def test_arrays_in_the_hosts_memory_are_computed_by_the_loops_for_numpy(host_loops, name, dtype):
    library = arrays.library(name)
    if not library.has(dtype):
        dtype = "f4"
    array = RNG.integers(0, 2 if dtype == "?" else 99, (12, 6, 7)).astype(dtype)
    there = library.transposed(library.to(array.transpose(1, 2, 0)), (2, 0, 1))
    for where in ((3, 2), [(1.5, 2.25), (0, 0)], []):
        result = extract_traces(there, where, 3)
        expected = extract_traces(array, where, 3)
        assert library.place(result) == library.place(there)
        np.testing.assert_array_equal(library.back(result), expected.astype(library.wide(expected.dtype)), strict=True)
    np.testing.assert_array_equal(library.back(there), array)


def test_nan_in_the_hosts_memory_is_an_error_as_in_numpy(host_loops, torch):
    video = torch.zeros(3, 6, 7)
    video[1, 2, 3] = torch.nan
    with pytest.raises(ValueError, match="video holds NaN in frame 1 within the window of position 0"):
        extract_traces(video, (3, 3), nan_policy="raise")


@pytest.mark.parametrize("shape", [(1, 9, 9), (2, 12, 5)])
def test_boxes_of_different_sizes_are_gathered(library, shape):
    video = RNG.integers(0, 99, shape, dtype=np.uint16)
    sizes = [window_spans(np.array([[3.0, 3.0]]), size, "rect", shape[1:]) for size in (3, 2)]
    spans = join_spans(*sizes)
    check(
        library,
        device_traces(as_source(library.to(video)), spans, "propagate", gather_cost=1e9),  # more than any sliding sums
        span_traces(as_source(video), spans),
        library.to(video),
        True,
    )
