"""extract_traces and normalize on arrays of other libraries: the same numbers as NumPy's, on the same device.

NumPy's engine is the oracle here (its own oracle is in test_extract and test_normalize).
"""

import sys

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import kernels
from optimap._base import device_home
from optimap._base import devices as _arrays
from optimap._extract import device as _arrays_extract
from optimap._extract import span_traces
from optimap._reading import as_source
from optimap._regions import Spans, window_spans
from optimap._series import samples
from optimap.trace import (
    compare_traces,
    detrend_timeseries,
    estimate_period,
    extract_traces,
    load_traces,
    normalize,
    save_traces,
    show_traces,
)
from tests import arrays
from tests.errors import check_error
from tests.strategies import WINDOWS, positions

RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 65536, (12, 6, 7), dtype=np.uint16)
# Integers of 64 bits are computed in the host's memory alone.
DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8", "?"]
HOST_DTYPES = [*DTYPES, "u8", "i8"]


@pytest.fixture(scope="module", autouse=True)
def _functions_of_the_library():
    """The CPU stands in for a GPU here: what lies in the host's memory is not left to NumPy's loops."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_arrays, "HOST_LOOPS", False)
        yield


@pytest.fixture(scope="module", params=arrays.STANDARD)
def library(request):
    return arrays.library(request.param)


@pytest.fixture(scope="module", params=arrays.ALL)
def any_library(request):
    return arrays.library(request.param)


@pytest.fixture(scope="module")
def torch():
    return arrays.library("torch").torch


@st.composite
def values(draw, dtypes, sides):
    """Values of any dtype, all of its range; floats with some NaN and infinity."""
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    shape = tuple(draw(st.integers(1, n)) for n in sides)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind != "f":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    result = (rng.normal(size=shape) * 100).astype(dtype)
    for bad in draw(st.lists(st.sampled_from([np.nan, np.inf, -np.inf]), max_size=3)):
        result[tuple(rng.integers(0, n) for n in shape)] = bad
    return result


def check(library, result, expected, like, whole, scale=0.0):
    """Compare a result on a device with NumPy's: bit for bit where `whole` numbers are added."""
    assert library.place(result) == library.place(like)
    here = library.back(result)
    assert here.dtype == library.wide(expected.dtype)
    assert here.shape == expected.shape
    if whole and library.exact and library.has_double:
        np.testing.assert_array_equal(here, expected)
        return
    eps = np.finfo(here.dtype).eps
    rounding = 4 * eps if whole else 30 * eps
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(here, expected.astype(here.dtype), rtol=rounding, atol=rounding * scale)


def magnitude(video):
    finite = np.abs(video.astype(float))
    return float(np.max(finite[np.isfinite(finite)], initial=0.0))


# extract_traces


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
def test_any_video_any_window_equals_numpy(library, data, size, window):
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


@pytest.mark.parametrize("cost", [0.0, 1e9], ids=["gather", "sliding"])
@settings(max_examples=60)
@given(data=st.data(), size=st.integers(2, 12))
def test_both_ways_equal_numpy_on_windows_that_overlap(library, cost, data, size):
    video = data.draw(values([d for d in DTYPES if library.has(d)], (3, 9, 9)))
    height, width = video.shape[1:]
    everywhere = [(x, y) for y in range(height) for x in range(width)]
    where = data.draw(st.one_of(st.just(everywhere), st.lists(st.sampled_from(everywhere), min_size=1, max_size=9)))
    policy = data.draw(st.sampled_from(["propagate", "omit"]))
    there = library.to(video)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_arrays_extract, "GATHER_COST", cost)
        result = extract_traces(there, where, size, nan_policy=policy)
    expected = extract_traces(video, where, size, nan_policy=policy)
    check(library, result, expected, there, video.dtype.kind != "f", magnitude(video))


def test_many_overlapping_windows_slide_and_few_are_gathered(monkeypatch):
    library, used = arrays.library("strict"), []
    for way in (_arrays_extract.Gather, _arrays_extract.Sliding):
        real = way.__init__
        monkeypatch.setattr(way, "__init__", lambda *a, real=real, name=way.__name__: (used.append(name), real(*a))[1])
    video = RNG.integers(0, 99, (2, 30, 30), dtype=np.uint16)
    everywhere = [(x, y) for x in range(30) for y in range(30)]
    for where, window in (([(9, 9)], "rect"), (everywhere, "rect"), (everywhere, "disc")):
        result = extract_traces(library.to(video), where, 9, window=window)
        np.testing.assert_array_equal(library.back(result), extract_traces(video, where, 9, window=window))
    assert used == ["Gather", "Sliding", "Gather"]


