"""Exponential baselines: the fit of SciPy to the samples between beats."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from optimap.trace import baseline
from tests._series.beats import beats

T = np.arange(1500)


def curve(t, a, b, logarithm):
    return a + b * np.exp(-t / np.exp(logarithm))


@pytest.mark.parametrize(("b", "tau"), [(50, 300), (-80, 40), (300, 1500), (-500, 8000), (60, 15)])
def test_bleaching_alone_is_fitted_as_by_scipy(b, tau):
    # Without outliers, all samples but a few of the noise are used: the curve is that of least squares to these.
    series = curve(T, 1000, b, np.log(tau)) + np.random.default_rng(1).uniform(-1, 1, len(T))
    (a, b, rate), _ = curve_fit(curve, T, series, p0=(1000, b, np.log(tau)))
    np.testing.assert_allclose(baseline(series, "exponential", polarity="up"), curve(T, a, b, rate), atol=1e-4)


def test_the_curve_is_that_of_the_samples_below_it():
    series = curve(T, 1000, 200, np.log(600)) + 80 * beats(1500) + np.random.default_rng(2).normal(size=1500)
    level = baseline(series, "exponential")
    noise = 1.4826 * np.median(np.abs(np.diff(series, n=2))) / np.sqrt(6)
    low = series <= level + 2.5 * noise
    assert 0.1 < low.mean() < 0.9
    (a, b, rate), _ = curve_fit(curve, T[low], series[low], p0=(1000, 200, np.log(600)))
    np.testing.assert_allclose(level, curve(T, a, b, rate), atol=1e-3)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_huge_and_tiny_numbers_give_the_same_curve(scale):
    """Sums of fourth powers are compared: they would overflow, or vanish."""
    series = curve(T, 1000, 200, np.log(600)) + 80 * beats(1500) + np.random.default_rng(2).normal(size=1500)
    expected = baseline(series, "exponential", polarity="up")
    np.testing.assert_allclose(baseline(scale * series, "exponential", polarity="up") / scale, expected, rtol=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_truth_below_short_beats(sign):
    truth = curve(T, 1000, 250, np.log(400))
    series = truth + sign * 80 * beats(1500, fall=0.06) + np.random.default_rng(3).normal(size=1500)
    level = baseline(series, "exponential")
    assert np.abs(level - truth).max() < 0.8  # of an amplitude of about 80


def test_signals_without_noise():
    truth = curve(T, 5, 2, np.log(500))
    assert np.abs(baseline(truth, "exponential", polarity="up") - truth).max() < 1e-3
    assert np.abs(baseline(truth + beats(1500, fall=0.06), "exponential") - truth).max() < 0.02
    assert baseline(np.full(50, 7.0), "exponential", polarity="up").tolist() == [7.0] * 50
    line = 5 - 0.01 * T
    np.testing.assert_allclose(baseline(line, "exponential", polarity="up"), line, atol=0.3)


@pytest.mark.parametrize("samples", [4, 5, 9])
def test_few_samples(samples):
    series = np.random.default_rng(samples).normal(size=samples)
    assert np.isfinite(baseline(series, "exponential", polarity="up")).all()


def test_offset_and_scale():
    series = curve(T, 1000, 200, np.log(600)) + 80 * beats(1500) + np.random.default_rng(2).normal(size=1500)
    level = baseline(series, "exponential", polarity="up")
    np.testing.assert_allclose(baseline(1e-5 * series, "exponential", polarity="up"), 1e-5 * level, rtol=1e-9)
    np.testing.assert_allclose(baseline(series - 990, "exponential", polarity="up"), level - 990, atol=1e-6)
