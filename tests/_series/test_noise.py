"""The estimate of white noise: right for noise, whatever else is in the series."""

import numpy as np
import pytest

from optimap._series import white_noise

RNG = np.random.default_rng(0)


def test_noise_that_a_person_can_check():
    # The second differences are 4, -4, 4: their median absolute value, times 1.4826, over the root of 6.
    assert white_noise(np.array([[0.0, 2, 8, 10, 16]]))[0] == pytest.approx(4 * 1.4826 / 6**0.5)


@pytest.mark.parametrize("scale", [1e-200, 0.3, 20, 1e200])
def test_the_standard_deviation_of_normal_noise(scale):
    noise = scale * RNG.normal(size=(40, 2000))
    np.testing.assert_allclose(white_noise(noise), scale, rtol=0.2)
    assert np.median(white_noise(noise)) == pytest.approx(scale, rel=0.02)


def test_beats_and_drift_do_not_count_as_noise():
    t = np.arange(2000)
    beats = 50 * np.exp(-(t % 150) / 30) + 300 * np.exp(-t / 400)
    noise = RNG.normal(size=(50, 2000))
    np.testing.assert_allclose(white_noise(noise + beats), white_noise(noise), rtol=0.12)
    assert (white_noise(beats[np.newaxis]) < 0.05).all()


def test_a_series_with_a_gap_has_no_estimate_and_others_keep_theirs():
    series = RNG.normal(size=(4, 100))
    expected = white_noise(series)
    series[1, 50], series[2, 0] = np.nan, np.inf
    noise = white_noise(series)
    np.testing.assert_array_equal(noise, [expected[0], np.nan, np.nan, expected[3]])


@pytest.mark.parametrize("samples", [0, 1, 2])
def test_too_few_samples_have_no_estimate(samples):
    assert np.isnan(white_noise(np.ones((2, samples)))).all()


def test_shapes_of_nothing_and_of_constants():
    assert white_noise(np.zeros((0, 9))).shape == (0,)
    assert white_noise(np.full((2, 9), 7.0)).tolist() == [0, 0]
