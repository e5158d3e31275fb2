"""Lines that type checkers must accept, with the types that they must find. Never run: `test_typed` checks them."""

import os
from pathlib import Path
from typing import Any, assert_type

import dask.array
import numpy as np
import pandas as pd
import xarray
from matplotlib.axes import Axes
from numpy.typing import NDArray

import optimap
from optimap.activation import BeatMaps, compute_apd_map, compute_beat_maps
from optimap.beats import BeatTable, measure_beats
from optimap.trace import (
    Regions,
    TraceTable,
    detrend_timeseries,
    extract_traces,
    filter_traces,
    load_traces,
    normalize,
    regions,
    show_trace,
    show_traces,
)
from optimap.video import Recording

Floats = NDArray[np.floating[Any]]


def traces_are_what_the_video_is(
    array: NDArray[np.uint16], lazy: dask.array.Array, labelled: xarray.DataArray, recording: Recording
) -> None:
    assert_type(extract_traces(array, (1, 2)), Floats)
    assert_type(extract_traces([[[1, 2], [3, 4]]], (1, 1)), Floats)
    assert_type(extract_traces(recording, [(1, 2), (3, 4)], 3, window="disc"), Floats)
    assert_type(extract_traces(lazy, (1, 2), nan_policy="omit"), dask.array.Array)
    assert_type(extract_traces(labelled, "regions.roi", weights="sum", background=5), xarray.DataArray)
    extract_traces(array, regions(array[0] > 5), show=True, fps=500, labels=["a"], linewidth=2, color="red", ls="--")


def series_come_back_as_they_were(
    array: NDArray[np.int16], lazy: dask.array.Array, labelled: xarray.DataArray, table: TraceTable, frame: pd.DataFrame
) -> None:
    assert_type(detrend_timeseries(array, "mean", period=50), Floats)
    assert_type(detrend_timeseries(labelled, kind=None), xarray.DataArray)
    assert_type(detrend_timeseries(lazy, nan_policy="omit"), dask.array.Array)
    assert_type(filter_traces(table, lowpass=40, kind="savgol"), TraceTable)
    assert_type(optimap.trace.baseline([1.0, 2.0], kind="percentile", polarity="up"), Floats)
    assert_type(optimap.trace.delta_f_over_f(labelled, array, percent=True), xarray.DataArray)
    normalize(array, dtype=np.uint8)
    normalize(frame)
    assert_type(measure_beats(table, method="threshold_crossing", prefix="catd"), BeatTable)


def files(path: str | os.PathLike[str]) -> None:
    with optimap.open_video(path, dataset="video", axes="YXT", channel=1) as recording:
        assert_type(recording, Recording)
        assert_type(recording.fps, float | None)
    optimap.load_video(Path("a.raw"), 10, shape=(100, 8, 8), dtype="uint16", fps=500)
    assert_type(load_traces(path), TraceTable)


def figures(traces: Floats, ax: Axes) -> None:
    assert_type(show_traces(traces, fps=500, labels="a", ax=ax, alpha=0.5, lw=2), Axes)
    assert_type(show_trace(traces, color="k"), Axes)
    optimap.show_positions([(1, 2)], traces, marker="x", names=False, edgecolors="none")
    optimap.show_image(traces, interpolation="bilinear")


def maps(video: NDArray[np.uint16]) -> None:
    assert_type(compute_beat_maps(video, fps=500, mask="auto", baseline="linear"), BeatMaps)
    compute_apd_map(video, 80, beat="all", fps=500, spatial=1)
    assert_type(regions("cells.png", kind="labels", cells="all"), Regions)
