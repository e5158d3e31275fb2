"""measure_beats: on beats drawn by hand, on simulated tissue with known values, on recordings, and on nasty input."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap.beats import find_beats, measure_beats
from optimap.datasets import simulated_tissue
from optimap.trace import baseline, load_traces, save_traces
from tests.beats.examples import action_potentials, transients, with_noise
from tests.errors import check_error

DATA = Path(os.environ.get("OPTIMAP_TEST_DATA", "nowhere")) / "optical-mapping"
LEVELS = (30, 50, 80, 90)
MEASURED = [
    "activation", "baseline", "peak", "time_to_peak", "amplitude", "snr", "apd30", "apd50", "apd80", "apd90",
    "rise_10_90", "dvdt_max", "tau", "cycle_length", "di30", "di50", "di80", "di90",
]  # fmt: skip


def recording(name):
    path = DATA / f"{name}.tif"
    if not path.exists():
        pytest.skip("no real recordings: OPTIMAP_TEST_DATA does not name their folder")
    return tifffile.imread(path).astype(float)


def check_reasons(table):
    """Assert that rows with NaN, and no others, say why, and that the columns they name are those with NaN."""
    for row, why in enumerate(table["why"]):
        lost = [name for name in MEASURED if np.isnan(table[name][row])]
        named = [name for part in why.split("; ") if ": " in part for name in part.split(": ")[0].split(", ")]
        assert bool(why) == bool(lost), (row, why, lost)
        assert sorted(named) == sorted(lost) or len(lost) == len(MEASURED)


def test_a_beat_that_a_person_can_check():
    # It rises in 4 frames from 0 to 1, stays for 20 frames and falls in 40: it passes 0.2 after 4 + 20 + 32 frames.
    table = measure_beats(10 * action_potentials() + 5)
    assert table["beat"].tolist() == list(range(10))
    for level in LEVELS:
        np.testing.assert_allclose(table[f"apd{level}"][:-1], 22 + 0.4 * level, atol=0.15)
    assert np.isnan(table["apd90"][-1])  # at frame 1000
    np.testing.assert_allclose(table["activation"], 42 + 100 * np.arange(10), atol=0.05)
    np.testing.assert_allclose(table["baseline"], 5, atol=0.05)
    np.testing.assert_allclose(table["amplitude"], 10, rtol=0.01)
    np.testing.assert_allclose(table["peak"], 15, rtol=0.01)
    np.testing.assert_allclose(table["rise_10_90"], 3.2, atol=0.3)
    np.testing.assert_allclose(table["cycle_length"][:-1], 100, atol=0.05)
    np.testing.assert_allclose(table["di80"][:-1], 100 - 54, atol=0.2)
    assert ((table["time_to_peak"] > 1) & (table["time_to_peak"] < 23)).all()
    np.testing.assert_allclose(table["dvdt_max"], 0.18, atol=0.02)  # 0.25, less what the Gaussian takes


def test_the_decay_of_a_calcium_transient():
    table = measure_beats(with_noise(transients(tau=20.0), 200), fps=500, prefix="catd", smooth=0.3)
    np.testing.assert_allclose(table["tau_ms"][:-1], 40, rtol=0.03)
    np.testing.assert_allclose(table["catd50_ms"], 2 * (1.5 + 20 * np.log(2)), rtol=0.03)
    assert "apd50" not in table


def test_units_follow_the_rate():
    signal = with_noise(action_potentials(), 20)
    frames, ms = measure_beats(signal), measure_beats(signal, fps=500)
    assert list(frames)[:3] == ["series", "beat", "activation_frames"]
    assert list(ms)[-1] == "why"
    for name in MEASURED:
        factor = {"dvdt_max": 500}.get(name, 1 if name in ("baseline", "peak", "amplitude", "snr") else 2)
        np.testing.assert_allclose(ms[name], factor * frames[name], rtol=1e-12)
    assert {"apd80_ms", "dvdt_max_per_s", "tau_ms", "di80_ms"} <= set(ms)
    assert {"apd80_frames", "dvdt_max_per_frame"} <= set(frames)


def accuracy(snr, seed, count=600, spacing=15):
    """Return errors in frames of activation and durations, and of amplitude as a share, of many pixels."""
    tissue = simulated_tissue(seed, snr=snr, bleaching=0)
    truth, pixels = tissue.true_beats(), np.argwhere(tissue.tissue)[::spacing][:count]
    table = measure_beats(tissue.video[:, pixels[:, 0], pixels[:, 1]], fps=tissue.fps)
    place = (table["beat"], *pixels[table["series"]].T)
    frames = tissue.fps / 1000
    errors = {"activation": frames * table["activation"] - tissue.fps * truth.activation[place]}
    for level in (50, 80, 90):
        errors[level] = frames * table[f"apd{level}"] - tissue.fps * truth.durations[level][place]
    clean = simulated_tissue(seed, snr=1e6, bleaching=0).video[:, pixels[:, 0], pixels[:, 1]].astype(float)
    expected = (clean.max(axis=0) - clean.min(axis=0))[table["series"]]
    errors["amplitude"] = table["amplitude"] / expected - 1
    assert len(table) == 6 * len(pixels)
    return errors, table


# In frames, with seeds other than those on which the definitions were chosen; of durations, mean absolute errors.
@pytest.mark.parametrize(
    ("snr", "activation", "limits"),
    [
        (5, 0.62, {50: 1.1, 80: 1.5}),
        (10, 0.34, {50: 0.55, 80: 0.66, 90: 1.4}),
        (20, 0.18, {50: 0.28, 80: 0.36, 90: 0.65}),
    ],
)
def test_accuracy_on_simulated_tissue(snr, activation, limits):
    errors, table = accuracy(snr, seed=41)
    assert np.sqrt(np.mean(errors["activation"] ** 2)) < activation
    for level, limit in limits.items():
        assert np.nanmean(np.abs(errors[level])) < limit
    if snr == 5:  # a tenth of the amplitude is half the noise: no level
        assert np.isnan(table["apd90"]).all()
    else:
        assert np.isnan(table["apd90"][table["beat"] < 5]).mean() < 0.1
    assert abs(np.nanmedian(errors["amplitude"])) < 0.03
    check_reasons(table)


def test_reference_numbers_of_an_action_potential_recording():
    video = recording("controlV").reshape(1000, 16, 2, 16, 2).mean(axis=(2, 4))
    table = measure_beats(video, fps=1000, levels=(75, 80), start="level")
    for level, expected in ((75, 44.6), (80, 51.4)):
        means = [np.nanmean(table[f"apd{level}"][table["series"] == pixel]) for pixel in range(256)]
        assert np.median(means) == pytest.approx(expected, abs=2)
    halves = measure_beats(video, fps=1000, method="threshold_crossing")
    times = [halves["activation"][halves["series"] == row * 16 + 1] for row in (12, 0)]
    assert (12 * 7 / 16 / np.abs(times[0] - times[1]) * 100).mean() == pytest.approx(42.3, rel=0.05)  # cm/s


def test_reference_numbers_of_a_calcium_recording():
    table = measure_beats(recording("caRestitution_p130").mean(axis=(1, 2)), fps=1000, prefix="catd")
    amplitude = table["amplitude"]
    assert amplitude[3] / amplitude[:3].mean() == pytest.approx(0.966, abs=0.015)
    assert table["catd50_ms"][3] == pytest.approx(48.97, abs=1)


@settings(max_examples=20)
@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3), st.integers(0, 100))
def test_scale_offset_and_polarity_change_no_time_and_no_duration(scale, offset, seed):
    signal = with_noise(transients(), 20, seed)
    table = measure_beats(signal, polarity="up")
    for other in (
        measure_beats(scale * signal + offset, polarity="up"),
        measure_beats(offset - scale * signal, polarity="down"),
    ):
        assert other["why"].tolist() == table["why"].tolist()
        for name in set(MEASURED) - {"baseline", "peak", "amplitude"}:
            np.testing.assert_allclose(other[name], table[name], atol=1e-4, rtol=1e-5)
        np.testing.assert_allclose(other["amplitude"], scale * table["amplitude"], rtol=1e-5)
    down = measure_beats(-signal, polarity="down")
    for name in ("baseline", "peak"):
        np.testing.assert_array_equal(down[name], -table[name])


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
def test_huge_and_tiny_numbers_change_no_time_and_no_duration(scale):
    signal = with_noise(transients(tau=20.0), 200)
    table, other = measure_beats(signal, polarity="up"), measure_beats(scale * signal, polarity="up")
    assert np.isfinite(table["tau_frames"]).any()
    assert other["why"].tolist() == table["why"].tolist()
    for name in set(MEASURED) - {"baseline", "peak", "amplitude"}:
        np.testing.assert_allclose(other[name], table[name], rtol=1e-9)


def test_twice_the_rate_gives_the_same_times():
    def beats(t):
        phase = t % 200 - 100
        return np.where(phase < 0, np.exp(-(phase**2) / 100), np.exp(-(phase**2) / 2000))

    slow, fine = beats(np.arange(0, 2000.0, 2)), beats(np.arange(0, 2000.0))
    once, twice = measure_beats(slow, fps=500), measure_beats(fine, fps=1000)
    for name in ("activation", "apd50", "apd80", "cycle_length"):
        np.testing.assert_allclose(twice[name], once[name], atol=1.2)


def test_a_signal_twice_has_twice_the_beats_and_nan_series_change_no_other():
    signal = with_noise(action_potentials(), 20)
    once, twice = measure_beats(signal), measure_beats(np.concatenate([signal, signal]))
    assert len(twice) == 2 * len(once)
    np.testing.assert_allclose(twice["apd80"][10:], once["apd80"], atol=1e-6)
    mixed = measure_beats(np.stack([np.full(1000, np.nan), signal, np.full(1000, np.nan)], axis=1))
    assert mixed["beat"].tolist() == [-1, *range(10), -1]
    assert mixed["why"][[0, -1]].tolist() == ["the series contains NaN"] * 2
    for name in MEASURED:
        np.testing.assert_array_equal(mixed[name][1:-1], once[name])


def test_a_beat_cut_by_the_start_or_the_end_has_only_what_was_recorded():
    signal = with_noise(action_potentials(), 30)
    start = measure_beats(signal[33:600], polarity="up")
    assert np.isfinite(start["activation"][0])
    assert np.isnan([start[name][0] for name in ("baseline", "amplitude", "apd80", "snr")]).all()
    assert "the recording starts too late for a baseline" in start["why"][0]
    plateau = measure_beats(signal[:955], polarity="up")
    assert np.isfinite(plateau["activation"][-1])
    assert np.isnan([plateau[name][-1] for name in ("amplitude", "apd30", "apd80")]).all()
    assert "the recording ends before the beat does" in plateau["why"][-1]
    fall = measure_beats(signal[:990], polarity="up")
    assert np.isfinite([fall[name][-1] for name in ("amplitude", "apd30", "apd50")]).all()
    assert np.isnan(fall["apd80"][-1])
    for table in (start, plateau, fall):
        check_reasons(table)


def test_a_premature_beat_cuts_the_durations_of_the_one_before():
    first = action_potentials(200, 200)
    signal = with_noise(np.concatenate([first, np.maximum(first, np.roll(first, 52)), first]), 40)
    table = measure_beats(signal)
    assert len(table) == 4
    assert np.isfinite(table["apd50"]).all()
    assert np.isnan(table["apd90"][1])
    assert "apd90, tau, di80, di90: the level is not reached before the next upstroke" in table["why"][1]
    check_reasons(table)


def test_a_missed_beat_does_not_give_a_duration_of_two_cycles():
    signal = with_noise(action_potentials(), 20)
    table = measure_beats(signal, beats=np.delete(42 + 100 * np.arange(10), 4))
    assert len(table) == 9
    np.testing.assert_allclose(table["apd80"], 54, atol=3)
    assert table["cycle_length"][3] == pytest.approx(200, abs=1)


def test_small_beats_have_only_their_activation():
    signal = with_noise(action_potentials(), 20)
    table = measure_beats(signal, min_snr=50)
    assert np.isfinite(table["activation"]).all()
    lost = set(MEASURED) - {"activation", "cycle_length"}
    assert all(np.isnan(table[name]).all() for name in lost)
    assert "the amplitude is below 50 times the noise" in table["why"][0]
    check_reasons(table)


@pytest.mark.parametrize("polarity", ["up", "down"])
def test_nasty_input_gives_reasons_and_no_warnings(polarity):
    rng, t = np.random.default_rng(2), np.arange(800.0)
    beats = 10 * action_potentials(800)
    rows = [
        rng.normal(size=800), t, -t, 10.0 * (t > 400), np.zeros(800), np.full(800, np.nan), np.full(800, np.inf),
        (t > 300) * 100 + beats, np.minimum(beats, 6), beats + rng.normal(size=800), np.cumsum(rng.normal(size=800)),
        10 * np.sin(t / 5 + np.sin(t / 37)) * (1 + 0.5 * np.sin(t / 23)), np.round(beats), 1.0 * (t % 90 < 30), beats,
        1e-12 * beats, 1e12 * beats, np.where(t % 200 == 0, 100, 0),
    ]  # fmt: skip
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the baseline drifts")
        for options in ({}, {"method": "threshold_crossing", "start": "level"}, {"baseline": "linear"}):
            table = measure_beats(np.stack(rows, axis=1), polarity=polarity, **options)
            assert set(table["series"]) == set(range(len(rows)))
            check_reasons(table)
    for short in (np.zeros(2), np.ones((3, 2)), np.full((2, 2, 2), np.nan)):
        assert all(measure_beats(short, polarity=polarity)["why"])


def test_given_beats_are_measured_where_they_are_significant():
    signal = with_noise(action_potentials(), 20)
    both = np.stack([signal, with_noise(np.zeros(1000), 20, 1)], axis=1)
    times = find_beats(signal, fps=500)
    table = measure_beats(both, fps=500, beats=times, polarity="up")
    np.testing.assert_allclose(table["activation"][:10], times, atol=1e-9)
    assert np.isnan(table["activation"][10:]).all()
    assert all("no significant upstroke" in why for why in table["why"][10:])
    each = measure_beats(both, fps=500, beats=[times[:3] + 8, []], polarity="up")
    np.testing.assert_allclose(each["activation"][:3], times[:3], atol=1e-9)
    assert each["beat"].tolist() == [0, 1, 2, -1]


def test_a_linear_baseline_follows_drift_and_drift_is_reported():
    signal = 10 * action_potentials() + 0.02 * np.arange(1000)
    noisy = signal + np.random.default_rng(0).normal(size=1000) / 20
    with pytest.warns(
        UserWarning, match="the baseline drifts by 19 % of the amplitude .* use baseline='linear'"
    ) as seen:
        plain = measure_beats(noisy)
    assert Path(seen[0].filename).name == Path(__file__).name
    linear = measure_beats(noisy, baseline="linear")
    np.testing.assert_allclose(linear["apd80"][:-1], 54, atol=0.7)
    assert np.nanmin(np.abs(plain["apd80"] - 54)) > 2
    assert "no beat follows" in linear["why"][-1]
    assert np.isnan(linear["amplitude"][-1])
    check_reasons(linear)


def test_where_durations_start():
    signal = with_noise(action_potentials(rise=20.0, plateau=10), 100)
    activation = measure_beats(signal, polarity="up")
    level = measure_beats(signal, polarity="up", start="level")
    # The upstroke passes 20 % 6 frames before its middle, and 70 % 4 frames after it.
    steep = measure_beats(signal, polarity="up", method="threshold_crossing")
    np.testing.assert_allclose(steep["activation"], 50 + 100 * np.arange(10), atol=0.7)
    np.testing.assert_allclose((level["apd80"] - steep["apd80"])[:-1], 6, atol=0.7)
    np.testing.assert_allclose((level["apd30"] - steep["apd30"])[:-1], -4, atol=0.7)
    assert len(activation) == 10


def test_names_and_positions(tmp_path):
    signal = np.stack([with_noise(action_potentials(), 20, seed) for seed in (0, 1)], axis=1)
    table = measure_beats(signal, names=["left", "right"], positions=[(3, 4), (5, 6)])
    assert list(table)[:5] == ["series", "name", "x", "y", "beat"]
    assert table["name"].tolist() == ["left"] * 10 + ["right"] * 10
    assert table["y"].tolist() == [4.0] * 10 + [6.0] * 10
    save_traces(tmp_path / "a.npz", signal, [(3, 4), (5, 6)], fps=500, names=["left", "right"])
    saved = measure_beats(load_traces(tmp_path / "a.npz"))
    assert saved.fps == 500
    assert (saved["x"] == table["x"]).all()
    video = measure_beats(signal[:, np.newaxis, :])
    assert (video["x"][[0, 10]].tolist(), video["y"][[0, 10]].tolist()) == ([0.0, 1.0], [0.0, 0.0])


def test_many_series_are_measured_like_one():
    rng = np.random.default_rng(0)
    many = action_potentials()[:, np.newaxis] + rng.normal(size=(1000, 1500)) / 15  # more than one block
    table = measure_beats(many)
    for i in (0, 700, 1499):
        own, rows = measure_beats(many[:, i]), table["series"] == i
        for name in MEASURED:
            np.testing.assert_array_equal(table[name][rows], own[name])


@pytest.mark.parametrize(
    ("name", "value", "argument", "match"),
    [
        ("levels", [0], "levels[0]", "it must be a number between 0 and 100"),
        ("levels", [50, 100], "levels[1]", "it must be a number between 0 and 100"),
        ("levels", [50, 50], "levels[1]", "is given twice: give each level once"),
        ("method", "steepest", "method", "it must be 'maximum_derivative' or 'threshold_crossing'"),
        ("start", 3, "start", "it must be 'activation' or 'level'"),
        ("baseline", "asls", "baseline", "it must be 'before' or 'linear'"),
        ("prefix", "x", "prefix", "it must be 'apd' or 'catd'"),
        ("smooth", 0, "smooth", "it must be a positive number"),
        ("sigma", -1, "sigma", "it must be a positive number"),
        ("min_snr", "a", "min_snr", "it must be a positive number"),
        ("names", ["a", "b"], "names", "has 2 entries for 1 series: give one for each series"),
        ("positions", [(1, 2), (3, 4)], "positions", "has 2 entries for 1 series"),
        ("beats", [[1], [2]], "beats", "has 2 entries for 1 series: give one array of times for each series"),
        ("beats", [5, 3], "beats", "beats are not increasing times"),
        ("beats", "abc", "beats", "is not a list of times"),
    ],
)
def test_wrong_arguments(name, value, argument, match):
    signal = action_potentials()
    check_error(lambda: measure_beats(signal, **{name: value}), ValueError, argument, match)


def test_stimuli_and_beats_exclude_each_other():
    check_error(
        lambda: measure_beats(action_potentials(), beats=[42], stimuli=[40]), ValueError, "stimuli", "give one of them"
    )
    assert measure_beats(with_noise(action_potentials(), 20), stimuli=[35, 535])["beat"].tolist() == [0, 1]


def test_both_cures_of_drift_work():
    bleaching = simulated_tissue(7, snr=30)
    signal = bleaching.video[:, 60:70, 64].astype(float)
    truth = bleaching.true_beats([80]).durations[80][:5, 60:70, 64].mean() * 1000
    with pytest.warns(UserWarning, match=r"subtract optimap.trace.baseline\(signals\) first"):
        measure_beats(signal, fps=500)
    flat = measure_beats(signal - baseline(signal), fps=500)
    tilted = measure_beats(signal, fps=500, baseline="linear")
    for table in (flat, tilted):
        assert np.nanmedian(table["apd80"]) == pytest.approx(truth, abs=1.5)
