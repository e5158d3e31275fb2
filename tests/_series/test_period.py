"""estimate_period: the numbers of the package seasonal, and which data are refused."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seasonal.trend import guess_trended_period

from optimap.trace import estimate_period
from tests._series.examples import series
from tests.errors import check_error


@settings(max_examples=40)
@given(st.integers(6, 400), st.integers(0, 2**32), st.sampled_from(["walk", "beats", "counts", "tiny"]))
def test_periods_equal_those_of_seasonal(samples, seed, name):
    data = series(name, samples, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = guess_trended_period(data)
    assert estimate_period(data) == expected


@pytest.mark.parametrize("name", ["walk", "beats", "counts"])
def test_periods_of_every_length_are_those_of_seasonal(name):
    for samples in [*range(6, 120), *range(127, 1700, 97), 3100, 5000]:
        data = series(name, samples, samples)
        assert estimate_period(data) == guess_trended_period(data), samples


def test_estimate_period_has_the_shape_of_one_sample():
    data = series("beats", 300)
    period = estimate_period(data)
    assert isinstance(period, int)
    assert abs(period - 37) <= 1
    assert estimate_period(np.tile(data[:, None, None], (1, 2, 3))).tolist() == [[period] * 3] * 2


def test_all_missing_values_are_counted(allow):
    allow(series_values=8)
    data = np.zeros((40, 2))
    data[[13, 22, 39], [1, 0, 1]] = np.nan, -np.inf, np.inf
    with pytest.raises(ValueError, match="3 values that are NaN or infinite, the first at sample 13"):
        estimate_period(data)


def test_series_without_a_rhythm_have_the_longest_period():
    assert estimate_period(np.full(60, 3.0)) == 20
    assert estimate_period(np.zeros((6000, 2))).tolist() == [512, 512]
    assert estimate_period(np.zeros((60, 0))).shape == (0,)


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        ([1, 2, 3], ValueError, "data has 3 samples: give at least 6"),
        (np.array([]), ValueError, "data has 0 samples"),
        (np.r_[np.arange(50.0), np.nan], ValueError, "NaN or infinite, the first at sample 50"),
        (np.r_[np.inf, np.arange(50.0)], ValueError, "the first at sample 0"),
        (np.ma.masked_array(np.arange(50.0), np.arange(50) == 3), ValueError, "data has masked samples"),
        ([[1, 2], [3]], ValueError, "data is ragged"),
        (np.zeros((9, 2, 2, 2)), ValueError, r"data has shape \(9, 2, 2, 2\)"),
        (np.zeros(50, complex), TypeError, "data has dtype complex128: .* real numbers"),
        (["a"] * 9, TypeError, "data has dtype <U1"),
        (None, TypeError, "data has dtype object"),
    ],
)
def test_wrong_data_are_refused(data, kind, message):
    check_error(lambda: estimate_period(data), kind, "data", message)


@pytest.mark.parametrize("size", [1e150, 1e200, 1e300, 1.7e308])
def test_huge_numbers_have_the_period_of_smaller_ones(size):
    """Squares of such numbers overflow, and the period was -9223372036854775808."""
    beats = np.sin(2 * np.pi * np.arange(1000) / 50)
    assert estimate_period(beats * size) == 50


@settings(max_examples=30)
@given(st.integers(6, 300), st.integers(0, 2**32), st.integers(-1070, 1010))
def test_no_period_is_below_1(samples, seed, exponent):
    values = np.random.default_rng(seed).normal(size=samples).clip(-8, 8)
    assert 1 <= estimate_period(np.ldexp(values, exponent)) <= samples