def test_sliding_sums_are_sums_of_neighbours():
    line = np.array([[[1, 10, 100, 1000, 10000, 100000]]])
    for size, expected in ((1, line[0, 0]), (3, [111, 1110, 11100, 111000]), (5, [11111, 111110]), (6, [111111])):
        assert _arrays_extract.sliding_sums(np, line, size, 2).ravel().tolist() == list(expected)


def test_boxes_that_the_frame_clips_are_found_again():
    first, last = np.array([0, 2, 4]), np.array([3, 7, 6])
    assert _arrays_extract._unclipped(first, last, 6)[0].tolist() == [-2, 2, 4]
    assert _arrays_extract._unclipped(first, last, 7) is None  # a short box in the middle is no clipped one


def test_sliding_sums_do_not_wrap(monkeypatch, library):
    monkeypatch.setattr(_arrays_extract, "GATHER_COST", 1e9)
    video = np.full((1, 182, 182), 65535, np.uint16)  # the sum is just above 2**31
    np.testing.assert_allclose(library.back(extract_traces(library.to(video), (91, 91), 182)), [65535], rtol=1e-6)


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


def test_a_large_window_among_many_small_ones_is_not_padded_for_all():
    counts = np.array([1] * 5000 + [60_000] + [2] * 5000)
    groups = _arrays_extract._groups(counts)
    assert sum(len(g) * counts[g].max() for g in groups) <= 2 * counts.sum()
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(counts)))


def test_work_goes_in_blocks(monkeypatch, any_library):
    expected = extract_traces(VIDEO, [(3, 2), (0, 0), (1.5, 2)], 3)
    computed = []
    real = device_home.Home.numbers

    def numbers(self, stored, bits):
        computed.append(int(np.prod(stored.shape)))
        return real(self, stored, bits)

    monkeypatch.setattr(device_home.Home, "numbers", numbers)
    monkeypatch.setattr(_arrays_extract, "BLOCK_VALUES", 60)
    there = any_library.to(VIDEO)
    check(any_library, extract_traces(there, [(3, 2), (0, 0), (1.5, 2)], 3), expected, there, whole=False)
    assert max(computed) <= 60
    assert len(computed) > 6


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
def test_nan_is_an_error_as_in_numpy(monkeypatch, any_library, size, cost):
    monkeypatch.setattr(_arrays_extract, "GATHER_COST", cost)
    monkeypatch.setattr(_arrays_extract, "BLOCK_VALUES", 3 * 144)  # the first NaN is not in the first block
    video = RNG.normal(size=(9, 12, 12)).astype(np.float32)
    video[2, 0, 0], video[4, 5, 5], video[6, 9, 9] = np.nan, np.nan, np.nan
    where = [(9, 9), (5, 5), (9, 8)]
    with pytest.raises(ValueError, match=r"video holds NaN in frame [46]") as expected:
        extract_traces(video, where, size, nan_policy="raise")
    with pytest.raises(ValueError, match="video holds NaN in frame") as error:
        extract_traces(any_library.to(video), where, size, nan_policy="raise")
    assert str(error.value) == str(expected.value)
    video[np.isnan(video)] = np.inf  # no NaN, though infinities of both signs would make one
    video[4, 5, 4] = -np.inf
    there = any_library.to(video)
    expected = extract_traces(video, where, size, nan_policy="raise")
    check(any_library, extract_traces(there, where, size, nan_policy="raise"), expected, there, False, 10)


def test_tensors_are_saved_as_their_numbers(torch, tmp_path):
    values = torch.rand(5, 2)
    for i, traces in enumerate((values.requires_grad_(), values.detach().bfloat16())):
        save_traces(tmp_path / f"{i}.npz", traces, x=torch.arange(5.0).requires_grad_(), metadata={"a": torch.ones(2)})
        table = load_traces(tmp_path / f"{i}.npz")
        np.testing.assert_array_equal(table.traces, traces.detach().float().numpy(), strict=True)
        assert (table.x.tolist(), table.metadata) == ([0, 1, 2, 3, 4], {"a": [1, 1]})


