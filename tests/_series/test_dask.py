"""Series of dask arrays: lazily what arrays in memory give at once, and errors before anything is computed."""

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap.trace import baseline, delta_f_over_f, detrend_timeseries, filter_traces, normalize
from tests import makers
from tests._series.beats import signals
from tests.errors import check_error
from tests.strategies import chunks_of

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


@settings(max_examples=60)
@given(st.data())
def test_normalize_equals_the_array_in_memory(data):
    shape = data.draw(st.sampled_from([(9,), (9, 5), (7, 4, 5)]))
    dtype = data.draw(st.sampled_from(["u1", "i4", "u8", "f4", "f8", "?"]))
    values = makers.random_video(shape, dtype, seed=data.draw(st.integers(0, 99)))
    axis = data.draw(st.sampled_from([None, 0, -1, *range(len(shape))]))
    low = data.draw(st.sampled_from([None, 2, "each"]))
    options = {"dtype": data.draw(st.sampled_from(["f4", "f8", "u1"])), "axis": axis}
    if low is not None and dtype != "?":
        each = low == "each" and axis == 0 and len(shape) > 1
        options["vmin"] = np.arange(np.prod(shape[1:])).reshape(shape[1:]) if each else 2
        options["vmax"] = 100
    if dtype.startswith("f") and options["dtype"] != "u1":
        values.flat[::7] = np.nan
    chunks = [list(c) for c in chunks_of(data.draw, shape)]
    if axis is not None and "vmin" not in options:
        chunks[axis] = [shape[axis]]
    result = normalize(da.from_array(values, chunks=tuple(map(tuple, chunks))), ymin=1, ymax=3, **options)
    expected = normalize(values, ymin=1, ymax=3, **options)
    assert isinstance(result, da.Array)
    computed = result.compute()
    assert computed.dtype == result.dtype == expected.dtype
    np.testing.assert_array_equal(computed, expected)


def test_normalize_masked_and_constant_series():
    values = np.ma.masked_array(RNG.normal(size=(9, 4)), RNG.random((9, 4)) < 0.2)
    values[:, 3] = 7
    for axis in (0, None):
        lazy = da.from_array(values, chunks=(9, 2) if axis == 0 else (4, 2))
        np.testing.assert_array_equal(normalize(lazy, axis=axis).compute(), normalize(values, axis=axis))


def fail(block):
    raise AssertionError("computed")


SERIES = da.from_array(RNG.normal(size=(60, 4)), chunks=(20, 3)).map_blocks(fail, dtype=float, meta=np.empty((0, 0)))
WHOLE = SERIES.rechunk({0: -1})
UNKNOWN = da.from_array(np.arange(9.0)[:, np.newaxis])
UNKNOWN = UNKNOWN[UNKNOWN[:, 0] > 3]
NORMALIZE = [
    (SERIES, {}, ValueError, "array", r"along time, into 3 chunks along axis 0.*array\.rechunk\({0: -1}\)"),
    (SERIES, {"axis": -1}, ValueError, "array", r"along time, into 2 chunks along axis 1.*array\.rechunk\({1: -1}\)"),
    (SERIES, {"vmin": 0}, ValueError, "array", "along time, into 3 chunks"),
    (SERIES, {"axis": 2}, ValueError, "axis", "axis = 2: choose one of 0..1"),
    (WHOLE, {"ymin": np.inf}, ValueError, "ymin", "ymin = inf"),
    (WHOLE, {"ymax": 300, "dtype": "u1"}, ValueError, "ymax", "ymax = 300 is not a value of uint8"),
    (WHOLE, {"vmin": 3, "vmax": 2}, ValueError, "vmin", "vmin = 3 is not below vmax = 2"),
    (WHOLE, {"vmin": [3, 3, 3, 3], "vmax": [4, 4, 3, 4]}, ValueError, "vmin", "vmin = .* is not below vmax"),
    (WHOLE, {"vmin": np.zeros(5)}, ValueError, "vmin", r"vmin has shape \(5,\)"),
    (WHOLE, {"vmax": np.nan}, ValueError, "vmax", "vmax = nan: it must be finite numbers"),
    (WHOLE, {"vmax": "9"}, ValueError, "vmax", "vmax = '9': it must be finite numbers"),
    (WHOLE, {"axis": None, "vmin": [0, 1, 2, 3]}, ValueError, "vmin", r"vmin has shape \(4,\)"),
    (WHOLE, {"vmin": SERIES[0]}, TypeError, "vmin", r"vmin is a dask array: give its values, vmin\.compute\(\)"),
    (WHOLE, {"dtype": complex}, TypeError, "dtype", "dtype = complex128"),
    (WHOLE.astype(complex), {}, TypeError, "array", "array has dtype complex128"),
    (SERIES[:0], {}, ValueError, "array", r"array has shape \(0, 4\): give an array that is not empty"),
    (SERIES.sum(), {}, ValueError, "array", "array is a single number"),
    (UNKNOWN, {}, ValueError, "array", r"array\.compute_chunk_sizes\(\) first"),
]


