"""Each sample by the range of its pixel in a window of frames around it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap._base import ArgumentError, budgeted
from optimap.video import normalize_pixelwise_slidingwindow
from tests.errors import check_error
from tests.readers import Sliceable, Untouchable


def by_hand(video, size, ymin=0.0, ymax=1.0):
    """Return the same, frame by frame."""
    reach = size // 2
    known = np.where(np.isfinite(video), video, np.nan).astype(float)
    result = np.full(video.shape, np.nan)
    for t, frame in enumerate(known):
        window = known[max(0, t - reach) : t + reach + 1]
        low, high = np.fmin.reduce(window), np.fmax.reduce(window)
        span = np.where(high > low, high - low, 1)
        result[t] = np.where(np.isnan(frame), np.nan, ymin + (frame - low) / span * (ymax - ymin))
    return result


def test_windows_are_cut_off_at_the_ends():
    video = np.array([1, 3, 2, 9, 5]).reshape(5, 1, 1)
    found = normalize_pixelwise_slidingwindow(video, window_size=3)
    np.testing.assert_allclose(found.ravel(), [0, 1, 0, 1, 0])
    assert found.dtype == np.float32


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 30), st.integers(2, 40), st.integers(0, 2**32), st.sampled_from(["u1", "i4", ">u2", "f4", "f8"]))
def test_any_length_and_window(frames, size, seed, dtype):
    rng = np.random.default_rng(seed)
    video = rng.integers(0, 9, (frames, 2, 3)).astype(dtype)
    if video.dtype.kind == "f":
        video[rng.random(video.shape) < 0.2] = np.nan
        video[rng.random(video.shape) < 0.1] = np.inf
    before = video.copy()
    expected = by_hand(video, size)
    np.testing.assert_allclose(normalize_pixelwise_slidingwindow(video, size), expected, atol=1e-6)
    np.testing.assert_array_equal(video, before)
    with budgeted(read_bytes=50):
        np.testing.assert_allclose(normalize_pixelwise_slidingwindow(Sliceable(video), size), expected, atol=1e-6)


def test_even_windows_are_the_next_odd_ones_and_ends_are_exact():
    video = np.random.default_rng(0).integers(0, 100, (40, 3, 4))
    found = normalize_pixelwise_slidingwindow(video, 6, ymin=1, ymax=-1)
    np.testing.assert_array_equal(found, normalize_pixelwise_slidingwindow(video, 7, 1, -1))
    np.testing.assert_allclose(found, by_hand(video, 7, 1, -1), atol=1e-6)
    assert found.min() == -1
    assert found.max() == 1


def test_small_signals_on_a_large_offset_keep_their_shape():
    video = 1e9 + np.arange(5.0).reshape(5, 1, 1)
    assert normalize_pixelwise_slidingwindow(video, 9).ravel().tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_dask():
    da = pytest.importorskip("dask.array")
    video = np.random.default_rng(0).normal(size=(40, 3, 4))
    for size in (5, 99):
        lazy = normalize_pixelwise_slidingwindow(da.from_array(video, chunks=(7, 2, 3)), size)
        np.testing.assert_array_equal(lazy.compute(), normalize_pixelwise_slidingwindow(video, size))


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [((1,), "window_size"), ((2.5,), "window_size"), ((5, np.nan), "ymin"), ((5, 0, "1"), "ymax")],
)
def test_wrong_arguments(arguments, argument):
    video = Untouchable(np.zeros((9, 2, 2)))
    check_error(lambda: normalize_pixelwise_slidingwindow(video, *arguments), ArgumentError, argument, "must be")


def test_numbers_of_any_size():
    video = np.random.default_rng(0).integers(0, 999, (40, 2, 3)) * 1.0
    found = normalize_pixelwise_slidingwindow(np.ldexp(video, 1013), 9)
    np.testing.assert_array_equal(found, normalize_pixelwise_slidingwindow(video, 9))