def test_small_floats_of_pytorch_and_jax(torch):
    for dtype in (torch.bfloat16, torch.float16, torch.float8_e4m3fn):
        video = torch.rand(5, 6, 7).to(dtype)
        expected = extract_traces(video.float().numpy(), [(1, 1), (3.5, 2)])
        np.testing.assert_allclose(extract_traces(video, [(1, 1), (3.5, 2)]).numpy(), expected, rtol=1e-6)
        np.testing.assert_array_equal(normalize(video).numpy(), normalize(video.float().numpy()))
    jnp = arrays.library("jax").jax.numpy
    video = jnp.asarray(VIDEO / 65536, dtype=jnp.bfloat16)
    np.testing.assert_allclose(extract_traces(video, (1, 1)), extract_traces(np.asarray(video, float), (1, 1)), 1e-6)


def test_gradients_pass_through(torch):
    video = torch.rand(4, 6, 7, dtype=torch.float64, requires_grad=True)
    everywhere = [(x, y) for x in range(7) for y in range(6)]
    for where in ([(1, 1), (2.5, 3)], everywhere):
        assert torch.autograd.gradcheck(lambda v, where=where: extract_traces(v, where, 3), (video,))
    assert torch.autograd.gradcheck(lambda v: normalize(v, dtype=torch.float64), (video,))


def test_jax_compiles_and_differentiates_extraction():
    jax = arrays.library("jax").jax
    video = jax.numpy.asarray(VIDEO, dtype=jax.numpy.float32)
    compiled = jax.jit(lambda v: extract_traces(v, [(1, 1), (2.5, 3)], 3, nan_policy="omit"))
    np.testing.assert_allclose(compiled(video), extract_traces(VIDEO, [(1, 1), (2.5, 3)], 3), rtol=1e-6)
    gradient = jax.grad(lambda v: extract_traces(v, (1, 1), 3).sum())(video)
    np.testing.assert_allclose(gradient[:, :3, :3], 1 / 9, rtol=1e-6)
    assert float(abs(gradient[:, 3:]).max()) == 0


def test_jax_gives_double_precision_where_it_is_switched_on():
    jax = arrays.library("jax").jax
    with jax.enable_x64(True):
        traces = extract_traces(jax.numpy.asarray(VIDEO), (3, 2), 3)
        assert traces.dtype == np.float64
        np.testing.assert_allclose(traces, extract_traces(VIDEO, (3, 2), 3), rtol=3e-16)
        assert normalize(jax.numpy.asarray(VIDEO), dtype=np.float64).dtype == np.float64
    assert extract_traces(jax.numpy.asarray(VIDEO), (3, 2), 3).dtype == np.float32


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda t: t.zeros(3, 4, 5, device="meta"), ValueError, "video is on PyTorch's meta device"),
        (lambda t: t.zeros(3, 4, 5).to_sparse(), TypeError, r"video is a sparse tensor \(torch.sparse_coo\)"),
        (lambda t: t.zeros(3, 4, 5, dtype=t.complex64), TypeError, "video has dtype torch.complex64"),
        (lambda t: t.zeros(4, 5), ValueError, r"video has shape \(4, 5\), a single image"),
        (lambda t: t.zeros(3, 4, 5, 3), ValueError, "a colour video"),
        (lambda t: t.tensor(3), TypeError, "video is not an array"),
    ],
)
def test_tensors_that_are_no_video_are_refused(torch, make, error, message):
    with pytest.raises(error, match=message):
        extract_traces(make(torch), (1, 1))


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    for work in (lambda v: extract_traces(v, (1, 1)), normalize):
        with pytest.raises(ImportError, match=r"pip install 'optimap-trace\[arrays\]'"):
            work(array_api_strict.asarray(VIDEO))


def test_whose_arrays_are_taken():
    assert _arrays.is_device_array(array_api_strict.asarray(VIDEO))
    for other in (VIDEO, VIDEO[0, 0, 0], np.ma.masked_array(VIDEO), VIDEO.tolist(), None):
        assert not _arrays.is_device_array(other)


