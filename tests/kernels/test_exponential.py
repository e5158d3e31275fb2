"""The loop of exponential baselines: compiled and in NumPy, with the same numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import kernels

_numpy, _compiled = kernels.twins()["numpy"], kernels.twins().get("compiled")

needs_compiled = pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")


def examples(samples, seed):
    """Series with bleaching, noise and beats; a line, a step, a constant, noise alone."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples)
    beats = np.exp(-(t % 50) / 8.0)
    rows = [b * np.exp(-t / tau) + height * beats for b, tau, height in ((90, 30, 9), (-50, 400, 30), (2, 9000, 3))]
    rows = [1000 + row + rng.normal(size=samples) for row in rows]
    return np.ascontiguousarray(
        [*rows, rng.normal(size=samples), 0.01 * t, 5.0 * (t > samples / 3), np.full(samples, 0.1)]
    )


def fitted(module, series, tolerance, fewest, threads=1):
    out = np.full_like(series, 7.0)
    module.exponential_baselines(series, tolerance, fewest, out, threads)
    return out


@needs_compiled
@settings(max_examples=20)
@given(st.integers(30, 400), st.integers(0, 2**32), st.floats(1, 3), st.integers(8, 50))
def test_twins_agree(samples, seed, factor, fewest):
    series = examples(samples, seed)
    limits = factor * np.maximum(1.0, 0.01 * np.ptp(series, axis=1))
    expected, others = fitted(_numpy, series, limits, fewest), fitted(_compiled, series, limits, fewest, 3)
    # Where a sample lies on the limit, rounding decides whether it is used.
    apart = np.abs(series - expected - limits[:, np.newaxis]).min(axis=1) > 1e-9
    np.testing.assert_allclose(others[apart], expected[apart], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("module", [pytest.param(_compiled, marks=needs_compiled, id="compiled"), _numpy])
def test_samples_above_are_left_out_while_enough_are_left(module):
    t = np.arange(200)
    truth = 5 + 3 * np.exp(-t / 60)
    series = np.where(t % 10 < 3, truth + 4, truth)[np.newaxis]
    np.testing.assert_allclose(fitted(module, series, np.array([0.5]), 20)[0], truth, atol=1e-3)
    assert np.abs(fitted(module, series, np.array([0.5]), 150)[0] - truth).min() > 0.5


@needs_compiled
def test_arguments_that_would_read_or_write_outside_memory():
    series = np.zeros((2, 9))
    for limits, out in ((np.zeros(3), np.zeros((2, 9))), (np.zeros(2), np.zeros((2, 8)))):
        with pytest.raises(ValueError, match="one number and one result for each series"):
            _compiled.exponential_baselines(series, limits, 4.0, out, 1)


def test_no_series():
    assert kernels.exponential_baselines(np.empty((0, 9)), np.empty(0), 4).shape == (0, 9)
