"""Minimum and maximum of bins, and strokes between them."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimap._draw import min_max, pixel_columns
from tests import oracles


@given(st.integers(50, 400), st.integers(1, 12), st.integers(0, 2**32), st.booleans())
def test_bins_hold_minimum_and_maximum(samples, bins, seed, with_nan):
    values = np.random.default_rng(seed).normal(size=(samples, 2))
    if with_nan:
        values[3, 0] = values[samples // 2, 1] = np.nan
    x, seen = min_max(np.arange(samples), values, (0, samples, bins))
    assert len(x) == len(seen) == 2 * bins
    assert (x[0], x[-1]) == (0, samples - 1)
    assert (np.diff(x) > 0).all()
    for column in (0, 1):
        pairs = np.sort(seen[:, column].reshape(bins, 2), axis=1)
        np.testing.assert_array_equal(pairs.ravel(), oracles.min_max_bins(values[:, column], bins))


def test_bins_of_many_values_are_the_same_as_those_of_few():
    values = np.random.default_rng(0).normal(size=(2**19, 4))  # enough for two threads
    values[1000, 2] = np.nan
    x, seen = min_max(np.arange(len(values)), values, (0, len(values), 64))
    for column in range(4):
        one_x, one = min_max(np.arange(len(values)), values[:, [column]], (0, len(values), 64))
        np.testing.assert_array_equal(x, one_x)
        np.testing.assert_array_equal(seen[:, column], one[:, 0])


def test_few_samples_are_left_as_they_are():
    values = np.arange(20.0)[:, None]
    x, seen = min_max(np.arange(20), values, (3, 9, 2))
    np.testing.assert_array_equal(x, np.arange(3, 9))
    np.testing.assert_array_equal(seen, values[3:9])


def test_a_bin_that_holds_only_nan_is_a_gap():
    values = np.ones((100, 1))
    values[40:60] = np.nan
    _, seen = min_max(np.arange(100), values, (0, 100, 10))
    assert np.isnan(seen[:, 0]).sum() == 4


@given(st.integers(50, 400), st.integers(2, 12), st.integers(0, 2**32), st.booleans())
def test_strokes_hold_all_extremes_and_touch_each_other(samples, bins, seed, with_nan):
    trace = np.cumsum(np.random.default_rng(seed).normal(size=samples))
    if with_nan:
        trace[samples // 3] = np.nan
    x, y = pixel_columns(np.arange(samples), trace, (0, samples, bins))
    low, high, gap = y.reshape(bins, 3).T
    assert np.isnan(gap).all()
    assert (np.diff(x) >= 0).all()
    edges = np.linspace(0, samples, bins + 1).astype(int)
    for i, (a, b) in enumerate(pairwise(edges)):
        part = trace[a : min(b + 1, samples)]
        assert (low[i], high[i]) == (np.nanmin(part), np.nanmax(part))


def test_few_samples_have_no_strokes():
    x, y = pixel_columns(np.arange(20), np.arange(20.0), (3, 15, 10))
    np.testing.assert_array_equal(x, np.arange(3, 15))
    np.testing.assert_array_equal(y, np.arange(3.0, 15))
