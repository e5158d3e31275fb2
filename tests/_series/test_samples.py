"""Samples on the host and on devices: normalize gives the same numbers as NumPy's, where the array lies.

NumPy's engine is the oracle here; its own oracle is in test_normalize.
"""

import sys

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap.trace import normalize
from tests import arrays
from tests.arrays import DTYPES, HOST_DTYPES, check, outcome, values
from tests.errors import check_error

RNG = np.random.default_rng(0)
pytestmark = pytest.mark.usefixtures("functions_of_the_library")


LIMITS = [{}, {"vmin": 20, "vmax": 90}, {"vmin": 2.5}, {"vmax": 90}, {"vmin": -7, "vmax": 10**6, "clip": False}]


TARGETS = ["f4", "f8", "u1", "u2", "i4"]


@settings(max_examples=200)
@given(
    data=st.data(),
    limits=st.sampled_from(LIMITS),
    target=st.sampled_from(TARGETS),
    ends=st.sampled_from([{}, {"ymin": 3, "ymax": 1}, {"ymax": 100}]),
    axis=st.sampled_from([0, 1, -1, None]),
)
def test_any_array_with_any_options_equals_numpy(library, data, limits, target, ends, axis):
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


def test_ends_are_exact_and_the_size_of_blocks_does_not_matter(allow, any_library):
    array = RNG.normal(1000, 10, (30, 4, 5)).astype(np.float32)
    array[3, 2, 2], array[:, 0, 0], array[:, 1, 1] = np.nan, np.nan, 7
    allow(device_values=45, cpu_values=45)
    for axis in (0, 1, None):
        result = any_library.back(normalize(any_library.to(array), ymin=-1, axis=axis))
        assert result.dtype == np.float32
        assert (np.nanmin(result), np.nanmax(result)) == (-1, 1)
        np.testing.assert_allclose(result, normalize(array, ymin=-1, axis=axis), atol=1e-4)


def test_ranges_beyond_the_largest_float(library):
    if library.has_double:
        assert library.back(normalize(library.to([-1.7e308, 0, 1.7e308]))).tolist() == [0, 0.5, 1]


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
    strict, cpu = arrays.library("strict").to([1, 2]), array_api_strict.asarray(5)
    message = r"vmin is an array of array_api_strict on .*CPU_DEVICE.*move both to the same"
    check_error(lambda: normalize(strict, vmin=cpu), ValueError, "vmin", message)
    message = "vmax is an array of torch on cpu, but the array is one of array_api_strict"
    check_error(lambda: normalize(strict, vmax=torch.tensor(5)), ValueError, "vmax", message)


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
    with pytest.raises(TypeError, match=r"dtype = uint64 has 64 bits, which are not .* on devices"):
        normalize(tensor, dtype="u8")
    with pytest.raises(TypeError, match="dtype = float16 is not a type of array_api_strict"):
        normalize(array_api_strict.asarray([1, 2]), dtype=np.float16)
    single = arrays.library("strict32").to([1, 2])
    for dtype in ("f8", "i4"):
        with pytest.raises(TypeError, match=r"dtype = .* more digits than float32, the widest .*no_float64"):
            normalize(single, dtype=dtype)
    with pytest.raises(TypeError, match=r"dtype = float64 has 64 bits: call jax\.config"):
        normalize(arrays.library("jax").to([1, 2]), dtype=np.float64)


def test_small_floats_of_pytorch(torch):
    for dtype in (torch.bfloat16, torch.float16, torch.float8_e4m3fn):
        array = torch.rand(5, 6, 7).to(dtype)
        np.testing.assert_array_equal(normalize(array).numpy(), normalize(array.float().numpy()))


def test_gradients_pass_through(torch):
    array = torch.rand(4, 6, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: normalize(v, dtype=torch.float64), (array,))


def test_jax_gives_double_precision_where_it_is_switched_on():
    jax = arrays.library("jax").jax
    with jax.enable_x64(True):
        assert normalize(jax.numpy.asarray([1.0, 2.0]), dtype=np.float64).dtype == np.float64


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_64_bit_integers_are_refused_with_a_cure(library, dtype):
    if not library.has(dtype):
        pytest.skip(f"{library.name} has no {dtype}")
    array = library.to(np.ones((2, 3, 4), dtype))
    message = "array has dtype .*64 .*integers of up to 32 bits are supported"
    error = check_error(lambda: normalize(array), TypeError, "array", message)
    assert "convert it" in error.cure


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    with pytest.raises(ImportError, match=r"pip install 'optimap-trace\[arrays\]'"):
        normalize(array_api_strict.asarray([1, 2]))


# In the host's memory


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize("dtype", HOST_DTYPES)
def test_arrays_in_the_hosts_memory_are_computed_by_the_loops_for_numpy(host_loops, name, dtype):
    library = arrays.library(name)
    if not library.has(dtype):
        dtype = "f4"
    array = RNG.integers(0, 2 if dtype == "?" else 99, (12, 6, 7)).astype(dtype)
    there = library.transposed(library.to(array.transpose(1, 2, 0)), (2, 0, 1))
    for options in ({}, {"vmin": library.to(np.float32(3.5))}, {"vmax": [50.0], "axis": None, "dtype": "u2"}):
        result = normalize(there, **options)
        assert library.place(result) == library.place(there)
        expected = normalize(array, **{**options, **({"vmin": 3.5} if "vmin" in options else {})})
        np.testing.assert_array_equal(library.back(result), expected, strict=True)
    np.testing.assert_array_equal(library.back(there), array)


def test_errors_about_limits_in_the_hosts_memory_are_those_of_numpy(host_loops, torch):
    array = torch.zeros(3, 6, 7)
    check_error(lambda: normalize(array, vmin=torch.zeros(3)), ValueError, "vmin", r"vmin has shape \(3,\)")
    elsewhere = array_api_strict.asarray(3)
    check_error(lambda: normalize(array, vmin=elsewhere), ValueError, "vmin", "move both to the same")


@pytest.mark.parametrize("limit", [[0.0, np.nan], [np.inf, 0.0]])
def test_limits_on_the_device_must_be_finite(library, limit):
    array, there = library.to(np.ones((3, 2), np.float32)), library.to(np.array(limit, np.float32))
    check_error(lambda: normalize(array, vmin=there), ValueError, "vmin", "(?s)vmin = .*: it must be finite numbers")


def test_limits_on_the_device_must_be_real_numbers(library):
    array, there = library.to(np.ones((3, 2), np.float32)), library.to(np.array([1j, 2], np.complex64))
    check_error(lambda: normalize(array, vmax=there), ValueError, "vmax", "(?s)vmax = .*: it must be finite numbers")
