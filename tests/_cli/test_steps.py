"""The steps of `optimap traces`: those of the library, in one order, which the outputs state."""

import re
from pathlib import Path

import numpy as np
import pytest

from optimap._series import BASELINE_KINDS
from optimap.trace import (
    baseline,
    delta_f_over_f,
    detrend_timeseries,
    extract_traces,
    load_traces,
    normalize,
)
from optimap.video import save_video, smooth_spatiotemporal
from tests._cli.helpers import VIDEO, run, succeed
from tests._series.beats import beats, bleaching

PLACES = [(3, 4), (7, 7)]
WHERE = ["--at", "3,4", "7,7"]
HEART = np.round(20 * bleaching(600)[:, None, None] - 900 * beats(600)[:, None, None] + np.arange(180).reshape(12, 15))


@pytest.fixture
def heart(tmp_path, monkeypatch):
    """A folder with a recording of beats that point down, at 500 frames/s."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).normal(scale=20, size=HEART.shape)
    video = np.round(HEART + noise).astype(np.uint16)
    save_video("heart.tif", video, fps=500)
    return video


def made(*options, file="heart.tif"):
    """Return the traces that the command line writes with some options, and their record."""
    succeed("traces", file, *WHERE, *options, "-o", "t.npz", "--overwrite")
    table = load_traces("t.npz")
    return table.traces, table.metadata


def test_frames_by_number(heart):
    traces, metadata = made("--frames", "100:400")
    np.testing.assert_array_equal(traces, extract_traces(heart[100:400], PLACES, 5))
    assert metadata["frames"] == [100, 400]
    assert metadata["steps"] == ["frames 100 to 399"]
    assert load_traces("t.npz").axis.tolist() == (np.arange(300) / 500).tolist()
    np.testing.assert_array_equal(made("--frames", "590:")[0], extract_traces(heart[590:], PLACES, 5))
    np.testing.assert_array_equal(made("--frames", ":7")[0], extract_traces(heart[:7], PLACES, 5))


def test_frames_by_time(heart):
    traces, metadata = made("--time", "0.2,0.8")
    np.testing.assert_array_equal(traces, extract_traces(heart[100:400], PLACES, 5))
    assert metadata["frames"] == [100, 400]
    np.testing.assert_array_equal(made("--time", "1,99")[0], extract_traces(heart[500:], PLACES, 5))
    np.testing.assert_array_equal(made("--time", "0,1", "--fps", 100)[0], extract_traces(heart[:100], PLACES, 5))


def test_all_frames_leave_no_record(heart):
    for options in ([], ["--frames", "0:600"], ["--time", "0,2"]):
        traces, metadata = made(*options)
        np.testing.assert_array_equal(traces, extract_traces(heart, PLACES, 5))
        assert not {"frames", "steps"} & set(metadata)


def test_irregular_times_are_cut_with_their_frames(pause):
    succeed("traces", "pause.mkv", *WHERE, "--time", "0.03,0.12", "-o", "t.npz")
    inside = (pause >= 0.03) & (pause < 0.12)
    np.testing.assert_allclose(load_traces("t.npz").axis, pause[inside])
    expected = extract_traces(VIDEO.astype("u1")[inside], PLACES, 5)
    np.testing.assert_array_equal(load_traces("t.npz").traces, expected)


@pytest.mark.parametrize("option", [["--detrend", "spline"], ["--baseline", "median"], ["--dff", "--polarity", "up"]])
def test_steps_that_need_frames_at_even_distances_refuse_gaps_and_their_advice_works(pause, capsys, option):
    command = ["traces", "pause.mkv", *WHERE, *option, "-o", "t.npz", "--overwrite"]
    assert run(*command) == 2
    error = capsys.readouterr().err
    assert "pause.mkv has irregular times (1 gap, after frame 20: 50 ms instead of 2 ms)" in error
    assert f"but {option[0]} needs frames at even distances: choose frames without a gap with --frames" in error
    succeed(*command, "--frames", "21:40")
    np.testing.assert_allclose(load_traces("t.npz").axis, pause[21:])
    assert run(*command, "--frames", "20:40") == 2
    succeed(*command, "--fps", "500")
    assert load_traces("t.npz").fps == 500
    succeed("traces", "pause.mkv", *WHERE, "--normalize", "-o", "n.npz")


def test_a_recording_that_is_too_short_for_its_trend_is_named(folder, capsys):
    np.save("short.npy", VIDEO[:5])
    assert run("traces", "short.npy", *WHERE, "--detrend", "spline", "-o", "t.npz") == 2
    assert "optimap: error: short.npy: data has 5 samples: give at least 6\n" in capsys.readouterr().err
    assert run("traces", "rec.npy", "--regions", "short.npy", "-o", "t.npz") == 2
    assert capsys.readouterr().err.startswith("optimap: error: --regions short.npy looks like a recording")


def test_smoothing_in_space_and_time(heart):
    traces, metadata = made("--spatial", 1.5, "--size", 3)
    np.testing.assert_allclose(traces, extract_traces(smooth_spatiotemporal(heart, 0, 1.5), PLACES, 3), rtol=1e-12)
    assert (metadata["spatial"], metadata["steps"]) == (1.5, ["smoothed in space (sigma 1.5 px)"])
    traces, metadata = made("--smooth", 4)
    expected = smooth_spatiotemporal(extract_traces(heart, PLACES, 5)[:, None], 2, 0)[:, 0]
    np.testing.assert_allclose(traces, expected, rtol=1e-12)
    assert (metadata["smooth"], metadata["steps"]) == (4, ["smoothed in time (sigma 4 ms)"])


@pytest.mark.parametrize("kind", ["asls", "exponential", "percentile", "median"])
def test_baselines(heart, kind):
    raw = extract_traces(heart, PLACES, 5)
    traces, metadata = made("--baseline", kind)
    np.testing.assert_array_equal(traces, raw - baseline(raw, kind))
    assert (metadata["baseline"], metadata["steps"]) == (kind, [f"baseline subtracted: {kind}"])
    traces, metadata = made("--baseline", kind, "--dff")
    np.testing.assert_allclose(traces, delta_f_over_f(raw, kind), rtol=1e-12, atol=1e-15)
    assert (metadata["dff"], metadata["steps"]) == (True, [f"ΔF/F ({kind})"])


def test_all_kinds_of_baselines_are_offered(heart, capsys):
    assert run("traces", "heart.tif", *WHERE, "--baseline", "none") == 2
    offered = re.findall(r"\w+", capsys.readouterr().err.partition("choose from")[2].partition(")")[0])
    assert offered == [kind for kind in BASELINE_KINDS if kind != "diastole"]  # which needs beats


def test_the_change_relative_to_the_baseline_without_a_background(heart):
    traces, metadata = made("--dff", "--background", "5000", "--polarity", "down")
    raw = extract_traces(heart, PLACES, 5, background=5000)
    np.testing.assert_allclose(traces, delta_f_over_f(raw), rtol=1e-12, atol=1e-15)
    assert (metadata["baseline"], metadata["polarity"]) == ("asls", "down")
    assert metadata["steps"] == ["background subtracted", "ΔF/F (asls)"]


def test_turning_over(heart):
    raw = extract_traces(heart, PLACES, 5)
    traces, metadata = made("--invert")
    np.testing.assert_array_equal(traces, -raw)
    assert (metadata["invert"], metadata["steps"]) == (True, ["inverted"])
    traces, metadata = made("--invert", "--dff")
    np.testing.assert_allclose(traces, -delta_f_over_f(raw), rtol=1e-12, atol=1e-15)
    assert traces.max() > 0.03
    traces, metadata = made("--invert", "--normalize", "--detrend", "mean")
    np.testing.assert_array_equal(traces, normalize(detrend_timeseries(raw, "mean"), 1, 0, dtype=np.float64))
    assert metadata["steps"] == ["detrended", "normalized, inverted"]


def test_all_steps_in_their_order(heart):
    options = ["--frames", "50:550", "--spatial", 1, "--background", "0,0", "--smooth", 3, "--baseline", "exponential"]
    traces, metadata = made(*options, "--dff", "--normalize", "--invert", "--size", 3, "--polarity", "down")
    smooth = smooth_spatiotemporal(heart[50:550], 0, 1)
    raw = extract_traces(smooth + 30_000, PLACES, 3) - extract_traces(smooth + 30_000, (0, 0), 3)[:, None]
    raw = smooth_spatiotemporal(raw[:, None], 1.5, 0)[:, 0]
    expected = normalize(raw / baseline(raw, "exponential", polarity="down") - 1, 1, 0, dtype=np.float64)
    np.testing.assert_allclose(traces, expected, atol=1e-6)
    assert metadata["steps"] == [
        "frames 50 to 549",
        "smoothed in space (sigma 1 px)",
        "background subtracted",
        "smoothed in time (sigma 3 ms)",
        "ΔF/F (exponential)",
        "normalized, inverted",
    ]


def test_types_of_floats_stay(heart):
    np.save("small.npy", heart.astype(np.float32))
    options = ["--fps", 500, "--spatial", 1, "--smooth", 2, "--dff", "--invert"]
    assert made(*options, file="small.npy")[0].dtype == np.float32
    assert made("--frames", "1:9", file="small.npy")[0].dtype == np.float32


def test_gaps_of_one_trace_stay_there(heart):
    holed = heart.astype(np.float32)
    holed[5, 2:5, 1:4] = np.nan
    np.save("holed.npy", holed)
    traces, _ = made("--fps", 500, "--smooth", 4, "--dff", file="holed.npy")
    assert np.isnan(traces[:, 0]).all()
    assert np.isfinite(traces[:, 1]).all()


def test_another_step_is_another_table(heart, capsys):
    arguments = ["traces", "heart.tif", *WHERE, "-o", "out/"]
    for options, reported in (
        (["--frames", "3:9"], "--frames none (now [3, 9])"),
        (["--spatial", "1"], "--spatial none (now 1.0)"),
        (["--smooth", "2"], "--smooth none (now 2.0)"),
        (["--baseline", "asls"], "--baseline none (now asls)"),
        (["--dff"], "--baseline none (now asls), --dff none (now yes)"),
        (["--invert"], "--invert none (now yes)"),
    ):
        succeed(*arguments, "--overwrite")
        assert run(*arguments, *options) == 2
        assert reported in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "options", "message"),
    [
        ("heart.tif", ["--frames", "3:601"], "--frames 3:601 is not in a recording of 600 frames: give FROM:TO with 0"),
        ("heart.tif", ["--frames", "9:9"], "--frames 9:9 is not in a recording"),
        ("heart.tif", ["--frames", "600:"], "--frames 600:600 is not in a recording"),
        ("heart.tif", ["--frames", "3"], "argument --frames: '3' is not a span of frames: give FROM:TO such as"),
        ("heart.tif", ["--frames", ":"], "argument --frames: ':' is not a span of frames"),
        ("heart.tif", ["--frames", "-3:9"], "argument --frames"),
        ("heart.tif", ["--time", "5,9"], "--time 5,9 holds no frame of a recording from 0 to 1.198 s: give FROM,TO"),
        ("heart.tif", ["--time", "0.5,0.5"], "--time 0.5,0.5 holds no frame"),
        ("heart.tif", ["--time", "0.5"], "argument --time: '0.5' is not a span of time: give FROM,TO in s such as"),
        ("plain.npy", ["--time", "0,1"], "--time needs the rate of the recording, which is unknown: give --fps"),
        ("plain.npy", ["--smooth", "2"], "--smooth 2 is in ms, and the rate of the recording is unknown or not"),
        ("heart.tif", ["--smooth", "0"], "argument --smooth: '0' is not a positive number"),
        ("noise.npy", ["--dff"], "the polarity of signals is undecided, because"),
        ("noise.npy", ["--baseline", "asls"], "give --polarity up or down where it is asked for"),
        ("heart.tif", ["--frames", ":3", "--dff", "--polarity", "up"], "every trace has 3 samples: give at least 6"),
    ],
)
def test_errors_name_the_options(heart, capsys, file, options, message):
    np.save("plain.npy", heart)
    np.save("noise.npy", np.random.default_rng(0).normal(1000, 9, (600, 12, 15)))
    assert run("traces", file, *WHERE, *options) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert not Path("heart_traces.csv").exists()


def test_the_cure_for_the_polarity_works(heart):
    np.save("noise.npy", np.random.default_rng(0).normal(1000, 9, (600, 12, 15)))
    assert np.isfinite(made("--dff", "--polarity", "up", file="noise.npy")[0]).all()