# normalize

LIMITS = [{}, {"vmin": 20, "vmax": 90}, {"vmin": 2.5}, {"vmax": 90}, {"vmin": -7, "vmax": 10**6, "clip": False}]
TARGETS = ["f4", "f8", "u1", "u2", "i4"]


def outcome(work):
    """Return a result, or the error."""
    try:
        return work(), None
    except (ValueError, TypeError) as error:
        return None, f"{type(error).__name__}: {error}"


@settings(max_examples=200)
@given(
    data=st.data(),
    limits=st.sampled_from(LIMITS),
    target=st.sampled_from(TARGETS),
    ends=st.sampled_from([{}, {"ymin": 3, "ymax": 1}, {"ymax": 100}]),
    axis=st.sampled_from([0, 1, -1, None]),
)
def test_any_array_any_option_equals_numpy(library, data, limits, target, ends, axis):
    array = data.draw(values([d for d in DTYPES if library.has(d)], (6, 4, 5)))
    if data.draw(st.booleans()):
        array[:, 0] = array[0, 0, 0]  # constant series
    if not library.has_double and (np.dtype(target).itemsize > 4 or target == "i4"):
        target = "u2"
    options = {**limits, **ends, "axis": axis, "dtype": target}
    expected, error = outcome(lambda: normalize(array, **options))
    there = library.to(array)
    result, own_error = outcome(lambda: normalize(there, **options))
    assert own_error == error
    np.testing.assert_array_equal(library.back(there), array)
    if error:
        return
    assert library.place(result) == library.place(there)
    here = library.back(result)
    assert (here.dtype, here.shape) == (expected.dtype, expected.shape)
    if library.has_double:
        np.testing.assert_array_equal(here, expected)
    else:  # float32: relative to the range, and to where the values lie
        scale = np.abs(expected.astype(float)).max(where=np.isfinite(expected), initial=1.0)
        atol = 1 if np.dtype(target).kind == "u" else 2e-4 * scale
        np.testing.assert_allclose(here.astype(float), expected.astype(float), rtol=1e-4, atol=atol)


def test_ends_are_exact_and_blocks_do_not_show(monkeypatch, any_library):
    array = RNG.normal(1000, 10, (30, 4, 5)).astype(np.float32)
    array[3, 2, 2], array[:, 0, 0], array[:, 1, 1] = np.nan, np.nan, 7
    monkeypatch.setattr(samples, "BLOCK_VALUES", 45)
    for axis in (0, 1, None):
        result = any_library.back(normalize(any_library.to(array), ymin=-1, axis=axis))
        assert result.dtype == np.float32
        assert (np.nanmin(result), np.nanmax(result)) == (-1, 1)
        np.testing.assert_allclose(result, normalize(array, ymin=-1, axis=axis), atol=1e-4)


def test_ranges_beyond_the_largest_float(library):
    if library.has_double:
        assert library.back(normalize(library.to([-1.7e308, 0, 1.7e308]))).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_64_bit_integers_are_refused_with_a_cure(library, dtype):
    if not library.has(dtype):
        pytest.skip(f"{library.name} has no {dtype}")
    video = library.to(np.ones((2, 3, 4), dtype))
    for name, call in (("video", lambda: extract_traces(video, (1, 1))), ("array", lambda: normalize(video))):
        error = check_error(call, TypeError, name, f"{name} has dtype .*64 .*integers of up to 32 bits are computed")
        assert "convert it" in error.cure


def test_limits_for_each_series_from_the_host_or_the_device(any_library):
    array = np.array([[0, 0], [10, 10], [5, 20]], np.float32)
    expected = normalize(array, vmin=[0, 0], vmax=[10, 20])
    there = any_library.to(array)
    for limit in (np.array([10, 20]), any_library.to(np.array([10, 20], np.float32)), any_library.to([10, 20])):
        check(any_library, normalize(there, vmin=0, vmax=limit), expected, there, whole=False)
    # Integers of the array's own type stay integers.
    unsigned = any_library.to(np.array([[2, 0], [12, 10], [7, 20]], np.uint16))
    limits = any_library.to(np.array([2, 0], np.uint16))
    check(any_library, normalize(unsigned, vmin=limits, vmax=[12, 20]), expected, there, whole=False)


