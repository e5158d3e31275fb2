"""Activations of signals: on the beats, never in noise, with the numbers of the published package on clean signals."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import ArgumentError, ArgumentTypeError
from optimap.activation import find_activations, find_activations_dvdt, find_activations_threshold, find_crossings
from optimap.beats import find_beats
from optimap.video import open_video
from tests.errors import check_error


def beats(times, frames=1000, rise=1.5, decay=20.0):
    """Return action potentials that are steepest at some times, of height 1."""
    t = np.arange(frames)[:, np.newaxis] - np.asarray(times)
    return (1 / (1 + np.exp(-t / rise)) * np.exp(-np.maximum(t, 0) / decay)).sum(axis=1)


TIMES = np.arange(60.3, 950, 120)


@pytest.mark.parametrize("method", ["maximum_derivative", "threshold_crossing"])
@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_noise_has_no_activations(method, seed):
    rng = np.random.default_rng(seed)
    for noise in (rng.normal(size=(1000, 3)), rng.poisson(40, (300, 3)), rng.normal(size=(60, 3))):
        noise = (noise - noise.min(axis=0)) / np.ptp(noise, axis=0)
        assert [len(times) for times in find_activations(noise, method, show=False)] == [0, 0, 0]


def test_many_small_bumps_do_not_lower_what_counts_as_a_beat():
    bumps = np.setdiff1d(np.arange(20.3, 990, 40), TIMES)
    bumps = bumps[np.abs(bumps[:, np.newaxis] - TIMES).min(axis=1) > 12]
    assert len(bumps) > 2 * len(TIMES)
    signal = beats(TIMES) + 0.15 * beats(bumps, decay=5.0)
    found = find_activations(signal, interpolate=True, show=False)
    np.testing.assert_allclose(found, TIMES, atol=0.7)


@pytest.mark.parametrize("noise", [0, 0.02, 0.1])
@pytest.mark.parametrize("sign", [1, -1])
def test_beats_in_noise(noise, sign):
    signal = sign * (beats(TIMES) + noise * np.random.default_rng(1).normal(size=1000))
    found = find_activations(signal, falling_edge=sign < 0, interpolate=True, show=False)
    assert len(found) == len(TIMES)
    assert np.abs(found - TIMES).max() < (2 if noise == 0.1 else 0.8)
    whole = find_activations(signal, falling_edge=sign < 0, show=False)
    np.testing.assert_array_equal(whole, np.rint(found))
    assert whole.dtype.kind == "i"


def test_bleaching_has_no_activations():
    rng = np.random.default_rng(0)
    falling = 100 * np.exp(-np.arange(1000) / 500)[:, np.newaxis] + rng.normal(size=(1000, 10))
    for edge in (True, False):
        assert sum(len(times) for times in find_activations(falling, falling_edge=edge, show=False)) == 0
    beating = falling[:, 0] - 20 * beats(TIMES)
    np.testing.assert_allclose(find_activations(beating, falling_edge=True, show=False), TIMES, atol=2)


def test_slow_upstrokes_are_one_activation_each():
    signal = beats(TIMES, rise=6.0, decay=60.0) + 0.12 * np.random.default_rng(2).normal(size=1000)
    found = find_activations(signal, show=False)
    assert len(found) == len(TIMES)


@pytest.mark.parametrize("rise", [0.01, 1, 5])
def test_a_single_step(rise):
    signal = 0.5 + 0.5 * np.tanh((np.arange(100) - 50.2) / (2 * rise))
    for options in ({}, {"single_activation": True}, {"prominence": 0.01}, {"height": 0.01, "min_distance": 10}):
        (found,) = find_activations_dvdt(signal, interpolate=True, show=False, **options)
        assert found == pytest.approx(50.2, abs=0.5)
    (found,) = find_activations_threshold(signal, interpolate=True, show=False)
    assert found == pytest.approx(50.2, abs=0.5)


def test_they_are_the_beats_of_the_table():
    signal = beats(TIMES) + 0.05 * np.random.default_rng(0).normal(size=1000)
    np.testing.assert_allclose(
        find_activations(signal, interpolate=True, show=False), find_beats(signal, polarity="up")
    )


def test_activations_of_a_recording(real_data):
    """The activations of the frame means that the published package finds."""
    video = open_video(real_data / "optical-mapping/controlV.tif")
    expected = [115.36, 264.92, 415.57, 565.20, 715.67, 865.02]
    found = find_activations(video, falling_edge=True, interpolate=True, show=False)
    np.testing.assert_allclose(found, expected, atol=0.15)


def test_threshold_crossings():
    signal = np.array([0, 0, 0, 0, 1, 0, 0, 0, 0, 0.2, 0.6, 1, 1, 1, 1, 1, 0.5, 0, 0, 0, 0, 0])

    def find(*args, **options):
        return find_activations_threshold(signal, *args, show=False, **options).tolist()

    assert find(interpolate=True) == [9.75]
    assert find() == [10]
    assert find(0.1, interpolate=True, min_duration=4) == [8.5]
    assert find(interpolate=True, min_duration=0) == [3.5, 9.75]
    assert find(falling_edge=True) == [16]


def test_every_crossing():
    signal = [0, 1, 0.5, 0, 1, 1, np.nan, 1]
    assert find_crossings(signal).tolist() == [1, 5]
    assert find_crossings(signal, inverted=True).tolist() == [0, 3, 6]
    assert find_crossings(signal, 0.4).tolist() == [2, 5]
    check_error(lambda: find_crossings(signal, "a"), ArgumentError, "threshold", "finite")
    check_error(lambda: find_crossings(signal, 0.5, 1), ArgumentTypeError, "inverted", "True or False")


def test_several_signals_and_videos():
    signal = beats(TIMES)
    several = find_activations(np.stack([signal, np.roll(signal, 3), np.full(1000, np.nan)], axis=1))
    assert [len(times) for times in several] == [8, 8, 0]
    np.testing.assert_array_equal(several[1], several[0] + 3)
    video = np.repeat(signal, 6).reshape(1000, 2, 3)
    video[:, 0, 1] = np.nan
    np.testing.assert_array_equal(find_activations(video, show=False), several[0])


def test_a_gap_has_no_activations():
    signal = beats(TIMES)
    signal[500] = np.nan
    assert find_activations(signal, show=False).size == 0
    assert find_activations(signal, "threshold_crossing", show=False).size == 0


def test_the_least_distance():
    signal = beats(TIMES)
    found = find_activations(signal, min_distance=200, show=False)
    assert np.diff(found).min() >= 200


def test_figures():
    signal = beats(TIMES)
    find_activations(signal, fps=500)
    upper, lower = plt.gcf().axes
    assert len(upper.lines) == 1 + len(TIMES)
    assert lower.get_ylabel() == "dV/dt"
    assert lower.get_xlabel() == "Time [s]"
    assert upper.lines[1].get_xdata()[0] == pytest.approx(60 / 500)
    ax = plt.figure().add_subplot()
    find_activations(signal, "threshold_crossing", ax=ax)
    assert len(ax.lines) == 1 + len(TIMES)
    ax = plt.figure().add_subplot()
    find_activations(signal, ax=ax)
    assert len(ax.child_axes) == 2


@pytest.mark.parametrize(
    ("options", "kind", "argument", "match"),
    [
        ({"method": "dvdt"}, ArgumentError, "method", "maximum_derivative"),
        ({"limit": 1}, ArgumentTypeError, "limit", "window_size"),
        ({"threshold": 1}, ArgumentTypeError, "threshold", "prominence"),
        ({"method": "threshold_crossing", "window_size": 5}, ArgumentTypeError, "window_size", "min_duration"),
        ({"interpolate": "no"}, ArgumentTypeError, "interpolate", "True or False"),
        ({"falling_edge": 1}, ArgumentTypeError, "falling_edge", "True or False"),
        ({"window_size": 0}, ArgumentError, "window_size", "1 or more"),
        ({"min_distance": 0}, ArgumentError, "min_distance", "1 or more"),
        ({"prominence": -1}, ArgumentError, "prominence", "positive"),
        ({"fps": 0}, ArgumentError, "fps", "positive"),
        ({"ax": 3}, ArgumentTypeError, "ax", "Axes"),
        ({"method": "threshold_crossing", "threshold": "a"}, ArgumentError, "threshold", "finite"),
        ({"method": "threshold_crossing", "min_duration": -1}, ArgumentError, "min_duration", "0 or more"),
    ],
)
def test_wrong_arguments(options, kind, argument, match):
    for signal in (beats(TIMES), beats(TIMES)[:, np.newaxis]):
        check_error(lambda signal=signal: find_activations(signal, show=False, **options), kind, argument, match)


def test_wrong_signals():
    check_error(lambda: find_activations(np.zeros(5) + 1j), ArgumentTypeError, "signal", "real")
    check_error(lambda: find_activations(np.zeros((2, 2, 2, 2))), ArgumentError, "signal", "shape")
    check_error(lambda: find_activations_dvdt(np.zeros((9, 2))), ArgumentError, "signal", "find_activations")


@pytest.mark.parametrize("exponent", [1014, 500, -900])
def test_numbers_of_any_size_have_the_same_activations(exponent):
    """Times a power of two, which changes no digit."""
    signal = beats(TIMES) + np.random.default_rng(0).normal(0, 0.01, 1000)
    large, scale = np.ldexp(signal, exponent), float(np.ldexp(1.0, exponent))
    for falling in (False, True):
        for options in ({}, {"prominence": 0.1}, {"height": 0.1}):
            scaled = {name: value * scale for name, value in options.items()}
            found = [
                find_activations_dvdt(values, falling, interpolate=True, show=False, **given)
                for values, given in ((signal, options), (large, scaled))
            ]
            np.testing.assert_array_equal(*found)
        expected = find_activations_threshold(signal, 0.5, True, falling, show=False)
        np.testing.assert_array_equal(
            find_activations_threshold(large, 0.5 * scale, True, falling, show=False), expected
        )
    assert len(find_activations(large, show=False)) == len(TIMES)
    assert (
        find_activations(np.resize([1.7e308, -1.7e308], 50), show=False).shape
        == find_activations(np.resize([1, -1], 50), show=False).shape
    )
