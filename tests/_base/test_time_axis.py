"""The x-axis of traces: frames, seconds, or values of the user's own."""

import numpy as np
import pytest

from optimap._base import parse_time_axis
from tests.errors import check_error


def test_frames():
    times, label = parse_time_axis(4, None, None)
    assert (times.tolist(), times.dtype.kind, label) == ([0, 1, 2, 3], "i", "Frame")


def test_seconds():
    times, label = parse_time_axis(3, None, 500)
    assert (times.tolist(), label) == ([0, 0.002, 0.004], "Time [s]")


@pytest.mark.parametrize(
    "x", [[5, 6, 7], (0.5, 1, 2), np.array([3, 2, 1]), np.arange("2026-01-01", "2026-01-04", dtype="M8[D]")]
)
def test_own_values_as_they_are(x):
    times, label = parse_time_axis(3, x, None)
    np.testing.assert_array_equal(times, x)
    assert label == ""


def test_times_that_a_video_states():
    stated = np.array([0, 0.5, 2])
    times, label = parse_time_axis(3, None, None, stated)
    assert (times.tolist(), label) == ([0, 0.5, 2], "Time [s]")
    assert parse_time_axis(3, None, 10, stated)[0].tolist() == [0, 0.1, 0.2]
    assert parse_time_axis(3, [5, 6, 7], None, stated)[0].tolist() == [5, 6, 7]


def test_no_frames():
    assert parse_time_axis(0, None, 500)[0].tolist() == []
    assert parse_time_axis(0, [], None)[0].tolist() == []


@pytest.mark.parametrize(
    ("x", "fps", "kind", "argument", "match"),
    [
        ([0, 1, 2], 500, ValueError, "fps", "x and fps = 500 are both given: give one of them"),
        (None, 0, ValueError, "fps", "fps = 0: it must be a positive number of frames per second"),
        (None, "fast", ValueError, "fps", "fps = 'fast': it must be a positive number of frames per second"),
        ([[1], [2, 3]], None, ValueError, "x", "x cannot be read as an array: give one value for each of 3 frames"),
        ([0, 1], None, ValueError, "x", r"x has shape \(2,\): give one value for each of 3 frames"),
        (5, None, ValueError, "x", r"x has shape \(\): give one value"),
        ([0, 1j, 2], None, TypeError, "x", "x has dtype complex128: give real numbers, or times"),
        (["a", "b", "c"], None, TypeError, "x", "x has dtype <U1: give real numbers, or times"),
        ([0, None, 2], None, TypeError, "x", "x has dtype object"),
        ([0, np.nan, 2], None, ValueError, "x", "x holds NaN or infinity: give each frame a finite value on the axis"),
        ([0, np.inf, 2], None, ValueError, "x", "x holds NaN or infinity"),
    ],
)
def test_wrong_arguments(x, fps, kind, argument, match):
    error = check_error(lambda: parse_time_axis(3, x, fps), kind, argument, match)
    assert error.value is (x if argument == "x" else fps)
