"""Series of dask arrays: lazily what arrays in memory give at once, and errors before anything is computed."""

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap.trace import detrend_timeseries, normalize
from tests import makers
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


SERIES = da.from_array(RNG.normal(size=(60, 4)), chunks=(20, 3))


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: normalize(SERIES), r"array is .* along time, into 3 chunks along axis 0.*array.rechunk\({0: -1}\)"),
        (lambda: normalize(SERIES, axis=-1), r"along time, into 2 chunks along axis 1.*array.rechunk\({1: -1}\)"),
        (lambda: normalize(SERIES, axis=2), "axis = 2: the array has axes 0..1"),
        (lambda: normalize(SERIES, ymin=np.inf), "ymin = inf"),
        (lambda: normalize(SERIES, vmin=3, vmax=2), "vmin = 3 is not below vmax = 2"),
        (lambda: normalize(SERIES, vmin=np.zeros(5)), r"vmin has shape \(5,\)"),
        (lambda: normalize(SERIES[:0]), "it is empty"),
        (lambda: normalize(SERIES[SERIES[:, 0] > 0]), r"call array.compute_chunk_sizes\(\) first"),
        (lambda: detrend_timeseries(SERIES), r"data is .* along time, into 3 chunks.*data.rechunk\({0: -1}\)"),
        (lambda: detrend_timeseries(SERIES, "wavy"), "kind = 'wavy'"),
        (lambda: detrend_timeseries(SERIES, period=-1), "period = -1"),
        (lambda: detrend_timeseries(SERIES, period=50), "makes a window of 99 samples"),
        (lambda: detrend_timeseries(SERIES[:3]), "data has 3 samples"),
        (lambda: detrend_timeseries(SERIES[:, None, None]), r"shape \(60, 1, 1, 4\)"),
        (lambda: detrend_timeseries(SERIES[SERIES[:, 0] > 0]), r"call data.compute_chunk_sizes\(\) first"),
    ],
)
def test_errors_of_series_come_at_once(run, message):
    with pytest.raises(ValueError, match=message):
        run()


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: normalize(SERIES, vmin=SERIES[0]), r"vmin is a dask array: give its values, vmin.compute\(\)"),
        (lambda: normalize(SERIES, dtype=complex), "dtype = complex128"),
        (lambda: normalize(SERIES.astype(complex)), "array has dtype complex128"),
        (lambda: detrend_timeseries(SERIES.astype(complex)), "data has dtype complex128"),
    ],
)
def test_wrong_types_of_series_come_at_once(run, message):
    with pytest.raises(TypeError, match=message):
        run()


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
