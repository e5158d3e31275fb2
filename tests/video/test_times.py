"""The times of frames: which are regular, their rate, and their gaps."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimap.video.recording import Recording
from optimap.video.times import frame_times, gaps, irregularity, regular_rate, usual_interval
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
    "many dropped frames": np.cumsum([0, 0.05, 0.1, 0.15, 0.1]),
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


@pytest.mark.parametrize(
    "times", [[np.nan] * 5, [0] * 5, [3e9] * 5, [np.nan, 1, np.nan, np.nan, np.nan], [4, 3, 2, 1, 0]]
)
def test_times_that_never_go_on_are_unknown_and_leave_the_stated_rate(times):
    assert frame_times(Path("rec.h5"), times, 5) is None
    recording = Recording(np.zeros((5, 2, 3)), path=Path("rec.h5"), format="test", fps=500, times=times)
    assert (recording.times, recording.fps, recording.irregularity) == (None, 500, None)


def test_one_time_for_each_frame():
    path = Path("rec.h5")
    np.testing.assert_array_equal(frame_times(path, [0, 1, 2], 3), [0.0, 1.0, 2.0], strict=True)
    text = "rec.h5 holds 3 times for 4 frames: copy the recording again"
    check_error(lambda: frame_times(path, [0, 1, 2], 4), ValueError, "path", text, path)


@pytest.mark.parametrize("tick", [0.001, 1 / 90_000, 1e-4])
@given(rate=st.floats(20, 900), frames=st.integers(20, 200))
def test_rounded_times_are_regular(tick, rate, frames):
    times = np.round(np.arange(frames) / rate / tick) * tick
    assert regular_rate(times, tick=tick) == pytest.approx(rate, rel=tick / times[-1] + 1e-6)
    assert regular_rate(times, rate, tick) == rate


@pytest.mark.parametrize("rate", [25, 240, 500])
@given(st.integers(0, 98), st.integers(1, 5))
def test_dropped_frames_are_found_in_rounded_times(rate, last, dropped):
    times = np.round(np.delete(np.arange(106), np.arange(last + 1, last + 1 + dropped)) / rate, 3)
    ((frame, interval),) = gaps(times, tick=0.001)
    assert (frame, interval) == (last, pytest.approx((dropped + 1) / rate, abs=0.0011))
    assert gaps(times) == gaps(times, tick=0.001)  # whole milliseconds show it
    assert regular_rate(times, rate, 0.001) is None


def test_the_stated_rate_says_which_intervals_are_gaps():
    times = np.array([0, 0.1, 0.3, 0.5, 0.6, 0.8])
    assert [frame for frame, _ in gaps(times, 10)] == [1, 2, 4]
    assert usual_interval(times, 10) == 0.1
    assert usual_interval(TIMES, 5) == 0.002  # no interval agrees with it


@pytest.mark.parametrize(
    ("times", "interval"), [([0], 0), ([], 0), ([np.nan, np.nan, 1], 0), ([0, 1, np.nan, 3, 4], 1)]
)
def test_the_usual_interval_of_few_times(times, interval):
    assert usual_interval(np.array(times, float)) == interval


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (IRREGULAR["a pause of 50 ms"], "1 gap, after frame 399: 52 ms instead of 2 ms"),
        (np.delete(TIMES, [3, 500]), "2 gaps, the first after frame 2: 4 ms instead of 2 ms"),
        (IRREGULAR["not a number"], "the times of 1 frame are missing"),
        (np.full(5, np.nan), "the times of 5 frames are missing"),
        (IRREGULAR["back in time"], "1 gap, after frame 499: -998 ms instead of 2 ms"),
        (IRREGULAR["another rate in the middle"], "intervals of 1.667 to 2 ms"),
    ],
)
def test_irregularity_in_words(times, text):
    assert irregularity(times) == text


def test_a_median_between_two_intervals_is_near_neither():
    assert usual_interval(np.array([0.0, 1.0, 1001.0]), tick=1e-3) == 500.5
