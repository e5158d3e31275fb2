"""normalize and detrend_timeseries as users call them: on every kind of array, and with wrong arguments."""

import subprocess
import sys

import array_api_strict
import dask.array as da
import numpy as np
import pytest

from optimap.trace import (
    baseline,
    delta_f_over_f,
    detect_polarity,
    detrend_timeseries,
    estimate_period,
    extract_traces,
    filter_traces,
    normalize,
)
from tests._series.beats import beats, signals
from tests.errors import check_error

RNG = np.random.default_rng(0)


def test_from_video_to_clean_traces_in_one_graph():
    video = np.cumsum(RNG.integers(0, 9, (100, 6, 7)), axis=0)
    traces = extract_traces(da.from_array(video, chunks=(30, 3, 4)), [(2, 2), (5, 4)], 3)
    clean = normalize(detrend_timeseries(traces.rechunk({0: -1}), "mean", 20))
    expected = normalize(detrend_timeseries(extract_traces(video, [(2, 2), (5, 4)], 3), "mean", 20))
    np.testing.assert_array_equal(clean.compute(), expected)


def low_pass(data):
    return filter_traces(data, 500, lowpass=30)


@pytest.mark.parametrize("function", [detect_polarity, baseline, delta_f_over_f, low_pass])
def test_signals_must_be_on_the_host(torch, function):
    check_error(lambda: function(torch.zeros(100)), TypeError, "signals", r"torch.*signals\.cpu\(\)\.numpy\(\)")


@pytest.mark.parametrize("function", [baseline, delta_f_over_f, low_pass])
def test_signals_with_labels(function):
    xarray = pytest.importorskip("xarray")
    data = signals().reshape(900, 2, 2)
    labelled = xarray.DataArray(data.transpose(2, 0, 1), dims=("x", "t", "y"))
    np.testing.assert_array_equal(function(labelled), function(data))
    frame = pytest.importorskip("pandas").DataFrame(signals(), columns=list("abcd"))
    np.testing.assert_array_equal(function(frame), function(signals()))


def test_from_video_to_beats_of_equal_height():
    # Bleaching, an uneven lamp and a dark level: what remains is the relative change, the same in every pixel.
    lamp = 200 + 50.0 * np.arange(12).reshape(3, 4)
    video = 100 + lamp * (np.exp(-np.arange(900) / 2000) * (1 - 0.08 * beats(fall=0.1)))[:, None, None]
    traces = extract_traces(video, [(0, 0), (2, 1), (3, 2)], 1)
    ratio = delta_f_over_f(traces, background=100)
    assert detect_polarity(ratio) == "down"
    assert ratio.min(axis=0) == pytest.approx([-0.08 * beats(fall=0.1).max()] * 3, abs=0.003)
    assert np.ptp(ratio, axis=1).max() < 1e-6


@pytest.mark.parametrize("function", [detrend_timeseries, estimate_period])
def test_trends_and_periods_need_an_array_on_the_host(torch, function):
    message = r"data is an array of torch.*data\.cpu\(\)\.numpy\(\)"
    check_error(lambda: function(torch.zeros(100)), TypeError, "data", message)
    message = r"data is an array of array_api_strict.*numpy\.asarray\(data\)"
    check_error(lambda: function(array_api_strict.zeros(100)), TypeError, "data", message)