def test_limits_from_elsewhere_are_refused(torch):
    strict, cpu = arrays.library("strict").to(VIDEO), array_api_strict.asarray(5)
    with pytest.raises(
        ValueError, match=r"vmin is an array of array_api_strict on .*CPU_DEVICE.*move both to the same"
    ):
        normalize(strict, vmin=cpu)
    with pytest.raises(ValueError, match="vmax is an array of torch on cpu, but the array is one of array_api_strict"):
        normalize(strict, vmax=torch.tensor(5))


@pytest.mark.parametrize(
    "kwargs",
    [
        {"vmin": 3, "vmax": 3},
        {"vmin": [1, 2, 3]},
        {"vmin": np.nan},
        {"vmin": 900, "clip": False},
        {"vmin": 4, "vmax": 6, "clip": False, "dtype": np.uint8},
        {"axis": 1},
        {"ymax": 256, "dtype": np.uint8},
        {"ymin": np.nan},
        {"dtype": bool},
    ],
)
def test_errors_are_those_of_numpy(any_library, kwargs):
    array = np.array([0, 5, 9], np.int32)
    _, expected = outcome(lambda: normalize(array, **kwargs))
    _, error = outcome(lambda: normalize(any_library.to(array), **kwargs))
    assert expected is not None
    assert error == expected


@pytest.mark.parametrize(
    ("array", "kwargs", "error", "message"),
    [
        (np.array([1, np.inf], "f4"), {}, ValueError, "array holds infinity"),
        (np.array([1, np.nan], "f4"), {"dtype": "u1"}, ValueError, "array holds NaN, which uint8 cannot"),
        (np.zeros(0, "f4"), {}, ValueError, r"array has shape \(0,\): give an array that is not empty"),
        (np.array(3, "f4"), {}, ValueError, "array is a single number"),
        (np.array([1j, 2], "c8"), {}, TypeError, "array has dtype .*complex64.*: give real numbers"),
        (np.array([1, 2], "f4"), {"vmin": np.array(1j)}, ValueError, "vmin = .*finite numbers"),
    ],
)
def test_arrays_that_cannot_be_normalized_are_refused(any_library, array, kwargs, error, message):
    with pytest.raises(error, match=message):
        normalize(any_library.to(array), **kwargs)


def test_result_types_that_a_device_lacks_are_refused(torch):
    tensor = torch.tensor([1.0, 2.0])
    assert normalize(tensor, dtype=torch.uint16).dtype == torch.uint16
    for dtype in (torch.bfloat16, "nothing"):
        with pytest.raises(TypeError, match=r"dtype = .*: it must be one of NumPy's float or integer types"):
            normalize(tensor, dtype=dtype)
    with pytest.raises(TypeError, match="dtype = bool: it must be a float or an integer type"):
        normalize(tensor, dtype=torch.bool)
    with pytest.raises(TypeError, match="dtype = uint64 has 64 bits, which are not supported on devices"):
        normalize(tensor, dtype="u8")
    with pytest.raises(TypeError, match="dtype = float16 is not a type of array_api_strict"):
        normalize(array_api_strict.asarray([1, 2]), dtype=np.float16)
    single = arrays.library("strict32").to([1, 2])
    for dtype in ("f8", "i4"):
        with pytest.raises(
            TypeError, match=r"dtype = .* more digits than float32, the widest type on device .*no_float64.*"
        ):
            normalize(single, dtype=dtype)
    with pytest.raises(TypeError, match=r"dtype = float64 has 64 bits: call jax\.config\.update"):
        normalize(arrays.library("jax").to([1, 2]), dtype=np.float64)


# In the host's memory


@pytest.fixture
def host_loops(monkeypatch):
    if arrays.DEVICE != "cpu":
        pytest.skip(f"{arrays.DEVICE} is not the host")
    monkeypatch.setattr(_arrays, "HOST_LOOPS", True)
    monkeypatch.setattr(device_home.Home, "numbers", None)  # nothing is computed by the library


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
    for options in ({}, {"vmin": library.to(np.float32(3.5))}, {"vmax": [50.0], "axis": None, "dtype": "u2"}):
        result = normalize(there, **options)
        assert library.place(result) == library.place(there)
        expected = normalize(array, **{**options, **({"vmin": 3.5} if "vmin" in options else {})})
        np.testing.assert_array_equal(library.back(result), expected, strict=True)
    np.testing.assert_array_equal(library.back(there), array)


