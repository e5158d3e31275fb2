"""Filters: those of SciPy, half of the amplitude at the cut-off, no shift, and constants unchanged."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, iirnotch, savgol_filter, sosfiltfilt, tf2sos

from optimap.trace import filter_traces
from tests._series.beats import signals
from tests.errors import check_error

FPS = 500
T = np.arange(4000) / FPS
KINDS = ["butterworth", "savgol", "gaussian"]
NOISE = np.random.default_rng(0).normal(size=(900, 3))


def amplitude(series):
    return np.sqrt(2) * series[1000:3000].std()


@pytest.mark.parametrize("order", [1, 2, 4, 7])
def test_butterworth_filters_are_those_of_scipy(order):
    for side in ("lowpass", "highpass"):
        expected = sosfiltfilt(butter(order, 40, side, fs=FPS, output="sos"), NOISE, axis=0)
        np.testing.assert_allclose(filter_traces(NOISE, FPS, order=order, **{side: 40}), expected, atol=1e-12)


def test_notches_are_those_of_scipy():
    one, other = (tf2sos(*iirnotch(frequency, 30, fs=FPS)) for frequency in (50, 100))
    expected = sosfiltfilt(one, NOISE, axis=0)
    np.testing.assert_allclose(filter_traces(NOISE, FPS, notch=50), expected, atol=1e-9)
    expected = sosfiltfilt(other, expected, axis=0)
    for frequencies in ([50, 100], (50, 100), np.array([50, 100])):
        np.testing.assert_allclose(filter_traces(NOISE, FPS, notch=frequencies), expected, atol=1e-9)


def test_gaussians_and_polynomials_are_those_of_scipy():
    sigma = np.sqrt(2 * np.log(2)) * FPS / (2 * np.pi * 30)
    result = filter_traces(NOISE, FPS, lowpass=30, kind="gaussian")
    np.testing.assert_allclose(result, gaussian_filter1d(NOISE, sigma, axis=0), atol=1e-12)
    result = filter_traces(NOISE, FPS, lowpass=30, kind="savgol", order=3)
    fits = [np.abs(savgol_filter(NOISE, window, 3, axis=0) - result).max() for window in range(5, 99, 2)]
    assert min(fits) < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_near_the_ends_of_the_range_are_filtered_like_others(kind):
    series = np.where(NOISE > 0, 1.0, -1.0)
    expected = filter_traces(series, FPS, lowpass=40, kind=kind)
    for scale in (1e-300, 1e308):  # differences of neighbours are beyond the range of doubles
        np.testing.assert_allclose(
            filter_traces(scale * series, FPS, lowpass=40, kind=kind) / scale, expected, atol=1e-9
        )
    single = filter_traces((3.4e38 * series).astype(np.float32), FPS, highpass=40, kind=kind)
    assert np.isinf(single).any() == (np.abs(filter_traces(series, FPS, highpass=40, kind=kind)).max() > 1.0008)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frequency", [2, 10, 40])
def test_half_of_the_amplitude_passes_at_the_cut_off(kind, frequency):
    wave = np.sin(2 * np.pi * frequency * T)
    tolerance = 0.06 if kind == "savgol" else 1e-3  # windows are odd numbers of samples
    low = filter_traces(wave, FPS, lowpass=frequency, kind=kind)
    high = filter_traces(wave, FPS, highpass=frequency, kind=kind)
    assert amplitude(low) == pytest.approx(0.5, abs=tolerance)
    assert amplitude(high) == pytest.approx(0.5, abs=tolerance)
    for passed in (low, high):  # in phase: no shift
        assert np.corrcoef(passed[1000:3000], wave[1000:3000])[0, 1] > 0.999


@pytest.mark.parametrize("kind", KINDS)
def test_what_passes_and_what_does_not(kind):
    slow, fast = np.sin(2 * np.pi * 1 * T), np.sin(2 * np.pi * 100 * T)
    low = filter_traces(slow + fast, FPS, lowpass=15, kind=kind)
    high = filter_traces(slow + fast, FPS, highpass=15, kind=kind)
    assert np.abs(low - slow)[500:-500].max() < 0.1
    assert np.abs(high - fast)[500:-500].max() < 0.1
    between = filter_traces(slow + fast + np.sin(2 * np.pi * 10 * T), FPS, highpass=4, lowpass=25, kind=kind)
    assert amplitude(between) == pytest.approx(1, abs=0.15)
    mains = filter_traces(slow + np.sin(2 * np.pi * 50 * T), FPS, notch=50, kind=kind)
    assert np.abs(mains - slow)[500:-500].max() < 0.01


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("samples", [300, 40])
def test_constants_stay_and_high_passes_remove_them(kind, samples):
    for level in (7.1, -3e6, 0.0):
        constant = np.full((samples, 2), level)
        result = filter_traces(constant, FPS, lowpass=60, notch=50, kind=kind)
        np.testing.assert_array_equal(result, constant)
        np.testing.assert_allclose(filter_traces(constant, FPS, highpass=60, kind=kind), 0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_time_reversed_signals_are_filtered_alike(kind):
    result = filter_traces(NOISE, FPS, lowpass=30, kind=kind)
    backwards = filter_traces(NOISE[::-1], FPS, lowpass=30, kind=kind)[::-1]
    assert np.abs(result - backwards)[150:-150].max() < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_offset_and_scale(kind):
    result = filter_traces(NOISE, FPS, lowpass=30, kind=kind)
    np.testing.assert_allclose(filter_traces(1e6 + 8 * NOISE, FPS, lowpass=30, kind=kind), 1e6 + 8 * result, atol=1e-7)
    np.testing.assert_array_equal(filter_traces(-NOISE, FPS, lowpass=30, kind=kind), -result)


@pytest.mark.parametrize("kind", KINDS)
def test_gaps_stay_in_their_series(kind):
    data = signals()
    expected = filter_traces(data, FPS, lowpass=30, highpass=5, kind=kind)
    data[10, 1], data[20, 3] = np.nan, np.inf
    result = filter_traces(data, FPS, lowpass=30, highpass=5, kind=kind)
    rounding = 1e-9 if kind == "savgol" else 0  # SciPy fits the ends of all series at once
    np.testing.assert_allclose(result[:, [0, 2]], expected[:, [0, 2]], atol=rounding)
    assert np.isnan(result[:, [1, 3]]).all()
    assert np.isnan(filter_traces(np.full(90, np.nan), FPS, lowpass=90, kind=kind)).all()
    assert filter_traces(data[:, :0], FPS, lowpass=30, kind=kind).shape == (900, 0)


@pytest.mark.parametrize("samples", [2, 3, 5, 14])
def test_short_signals(samples):
    data = np.arange(samples) * 1.0
    assert np.isfinite(filter_traces(data, FPS, lowpass=60, highpass=5, notch=50)).all()
    assert np.isfinite(filter_traces(data, FPS, lowpass=60, highpass=5, kind="gaussian")).all()


@pytest.mark.parametrize(("dtype", "result"), [("f2", "f4"), ("f4", "f4"), ("f8", "f8"), ("u2", "f8"), (">i2", "f8")])
def test_types_and_shapes(dtype, result):
    data = np.round(signals()).astype(dtype).reshape(900, 2, 2)
    before = data.copy()
    found = filter_traces(np.asfortranarray(data), FPS, lowpass=30)
    assert (found.dtype, found.shape) == (np.dtype(result), (900, 2, 2))
    for i in range(2):
        np.testing.assert_array_equal(found[:, 1, i], filter_traces(data[:, 1, i], FPS, lowpass=30))
    np.testing.assert_array_equal(data, before)


WRONG = [
    ({"lowpass": 250}, ValueError, "lowpass", "lowpass = 250 is not below half of the frame rate, 250"),
    ({"highpass": 300}, ValueError, "highpass", "highpass = 300 is not below half of the frame rate"),
    ({"notch": 250.0}, ValueError, "notch", r"notch = 250\.0 is not below half"),
    ({"notch": [50, 260]}, ValueError, r"notch[1]", r"notch\[1\] = 260 is not below half"),
    ({"lowpass": 0}, ValueError, "lowpass", "lowpass = 0: it must be a positive number, in Hz"),
    ({"highpass": -1}, ValueError, "highpass", "highpass = -1: it must be a positive number"),
    ({"lowpass": np.nan}, ValueError, "lowpass", "lowpass = nan"),
    ({"notch": "50"}, ValueError, "notch", "notch = '50': it must be a positive number"),
    ({}, ValueError, "lowpass", "lowpass = None leaves nothing to do: give at least one of lowpass="),
    ({"notch": []}, ValueError, "lowpass", "leaves nothing to do"),
    ({"lowpass": 10, "highpass": 10}, ValueError, "highpass", "highpass = 10 is not below lowpass = 10"),
    ({"lowpass": 10, "kind": "boxcar"}, ValueError, "kind", "kind = 'boxcar': it must be 'butterworth', 'savgol' or"),
    ({"lowpass": 10, "kind": None}, ValueError, "kind", "kind = None"),
    ({"lowpass": 10, "order": 0}, ValueError, "order", "order = 0: it must be a whole number, 1 or more"),
    ({"lowpass": 10, "order": 2.5}, ValueError, "order", "order = 2.5"),
    ({"lowpass": 10, "fps": 0}, ValueError, "fps", "fps = 0: it must be a positive number of frames per second"),
    ({"lowpass": 10, "fps": None}, ValueError, "fps", "fps = None"),
    ({"lowpass": 0.5, "kind": "savgol"}, ValueError, "lowpass", "needs a window of .* samples; the signals have 900"),
    ({"highpass": 0.5, "kind": "savgol"}, ValueError, "highpass", "needs a window of .* samples; the signals have 900"),
]


@pytest.mark.parametrize(("options", "kind", "argument", "message"), WRONG)
def test_wrong_arguments_are_refused(options, kind, argument, message):
    check_error(lambda: filter_traces(NOISE, **{"fps": FPS, **options}), kind, argument, message)


def test_wrong_signals_are_refused():
    for data, kind, message in (
        (NOISE[:1], ValueError, "signals has 1 sample: give at least 2"),
        (NOISE.astype(complex), TypeError, "dtype complex128"),
        (NOISE[..., None, None], ValueError, r"shape \(900, 3, 1, 1\)"),
    ):
        check_error(lambda data=data: filter_traces(data, FPS, lowpass=9), kind, "signals", message)


def test_the_cure_for_long_windows_works():
    for cure in ({"kind": "gaussian"}, {"lowpass": 5}, {"order": 1, "lowpass": 0.7}):
        assert np.isfinite(filter_traces(NOISE, FPS, **{"lowpass": 0.7, "kind": "savgol", **cure})).all()
