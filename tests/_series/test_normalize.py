"""normalize: exact at both ends, at any scale, for any data type."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optimap.trace import normalize
from tests import oracles
from tests.errors import check_error

VIDEO = np.random.default_rng(0).normal(1000, 10, (30, 4, 5))


def test_defaults_are_0_to_1_float32_each_series():
    result = normalize(VIDEO)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result.min(axis=0), np.zeros((4, 5)))
    np.testing.assert_array_equal(result.max(axis=0), np.ones((4, 5)))
    expected = (VIDEO - VIDEO.min(axis=0)) / np.ptp(VIDEO, axis=0)
    np.testing.assert_allclose(result, expected, atol=1e-7)


def test_one_range_over_all():
    result = normalize(VIDEO, axis=None, dtype=np.float64)
    np.testing.assert_allclose(result, (VIDEO - VIDEO.min()) / np.ptp(VIDEO), rtol=1e-14, atol=1e-14)
    assert (result.min(), result.max()) == (0, 1)


def test_another_axis():
    np.testing.assert_array_equal(normalize(VIDEO, axis=-1), np.moveaxis(normalize(np.moveaxis(VIDEO, -1, 0)), 0, -1))


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20),
    st.sampled_from([1e-300, 1e-6, 1.0, 2.0**40, 1e300]),
    st.floats(-1e3, 1e3),
    st.floats(-1e3, 1e3),
    st.sampled_from([np.float32, np.float64]),
)
def test_ends_are_exact_at_any_scale(values, scale, ymin, ymax, dtype):
    series = np.array(values) * scale
    assume(series.min() < series.max())
    result = normalize(series, ymin, ymax, dtype=dtype)
    assert (result[series == series.min()] == dtype(ymin)).all()
    assert (result[series == series.max()] == dtype(ymax)).all()
    expected = oracles.normalized(series, ymin, ymax)
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-6 * max(abs(ymin), abs(ymax), 1e-30))


def test_a_range_beyond_the_largest_float():
    assert normalize([-1.7e308, 0, 1.7e308]).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"])
def test_integer_results_are_rounded_and_use_the_whole_type(dtype):
    top = int(np.iinfo(dtype).max)
    result = normalize([0.0, 0.3, 0.7, 1.0], dtype=dtype)
    assert result.dtype == dtype
    assert (int(result[0]), int(result[-1])) == (0, top)
    np.testing.assert_allclose(result[1:3].astype(float), [round(0.3 * top), round(0.7 * top)], rtol=1e-15)
    full = normalize([0.0, 1.0], ymin=int(np.iinfo(dtype).min), dtype=dtype)
    assert [int(v) for v in full] == [int(np.iinfo(dtype).min), top]


@given(st.lists(st.integers(0, 255), min_size=2, max_size=20), st.integers(-99, 99), st.integers(-99, 99))
def test_integer_results_equal_the_oracle(values, ymin, ymax):
    assume(min(values) < max(values))
    expected = oracles.normalized(values, ymin, ymax)
    result = normalize(values, ymin, ymax, dtype=np.int16)
    np.testing.assert_array_less(np.abs(result - expected), 0.5 + 1e-9)


def test_64_bit_integers_keep_their_last_bits():
    base = 2**62
    assert normalize(np.array([base, base + 1, base + 4]), dtype=np.float64).tolist() == [0, 0.25, 1]
    assert normalize([base - 5, base, base + 1, base + 4], vmin=base, dtype=np.float64).tolist() == [0, 0, 0.25, 1]
    unsigned = np.array([0, 2**63, 2**64 - 1], np.uint64)
    assert normalize(unsigned).tolist() == [0, 0.5, 1]


def test_inverted_ranges():
    assert normalize([1, 2, 3], ymin=1, ymax=0).tolist() == [1, 0.5, 0]
    assert normalize([0, 1, 2, 3, 4], ymin=1, ymax=-1, vmin=1, vmax=3).tolist() == [1, 1, 0, -1, -1]
    assert normalize([0, 1, 2, 3, 4], ymin=1, ymax=-1, vmin=1, vmax=3, clip=False).tolist() == [2, 1, 0, -1, -2]


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=20), st.integers(-60, 60), st.integers(1, 60), st.booleans())
def test_given_limits_equal_the_oracle(values, vmin, span, clip):
    result = normalize(values, vmin=vmin, vmax=vmin + span, clip=clip, dtype=np.float64)
    expected = oracles.normalized(values, 0, 1, vmin, vmin + span, clip)
    np.testing.assert_allclose(result, expected, rtol=1e-13, atol=1e-13)


def test_clipping_acts_only_where_a_limit_was_given():
    assert normalize([0, 1, 2], vmax=1).tolist() == [0, 1, 1]
    assert normalize([0, 1, 2], vmin=1).tolist() == [0, 0, 1]
    assert normalize([0, 1, 2], vmin=1, clip=False).tolist() == [-1, 0, 1]


def test_one_limit_beyond_the_series_clips_it_to_that_end():
    assert normalize([1, 2], vmin=5).tolist() == [0, 0]
    assert normalize([1, 2], vmax=-5).tolist() == [1, 1]
    with pytest.raises(ValueError, match="vmin = 5 leaves a series without a range"):
        normalize([1, 2], vmin=5, clip=False)


def test_limits_for_each_series():
    data = np.array([[0.0, 0.0], [10.0, 10.0]])
    np.testing.assert_allclose(normalize(data, vmin=[0, 0], vmax=[10, 20]), [[0, 0], [1, 0.5]])
    np.testing.assert_allclose(normalize(data, vmin=data.min(0, keepdims=True), vmax=[10, 20]), [[0, 0], [1, 0.5]])
    with pytest.raises(ValueError, match=r"vmin has shape \(3,\)"):
        normalize(data, vmin=[0, 0, 0])


def test_constant_series_become_ymin():
    data = np.array([[3.0, 1.0], [3.0, 2.0]])
    np.testing.assert_array_equal(normalize(data, ymin=-1), [[-1, -1], [-1, 1]])
    assert normalize([7, 7], dtype=np.uint8).tolist() == [0, 0]


def test_nan_stays_nan_and_is_ignored():
    result = normalize([np.nan, 1, 3, np.nan, 2])
    np.testing.assert_array_equal(result, [np.nan, 0, 1, np.nan, 0.5])
    np.testing.assert_array_equal(normalize([[np.nan, 5.0], [np.nan, 6.0]]), [[np.nan, 0], [np.nan, 1]])
    np.testing.assert_array_equal(normalize([np.nan, 5, 5]), [np.nan, 0, 0])


def test_masked_values_count_as_nan():
    masked = np.ma.masked_array([1, 2, 99], mask=[0, 0, 1])
    np.testing.assert_array_equal(normalize(masked), [0, 1, np.nan])


def test_input_is_not_modified_and_the_size_of_blocks_does_not_matter(allow):
    before = VIDEO.copy()
    # Floats from ranges along axis 0 are rescaled at once; all others are computed in blocks.
    cases = [{"dtype": np.float64}, {"dtype": "u2"}, {"axis": 1}, {"axis": None, "dtype": "u1"}]
    whole = [normalize(VIDEO, **options) for options in cases]
    allow(host_values=45)
    for options, expected in zip(cases, whole, strict=True):
        np.testing.assert_array_equal(normalize(VIDEO, **options), expected, strict=True)
    np.testing.assert_array_equal(normalize(VIDEO, axis=None), normalize(VIDEO.copy(), axis=None))
    np.testing.assert_array_equal(VIDEO, before)


def test_booleans_and_lists():
    assert normalize([True, False]).tolist() == [1, 0]
    assert normalize([[1, 2], [3, 6]]).tolist() == [[0, 0], [1, 1]]


def test_gradients_are_left_to_the_library(torch):
    array = torch.rand(4, 6, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: normalize(v, dtype="f8"), (array,))
    low = torch.zeros(6, 7, requires_grad=True)
    assert normalize(array.detach(), vmin=low).requires_grad


def test_limits_larger_than_any_whole_number_of_numpy():
    series = np.arange(3.0)
    np.testing.assert_array_equal(normalize(series, ymax=2**70, dtype="f8"), series * 2**69)
    for name in ("ymin", "ymax"):
        check_error(
            lambda name=name: normalize(series, **{name: 10**400}), ValueError, name, "is beyond the largest float32"
        )
        check_error(lambda name=name: normalize(series, **{name: 1j}), ValueError, name, "it must be a finite number")
