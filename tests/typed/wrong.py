"""Lines that type checkers must refuse, all of them. Never run: `test_typed` checks them."""

from typing import Any

import dask.array
import numpy as np
from numpy.typing import NDArray

import optimap
from optimap.activation import compute_apd_map, compute_beat_maps, compute_velocity_field
from optimap.beats import measure_beats
from optimap.phase import compute_phase
from optimap.trace import (
    baseline,
    delta_f_over_f,
    detrend_timeseries,
    extract_traces,
    filter_traces,
    normalize,
    regions,
    select_traces,
    set_default_trace_window,
    show_positions_and_traces,
    show_trace,
    show_traces,
)

Video = NDArray[np.uint16]


def words_numbers_and_keywords(video: Video, lazy: dask.array.Array, recording: optimap.video.Recording) -> None:
    extract_traces(video, (1, 2), size="5")
    extract_traces(video, (1, 2), "5")
    extract_traces(video, (1, 2), window="circle")
    extract_traces(video, (1, 2), sise=5)
    extract_traces(lazy, (1, 2), nan_policy="ignore")
    extract_traces(recording, (1, 2), weights="median")
    extract_traces(video)
    extract_traces(5, (1, 2))
    optimap.extract_traces(video, (1, 2), show="yes")
    select_traces(video, window="circle")
    select_traces(video, sise=5)
    set_default_trace_window("circle")
    regions(video, kind="mesk")
    regions(video, cells="some")
    show_positions_and_traces(video, (1, 2), size="5")
    show_positions_and_traces(video, (1, 2), colour="red")


def series(traces: NDArray[np.float64]) -> None:
    detrend_timeseries(traces, kind="splines")
    detrend_timeseries(traces, "splines")
    detrend_timeseries(traces, nan_policy="propagate")
    detrend_timeseries(traces, period="50")
    baseline(traces, "alss")
    baseline(traces, polarity="upwards")
    delta_f_over_f(traces, percent="yes")
    delta_f_over_f(traces, polarity=1)
    filter_traces(traces, 500, lowpass="40")
    filter_traces(traces, 500, kind="butter")
    filter_traces(traces, 500, low=40)
    normalize(traces, ymin="0")
    normalize(traces, axes=0)
    show_traces(traces, colours="red")
    show_traces(traces, fps="500")
    show_trace(traces, linewith=2)


def others(video: Video, given: dict[str, Any]) -> None:
    optimap.open_video("a.tif", chanel=1)
    optimap.open_video(5)
    optimap.load_video("a.tif", start_frame="0")
    optimap.load_video("a.tif", external_links="yes")
    optimap.show_image(video[0], color_map="gray")
    optimap.show_positions([(1, 2)], colour="red")
    measure_beats(video, method="derivative")
    measure_beats(video, prefix="cat")
    compute_beat_maps(video, baseline="none")
    compute_apd_map(video, beat="first")
    compute_apd_map(video, fsp=500)
    compute_velocity_field(video[0], "baily")
    compute_phase(video, method="Hilbert")
    optimap.extract_trace(video, (1, 2))
    optimap.trace.nothing(video)
    optimap.video.Recording.fsp()
