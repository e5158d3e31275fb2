"""Signals in blocks: every layout and type as float64 rows, gaps as NaN."""

import numpy as np
import pytest

from optimap._series import as_signals, check_signals, signal_blocks
from optimap.trace import detrend_timeseries, extract_traces, normalize
from tests.errors import check_error

RNG = np.random.default_rng(0)


def rows(signals):
    series, shape = as_signals(signals)
    blocks = [block for _, block in signal_blocks(series)]
    assert all(block.flags.c_contiguous and block.dtype == np.float64 for block in blocks)
    return np.concatenate(blocks), shape


@pytest.mark.parametrize("shape", [(9,), (9, 4), (9, 2, 3)])
@pytest.mark.parametrize("dtype", ["u1", "i8", "f2", "f4", "f8", ">u2", ">f8", "?"])
def test_each_series_becomes_a_row(shape, dtype):
    values = RNG.integers(0, 2 if dtype == "?" else 99, shape).astype(dtype)
    found, sample = rows(values)
    assert sample == shape[1:]
    np.testing.assert_array_equal(found, values.reshape(9, -1).T.astype(float))
    np.testing.assert_array_equal(rows(np.asfortranarray(values)[::-1])[0], found[:, ::-1])
    np.testing.assert_array_equal(rows(values.tolist())[0], found)


def test_gaps_are_nan():
    values = np.arange(12.0).reshape(6, 2)
    values[1, 0], values[2, 1] = np.inf, np.nan
    masked = np.ma.masked_array(values, values == 9)
    expected = values.T.copy()
    expected[0, 1] = np.nan
    np.testing.assert_array_equal(rows(values)[0], expected)
    expected[1, 4] = np.nan
    np.testing.assert_array_equal(rows(masked)[0], expected)
    assert np.isinf(values[1, 0])
    counts = np.ma.masked_array(np.arange(6), np.arange(6) == 3)
    np.testing.assert_array_equal(rows(counts)[0], [[0, 1, 2, np.nan, 4, 5]])


def test_long_doubles_beyond_the_range_of_doubles_are_infinite():
    if np.finfo(np.longdouble).max == np.finfo(np.float64).max:
        pytest.skip("long doubles are doubles here")
    values = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9], np.longdouble)
    values[3] *= np.longdouble("1e4000")
    np.testing.assert_array_equal(rows(values)[0], [[1, 2, 3, np.nan, 5, 6, 7, 8, 9]])
    check_error(lambda: normalize(values), ValueError, "array", "array holds infinity: replace it")
    match = r"data holds 1 value that is NaN or infinite, the first at sample 3: fill the gaps"
    check_error(lambda: detrend_timeseries(values), ValueError, "data", match)
    video = np.broadcast_to(values[:, None, None], (9, 2, 2))
    np.testing.assert_array_equal(extract_traces(video, (0, 0)), [1, 2, 3, np.inf, 5, 6, 7, 8, 9])


def test_blocks_cover_all_series_once_and_stay_small():
    series = np.zeros((5000, 700))
    series[0] = np.arange(700)
    places, first = [], []
    for columns, block in signal_blocks(series):
        assert block.size <= 2**20
        places.extend(range(700)[columns])
        first.extend(block[:, 0])
    assert places == first == list(range(700))


def test_series_of_nothing():
    assert list(signal_blocks(as_signals(np.zeros((4, 0)))[0])) == []
    assert as_signals(np.zeros((4, 0, 3)))[1] == (0, 3)


@pytest.mark.parametrize(
    ("shape", "dtype", "kind", "message"),
    [
        ((4,), "f8", ValueError, "x has 4 samples: give at least 5"),
        ((9, 1, 1, 1), "f8", ValueError, r"x has shape \(9, 1, 1, 1\)"),
        ((9,), "c16", TypeError, "x has dtype complex128"),
        ((9,), "M8[s]", TypeError, "x has dtype datetime64"),
    ],
)
def test_layouts_that_are_no_signals(shape, dtype, kind, message):
    values = np.zeros(shape, dtype)
    check_error(lambda: as_signals(values, "x", 5), kind, "x", message)
    check_error(lambda: check_signals(values, "x", 5), kind, "x", message)
