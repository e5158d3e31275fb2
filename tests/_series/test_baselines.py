"""Baselines of every kind: what all have in common, and the running percentile."""

import numpy as np
import pytest
import tifffile
from scipy.stats import theilslopes

from optimap._series import Baseline
from optimap.trace import baseline, detrend_timeseries, estimate_period
from tests._series.beats import beats, bleaching, signals
from tests.errors import check_error

BELOW = ["asls", "exponential", "percentile"]
TRENDS = ["spline", "mean", "median", "line"]


@pytest.mark.parametrize("kind", TRENDS)
@pytest.mark.parametrize("options", [{}, {"period": 100}, {"ptimes": 1.5}])
def test_trends_are_those_of_detrend_timeseries(kind, options):
    data = signals()
    expected = detrend_timeseries(data, kind, return_trend_data=True, **options)
    np.testing.assert_array_equal(baseline(data, kind, **options), expected)


@pytest.mark.parametrize("kind", BELOW)
def test_signals_turned_over_have_their_baseline_turned_over(kind):
    data = signals()
    expected = baseline(data, kind)
    np.testing.assert_array_equal(baseline(-data, kind), -expected)
    np.testing.assert_array_equal(baseline(-data, kind, polarity="down"), -expected)
    assert (expected.mean(axis=0) < data.mean(axis=0) - 5).all()
    assert np.abs(baseline(data, kind, polarity="down") - expected).max() > 20  # above the beats


@pytest.mark.parametrize("kind", BELOW + TRENDS)
def test_offset_and_scale_of_signals_are_those_of_baselines(kind):
    data, options = signals(), {"period": 150} if kind in TRENDS else {}  # estimates of theirs are those of seasonal
    expected = baseline(data, kind, **options)
    np.testing.assert_allclose(baseline(2.0**-60 * data, kind, **options), 2.0**-60 * expected, rtol=1e-12)
    np.testing.assert_allclose(baseline(3e4 + data, kind, **options), 3e4 + expected, rtol=1e-8)


@pytest.mark.parametrize("kind", BELOW + TRENDS)
def test_a_series_with_a_gap_has_no_baseline_and_others_keep_theirs(kind):
    data = signals()
    expected = baseline(data, kind)
    for gap in (np.nan, np.inf, -np.inf):
        holed = data.copy()
        holed[[0, 400], [2, 3]] = gap
        result = baseline(holed, kind)
        np.testing.assert_array_equal(result[:, :2], expected[:, :2])
        assert np.isnan(result[:, 2:]).all()
    masked = np.ma.masked_array(data, np.arange(900)[:, np.newaxis] * np.ones(4) == 7)
    assert np.isnan(baseline(masked, kind, polarity="up")).all()


@pytest.mark.parametrize("kind", BELOW + TRENDS)
def test_each_series_is_computed_as_if_alone(kind):
    data = signals(6)
    together = baseline(data, kind, polarity="up")
    rounding = 1e-12 if kind == "exponential" else 0  # of matrix products, in any order
    for i in range(6):
        np.testing.assert_allclose(baseline(data[:, i], kind, polarity="up"), together[:, i], rtol=rounding)
    np.testing.assert_array_equal(baseline(data.reshape(900, 2, 3), kind, polarity="up").reshape(900, 6), together)
    assert baseline(data[:, :0], kind, polarity="up").shape == (900, 0)


@pytest.mark.parametrize("kind", BELOW + TRENDS)
@pytest.mark.parametrize(("dtype", "result"), [("f2", "f4"), ("f4", "f4"), (">f8", "f8"), ("u2", "f8"), ("i4", "f8")])
def test_types_and_layouts(kind, dtype, result):
    data = np.round(signals()).astype(dtype)
    before = data.copy()
    found = baseline(np.asfortranarray(data)[::-1], kind, period=150)
    assert found.dtype == np.dtype(result)
    np.testing.assert_allclose(found, baseline(data[::-1].astype(float), kind, period=150), rtol=1e-6)
    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize("kind", BELOW)
def test_the_truth_below_beats(kind):
    data = signals(noise=1, amplitude=100)
    error = baseline(data, kind, percentile=40, period=150) - bleaching()[:, np.newaxis]
    assert np.median(np.abs(error)) < (10 if kind == "percentile" else 3)  # per cent of the amplitude


@pytest.mark.parametrize("kind", BELOW + TRENDS)
def test_strange_signals_cause_no_warning_and_no_gap(kind):
    t = np.arange(300)
    noise = np.random.default_rng(0).normal(size=300)
    strange = {
        "noise": noise,
        "constant": np.full(300, 5.0),
        "step": 1.0 * (t > 100),
        "ramp": 0.1 * t,
        "lamp": noise + 500 * (t > 150),
        "saturated": np.minimum(1000 + 300 * beats(300), 1100),
        "one beat": 100 * np.exp(-((t - 150) ** 2) / 50),
        "huge": 1e100 * noise,
        "tiny": 1e-100 * noise,
    }
    result = baseline(np.stack(list(strange.values()), axis=1), kind, polarity="up")
    assert np.isfinite(result).all()


@pytest.mark.parametrize(("kind", "most"), [("asls", 0.007), ("exponential", 0.03), ("spline", 0.08)])
def test_diastole_of_a_recording(kind, most, real_data):
    trace = tifffile.imread(real_data / "optical-mapping" / "caRestitution_p130.tif").mean(axis=(1, 2), dtype=float)
    flat = trace - baseline(trace, kind)
    beats = [23, 173, 323, 452, 884]  # frames of the steepest rise
    levels = [flat[beat - 15 : beat - 5].mean() for beat in beats]
    amplitudes = [flat[beat : beat + 60].max() - level for beat, level in zip(beats, levels, strict=True)]
    assert 0.7 * most < np.std(levels) / np.median(amplitudes) < most


