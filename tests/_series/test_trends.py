"""Smoothers: each row by itself, level lines where SciPy's interval contains 0, and little memory."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter1d
from scipy.stats import theilslopes
from seasonal.trend import aglet

from optimap._series import coarse_spline, robust_line, running_mean, running_median, straighten_ends

SERIES = {
    "walk": np.cumsum(np.random.default_rng(0).normal(size=700)),
    "noise": np.random.default_rng(1).normal(size=501),
    "counts": np.random.default_rng(2).integers(0, 4, 600).astype(float),
    "steps": np.repeat([1.0, 5.0, 2.0], 150),
    "constant": np.full(300, 3.0),
    "line": 2.0 - 0.5 * np.arange(400),
    "short": np.array([3.0, 1.0, 4.0, 1.0, 5.0]),
    "two": np.array([3.0, 1.0]),
}


def is_level(data):
    """Return whether the line through a series is level; a window of one sample leaves the series as it is."""
    line = robust_line(data[np.newaxis].astype(float), np.array([1]))[0]
    return bool((line == line[0]).all())


@pytest.mark.parametrize("name", SERIES)
def test_a_line_is_level_if_the_interval_of_scipy_contains_zero(name):
    _, _, low, high = theilslopes(SERIES[name])
    assert is_level(SERIES[name]) == (low <= 0 <= high)


@settings(max_examples=150)
@given(st.lists(st.integers(-6, 6), min_size=2, max_size=60), st.sampled_from([0, 0.05, 0.1, 0.2, -0.1]))
def test_a_line_is_level_as_in_scipy_for_any_series(values, drift):
    data = np.array(values) + drift * np.arange(len(values))
    _, _, low, high = theilslopes(data)
    assert is_level(data) == (low <= 0 <= high)


@pytest.mark.parametrize("samples", [3, 20, 101])
def test_running_mean_is_that_of_scipy(samples):
    data = SERIES["walk"][:samples]
    for window in (3, samples // 2 * 2 - 1):
        half = window // 2
        result = running_mean(data[np.newaxis], np.array([window]))[0]
        inner = slice(half, samples - half)
        np.testing.assert_allclose(result[inner], uniform_filter1d(data, window)[inner], rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(np.delete(result, np.r_[inner]), np.delete(data, np.r_[inner]))


def test_ends_become_lines():
    # The slopes between the first three samples are -1, -6 and -7 / 2; between the last three -4, 6 and 2 / 2.
    data = np.array([[9.0, 8.0, 2.0, 3.0, 4.0, 5.0, 5.0, 1.0, 7.0]])
    result = straighten_ends(data, np.array([3]))
    np.testing.assert_array_equal(result, [[11.5, 8, 2, 3, 4, 5, 5, 1, 2]])


def test_ends_are_those_of_seasonal():
    for window in (5, 99, 401):
        result = straighten_ends(SERIES["walk"][np.newaxis], np.array([window]))
        np.testing.assert_array_equal(result[0], aglet(SERIES["walk"], window))


@pytest.mark.parametrize("smoother", [running_median, running_mean, coarse_spline, robust_line])
def test_windows_may_differ_from_row_to_row(smoother):
    series = np.stack([SERIES["walk"][:300], SERIES["noise"][:300], SERIES["counts"][:300], SERIES["walk"][:300]])
    windows = np.array([31, 7, 101, 9])
    before = series.copy()
    together = smoother(series, windows)
    straight = straighten_ends(together, windows)
    np.testing.assert_array_equal(series, before)
    for i in range(4):
        alone = smoother(series[i : i + 1].copy(), windows[i : i + 1])
        np.testing.assert_array_equal(together[i], alone[0])
        np.testing.assert_array_equal(straight[i], straighten_ends(alone, windows[i : i + 1])[0])


MEMORY = """
import threading
import psutil
import numpy as np
from optimap.trace import detrend_timeseries

samples = 100_000
t = np.arange(samples)
data = 1000 - 0.01 * t + 20 * np.sin(t / 8) + np.random.default_rng(0).normal(size=samples)
detrend_timeseries(data[:2000], "line")  # everything is imported
process, done, peak = psutil.Process(), threading.Event(), [0]

def watch():
    while not done.wait(0.0005):
        peak[0] = max(peak[0], process.memory_info().rss)

watcher = threading.Thread(target=watch)
watcher.start()
before = process.memory_info().rss
trend = detrend_timeseries(data, "line", return_trend_data=True)
done.set()
watcher.join()
print(peak[0] - before, (trend[-1] - trend[0]) / (samples - 1))
"""


def test_a_line_through_a_long_series_needs_little_memory():
    # All slopes between its pairs of samples are 40 GB.
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    memory, slope = map(float, done.stdout.split())
    assert 1e5 < memory < 100e6
    assert slope == pytest.approx(-0.01, rel=1e-2)
