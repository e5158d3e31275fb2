"""find_beats: on beats of known times, on simulated tissue, and where there are no beats."""

import os
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from optimap.beats import find_beats, measure_beats
from optimap.datasets import simulated_tissue
from optimap.trace import load_traces, save_traces
from tests import noises
from tests.beats.examples import action_potentials, transients, with_noise
from tests.errors import check_error

DATA = Path(os.environ.get("OPTIMAP_TEST_DATA", "nowhere")) / "optical-mapping"
MIDDLE = 2.0  # frames from the start of the upstroke to its middle, in `action_potentials`
T = np.arange(1000.0)


def test_times_that_a_person_can_check():
    signal = action_potentials()
    expected = 40 + MIDDLE + 100 * np.arange(10)
    np.testing.assert_allclose(find_beats(signal), expected, atol=0.05)
    np.testing.assert_allclose(find_beats(signal, fps=500), 2 * expected, atol=0.1)


@pytest.mark.parametrize("snr", [5, 10, 20])
def test_no_beat_of_simulated_tissue_is_missed_and_activation_is_exact(snr):
    recording = simulated_tissue(31, snr=snr)
    truth = recording.true_beats().activation * 1000
    inside = np.argwhere(recording.tissue)[::40]
    found = find_beats(recording.video[:, inside[:, 0], inside[:, 1]], fps=recording.fps)
    assert [len(times) for times in found] == [6] * len(inside)
    errors = np.array(found) - np.array([truth[:, y, x] for y, x in inside])
    frames = errors * recording.fps / 1000
    assert np.sqrt((frames**2).mean()) < {5: 0.75, 10: 0.35, 20: 0.21}[snr]


def test_noise_has_beats_in_at_most_two_of_a_thousand_traces():
    noise = np.random.default_rng(11).normal(size=(1000, 4000))
    assert sum(len(times) > 0 for times in find_beats(noise, polarity="up")) <= 8


@pytest.mark.parametrize("kind", noises.kinds(100, 1))
def test_noise_that_is_not_white_has_hardly_any_beats(kind):
    noise = noises.kinds()[kind]
    assert sum(len(times) > 0 for times in find_beats(noise, polarity="up")) <= 0.06 * noise.shape[1]
    table = measure_beats(noise, polarity="up", beats=np.arange(90, 950, 140), levels=(), baseline="linear")
    assert np.isfinite(table["activation"]).mean() < 0.06


