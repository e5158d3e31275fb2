"""The true values of simulated beats: against the protocol, against each other, and read off the signal by hand."""

import numpy as np
import pytest

from optimap.datasets import simulated_tissue
from tests.errors import check_error


@pytest.fixture(scope="module")
def regular():
    recording = simulated_tissue(cache=False)
    return recording, recording.true_beats([10, 50, 80, 90])


def test_activation_is_the_steepest_rise_close_to_the_rise_through_half(regular):
    recording, truth = regular
    inside = recording.tissue
    assert np.isnan(truth.activation[:, ~inside]).all()
    assert np.nanmax(np.abs(truth.activation - recording.activation_times)) < 1.5 / recording.fps
    steps = np.diff(recording.signal[:, 64, 64])
    for time in truth.activation[:, 64, 64] * recording.fps:
        assert steps[round(time) - 10 : round(time) + 10].argmax() - 10 + round(time) + 0.5 == pytest.approx(
            time, abs=1
        )


def test_durations_grow_with_the_level_and_can_be_read_off_the_signal(regular):
    recording, truth = regular
    for lower, higher in ((10, 50), (50, 80), (80, 90)):
        assert (truth.durations[higher] - truth.durations[lower])[:4, recording.tissue].min() > 0
    own, beat = recording.signal[:, 64, 64].astype(float), 2
    start = truth.activation[beat, 64, 64] * recording.fps
    end = (truth.activation + truth.durations[80])[beat, 64, 64] * recording.fps
    level = truth.baseline[beat, 64, 64] + 0.2 * truth.amplitude[beat, 64, 64]
    assert np.interp(end, np.arange(600), own) == pytest.approx(level, abs=1e-9)
    assert (own[int(start) + 2 : int(end)] > level).all()
    assert truth.baseline[beat, 64, 64] + truth.amplitude[beat, 64, 64] == own[int(start) : int(end)].max()


def test_alternans_is_the_share_by_which_every_second_beat_is_smaller(regular):
    recording, truth = regular
    other = simulated_tissue(cache=False, alternans=0.3)
    amplitude = other.true_beats().amplitude[:, recording.tissue]
    share = amplitude / truth.amplitude[:, recording.tissue]
    np.testing.assert_allclose(share[::2], 1, atol=0.01)
    np.testing.assert_allclose(share[1::2], 0.7, atol=0.01)


def test_a_premature_beat_is_smaller_and_shorter_and_one_that_is_too_early_is_absent(regular):
    recording, truth = regular
    early = simulated_tissue(cache=False, s1s2=0.12)
    assert early.stimulus_times[-1] - early.stimulus_times[-2] == pytest.approx(0.12)
    beats = early.true_beats()
    assert (beats.amplitude[-1, recording.tissue] < truth.amplitude[-2, recording.tissue]).all()
    assert (beats.durations[80][-1, 20:100, 64] < truth.durations[80][-2, 20:100, 64]).all()
    refractory = simulated_tissue(cache=False, s1s2=0.05).true_beats()
    assert np.isfinite(refractory.amplitude[-2, 64, 64])
    assert np.isnan([refractory.activation[-1, 64, 64], refractory.durations[80][-1, 64, 64]]).all()


@pytest.mark.parametrize("level", [0, 100, -5, "80"])
def test_wrong_levels(regular, level):
    problem = "levels = .*: it must be a number between 0 and 100"
    check_error(lambda: regular[0].true_beats([level]), ValueError, "levels", problem, level)
