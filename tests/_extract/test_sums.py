"""Sums over parts of windows: exact for integers, however windows are cut; the oracle is Python's integers."""

import dask.array as da
import numpy as np
import pytest

from optimap._extract import sums as _adding
from optimap.trace import extract_traces
from tests import makers
from tests.readers import Chunked, small_blocks


@pytest.mark.parametrize("dtype", ["u4", "i4", "u8", "i8"])
@pytest.mark.parametrize("bits", [32, 16])
def test_sums_of_large_integers_are_exact_however_they_are_cut(monkeypatch, dtype, bits):
    video = makers.random_video((3, 40, 50), dtype)
    video[1] = np.iinfo(dtype).max
    video[2] = np.iinfo(dtype).min
    expected = extract_traces(video, [(25, 20), (0, 0), (30.0, 11.0)], 33)
    monkeypatch.setattr(_adding, "digits_for", lambda itemsize, most: (bits, max(1, 8 * itemsize // bits)))
    lazy = da.from_array(video, chunks=(2, 7, 13))
    np.testing.assert_array_equal(extract_traces(lazy, [(25, 20), (0, 0), (30.0, 11.0)], 33).compute(), expected)


def test_digits_are_short_enough_for_a_double_to_hold_their_sums():
    for itemsize, most in [(4, 1), (4, 2**20 - 1), (4, 2**24), (8, 1), (8, 2**20 - 1), (8, 2**24)]:
        bits, parts = _adding.digits_for(itemsize, most)
        assert bits * parts == 8 * itemsize
        assert most * 2**bits < 2**53
    assert _adding.digits_for(2, 2**30) == (64, 1)


@pytest.mark.parametrize("dtype", ["u8", "i8"])
def test_sums_of_64_bit_integers_over_parts_are_exact(monkeypatch, dtype):
    small_blocks(monkeypatch, 1)
    top = int(np.iinfo(dtype).max)
    video = np.full((2, 4, 4), top, dtype)
    video[0, 0, 0] = top - 1600
    traces = extract_traces(Chunked(video, (2, 2, 2)), (2, 2), size=4)
    np.testing.assert_array_equal(traces, [float(top - 100), float(top)])
