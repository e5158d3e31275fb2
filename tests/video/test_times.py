"""The times of frames: which are regular, their rate, and their gaps."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.video.times import frame_times, gaps, regular_rate
from tests.errors import check_error

TIMES = np.arange(1000) / 500


@given(st.floats(0.1, 5000), st.integers(3, 300), st.floats(-1e4, 1e4))
def test_the_rate_of_regular_times(rate, frames, start):
    found = regular_rate(start + np.arange(frames) / rate)
    assert found == pytest.approx(rate, rel=1e-6)


def test_jitter_of_time_stamps_is_regular():
    jitter = np.random.default_rng(0).uniform(-0.2, 0.2, TIMES.size) / 500
    assert regular_rate(TIMES + jitter) == pytest.approx(500, rel=1e-3)
    assert regular_rate(np.round(TIMES, 3), 500) == 500  # of milliseconds


@pytest.mark.parametrize("stated", [500, 500.0, np.float32(500), 498])
def test_a_stated_rate_that_agrees_is_kept(stated):
    assert regular_rate(TIMES, stated) == stated


@pytest.mark.parametrize("stated", [250, 0, -1, np.nan, "text", None])
def test_a_stated_rate_that_disagrees_is_not(stated):
    assert regular_rate(TIMES, stated) == 500


IRREGULAR = {
    "one dropped frame": np.delete(TIMES, 500),
    "a pause of 50 ms": np.where(np.arange(1000) < 400, TIMES, TIMES + 0.05),
    "another rate in the middle": np.r_[TIMES[:500], TIMES[499] + np.arange(1, 501) / 600],
    "back in time": np.r_[TIMES[:500], TIMES[:500]],
    "the same time twice": np.sort(np.r_[TIMES[:500], TIMES[:500]]),
    "not a number": np.where(np.arange(1000) == 3, np.nan, TIMES),
    "infinite": np.where(np.arange(1000) == 999, np.inf, TIMES),
    "all equal": np.zeros(10),
}


@pytest.mark.parametrize("name", IRREGULAR)
def test_irregular_times_have_no_rate(name):
    assert regular_rate(IRREGULAR[name], 500) is None


def test_gaps():
    assert gaps(TIMES) == []
    ((frame, interval),) = gaps(IRREGULAR["a pause of 50 ms"])
    assert (frame, round(interval, 6)) == (399, 0.052)


def test_too_few_frames_for_a_rate():
    assert regular_rate(np.zeros(1)) is None
    assert regular_rate(np.zeros(1), 500) == 500


def test_one_time_for_each_frame():
    path = Path("rec.h5")
    np.testing.assert_array_equal(frame_times(path, [0, 1, 2], 3), [0.0, 1.0, 2.0], strict=True)
    text = "rec.h5 holds 3 times for 4 frames: copy the recording again"
    check_error(lambda: frame_times(path, [0, 1, 2], 4), ValueError, "path", text, path)