def test_a_running_percentile_is_the_sample_of_that_rank():
    data = np.random.default_rng(1).normal(size=101)
    for percentile, rank in ((0, 0), (50, 10), (100, 20), (25, 5)):
        result = baseline(data, "percentile", period=11, percentile=percentile, polarity="up")
        windows = np.lib.stride_tricks.sliding_window_view(data, 21)
        inner = np.sort(windows, axis=1)[:, rank]
        np.testing.assert_array_equal(result[10:-10], inner)
        slope = theilslopes(inner[:21])[0]
        np.testing.assert_allclose(result[:10], inner[0] - slope * np.arange(10, 0, -1))
        slope = theilslopes(inner[-21:])[0]
        np.testing.assert_allclose(result[-10:], inner[-1] + slope * np.arange(1, 11))


def test_a_percentile_over_the_whole_series():
    data = np.random.default_rng(1).normal(size=21)
    result = baseline(data, "percentile", period=11, percentile=50, polarity="up")
    assert result.tolist() == [np.median(data)] * 21


def test_percentiles_are_counted_from_the_rest():
    data = signals(1)[:, 0]
    np.testing.assert_array_equal(
        baseline(-data, "percentile", percentile=20), -baseline(data, "percentile", percentile=20)
    )


def test_windows_follow_the_period_of_each_series():
    data = np.stack([beats(900, 150), beats(900, 60)], axis=1)
    periods = estimate_period(data)
    assert periods[0] > 2 * periods[1]
    result = baseline(data, "percentile")
    for i in range(2):
        expected = baseline(data[:, i], "percentile", period=periods[i], polarity="up")
        np.testing.assert_array_equal(result[:, i], expected)


def test_twins_of_the_options():
    assert Baseline("exponential").follows_rest
    assert not Baseline("median").follows_rest
    assert Baseline("diastole").follows_rest
    assert [Baseline(kind).min_samples for kind in BELOW + TRENDS] == [6, 4, 6, 6, 6, 6, 6]
    assert [Baseline(kind, period=3).min_samples for kind in BELOW + TRENDS] == [3, 4, 3, 5, 3, 3, 3]


SHORT = np.arange(5.0)
WRONG = [
    (SHORT, {}, ValueError, "signals", "signals has 5 samples: give at least 6"),
    (SHORT[:2], {"lam": 5}, ValueError, "signals", "signals has 2 samples: give at least 3"),
    (SHORT[:3], {"kind": "exponential"}, ValueError, "signals", "signals has 3 samples: give at least 4"),
    (SHORT[:4], {"kind": "spline", "period": 2}, ValueError, "signals", "signals has 4 samples: give at least 5"),
    (
        beats(),
        {"kind": "cubic"},
        ValueError,
        "kind",
        "kind = 'cubic' is unknown: it must be one of 'asls', .*'diastole', .*'line'",
    ),
    (beats(), {"kind": None}, ValueError, "kind", "kind = None"),
    (beats(), {"polarity": "left"}, ValueError, "polarity", "polarity = 'left': it must be 'auto', 'up' or 'down'"),
    (beats(), {"kind": "mean", "polarity": "left"}, ValueError, "polarity", "polarity = 'left'"),
    (beats(), {"period": 0}, ValueError, "period", "period = 0: it must be a positive number of samples, or None"),
    (beats(), {"period": [3]}, ValueError, "period", r"period = \[3\]"),
    (beats(), {"kind": "percentile", "period": 1}, ValueError, "period", "period = 1 .*window of 1 samples"),
    (beats(), {"kind": "percentile", "period": 600}, ValueError, "period", "window of 1199 samples"),
    (beats(), {"ptimes": 0}, ValueError, "ptimes", "ptimes = 0"),
    (beats(), {"percentile": -1}, ValueError, "percentile", "percentile = -1: it must be a number between 0 and 100"),
    (beats(), {"percentile": 101}, ValueError, "percentile", "percentile = 101"),
    (beats(), {"percentile": "10"}, ValueError, "percentile", "percentile = '10'"),
    (np.zeros(100), {}, ValueError, "signals", "polarity of signals is undecided.* give polarity="),
    (beats().astype(complex), {}, TypeError, "signals", "signals has dtype complex128"),
]


@pytest.mark.parametrize(("data", "options", "kind", "argument", "message"), WRONG)
def test_wrong_arguments_are_refused(data, options, kind, argument, message):
    check_error(lambda: baseline(data, **options), kind, argument, message)


def test_cures_work():
    assert baseline(np.zeros(100), polarity="up").tolist() == [0] * 100
    assert baseline(SHORT[:3], lam=5, polarity="up").shape == (3,)
    assert baseline(beats(), "percentile", percentile=0).shape == (900,)


@pytest.mark.parametrize("kind", [*BELOW, *TRENDS])
def test_numbers_of_any_size_have_the_same_baseline(kind):
    """Times a power of two, which changes no digit; beside a series of the usual size."""
    own = np.stack([signals()[:, 0], signals()[:, 0]], axis=1) / 2.0**20
    large = np.ldexp(own, [1020, 0])
    with np.errstate(all="raise", under="ignore"):
        found = baseline(large, kind, period=50)
    np.testing.assert_array_equal(found, np.ldexp(baseline(own, kind, period=50), [1020, 0]))
