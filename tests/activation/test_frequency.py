"""compute_dominant_frequency_map: sines, beats, noise, drift."""

import numpy as np
import pytest
import xarray as xr

from optimap.activation import compute_dominant_frequency_map
from tests.activation.examples import wave
from tests.errors import check_error

T = np.arange(600)
FREQUENCIES = np.array([[2.3, 4.0, 7.77], [11.1, 20.0, 33.3]])  # Hz, at 200 frames/s


@pytest.fixture(scope="module")
def sines():
    return np.sin(2 * np.pi * FREQUENCIES * T[:, np.newaxis, np.newaxis] / 200 + 0.7)


def test_sines(sines):
    np.testing.assert_allclose(compute_dominant_frequency_map(sines, 200), FREQUENCIES, atol=0.01)
    np.testing.assert_allclose(compute_dominant_frequency_map(sines), FREQUENCIES / 200, atol=1e-4)


def test_the_times_of_a_video_give_its_rate(sines):
    dims, times = ("time", "y", "x"), T / 200
    video = xr.DataArray(sines, dims=dims, coords={"time": times}).transpose("y", "x", "time")
    np.testing.assert_allclose(compute_dominant_frequency_map(video), FREQUENCIES, atol=0.01)
    gap = video.assign_coords(time=times + 0.05 * (T > 300))
    match = "^video has times that are not evenly spaced: give the frames between two gaps alone, or fps="
    check_error(lambda: compute_dominant_frequency_map(gap), ValueError, "video", match)
    np.testing.assert_allclose(compute_dominant_frequency_map(gap, 200), FREQUENCIES, atol=0.01)
    part = gap.isel(time=slice(0, 300))
    np.testing.assert_allclose(compute_dominant_frequency_map(part), FREQUENCIES, atol=0.02)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_huge_and_tiny_numbers_have_the_same_frequencies(sines, scale):
    np.testing.assert_allclose(compute_dominant_frequency_map(scale * sines, 200), FREQUENCIES, atol=0.01)


def test_noise_offset_and_drift_change_little(sines):
    noisy = sines + 50 - 0.05 * T[:, np.newaxis, np.newaxis]
    noisy += np.random.default_rng(0).normal(size=sines.shape)
    np.testing.assert_allclose(compute_dominant_frequency_map(noisy, 200), FREQUENCIES, atol=0.05)


def test_beats_have_the_frequency_of_their_cycle():
    np.testing.assert_allclose(compute_dominant_frequency_map(wave(samples=1000), 500), 5, atol=0.05)


def test_noise_has_none():
    noise = np.random.default_rng(0).normal(size=(600, 20, 20))
    assert np.isnan(compute_dominant_frequency_map(noise)).all()
    assert np.isnan(compute_dominant_frequency_map(np.full((600, 2, 2), 1e5 / 3))).all()


def test_the_range_of_frequencies(sines):
    both = sines[:, 0, 0] + 0.5 * sines[:, 1, 1]
    both = both[:, np.newaxis, np.newaxis]
    assert abs(compute_dominant_frequency_map(both, 200).item() - 2.3) < 0.02
    assert abs(compute_dominant_frequency_map(both, 200, min_frequency=5).item() - 20) < 0.02
    noisy = sines[:, 1:, 1:2] + 0.3 * np.random.default_rng(0).normal(size=(600, 1, 1))
    assert np.isnan(compute_dominant_frequency_map(noisy, 200, max_frequency=15)).all()


def test_masks_gaps_and_dask(sines, allow):
    holes = sines.copy()
    holes[5, 0, 0] = np.nan
    mask = np.ones((2, 3), bool)
    mask[1, 2] = False
    found = compute_dominant_frequency_map(holes, 200, mask=mask)
    np.testing.assert_array_equal(np.isnan(found), [[True, False, False], [False, False, True]])
    allow(tile_bytes=600 * 8 * 2)
    np.testing.assert_array_equal(compute_dominant_frequency_map(holes, 200, mask=mask), found)
    da = pytest.importorskip("dask.array")
    lazy = da.from_array(holes, chunks=(100, 1, 3))
    np.testing.assert_array_equal(compute_dominant_frequency_map(lazy, 200, mask=mask), found)


@pytest.mark.parametrize(
    ("arguments", "argument", "match"),
    [
        ({"fps": -1}, "fps", "positive"),
        ({"fps": 200, "min_frequency": 100}, "min_frequency", "half the rate, 100"),
        ({"fps": 200, "min_frequency": 9, "max_frequency": 8}, "max_frequency", "lowest frequency, 9"),
    ],
)
def test_wrong_arguments(sines, arguments, argument, match):
    check_error(lambda: compute_dominant_frequency_map(sines, **arguments), ValueError, argument, match)


def test_few_frames(sines):
    check_error(lambda: compute_dominant_frequency_map(sines[:7]), ValueError, "video", "has 7 frames")
