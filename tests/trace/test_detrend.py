"""detrend_timeseries and estimate_period: the numbers of the package seasonal, none of its traps."""

import warnings

import numpy as np
import pytest
import seasonal
from hypothesis import given, settings
from hypothesis import strategies as st
from seasonal.trend import guess_trended_period

from optimap.trace import detrend_timeseries, estimate_period

KINDS = ["mean", "median", "line", "spline"]


def series(name, samples, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(samples)
    return {
        "walk": np.cumsum(rng.normal(size=samples)),
        "beats": 30_000 - 40 * np.sin(2 * np.pi * t / 37) + 300 * np.exp(-t / 200) + rng.normal(size=samples),
        "line": 5 - 0.3 * t + np.sin(t / 3),
        "counts": rng.integers(0, 5, samples).astype(float),
        "constant": np.full(samples, 3.0),
        "tiny": 1e-7 * rng.normal(size=samples),
    }[name]


def reference(data, kind, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return seasonal.fit_trend(data, kind, **kwargs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("samples", [6, 7, 10, 33, 150, 601])
@pytest.mark.parametrize("name", ["walk", "beats", "line", "counts", "constant", "tiny"])
def test_trends_are_those_of_seasonal(name, samples, kind):
    data = series(name, samples)
    expected = reference(data, kind)
    trend = detrend_timeseries(data, kind, return_trend_data=True)
    np.testing.assert_allclose(trend, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@settings(max_examples=60)
@given(st.integers(6, 120), st.integers(0, 2**32), st.sampled_from(KINDS), st.sampled_from([1.5, 2, 3]))
def test_trends_are_those_of_seasonal_for_any_series(samples, seed, kind, ptimes):
    data = series("walk", samples, seed)
    period = 4 + seed % max(1, samples // 4 - 3)
    if int(period * ptimes) // 2 * 2 - 1 >= samples:
        return
    expected = reference(data, kind, period=period, ptimes=ptimes)
    trend = detrend_timeseries(data, kind, period, ptimes, return_trend_data=True)
    np.testing.assert_allclose(trend, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@settings(max_examples=40)
@given(st.integers(6, 400), st.integers(0, 2**32), st.sampled_from(["walk", "beats", "counts", "tiny"]))
def test_periods_are_those_of_seasonal(samples, seed, name):
    data = series(name, samples, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = guess_trended_period(data)
    assert estimate_period(data) == expected


def test_a_long_series_as_seasonal():
    data = series("beats", 2500)
    assert estimate_period(data) == guess_trended_period(data)
    np.testing.assert_allclose(detrend_timeseries(data, return_trend_data=True), reference(data, "spline"), rtol=1e-9)


def test_no_kind_gives_zeros():
    data = series("beats", 20)
    np.testing.assert_array_equal(detrend_timeseries(data, None, return_trend_data=True), np.zeros(20))
    np.testing.assert_array_equal(detrend_timeseries(data, None), data)
    np.testing.assert_array_equal(detrend_timeseries([1, 2], None), [1, 2])


def test_the_baseline_is_kept_unless_told_otherwise():
    data = series("beats", 400)
    trend = detrend_timeseries(data, return_trend_data=True)
    np.testing.assert_allclose(detrend_timeseries(data), data - trend + trend.mean(), rtol=1e-13)
    np.testing.assert_allclose(detrend_timeseries(data, retain_baseline=False), data - trend, atol=1e-10)


def test_many_series_are_each_as_if_alone(monkeypatch):
    data = np.stack([series("beats", 300, 1), series("walk", 300, 2), series("line", 300)], axis=1)
    together = detrend_timeseries(data)
    for i in range(3):
        np.testing.assert_array_equal(together[:, i], detrend_timeseries(data[:, i]))
    assert estimate_period(data).tolist() == [estimate_period(column) for column in data.T]
    cube = detrend_timeseries(data.reshape(300, 3, 1), "median", period=40)
    np.testing.assert_array_equal(cube[..., 0], detrend_timeseries(data, "median", period=40))


@pytest.mark.parametrize("dtype", ["u2", "i4", "u8", ">i2", "?"])
def test_integers_are_computed_in_floating_point(dtype):
    data = (np.arange(100) % 10 > 4).astype(dtype) if dtype == "?" else (60 + np.arange(100) % 10).astype(dtype)
    before = data.copy()
    result = detrend_timeseries(data, "mean", period=10, retain_baseline=False)
    assert result.dtype == np.float64
    assert result.min() < 0
    np.testing.assert_array_equal(result, detrend_timeseries(data.astype(float), "mean", 10, retain_baseline=False))
    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize(("dtype", "result"), [("f2", "f4"), ("f4", "f4"), ("f8", "f8"), (">f4", "f4")])
def test_float_types(dtype, result):
    data = series("walk", 100).astype(dtype)
    assert detrend_timeseries(data).dtype == np.dtype(result)
    np.testing.assert_allclose(detrend_timeseries(data), detrend_timeseries(data.astype(float)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("data", "kwargs", "message"),
    [
        (np.arange(50.0), {"kind": "quadratic"}, "kind = 'quadratic' is unknown: .* 'spline'"),
        (np.r_[np.arange(50.0), np.nan], {}, "1 values that are NaN or infinite, the first at sample 50"),
        (np.r_[np.inf, np.arange(50.0)], {}, "the first at sample 0"),
        (np.arange(5.0), {}, "5 samples: at least 6"),
        (np.array([]), {}, "0 samples"),
        (np.ma.masked_array(np.arange(50.0), np.arange(50) == 3), {}, "masked samples"),
        ([[1, 2], [3]], {}, "ragged"),
        (np.arange(50.0), {"kind": ["mean"]}, "kind = "),
        (np.arange(50.0), {"period": np.array([30])}, "period = "),
        (np.arange(50.0), {"period": 0}, "period = 0"),
        (np.arange(50.0), {"period": -3}, "period = -3"),
        (np.arange(50.0), {"period": np.nan}, "period = nan"),
        (np.arange(50.0), {"period": "8"}, "period = '8'"),
        (np.arange(50.0), {"period": 1}, "period = 1 .* window of 1 samples; the data .50 samples. allow 3 to 50"),
        (np.arange(50.0), {"period": 26}, "window of 51 samples"),
        (np.arange(51.0), {"period": 26, "kind": "line"}, "allow 3 to 50"),
        (np.arange(50.0), {"ptimes": 0}, "ptimes = 0"),
        (np.arange(50.0), {"ptimes": 9}, "estimated period = .* with ptimes = 9"),
        (np.zeros((9, 2, 2, 2)), {}, r"data has shape \(9, 2, 2, 2\)"),
    ],
)
def test_what_cannot_be_detrended_is_refused(data, kwargs, message):
    with pytest.raises(ValueError, match=message):
        detrend_timeseries(data, **kwargs)


@pytest.mark.parametrize("function", [detrend_timeseries, estimate_period])
def test_what_is_no_series_of_numbers_is_refused(function):
    with pytest.raises(TypeError, match="real numbers"):
        function(np.zeros(50, complex))
    with pytest.raises(ValueError, match="at least 6"):
        function([1, 2, 3])


def test_estimate_period_has_the_shape_of_one_sample():
    data = series("beats", 300)
    period = estimate_period(data)
    assert isinstance(period, int)
    assert abs(period - 37) <= 1
    assert estimate_period(np.tile(data[:, None, None], (1, 2, 3))).tolist() == [[period] * 3] * 2
