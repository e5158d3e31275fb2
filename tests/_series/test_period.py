"""estimate_period: the numbers of the package seasonal, and which data are refused."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import welch
from seasonal.trend import guess_trended_period

from optimap._series import period as _period
from optimap.trace import estimate_period
from tests._series.examples import series


@settings(max_examples=40)
@given(st.integers(6, 400), st.integers(0, 2**32), st.sampled_from(["walk", "beats", "counts", "tiny"]))
def test_periods_are_those_of_seasonal(samples, seed, name):
    data = series(name, samples, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = guess_trended_period(data)
    assert estimate_period(data) == expected


@pytest.mark.parametrize("name", ["beats", "counts"])
def test_periods_of_every_length_are_those_of_seasonal(name):
    for samples in [*range(6, 120), *range(127, 1700, 97)]:
        data = series(name, samples, samples)
        assert estimate_period(data) == guess_trended_period(data), samples


@pytest.mark.parametrize(("samples", "segment"), [(6, 3), (9, 4), (100, 66), (1000, 333), (3000, 1024)])
def test_spectra_are_those_of_scipy(samples, segment):
    data = np.stack([series("walk", samples), series("counts", samples)])
    frequencies, power = _period._spectrum(data, segment)
    expected = welch(data, 1.0, scaling="spectrum", nperseg=segment)
    np.testing.assert_array_equal(frequencies, expected[0])
    np.testing.assert_allclose(power, expected[1], rtol=1e-12, atol=1e-14 * expected[1].max())


def test_estimate_period_has_the_shape_of_one_sample():
    data = series("beats", 300)
    period = estimate_period(data)
    assert isinstance(period, int)
    assert abs(period - 37) <= 1
    assert estimate_period(np.tile(data[:, None, None], (1, 2, 3))).tolist() == [[period] * 3] * 2
