"""detrend_timeseries: the trends of the package seasonal, without its traps."""

import warnings

import numpy as np
import pytest
import seasonal
from hypothesis import given, settings
from hypothesis import strategies as st
from seasonal.trend import guess_trended_period

from optimap.trace import detrend_timeseries, estimate_period
from tests._series.examples import series
from tests.errors import check_error

KINDS = ["mean", "median", "line", "spline"]


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


def test_a_long_series_gives_the_numbers_of_seasonal():
    data = series("beats", 2500)
    assert estimate_period(data) == guess_trended_period(data)
    np.testing.assert_allclose(detrend_timeseries(data, return_trend_data=True), reference(data, "spline"), rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_trend_scales_with_its_series(kind):
    data = series("beats", 333)
    trend = detrend_timeseries(data, kind, 30, return_trend_data=True)
    for scale in (2.0**900, 2.0**-900, -(2.0**60)):
        np.testing.assert_array_equal(detrend_timeseries(data * scale, kind, 30, return_trend_data=True), trend * scale)


@pytest.mark.parametrize("kind", ["median", "line"])
@pytest.mark.parametrize("samples", [1023, 1024])
def test_whole_numbers_with_a_drift_give_the_numbers_of_seasonal(samples, kind):
    t = np.arange(samples)
    data = (1000 + t // 40 + 20 * (t % 25 < 8) + np.random.default_rng(0).integers(0, 3, samples)).astype(np.uint16)
    for period in (25, 400):
        trend = detrend_timeseries(data, kind, period, return_trend_data=True)
        np.testing.assert_array_equal(trend, reference(data.astype(float), kind, period=period))


def test_no_kind_gives_zeros():
    data = series("beats", 20)
    np.testing.assert_array_equal(detrend_timeseries(data, None, return_trend_data=True), np.zeros(20))
    np.testing.assert_array_equal(detrend_timeseries(data, None), data)
    np.testing.assert_array_equal(detrend_timeseries([1, 2], None), [1, 2])


def test_the_baseline_is_kept_by_default():
    data = series("beats", 400)
    trend = detrend_timeseries(data, return_trend_data=True)
    np.testing.assert_allclose(detrend_timeseries(data), data - trend + trend.mean(), rtol=1e-13)
    np.testing.assert_allclose(detrend_timeseries(data, retain_baseline=False), data - trend, atol=1e-10)


def with_missing(samples=120):
    """Series: whole, masked, with a gap, with missing ends, with an infinite sample, with too short a rest."""
    data = np.stack([series("beats", samples, i) for i in range(6)], axis=1)
    data[:, 1] = np.nan
    data[50:53, 2] = np.nan
    data[:7, 3] = data[-4:, 3] = np.nan
    data[60, 4] = -np.inf
    data[5:, 5] = np.nan
    return data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("period", [None, 12])
@pytest.mark.parametrize("trend", [False, True])
def test_series_with_missing_samples_do_not_affect_the_others(kind, period, trend):
    data = with_missing()
    before, options = data.copy(), {"kind": kind, "period": period, "return_trend_data": trend}
    result = detrend_timeseries(data, nan_policy="omit", **options)
    np.testing.assert_array_equal(result[:, 0], detrend_timeseries(data[:, 0], **options))
    assert np.isnan(result[:, [1, 2, 4, 5]]).all()
    np.testing.assert_array_equal(result[7:-4, 3], detrend_timeseries(data[7:-4, 3], **options))
    assert np.isnan(result[:7, 3]).all()
    assert np.isnan(result[-4:, 3]).all()
    np.testing.assert_array_equal(data, before)
    cube = detrend_timeseries(data.reshape(-1, 2, 3), nan_policy="omit", **options)
    np.testing.assert_array_equal(cube.reshape(-1, 6), result)
    for column, expected in zip(data.T, result.T, strict=True):
        np.testing.assert_array_equal(detrend_timeseries(column, nan_policy="omit", **options), expected)


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([*KINDS, None]))
def test_a_stretch_too_short_for_its_window_is_nan_and_others_are_as_if_alone(start, stop, kind):
    data = np.full(40, np.nan)
    data[start:stop] = series("walk", 40)[start:stop]
    stretch = data[start:stop]
    result = detrend_timeseries(data, kind, 8, nan_policy="omit")
    if len(stretch) >= (1 if kind is None else 16 if kind == "line" else 15):  # the window is 15 samples
        np.testing.assert_array_equal(result[start:stop], detrend_timeseries(stretch, kind, 8))
        assert np.isfinite(result).sum() == len(stretch)
    else:
        assert np.isnan(result).all()


def test_whole_series_are_the_same_under_both_policies():
    for data in (series("beats", 200), np.arange(50), np.ones((30, 0))):
        np.testing.assert_array_equal(detrend_timeseries(data, nan_policy="omit"), detrend_timeseries(data))


def test_masked_samples_count_as_nan_if_they_are_omitted():
    data = with_missing()
    values = np.where(np.isfinite(data), data, 7.0)
    masked = np.ma.masked_array(values, ~np.isfinite(data))
    np.testing.assert_array_equal(
        detrend_timeseries(masked, nan_policy="omit"), detrend_timeseries(data, nan_policy="omit")
    )
    counts = np.ma.masked_array(np.arange(20), np.arange(20) < 3)
    assert np.isnan(detrend_timeseries(counts, nan_policy="omit")).tolist() == [True] * 3 + [False] * 17


def test_the_error_about_missing_samples_names_the_series_and_a_cure_that_works():
    data = with_missing()
    message = (
        r"data holds 250 values that are NaN or infinite, the first at sample 0 of data\[:, 1\]: .*nan_policy='omit'"
    )
    error = check_error(lambda: detrend_timeseries(data), ValueError, "data", message)
    assert error.keyword == "nan_policy"
    assert detrend_timeseries(data, nan_policy="omit").shape == data.shape
    cube = np.ones((9, 4, 5))
    cube[3, 2, 4] = np.nan
    message = r"1 value that is NaN or infinite, the first at sample 3 of data\[:, 2, 4\]"
    check_error(lambda: detrend_timeseries(cube), ValueError, "data", message)
    for wrong in ("propagate", None, 3):
        message = "nan_policy = .*: it must be 'raise' or 'omit'"
        check_error(lambda wrong=wrong: detrend_timeseries(data, nan_policy=wrong), ValueError, "nan_policy", message)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("samples", [50, 301])
def test_many_series_are_each_as_if_alone(kind, samples, monkeypatch, allow):
    names = ["beats", "walk", "line", "counts", "constant", "tiny"]
    data = np.stack([series(name, samples, i) for i in range(5) for name in names], axis=1)
    alone = [detrend_timeseries(column, kind) for column in data.T]
    assert estimate_period(data).tolist() == [estimate_period(column) for column in data.T]
    for block in (1, 7 * samples, 2**20):  # samples at once: one series, a few that do not divide all, all
        allow(series_values=block)
        for threads in "13":
            monkeypatch.setenv("OPTIMAP_THREADS", threads)
            np.testing.assert_array_equal(detrend_timeseries(data, kind), np.stack(alone, axis=1))
    cube = detrend_timeseries(data.reshape(samples, 6, 5), kind, period=12)
    np.testing.assert_array_equal(cube.reshape(samples, 30), detrend_timeseries(data, kind, period=12))


def test_the_layout_in_memory_does_not_matter():
    data = np.stack([series("beats", 300, i) for i in range(4)], axis=1)
    expected, before = detrend_timeseries(data), data.copy()
    wide = np.zeros((600, 8))
    wide[::2, ::-2] = data
    backwards = data[::-1].copy()[::-1]
    for same in (np.asfortranarray(data), wide[::2, ::-2], backwards, data.astype(">f8"), data.tolist()):
        np.testing.assert_array_equal(detrend_timeseries(same), expected)
    np.testing.assert_array_equal(data, before)


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


@pytest.mark.parametrize("kind", ["mean", "median", "spline", "line"])
def test_huge_numbers_are_detrended_as_smaller_ones_are(kind):
    """Running sums of such numbers overflow; the slopes of what remained ended the process."""
    beats = np.sin(2 * np.pi * np.arange(1000) / 50) + 1e-3 * np.arange(1000)
    np.testing.assert_array_equal(
        detrend_timeseries(np.ldexp(beats, 1000), kind), np.ldexp(detrend_timeseries(beats, kind), 1000)
    )


@pytest.mark.parametrize("kind", ["mean", "median", "spline", "line"])
def test_steps_from_the_least_to_the_largest_number(kind):
    steps = np.repeat([-1.7e308, 1.7e308], 50)
    assert not np.isnan(detrend_timeseries(steps, kind)).any()


def test_a_line_in_numbers_of_every_size_is_found_without_computing_all_pairs():
    """These are 450 million pairs, which took 15 s; the line is known to within the few slopes near the median."""
    values = 2.0 ** np.linspace(-1000, 1000, 30_000)
    trend = detrend_timeseries(values, "line", period=100, return_trend_data=True)
    slope = np.diff(trend).mean()
    assert 0 <= slope < 2.0**600
