"""Asymmetric least squares: the numbers of pybaselines, and a stiffness that follows the beats."""

import numpy as np
import pytest
from pybaselines import Baseline

from optimap._series import Asls
from optimap.trace import baseline, estimate_period
from tests._series.beats import beats, signals
from tests.errors import check_error


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("lam", "p"), [(1e3, 0.01), (3e5, 0.01), (1e6, 0.001), (1e7, 0.05)])
def test_baselines_are_those_of_pybaselines(lam, p, sign):
    data = sign * signals(3)
    result = baseline(data, lam=lam, p=p, polarity="up" if sign == 1 else "down")
    for series, found in zip(data.T, result.T, strict=True):
        expected, _ = Baseline().asls(sign * series, lam=lam, p=p)
        np.testing.assert_allclose(found, sign * expected, rtol=1e-9)


@pytest.mark.parametrize(("iterations", "tolerance"), [(0, 1e-3), (2, 1e-3), (50, 0.5), (3, 1e-9)])
def test_iterations_and_tolerance_are_those_of_pybaselines(iterations, tolerance):
    series = signals(1)[:, 0]
    parameters = Baseline().asls(series, lam=1e5, p=0.01, max_iter=max(iterations, 0), tol=tolerance)
    result = baseline(series, lam=1e5, iterations=iterations, tolerance=tolerance)
    np.testing.assert_allclose(result, parameters[0], rtol=1e-9)


def test_the_stiffness_follows_the_period():
    series = signals(1)[:, 0]
    period = estimate_period(series)
    expected = baseline(series, lam=(period / (2 * np.pi)) ** 4)
    np.testing.assert_array_equal(baseline(series), expected)
    np.testing.assert_array_equal(baseline(series, period=period), expected)
    assert np.abs(baseline(series, period=period / 2) - expected).max() > 0.1


def test_half_of_an_oscillation_with_the_period_of_the_beats_passes():
    t = np.arange(4000)
    series = 10 * np.sin(2 * np.pi * t / 100)
    smooth = baseline(series, period=100, iterations=0, polarity="up")  # equal weights
    np.testing.assert_allclose(smooth[500:-500], series[500:-500] / 2, atol=0.01)


@pytest.mark.parametrize("period", [60, 150, 300])
def test_the_rest_between_beats_becomes_flat(period):
    samples = 6 * period
    series = 1000 + 200 * np.exp(-np.arange(samples) / (3 * period)) + 100 * beats(samples, period, period // 2, 0.12)
    flat = series - baseline(series)
    rest = [flat[k - period // 10 : k - 2].mean() for k in range(period // 2, samples, period)]
    assert np.ptp(rest) < 1  # per cent of the amplitude


@pytest.mark.parametrize("resampled", [2, 3])
def test_twice_the_frame_rate_gives_the_same_baseline(resampled):
    fine = 1000 + 100 * beats(900 * resampled, 150 * resampled, 60 * resampled)
    coarse = baseline(fine[::resampled], period=150)
    np.testing.assert_allclose(baseline(fine, period=150 * resampled)[::resampled][20:-20], coarse[20:-20], atol=1)


@pytest.mark.parametrize(
    ("options", "kind", "argument", "message"),
    [
        ({"lam": 0}, ValueError, "lam", "lam = 0: it must be a positive number, or None"),
        ({"lam": np.inf}, ValueError, "lam", "lam = inf"),
        ({"lam": "stiff"}, ValueError, "lam", "lam = 'stiff'"),
        ({"p": 0}, ValueError, "p", "p = 0: it must be a number between 0 and 1"),
        ({"p": 1}, ValueError, "p", "p = 1: it must be a number between 0 and 1"),
        ({"p": None}, ValueError, "p", "p = None"),
        ({"iterations": -1}, ValueError, "iterations", "iterations = -1: it must be a whole number, 0 or more"),
        ({"iterations": 1.5}, ValueError, "iterations", "iterations = 1.5"),
        ({"tolerance": 0}, ValueError, "tolerance", "tolerance = 0: it must be a positive number"),
        ({"tolerance": np.nan}, ValueError, "tolerance", "tolerance = nan"),
    ],
)
def test_wrong_options_are_refused(options, kind, argument, message):
    check_error(Asls(**options).check, kind, argument, message)
    check_error(lambda: baseline(signals(), **options), kind, argument, message)
