"""detect_polarity: right on beats of either direction, and no answer where there is none."""

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap._series import check_polarity, polarity_sign
from optimap.datasets import simulated_tissue
from optimap.trace import detect_polarity
from tests.errors import check_error

RNG = np.random.default_rng(3)


def beats(samples=900, period=150):
    """Beats that point up: a rise of a few frames, a fall of many."""
    t = np.arange(samples) % period
    return (1 - np.exp(-t / 2)) * np.exp(-t / (0.25 * period))


def undecided(signals):
    return check_error(
        lambda: detect_polarity(signals),
        ValueError,
        "signals",
        "the polarity of signals is undecided.* give polarity='up' or 'down'",
    )


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", ">i2"])
def test_beats_point_where_they_rise_fast(sign, dtype):
    signal = (3000 + sign * (800 * beats() + RNG.normal(size=900))).astype(dtype)
    before = signal.copy()
    assert detect_polarity(signal) == ("up" if sign == 1 else "down")
    assert polarity_sign(signal, "auto") == sign
    np.testing.assert_array_equal(signal, before)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(40, 300))
def test_scale_and_offset_change_nothing_and_turning_over_turns_the_answer(seed, offset, scale, period):
    signal = beats(900, period) + np.random.default_rng(seed).normal(size=900) / 20
    assert detect_polarity(signal) == detect_polarity(scale * signal + offset) == "up"
    assert detect_polarity(-signal) == detect_polarity(offset - scale * signal) == "down"


def test_extreme_numbers():
    for scale in (1e-250, 1e250):
        assert detect_polarity(scale * beats()) == "up"
        assert detect_polarity(-scale * beats()) == "down"


@pytest.mark.parametrize("snr", [5, 10, 20])
def test_single_pixels_of_simulated_tissue(snr):
    recording = simulated_tissue()
    signal = recording.signal[:, recording.tissue][:, ::61]
    noisy = signal + np.random.default_rng(snr).normal(size=signal.shape) / snr
    right = sum(detect_polarity(series) == "up" for series in noisy.T)
    assert right >= 0.99 * noisy.shape[1]


def test_bleaching_against_the_direction_of_the_beats():
    bleaching = 3 * np.exp(-np.arange(900) / 200)
    noise = RNG.normal(size=900) / 10
    assert detect_polarity(bleaching + beats() + noise) == "up"
    assert detect_polarity(-bleaching - beats() + noise) == "down"


def test_dark_pixels_beside_the_tissue():
    video = RNG.normal(size=(900, 20, 20))
    video[:, :6, :6] -= 20 * beats()[:, np.newaxis, np.newaxis]  # 9 % of the pixels
    assert detect_polarity(video) == "down"
    video[100, 6:, :] = np.nan
    assert detect_polarity(video) == "down"


def test_masked_samples_and_infinity_are_gaps():
    signals = np.stack([beats(), -30 * beats(), -beats()], axis=1)
    signals[3, 1], signals[5, 2] = np.inf, -np.inf
    assert detect_polarity(signals) == "up"
    assert detect_polarity(np.ma.masked_array(signals, np.abs(signals) > 5)) == "up"


@pytest.mark.parametrize("samples", [26, 100, 300, 3000])
def test_noise_has_no_direction(samples):
    decided = 0
    for i in range(100):
        try:
            detect_polarity(np.random.default_rng(i).normal(size=samples))
            decided += 1
        except ValueError:
            pass
    assert decided <= 5
    undecided(np.random.default_rng(1).normal(size=(samples, 500)))


@pytest.mark.parametrize(
    "signals",
    [
        np.full(200, 7.0),
        np.full((200, 3), 0.1),
        np.zeros(200, np.uint8),
        np.arange(200.0),
        0.1 * np.arange(200) + 1e9,
        np.sin(2 * np.pi * np.arange(400) / 50),
        np.array([1.0, 5.0]),
        [3],
        np.full((200, 2), np.nan),
        np.zeros((200, 0)),
    ],
)
def test_what_has_no_direction_is_refused(signals):
    undecided(signals)


def test_the_cure_is_followed():
    error = undecided(np.zeros(100))
    assert error.keyword == "polarity"
    assert polarity_sign(np.zeros(100), "up") == 1
    assert polarity_sign(np.zeros(100), "down") == -1


@pytest.mark.parametrize(("name", "polarity"), [("controlV", "down"), ("caRestitution_p130", "up")])
def test_recordings(name, polarity, real_data):
    video = tifffile.imread(real_data / "optical-mapping" / f"{name}.tif")
    assert detect_polarity(video) == polarity
    answers = []
    for series in video.reshape(len(video), -1).T[::5]:
        try:
            answers.append(detect_polarity(series))
        except ValueError:
            answers.append("undecided")
    assert answers.count(polarity) >= 0.95 * len(answers)  # the rest are pixels beside the heart
    assert set(answers) <= {polarity, "undecided"}


@pytest.mark.parametrize(
    ("signals", "kind", "message"),
    [
        ([[1, 2], [3]], ValueError, "signals is ragged"),
        (np.zeros((9, 2, 2, 2)), ValueError, r"signals has shape \(9, 2, 2, 2\)"),
        (np.float64(3), ValueError, r"signals has shape \(\)"),
        (np.zeros((0, 4)), ValueError, "signals has 0 samples"),
        (np.zeros(9, complex), TypeError, "signals has dtype complex128: give signals of real numbers"),
        (["a"] * 9, TypeError, "signals has dtype <U1"),
    ],
)
def test_wrong_signals_are_refused(signals, kind, message):
    check_error(lambda: detect_polarity(signals), kind, "signals", message)


def test_signals_must_be_on_the_host(torch):
    check_error(lambda: detect_polarity(torch.zeros(100)), TypeError, "signals", r"signals\.cpu\(\)\.numpy\(\)")


@pytest.mark.parametrize("polarity", ["sideways", "", None, 1, ["up"]])
def test_unknown_polarities_are_refused(polarity):
    check_error(lambda: check_polarity(polarity), ValueError, "polarity", "'auto', 'up' or 'down'", polarity)
    check_error(lambda: polarity_sign(beats(), polarity), ValueError, "polarity", "'auto', 'up' or 'down'")