def test_dask_is_not_imported_for_arrays_in_memory():
    code = (
        "import sys, numpy as np; from optimap.trace import extract_traces, normalize, detrend_timeseries;"
        "v = np.arange(1200.).reshape(12, 10, 10); t = extract_traces(v, [(1, 1)]); normalize(detrend_timeseries(t));"
        "assert 'dask' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_each_array_is_normalized_where_it_is(library):
    values = np.array([[1.0, 5.0], [3.0, 4.0]], np.float32)
    expected = [[0, 1], [1, 0]]
    for array in (values, values.tolist()):
        assert type(normalize(array)) is np.ndarray
        assert normalize(array).tolist() == expected
    lazy = normalize(da.from_array(values))
    assert isinstance(lazy, da.Array)
    assert lazy.compute().tolist() == expected
    there = library.to(values)
    assert library.place(normalize(there)) == library.place(there)
    assert library.back(normalize(there)).tolist() == expected


def test_dask_arrays_are_detrended_lazily():
    data = np.cumsum(RNG.normal(size=(60, 3)), axis=0)
    lazy = detrend_timeseries(da.from_array(data, chunks=(60, 2)))
    assert isinstance(lazy, da.Array)
    np.testing.assert_allclose(lazy.compute(), detrend_timeseries(data), rtol=1e-12)


INTEGERS = {"vmin": 4, "vmax": 6, "clip": False, "dtype": np.uint8}
NORMALIZE = [
    ([1, 2], {"vmin": 3, "vmax": 3}, ValueError, "vmin", 3, "vmin = 3 is not below vmax = 3"),
    ([1, 2], {"vmin": 4, "vmax": 3}, ValueError, "vmin", 4, "vmin = 4 is not below vmax = 3"),
    ([1, 2], {"vmin": 5, "clip": False}, ValueError, "vmin", 5, "vmin = 5 leaves a series without a range"),
    ([1, 2], {"vmax": 0, "clip": False}, ValueError, "vmax", 0, "vmax = 0 leaves a series without a range"),
    ([1, 2], {"vmin": np.nan}, ValueError, "vmin", ..., "vmin = nan: it must be finite numbers"),
    ([1, 2], {"vmax": "3"}, ValueError, "vmax", "3", "vmax = '3': it must be finite numbers"),
    ([1, 2], {"vmin": [0, 0, 0]}, ValueError, "vmin", [0, 0, 0], r"vmin has shape \(3,\), which does not fit"),
    ([1, 2], {"vmax": [[[3]]]}, ValueError, "vmax", [[[3]]], r"vmax has shape \(1, 1, 1\), which does not fit"),
    ([1, np.inf], {}, ValueError, "array", ..., "array holds infinity"),
    ([1, -np.inf], {"dtype": np.uint8}, ValueError, "array", ..., "array holds infinity"),
    ([1, np.nan], {"dtype": np.uint8}, ValueError, "array", ..., "array holds NaN, which uint8 cannot"),
    ([], {}, ValueError, "array", ..., r"array has shape \(0,\): give an array that is not empty"),
    (5, {}, ValueError, "array", ..., "array is a single number"),
    ([[1, 2], [3]], {}, ValueError, "array", [[1, 2], [3]], "array is ragged"),
    ([1j, 2], {}, TypeError, "array", ..., "array has dtype complex128"),
    (["a"], {}, TypeError, "array", ..., "give real numbers"),
    (None, {}, TypeError, "array", ..., "array has dtype object"),
    ([1, 2], {"axis": 1}, ValueError, "axis", 1, "axis = 1"),
    ([1, 2], {"axis": (0, 1)}, ValueError, "axis", (0, 1), r"axis = \(0, 1\)"),
    ([1, 2], {"axis": 0.0}, ValueError, "axis", 0.0, "axis = 0.0"),
    ([1, 2], {"ymin": np.nan}, ValueError, "ymin", ..., "ymin = nan: it must be a finite number"),
    ([1, 2], {"ymin": None}, ValueError, "ymin", None, "ymin = None"),
    ([1, 2], {"ymax": "1"}, ValueError, "ymax", "1", "ymax = '1'"),
    ([1, 2], {"ymin": [0, 1]}, ValueError, "ymin", [0, 1], r"ymin = \[0, 1\]"),
    ([1, 2], {"ymax": 256, "dtype": np.uint8}, ValueError, "ymax", 256, "ymax = 256 is not a value of uint8"),
    ([1, 2], {"ymin": 0.5, "dtype": np.uint8}, ValueError, "ymin", 0.5, "ymin = 0.5 is not a value of uint8"),
    ([1, 2], {"ymax": 1e6, "dtype": "f2"}, ValueError, "ymax", 1e6, "ymax = 1000000.0 is beyond the largest float16"),
    ([1, 2], {"dtype": bool}, TypeError, "dtype", bool, "dtype = bool: it must be a float or an integer type"),
    ([1, 2], {"dtype": complex}, TypeError, "dtype", complex, "dtype = complex128"),
    ([1, 2], {"dtype": "nothing"}, TypeError, "dtype", "nothing", "dtype = 'nothing'.*float or integer"),
    ([0, 5, 9], INTEGERS, ValueError, "dtype", np.uint8, "values beyond vmin or vmax do not fit uint8"),
]


@pytest.mark.parametrize(("array", "options", "kind", "argument", "value", "message"), NORMALIZE)
def test_wrong_arguments_of_normalize_are_refused(array, options, kind, argument, value, message):
    check_error(lambda: normalize(array, **options), kind, argument, message, value)


@pytest.mark.parametrize(
    ("array", "options", "words", "cure"),
    [
        ([1, 2], {"vmin": 5, "clip": False}, "clip=True", {"clip": True}),
        ([0, 5, 9], INTEGERS, "clip=True", {"clip": True}),
        ([0, 5, 9], INTEGERS, "float dtype", {"dtype": np.float32}),
        ([1, 2], {"axis": 1}, "None", {"axis": None}),
        ([1, 2], {"ymin": 0.5, "dtype": np.uint8}, "float dtype", {"dtype": np.float32}),
    ],
)
def test_the_cures_of_normalize_work(array, options, words, cure):
    with pytest.raises(ValueError, match=words):
        normalize(array, **options)
    assert np.isfinite(normalize(array, **{**options, **cure})).all()


LINE = np.arange(50.0)
DETREND = [
    (LINE, {"kind": "quadratic"}, ValueError, "kind", "quadratic", "kind = 'quadratic' is unknown: .* 'spline'"),
    (LINE, {"kind": ["mean"]}, ValueError, "kind", ["mean"], r"kind = \['mean'\]"),
    (LINE, {"period": 0}, ValueError, "period", 0, "period = 0: it must be a positive number of samples"),
    (LINE, {"period": -3}, ValueError, "period", -3, "period = -3"),
    (LINE, {"period": np.nan}, ValueError, "period", ..., "period = nan"),
    (LINE, {"period": "8"}, ValueError, "period", "8", "period = '8'"),
    (LINE, {"period": np.array([30])}, ValueError, "period", ..., "period = "),
    (LINE, {"period": 1}, ValueError, "period", 1, "period = 1 .* window of 1 samples; the data .50 .* 3 to 50"),
    (LINE, {"period": 26}, ValueError, "period", 26, "window of 51 samples"),
    (np.arange(51.0), {"period": 26, "kind": "line"}, ValueError, "period", 26, "allow 3 to 50"),
    (LINE, {"ptimes": 0}, ValueError, "ptimes", 0, "ptimes = 0"),
    (LINE, {"ptimes": None}, ValueError, "ptimes", None, "ptimes = None"),
    (LINE, {"ptimes": 9}, ValueError, "period", ..., "estimated period = .* with ptimes = 9"),
    (np.r_[LINE, np.nan], {}, ValueError, "data", ..., "NaN or infinite, the first at sample 50"),
    (np.r_[np.inf, LINE], {}, ValueError, "data", ..., "the first at sample 0"),
    (LINE[:5], {}, ValueError, "data", ..., "data has 5 samples: give at least 6"),
    (LINE[:4], {"period": 3}, ValueError, "data", ..., "data has 4 samples: give at least 5"),
    (LINE[:2], {"period": 3, "kind": "mean"}, ValueError, "data", ..., "data has 2 samples: give at least 3"),
    (LINE[:0], {"kind": None}, ValueError, "data", ..., "data has 0 samples: give at least 1"),
    (np.ma.masked_array(LINE, LINE == 3), {}, ValueError, "data", ..., "data has masked samples"),
    ([[1, 2], [3]], {}, ValueError, "data", [[1, 2], [3]], "data is ragged"),
    (np.zeros((9, 2, 2, 2)), {}, ValueError, "data", ..., r"data has shape \(9, 2, 2, 2\)"),
    (np.float64(3), {}, ValueError, "data", ..., r"data has shape \(\)"),
    (LINE.astype(complex), {}, TypeError, "data", ..., "data has dtype complex128: .* real numbers"),
    (["a"] * 9, {}, TypeError, "data", ..., "data has dtype <U1"),
]


@pytest.mark.parametrize(("data", "options", "kind", "argument", "value", "message"), DETREND)
def test_wrong_arguments_of_detrend_timeseries_are_refused(data, options, kind, argument, value, message):
    check_error(lambda: detrend_timeseries(data, **options), kind, argument, message, value)
