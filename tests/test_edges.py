"""Numbers at the edges of what data types hold, in the functions that take a video: right, or a clear error."""

import numpy as np
import pytest

from optimap.activation import (
    compute_activation_map,
    compute_beat_maps,
    compute_dominant_frequency_map,
    find_activations,
)
from optimap.beats import ensemble_average, find_beats, measure_beats
from optimap.phase import compute_phase
from optimap.trace import extract_traces, normalize
from optimap.video import mean_filter, normalize_pixelwise, normalize_pixelwise_slidingwindow, smooth_spatiotemporal
from tests.errors import check_error

T, LATE = np.arange(360)[:, np.newaxis, np.newaxis] % 90, np.arange(5)
BEATS = np.exp(-((T - 40 - LATE) ** 2) / np.where(T < 40 + LATE, 20, 200))
COUNTS = np.rint(4000 * BEATS + np.random.default_rng(0).normal(200, 20, (360, 4, 5))).astype(np.int64)
RELATIVE = {  # to the range of a pixel, or of its slopes
    "activation map": lambda video: compute_activation_map(video, interpolate=True, show=False),
    "activation": lambda video: compute_beat_maps(video, beats=[125, 215], polarity="up")["activation"],
    "amplitude": lambda video: compute_beat_maps(video, beats=[125, 215], polarity="up")["amplitude"],
    "frequency": compute_dominant_frequency_map,
    "phase": compute_phase,
    "range": normalize_pixelwise,
    "normalize": lambda video: normalize(video.reshape(len(video), -1)),
    "ranges of windows": lambda video: normalize_pixelwise_slidingwindow(video, 31),
}
LINEAR = {
    "pixels": lambda video: extract_traces(video, [(1, 2), (3, 1)], size=1),
    "windows": lambda video: extract_traces(video, [(1, 2), (3, 1)], size=3),
    "many windows": lambda video: extract_traces(video, [(1, 2)] * 300, size=31),
    "background": lambda video: extract_traces(video, [(1, 2)], size=3, background=[(4, 0)]),
    "smooth": lambda video: smooth_spatiotemporal(video, 1, 1),
    "smooth in time": lambda video: smooth_spatiotemporal(video, 2, 0),
    "means": lambda video: mean_filter(video, 3, 3),
    "average": lambda video: ensemble_average(video, [125, 215], before=30, after=40).mean,
    "deviation": lambda video: ensemble_average(video, [125, 215], before=30, after=40).sd,
}
ENDS = [(np.int64, 2**63 - 9001), (np.int64, -(2**63) + 1000), (np.uint64, 2**64 - 9001)]


@pytest.mark.parametrize(("dtype", "level"), ENDS)
@pytest.mark.parametrize("name", RELATIVE)
def test_whole_numbers_that_doubles_do_not_hold(name, dtype, level):
    video = COUNTS.astype(dtype) + dtype(level)
    expected = RELATIVE[name](COUNTS)
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(RELATIVE[name](video), expected, rtol=1e-6, atol=1e-6)


def test_levels_of_whole_numbers_that_doubles_do_not_hold():
    maps = compute_beat_maps(COUNTS + (2**63 - 9001), beats=[125, 215], polarity="up")
    assert set(maps["peak"].ravel()) <= {2.0**63 - 4096, 2.0**63 - 5120}
    many = COUNTS.astype(np.uint64) * np.uint64(2**51)  # all of their range
    np.testing.assert_array_equal(compute_phase(many), compute_phase(COUNTS * 2.0**51))


@pytest.mark.parametrize("video", [COUNTS, COUNTS - 2000], ids=["positive", "both signs"])
@pytest.mark.parametrize("name", LINEAR)
def test_sums_that_doubles_do_not_hold(name, video):
    scale = 2.0**1011  # the largest are beyond 9e307
    np.testing.assert_allclose(LINEAR[name](video * scale), LINEAR[name](video) * scale, rtol=1e-12)


def test_missing_pixels_among_huge_numbers():
    video = COUNTS * 2.0**1011
    video[3, 2, 1], video[5, 1, 1] = np.nan, np.inf
    for function in (lambda v: smooth_spatiotemporal(v, 1, 1), lambda v: mean_filter(v, 3, 3)):
        there = np.isfinite(video)
        assert np.array_equal(np.isfinite(function(video)), there)
        assert np.abs(function(video)[there]).max() < video[there].max()
    traces = extract_traces(video, [(1, 2), (3, 1)], size=3)
    assert np.isnan(traces[3, 0])
    assert np.isinf(traces[5, 0])
    assert np.isfinite(traces[:, 1]).all()


@pytest.mark.parametrize("function", [find_beats, measure_beats, compute_beat_maps])
def test_beats_of_numbers_near_the_largest(function):
    message = "signals hold numbers beyond 1e.306, whose differences doubles do not hold: divide them"
    video = COUNTS / COUNTS.max() * 1.7e308
    check_error(
        lambda: function(video if function is compute_beat_maps else video[:, 1, 2]), ValueError, "signals", message
    )
    function(COUNTS / COUNTS.max() * 1e304 if function is compute_beat_maps else COUNTS[:, 1, 2] * 1e302)


@pytest.mark.parametrize("function", [compute_activation_map, find_activations])
def test_frames_without_pixels(function):
    for shape in ((60, 0, 8), (60, 8, 0)):
        call = lambda: function(np.zeros(shape), show=False)  # noqa: E731, B023
        check_error(call, ValueError, "video", r"has frames of shape \(\d, \d\): give frames with pixels")