@pytest.mark.parametrize(("array", "options", "kind", "argument", "message"), NORMALIZE)
def test_errors_of_normalize_come_before_anything_is_computed(array, options, kind, argument, message):
    check_error(lambda: normalize(array, **options), kind, argument, message)


DETREND = [
    (SERIES, {}, ValueError, "data", r"along time, into 3 chunks.*data\.rechunk\({0: -1}\)"),
    (WHOLE, {"kind": "wavy"}, ValueError, "kind", "kind = 'wavy'"),
    (WHOLE, {"period": -1}, ValueError, "period", "period = -1"),
    (WHOLE, {"period": 50}, ValueError, "period", "window of 99 samples"),
    (WHOLE, {"ptimes": 0}, ValueError, "ptimes", "ptimes = 0"),
    (SERIES[:3], {}, ValueError, "data", "data has 3 samples"),
    (SERIES[:, None, None], {}, ValueError, "data", r"shape \(60, 1, 1, 4\)"),
    (SERIES.astype(complex), {}, TypeError, "data", "data has dtype complex128"),
    (UNKNOWN, {}, ValueError, "data", r"data\.compute_chunk_sizes\(\) first"),
]


@pytest.mark.parametrize(("data", "options", "kind", "argument", "message"), DETREND)
def test_errors_of_detrending_come_before_anything_is_computed(data, options, kind, argument, message):
    check_error(lambda: detrend_timeseries(data, **options), kind, argument, message)


def test_errors_about_samples_come_when_they_are_computed():
    values = np.ones((20, 2))
    values[7, 1] = np.inf
    lazy = da.from_array(values, chunks=(20, 1))
    for result, name in ((normalize(lazy), "array"), (detrend_timeseries(lazy, "mean", 4), "data")):
        check_error(result.compute, ValueError, name, "infini")
    message = r"the first at sample 7 of data\[:, 1\]"
    check_error(detrend_timeseries(lazy, "mean", 4).compute, ValueError, "data", message)


def test_series_with_missing_samples_are_omitted_block_by_block():
    values = np.cumsum(RNG.normal(size=(60, 4)), axis=0)
    values[:, 1], values[:5, 2] = np.nan, np.nan
    lazy = da.from_array(values, chunks=(len(values), 1))
    np.testing.assert_array_equal(
        detrend_timeseries(lazy, nan_policy="omit").compute(), detrend_timeseries(values, nan_policy="omit")
    )
    message = "nan_policy = 'drop': it must be 'raise' or 'omit'"
    check_error(lambda: detrend_timeseries(lazy, nan_policy="drop"), ValueError, "nan_policy", message)


@pytest.mark.parametrize(
    "limits",
    [{"vmin": 3}, {"vmax": [9.0]}, {"vmin": [[2]], "vmax": 7}, {"vmin": np.float32(1.5), "vmax": np.array(20)}],
)
def test_one_limit_for_a_whole_array_in_any_chunks(limits):
    values = np.arange(60).reshape(12, 5)
    lazy = da.from_array(values, chunks=(5, 2))
    np.testing.assert_array_equal(
        normalize(lazy, axis=None, **limits).compute(), normalize(values, axis=None, **limits)
    )


@pytest.mark.parametrize("shape", [(90,), (90, 5), (90, 2, 3)])
@pytest.mark.parametrize(
    "options",
    [{}, {"kind": "mean", "period": 15, "return_trend_data": True}, {"kind": None}, {"retain_baseline": False}],
)
def test_detrend_equals_the_array_in_memory(shape, options):
    t = np.arange(90).reshape(90, *(1,) * (len(shape) - 1))
    series = (np.sin(t / 3) + 0.02 * t + 0.1 * RNG.normal(size=shape)).astype(np.float32)
    lazy = da.from_array(series, chunks=(90, *(2,) * (len(shape) - 1)))
    result = detrend_timeseries(lazy, **options)
    assert (isinstance(result, da.Array), result.dtype, result.shape) == (True, np.float32, shape)
    np.testing.assert_allclose(result.compute(), detrend_timeseries(series, **options), rtol=1e-6, atol=1e-6)


def test_limits_with_the_axis_of_time():
    values = np.arange(60.0).reshape(12, 5)
    limits = {"vmin": values.min(axis=0, keepdims=True), "vmax": values.max(axis=0, keepdims=True) + 1}
    result = normalize(da.from_array(values, chunks=(5, 2)), **limits)
    assert result.numblocks == (3, 3)
    np.testing.assert_array_equal(result.compute(), normalize(values, **limits))


