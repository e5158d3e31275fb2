"""normalize and detrend_timeseries as users call them: on every kind of array, and with wrong arguments."""

import subprocess
import sys

import array_api_strict
import dask.array as da
import numpy as np
import pytest

from optimap.trace import detrend_timeseries, estimate_period, extract_traces, normalize

RNG = np.random.default_rng(0)


def test_from_video_to_clean_traces_in_one_graph():
    video = np.cumsum(RNG.integers(0, 9, (100, 6, 7)), axis=0)
    traces = extract_traces(da.from_array(video, chunks=(30, 3, 4)), [(2, 2), (5, 4)], 3)
    clean = normalize(detrend_timeseries(traces.rechunk({0: -1}), "mean", 20))
    expected = normalize(detrend_timeseries(extract_traces(video, [(2, 2), (5, 4)], 3), "mean", 20))
    np.testing.assert_array_equal(clean.compute(), expected)


def test_detrending_asks_for_an_array_on_the_host(torch):
    for work in (detrend_timeseries, estimate_period):
        with pytest.raises(TypeError, match=r"data is an array of torch.*data\.cpu\(\)\.numpy\(\)"):
            work(torch.zeros(100))
        with pytest.raises(TypeError, match=r"data is an array of array_api_strict.*numpy\.asarray\(data\)"):
            work(array_api_strict.zeros(100))


def test_dask_is_not_imported_for_arrays_in_memory():
    code = (
        "import sys, numpy as np; from optimap.trace import extract_traces, normalize, detrend_timeseries;"
        "v = np.arange(1200.).reshape(12, 10, 10); t = extract_traces(v, [(1, 1)]); normalize(detrend_timeseries(t));"
        "assert 'dask' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
