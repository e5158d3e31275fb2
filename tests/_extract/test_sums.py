"""Sums over parts of windows: exact for integers, however windows are cut; the oracle is Python's integers."""

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap._extract import digits_for
from optimap.trace import extract_traces
from tests import makers
from tests.readers import Chunked, small_blocks
from tests.strategies import chunks_of

INTEGERS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def exact_sums(video, masks):
    """Return the sums over masks, added as Python's integers, which have no limit, and rounded once."""
    return np.array([[float(sum(frame[mask].tolist())) for mask in masks] for frame in video])


@settings(max_examples=100)
@given(st.data(), st.sampled_from(INTEGERS))
def test_sums_of_integers_are_those_of_python(data, dtype):
    shape = tuple(data.draw(st.integers(1, n)) for n in (4, 12, 12))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    video = makers.random_video(shape, dtype, seed=int(rng.integers(2**32)))
    video[rng.random(shape) < 0.3] = data.draw(st.sampled_from([np.iinfo(dtype).min, np.iinfo(dtype).max]))
    masks = rng.random((3, *shape[1:])) < 0.6
    masks[:, 0, 0] = True
    expected = exact_sums(video, masks)
    lazy = da.from_array(video, chunks=chunks_of(data.draw, shape))
    np.testing.assert_array_equal(extract_traces(lazy, masks, weights="sum").compute(), expected)
    chunk = tuple(data.draw(st.integers(1, n)) for n in shape)
    with small_blocks(data.draw(st.sampled_from([1, 50, 400]))):
        chunked = Chunked(video, chunk)
        np.testing.assert_array_equal(extract_traces(chunked, masks, weights="sum"), expected)
        means = extract_traces(chunked, masks)
    np.testing.assert_array_equal(means, expected / masks.sum(axis=(1, 2)))


@pytest.mark.parametrize("dtype", ["u4", "i4", "u8", "i8"])
def test_sums_over_windows_of_more_than_a_million_pixels_are_exact(dtype):
    """Their integers are cut into shorter digits, for which a double has room."""
    video = makers.random_video((2, 1030, 1024), dtype)
    video[1] = np.iinfo(dtype).max
    video[1, 5, 7] = 0
    mask = np.ones(video.shape[1:], bool)
    lazy = da.from_array(video, chunks=(2, 600, 1024))
    traces = extract_traces(lazy, mask, weights="sum").compute()
    np.testing.assert_array_equal(traces, exact_sums(video, [mask])[:, 0])
    np.testing.assert_array_equal(traces, extract_traces(video, mask, weights="sum"))


def test_digits_are_short_enough_for_a_double_to_hold_their_sums():
    for itemsize, most in [(4, 1), (4, 2**20 - 1), (4, 2**24), (8, 1), (8, 2**20 - 1), (8, 2**24)]:
        bits, parts = digits_for(itemsize, most)
        assert bits * parts == 8 * itemsize
        assert most * 2**bits < 2**53
    assert digits_for(2, 2**30) == (64, 1)


@pytest.mark.parametrize("dtype", ["u8", "i8"])
def test_means_of_the_largest_integers_over_parts_are_exact(allow, dtype):
    allow(block_bytes=1, read_bytes=1)
    top = int(np.iinfo(dtype).max)
    video = np.full((2, 4, 4), top, dtype)
    video[0, 0, 0] = top - 1600
    traces = extract_traces(Chunked(video, (2, 2, 2)), (2, 2), size=4)
    np.testing.assert_array_equal(traces, [float(top - 100), float(top)])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_of_missing_pixels_do_not_count(allow, bad):
    allow(block_bytes=1, read_bytes=1)
    video = np.arange(32.0).reshape(2, 4, 4)
    video[0, 1, 1] = bad
    weights = np.arange(16.0).reshape(1, 4, 4)
    traces = extract_traces(Chunked(video, (2, 2, 2)), weights, nan_policy="omit")
    assert traces.shape == (2, 1)
    keep = ~np.isnan(video[0])
    expected = (video[0][keep] * weights[0][keep]).sum() / weights[0][keep].sum()
    np.testing.assert_allclose(traces[0, 0], expected, rtol=1e-14)


def test_sums_of_many_digits_are_rounded_once():
    """The sum lies just above the middle of two doubles; rounding it digit by digit would end below."""
    video = np.full((1, 1030, 1024), 65535 << 48, np.uint64)
    video[0, :2, :256] += np.uint64(32768 << 32)
    video[0, 9, 9] += np.uint64(2**31)
    video[0, 9, 10] += np.uint64(1)
    mask = np.ones(video.shape[1:], bool)
    lazy = da.from_array(video, chunks=(1, 600, 1024))
    expected = exact_sums(video, [mask])[:, 0]
    assert float(int(expected[0]) - 2**32) != expected[0]
    np.testing.assert_array_equal(extract_traces(lazy, mask, weights="sum").compute(), expected)
