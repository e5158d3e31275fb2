"""Maps of durations, repolarisation, SNR and alternans: what beat maps hold, beat by beat or as a mean."""

import numpy as np
import pytest

from optimap.activation import (
    compute_alternans_map,
    compute_apd_map,
    compute_beat_maps,
    compute_repolarization_map,
    compute_snr_map,
)
from optimap.beats import alternans, measure_beats
from tests.activation.examples import delays, wave
from tests.errors import check_error

OPTIONS = {"fps": 500, "polarity": "up"}


@pytest.fixture(scope="module")
def video():
    return wave(samples=540)


@pytest.fixture(scope="module")
def maps(video):
    return compute_beat_maps(video, **OPTIONS)


@pytest.mark.parametrize("level", [50, 80])
def test_durations_are_those_of_beat_maps(video, maps, level):
    expected = maps[f"apd{level}"]
    np.testing.assert_array_equal(compute_apd_map(video, level, beat="all", **OPTIONS), expected)
    np.testing.assert_array_equal(compute_apd_map(maps, level, beat=2), expected[2])
    np.testing.assert_allclose(compute_apd_map(video, level, **OPTIONS), np.nanmean(expected, axis=0))
    # A plateau of 20 frames and a fall of 40, from the middle of an upstroke of 4.
    np.testing.assert_allclose(expected[0], 2 * (22 + 0.4 * level), atol=10)


def test_other_levels_are_measured_on_request(video):
    assert compute_apd_map(video, 75.5, **OPTIONS).mean() < compute_apd_map(video, 80, **OPTIONS).mean()
    assert np.isfinite(compute_apd_map(video, 80, prefix="catd", **OPTIONS)).all()


def test_repolarisation_is_activation_and_duration(maps):
    whole = compute_repolarization_map(maps, 50, beat="all", normalize_time=False)
    np.testing.assert_allclose(whole, maps["activation"] + maps["apd50"])
    counted = compute_repolarization_map(maps, 50, beat=1)
    np.testing.assert_allclose(counted, whole[1] - maps["activation"][1].min())
    late = compute_repolarization_map(maps, 50)
    np.testing.assert_allclose(late - late[0, 0], 2 * delays(), atol=4)


def test_snr(video, maps):
    np.testing.assert_array_equal(compute_snr_map(video, beat="all", **OPTIONS), maps["snr"])
    assert abs(compute_snr_map(maps).mean() - 20) < 1.5


@pytest.mark.parametrize("column", ["amplitude", "apd50"])
def test_alternans_is_that_of_tables(maps, column):
    video = wave(samples=540)
    video[130:230] *= 0.8
    video[330:430] *= 0.8
    maps = compute_beat_maps(video, **OPTIONS)
    expected = alternans(measure_beats(video, beats=maps.beats, **OPTIONS), column)
    found = compute_alternans_map(maps, column)
    np.testing.assert_allclose(found.magnitude.ravel(), expected.magnitude, rtol=1e-12)
    np.testing.assert_allclose(found.difference.ravel(), expected.difference, rtol=1e-9)
    np.testing.assert_array_equal(found.beats.ravel(), expected.count)
    if column == "amplitude":
        np.testing.assert_allclose(found.magnitude, 0.2, atol=0.06)
    again = compute_alternans_map(video, column, beats=maps.beats, **OPTIONS)
    np.testing.assert_array_equal(again.magnitude, found.magnitude)


def test_few_beats_do_not_alternate(maps):
    few = compute_beat_maps(wave(samples=540), beats=maps.beats[:3], **OPTIONS)
    assert np.isnan(compute_alternans_map(few, "amplitude").magnitude).all()


@pytest.mark.parametrize(
    ("call", "argument", "match"),
    [
        (lambda maps: compute_apd_map(maps, 55), "level", "durations of the maps are apd30_ms, apd50_ms"),
        (lambda maps: compute_apd_map(maps, 100), "level", "between 0 and 100"),
        (lambda maps: compute_apd_map(maps, beat=9), "beat", "not among the 5 beats: choose from 0 to 4"),
        (lambda maps: compute_apd_map(maps, beat="median"), "beat", "'mean', 'all'"),
        (lambda maps: compute_apd_map(maps, fps=500), "fps", "already measured"),
        (lambda maps: compute_apd_map(wave(), levels=[80]), "levels", "give level="),
        (lambda maps: compute_snr_map(maps, mask=1), "mask", "already measured"),
        (lambda maps: compute_alternans_map(maps, "x"), "column", "is not one of the maps"),
        (lambda maps: compute_alternans_map(maps.mean(), "snr"), "video", "are means over beats"),
        (lambda maps: compute_repolarization_map(wave(), start="level"), "start", "do not start at activation"),
    ],
)
def test_wrong_arguments(maps, call, argument, match):
    check_error(lambda: call(maps), ValueError, argument, match)