SIGNALS = signals(6)
ON_SIGNALS = [
    (baseline, {"polarity": "up"}),
    (baseline, {"kind": "exponential", "polarity": "up"}),
    (baseline, {"kind": "percentile", "polarity": "up", "period": 100}),
    (baseline, {"kind": "median"}),
    (baseline, {"kind": "diastole", "beats": [60, 210, 360, 510], "polarity": "up"}),
    (delta_f_over_f, {"polarity": "up"}),
    (delta_f_over_f, {"baseline": 900.0, "background": 100, "percent": True}),
    (delta_f_over_f, {"baseline": np.arange(900, 906), "background": np.arange(6)}),
    (delta_f_over_f, {"baseline": SIGNALS.min(axis=0), "background": np.arange(900)[:, np.newaxis]}),
    (delta_f_over_f, {"baseline": da.from_array(SIGNALS - 5, chunks=(100, 1))}),
    (filter_traces, {"fps": 500, "lowpass": 30, "notch": [50, 100]}),
    (filter_traces, {"fps": 500, "highpass": 10, "kind": "gaussian"}),
]


@pytest.mark.parametrize(("function", "options"), ON_SIGNALS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "u2"])
def test_signals_of_dask_equal_those_in_memory(function, options, dtype):
    values = np.round(SIGNALS).astype(dtype)
    lazy = function(da.from_array(values, chunks=(900, 4)), **options)
    options = {name: np.asarray(value) if isinstance(value, da.Array) else value for name, value in options.items()}
    expected = function(values, **options)
    assert (isinstance(lazy, da.Array), lazy.dtype, lazy.shape) == (True, expected.dtype, expected.shape)
    np.testing.assert_allclose(lazy.compute(), expected, rtol=1e-6 if dtype == "f4" else 1e-9)


def test_a_video_of_dask_and_one_signal():
    values = SIGNALS.reshape(900, 2, 3)
    lazy = da.from_array(values, chunks=(900, 1, 2))
    np.testing.assert_array_equal(baseline(lazy, polarity="up").compute(), baseline(values, polarity="up"))
    options = {"baseline": SIGNALS[0].reshape(2, 3), "background": 3}
    np.testing.assert_array_equal(delta_f_over_f(lazy, **options).compute(), delta_f_over_f(values, **options))
    one = da.from_array(SIGNALS[:, 0])
    np.testing.assert_array_equal(delta_f_over_f(one, 900).compute(), delta_f_over_f(SIGNALS[:, 0], 900))


def test_dask_signals_without_a_ratio_are_nan():
    assert np.isnan(delta_f_over_f(da.from_array(SIGNALS), 100, background=200).compute()).all()


SIGNAL_ERRORS = [
    (baseline, SERIES, {"polarity": "up"}, "signals", r"signals is cut along time, into 3 chunks.*signals\.rechunk"),
    (baseline, WHOLE, {}, "polarity", "polarity = 'auto' needs the samples of a dask array.*detect_polarity"),
    (baseline, WHOLE, {"kind": "cubic"}, "kind", "kind = 'cubic' is unknown"),
    (baseline, WHOLE, {"kind": "mean", "period": 50}, "period", "window of 99 samples"),
    (baseline, WHOLE, {"polarity": "up", "p": 3}, "p", "p = 3"),
    (baseline, WHOLE, {"kind": "diastole", "polarity": "up"}, "beats", "beats is missing for kind='diastole'"),
    (baseline, WHOLE, {"kind": "diastole", "polarity": "up", "beats": [[1]] * 4}, "beats", "beats differ between the"),
    (baseline, SERIES[:3], {"polarity": "up"}, "signals", "signals has 3 samples: give at least 6"),
    (baseline, UNKNOWN, {"polarity": "up"}, "signals", r"signals\.compute_chunk_sizes\(\) first"),
    (delta_f_over_f, SERIES, {"baseline": 3}, "signals", "signals is cut along time"),
    (delta_f_over_f, WHOLE, {}, "polarity", "polarity = 'auto' needs the samples"),
    (delta_f_over_f, WHOLE, {"baseline": "cubic"}, "baseline", "baseline = 'cubic' is unknown"),
    (delta_f_over_f, WHOLE, {"baseline": [1, 2]}, "baseline", r"baseline has shape \(2,\)"),
    (delta_f_over_f, WHOLE, {"baseline": SERIES[:3]}, "baseline", r"baseline has shape \(3, 4\)"),
    (delta_f_over_f, WHOLE, {"baseline": 3, "background": np.inf}, "background", "background = inf"),
    (delta_f_over_f, WHOLE, {"baseline": "median", "percent": 1}, "percent", "percent = 1"),
    (filter_traces, SERIES, {"fps": 9, "lowpass": 2}, "signals", "filter_traces.* needs each series whole"),
    (filter_traces, WHOLE, {"fps": 9, "lowpass": 5}, "lowpass", "lowpass = 5 is not below half"),
    (filter_traces, WHOLE, {"fps": 9, "lowpass": 0.1, "kind": "savgol"}, "lowpass", "the signals have 60"),
]


@pytest.mark.parametrize(("function", "lazy", "options", "argument", "message"), SIGNAL_ERRORS)
def test_errors_of_signals_come_before_anything_is_computed(function, lazy, options, argument, message):
    check_error(lambda: function(lazy, **options), ValueError, argument, message)


def test_the_cure_for_the_polarity_of_dask_signals_works():
    assert baseline(WHOLE, polarity="up").shape == WHOLE.shape