def test_the_video_is_not_copied_to_be_computed_by_them(host_loops, torch):
    video = torch.zeros(3, 6, 7)
    assert np.shares_memory(_arrays.host_view(video), video.numpy())
    assert _arrays.host_view(video.bfloat16()) is None
    assert _arrays.host_view(array_api_strict.asarray(VIDEO)) is None


def test_their_errors_are_those_of_numpy(host_loops, torch):
    video = torch.zeros(3, 6, 7)
    video[1, 2, 3] = torch.nan
    with pytest.raises(ValueError, match="video holds NaN in frame 1 within the window of position 0"):
        extract_traces(video, (3, 3), nan_policy="raise")
    with pytest.raises(ValueError, match=r"vmin has shape \(3,\)"):
        normalize(video, vmin=torch.zeros(3))
    with pytest.raises(ValueError, match="move both to the same device"):
        normalize(video, vmin=array_api_strict.asarray(3))


def test_gradients_and_compiling_are_left_to_the_library(monkeypatch, torch):
    monkeypatch.setattr(_arrays, "HOST_LOOPS", True)
    video = torch.rand(4, 6, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: extract_traces(v, (2.5, 3), 3), (video,))
    assert torch.autograd.gradcheck(lambda v: normalize(v, dtype="f8"), (video,))
    low = torch.zeros(6, 7, requires_grad=True)
    assert normalize(video.detach(), vmin=low).requires_grad
    jax = arrays.library("jax").jax
    compiled = jax.jit(lambda v: extract_traces(v, (2, 3), 1))(jax.numpy.asarray(VIDEO))
    np.testing.assert_array_equal(compiled, VIDEO[:, 3, 2])


# Neighbours


def test_traces_are_copied_to_the_host_to_be_drawn(torch):
    video = arrays.library("torch").to(VIDEO)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matplotlib.pyplot.show", lambda *a, **k: None)
        traces = extract_traces(video, [(3, 2), (1, 1)], show=True)
        axes = compare_traces([video, VIDEO], [(3, 2)], size=5)
    assert isinstance(traces, torch.Tensor)
    for line in axes[0].lines:
        np.testing.assert_array_equal(line.get_ydata(), extract_traces(VIDEO, (3, 2)))
    ax = show_traces(torch.ones(5, dtype=torch.float64, requires_grad=True), ax=axes[0])
    assert ax.lines[-1].get_ydata().tolist() == [1] * 5


def test_the_view_for_picking_takes_tensors(torch):
    from matplotlib.figure import Figure

    from optimap._pick import PointPicker
    from optimap._pick.traces_view import TracesView

    view = TracesView(
        Figure(),
        [as_source(arrays.library("torch").to(VIDEO))],
        VIDEO[0],
        PointPicker([(3, 2), (1, 1)], frame_shape=(6, 7)),
        frame=0,
        size=3,
        window="rect",
        times=np.arange(12),
        time_label="Frame",
        styles=[{}],
        display={},
        title="",
    )
    np.testing.assert_array_equal(view.traces, extract_traces(VIDEO, [(3, 2), (1, 1)], 3))


def test_detrending_asks_for_an_array_on_the_host(torch):
    for work in (detrend_timeseries, estimate_period):
        with pytest.raises(TypeError, match=r"data is an array of torch.*data\.cpu\(\)\.numpy\(\)"):
            work(torch.zeros(100))
        with pytest.raises(TypeError, match=r"data is an array of array_api_strict.*numpy\.asarray\(data\)"):
            work(array_api_strict.zeros(100))


def test_spans_of_windows_are_the_kernels_own():
    """The gather adds exactly the pixels that the compiled loops add."""
    library, frame_shape = arrays.library("strict"), VIDEO.shape[1:]
    spans = window_spans(np.array([[2.0, 3.0], [6.0, 0.0], [0.5, 2.25]]), 3, "rect", frame_shape)
    out = np.empty((12, 3))
    kernels.window_means(VIDEO, spans, out)
    np.testing.assert_allclose(library.back(span_traces(as_source(library.to(VIDEO)), spans)), out, rtol=1e-15)