def fibrillation(samples, count, period, spread, seed, snr=10):
    """Return waves that rise as slowly as they fall, one after the other without rest, and when each begins."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.normal(period, spread, (2 * samples // period, count)), 0.4 * period, None)
    ends, heights = np.cumsum(lengths, axis=0), np.clip(rng.normal(1, 0.25, lengths.shape), 0.3, None)
    t = np.arange(samples)
    waves = np.empty((samples, count))
    for i in range(count):
        at = np.searchsorted(ends[:, i], t)
        phase = (t - ends[at, i]) / lengths[at, i]
        waves[:, i] = heights[at, i] * (0.5 - 0.5 * np.cos(2 * np.pi * phase))
    return waves + rng.normal(0, 1 / snr, waves.shape)


@pytest.mark.parametrize("snr", [5, 10])
@pytest.mark.parametrize(("period", "spread"), [(40, 14), (50, 8), (30, 5)])
def test_fibrillation_is_not_taken_for_noise(period, spread, snr):
    waves = fibrillation(1000, 60, period, spread, 3, snr)
    found = find_beats(waves, polarity="up")
    assert np.mean([len(times) > 0 for times in found]) > 0.85
    rng = np.random.default_rng(4)
    for series, times in zip(waves.T[:10], found[:10], strict=True):
        if len(times):
            elsewhere = np.sort(times + rng.uniform(-4, 4, len(times)))
            table = measure_beats(series, polarity="up", beats=elsewhere, levels=(), baseline="linear")
            assert np.isfinite(table["activation"]).mean() > 0.8


@pytest.mark.parametrize("sigma", [1, 1.5, 2, 3])
def test_noise_that_was_smoothed_has_hardly_any_beats(sigma):
    noise = gaussian_filter1d(np.random.default_rng(1).normal(size=(1000, 200)), sigma, axis=0)
    assert np.mean([len(times) > 0 for times in find_beats(noise, polarity="up")]) < 0.15
    table = measure_beats(noise, polarity="up", beats=np.arange(90, 950, 140), levels=(), baseline="linear")
    assert np.isfinite(table["activation"]).mean() < 0.06


def test_dense_rhythms_are_not_taken_for_noise():
    rng = np.random.default_rng(5)
    t = (np.arange(300)[:, np.newaxis] - rng.uniform(10, 20, 60)) % 20
    signals = 1 / (1 + np.exp(-2 * (t - 4))) / (1 + np.exp(t - 12))  # every 20 frames, 8 frames long: hardly any rest
    found = [len(times) for times in find_beats(signals + rng.normal(0, 1 / 5, t.shape), polarity="up")]
    assert min(found) >= 8
    assert np.mean(found) > 13


@pytest.mark.parametrize("samples", [110, 200, 1000])
@pytest.mark.parametrize("shape", ["pulse", "beat", "sine"])
def test_what_is_not_noise_is_found_however_long_and_however_regular(samples, shape):
    t = np.arange(samples)[:, np.newaxis]
    clean = {
        "pulse": np.exp(-(((t - 60) / 12.0) ** 2)),
        "beat": np.clip((t - 40) / 4, 0, 1) * np.exp(-np.maximum(t - 44, 0) / 15),
        "sine": np.sin(2 * np.pi * t / 25),
    }[shape]
    noise = np.random.default_rng(0).normal(size=(samples, 50)) / (10 * np.ptp(clean) ** -1)
    found = find_beats(clean + noise, polarity="up")
    assert min(map(len, found)) >= (1 if shape != "sine" else samples // 25 - 1)


@pytest.mark.parametrize(
    "signal",
    [
        lambda height: height * (T > 500),
        lambda height: -height * (T > 500),
        lambda height: height * T / 100,
        lambda height: height * np.clip(T, 300, 600) / 100,
        lambda height: height * np.exp(-T / 300),
        lambda height: -height * np.exp(-T / 300),
        lambda height: height * (T > 400) * (1 - 0.2 * (1 - np.exp(-T / 200))),
        lambda height: np.minimum(height * T / 100, 3 * height),
    ],
    ids=["step", "step down", "ramp", "ramp between levels", "bleaching", "rise", "lamp that bleaches", "saturation"],
)
@pytest.mark.parametrize("polarity", ["up", "down"])
def test_steps_ramps_and_bleaching_are_not_beats(signal, polarity):
    rng = np.random.default_rng(1)
    noisy = np.stack([signal(height) + rng.normal(size=1000) for height in np.geomspace(3, 300, 40)], axis=1)
    assert [len(times) for times in find_beats(noisy, polarity=polarity)] == [0] * 40
    assert len(find_beats(signal(10.0), polarity=polarity)) == 0


def test_a_lamp_that_is_switched_on_hides_no_beats_after_it():
    beats = with_noise(action_potentials(), 10)
    lit = np.where(T > 305, 30 + beats, with_noise(np.zeros(1000), 10, 1))
    np.testing.assert_allclose(find_beats(lit, polarity="up"), 42 + 100 * np.arange(3, 10), atol=1.5)


def test_a_premature_beat_on_the_recovery_of_the_one_before_is_found():
    first = action_potentials(200, 200)
    second = np.roll(first, 50)  # begins 7 frames before the first has recovered
    late = with_noise(np.concatenate([first, np.maximum(first, second), first]), 20)
    np.testing.assert_allclose(find_beats(late), [42, 242, 292, 442], atol=1)


def test_a_missed_beat_is_not_made_up():
    signal = action_potentials()
    signal[430:530] = 0
    np.testing.assert_allclose(find_beats(with_noise(signal, 20)), np.delete(42 + 100 * np.arange(10), 4), atol=1)


def test_the_last_beat_counts_if_the_recording_ends_within_a_cycle():
    signal = with_noise(action_potentials(), 20)
    assert len(find_beats(signal[:960])) == 10
    assert len(find_beats(signal[:1000])) == 10
    assert len(find_beats(signal[:70], polarity="up")) == 0  # a rise that does not return, and no cycle is known


def test_notches_are_part_of_a_beat():
    signal = action_potentials()
    phase = (T - 40) % 100
    signal -= 0.1 * ((phase > 7) & (phase < 12))
    assert len(find_beats(with_noise(signal, 30))) == 10


def test_stimuli_allow_one_beat_each():
    signal = with_noise(action_potentials(), 20)
    times = find_beats(signal, stimuli=[130, 330, 730])
    np.testing.assert_allclose(times, [142, 342, 742], atol=1)
    np.testing.assert_allclose(find_beats(signal, fps=500, stimuli=[260, 660, 1460]), 2 * times)
    assert len(find_beats(signal, stimuli=[2000])) == 0


def test_signals_of_every_shape():
    one = with_noise(action_potentials(), 20)
    times = find_beats(one)
    two = find_beats(np.stack([one, one[::-1] * 0 + 1], axis=1), polarity="up")
    np.testing.assert_array_equal(two[0], times)
    assert len(two[1]) == 0
    pixels = find_beats(np.stack([one] * 6, axis=1).reshape(1000, 2, 3))
    assert len(pixels) == 6
    np.testing.assert_array_equal(pixels[4], times)


def test_a_table_of_traces_brings_its_rate(tmp_path):
    signal = with_noise(action_potentials(), 20)
    save_traces(tmp_path / "a.npz", signal, fps=500)
    np.testing.assert_array_equal(find_beats(load_traces(tmp_path / "a.npz")), find_beats(signal, fps=500))


def test_nan_affects_no_other_series():
    signal = with_noise(np.stack([action_potentials()] * 3, axis=1), 10)
    broken = signal.copy()
    broken[3, 1] = np.nan
    found, expected = find_beats(broken), find_beats(signal)
    assert len(found[1]) == 0
    for i in (0, 2):
        np.testing.assert_array_equal(found[i], expected[i])


def test_masked_samples_and_infinity_are_as_nan():
    signal = with_noise(action_potentials(), 10)
    assert len(find_beats(np.ma.masked_where(T == 7, signal), polarity="up")) == 0
    assert len(find_beats(np.where(T == 7, np.inf, signal), polarity="up")) == 0


@settings(max_examples=25)
@given(st.floats(1e-3, 1e3), st.floats(-1e4, 1e4), st.sampled_from([5, 20]), st.integers(0, 100))
def test_scale_offset_and_polarity_change_nothing(scale, offset, snr, seed):
    signal = with_noise(transients(), snr, seed)
    expected = find_beats(signal, polarity="up")
    assert len(expected) == 7
    np.testing.assert_allclose(find_beats(scale * signal + offset, polarity="up"), expected, atol=1e-5)
    np.testing.assert_allclose(find_beats(offset - scale * signal, polarity="down"), expected, atol=1e-5)
    np.testing.assert_allclose(find_beats(offset - scale * signal), expected, atol=1e-5)


def test_twice_the_rate_gives_the_same_times():
    slow = transients(1000, rise := 150)
    fine = np.interp(np.arange(0, 999.5, 0.5), np.arange(1000), slow)
    np.testing.assert_allclose(find_beats(fine, fps=2000), find_beats(slow, fps=1000), atol=0.5)
    assert rise == 150


def test_a_signal_twice_has_twice_the_beats():
    signal = with_noise(action_potentials(), 20)
    once, twice = find_beats(signal), find_beats(np.concatenate([signal, signal]))
    np.testing.assert_allclose(twice, np.concatenate([once, once + 1000]), atol=1e-6)


@pytest.mark.parametrize("signal", [np.zeros(2), np.ones(100), np.full(50, np.nan), np.arange(3), np.zeros((20, 0, 4))])
@pytest.mark.parametrize("polarity", ["auto", "up", "down"])
def test_nothing_is_found_in_nothing(signal, polarity):
    found = find_beats(signal, polarity=polarity)
    assert sum(map(len, found if isinstance(found, list) else [found])) == 0


def test_noise_needs_no_polarity_but_symmetric_beats_do():
    assert len(find_beats(np.random.default_rng(0).normal(size=1000))) == 0
    square = 1.0 * (T % 100 < 50)
    check_error(
        lambda: find_beats(square), ValueError, "signals", "the polarity of signals is undecided, .* give polarity="
    )


@pytest.mark.parametrize("name", ["controlV"])
def test_activations_of_a_recording_are_those_of_the_published_package(name):
    path = DATA / f"{name}.tif"
    if not path.exists():
        pytest.skip("no real recordings: OPTIMAP_TEST_DATA does not name their folder")
    means = tifffile.imread(path).mean(axis=(1, 2))
    expected = [115.36, 264.92, 415.57, 565.20, 715.67, 865.02]
    np.testing.assert_allclose(find_beats(means), expected, atol=0.15)


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        ("min_snr", 0, "it must be a positive number"),
        ("min_amplitude", 1, "it must be a number from 0 to below 1"),
        ("min_amplitude", -1, "it must be a number from 0 to below 1"),
        ("polarity", "both", "it must be 'auto', 'up' or 'down'"),
        ("fps", -1, "it must be a positive number of frames per second"),
        ("stimuli", [3, 2], "stimuli are not increasing times: give finite times in order"),
        ("stimuli", [[3, 2]], r"stimuli has shape \(1, 2\): give a list of times"),
        ("stimuli", ["a"], "stimuli has dtype <U1: give times as numbers"),
        ("stimuli", [np.nan], "stimuli are not increasing times"),
    ],
)
def test_wrong_arguments(name, value, match):
    check_error(lambda: find_beats(action_potentials(), **{name: value}), ValueError, name, match)


@pytest.mark.parametrize("signals", [np.zeros((3, 2, 2, 2)), np.zeros(1), "abc", np.zeros(9, complex)])
def test_wrong_signals(signals):
    check_error(lambda: find_beats(signals), ValueError, "signals", "signals has")
