"""`optimap traces`: what it extracts, what it prints, and what it does in a second run."""

from pathlib import Path

import numpy as np
from PIL import Image

from optimap._regions import grid_positions
from optimap.trace import detrend_timeseries, extract_traces, load_traces, normalize
from tests._cli.helpers import VIDEO, run, table


def test_traces_at_positions(folder, capsys):
    assert run("traces", "rec.tif", "--at", "3,4", "7.5,2", "--at", "0,0", "--size", 3) == 0
    result = table("rec_traces.csv")
    assert list(result.columns) == ["time_s", "x3_y4", "x7.5_y2", "x0_y0"]
    np.testing.assert_array_equal(result["time_s"], np.arange(40) / 500)
    expected = extract_traces(VIDEO, [(3, 4), (7.5, 2), (0, 0)], 3)
    np.testing.assert_array_equal(result.iloc[:, 1:], expected)
    assert "3 traces of 40 frames -> rec_traces.csv" in capsys.readouterr().out


def test_traces_cleaned_and_plotted(folder):
    arguments = ["--detrend", "mean", "--normalize", "--window", "disc", "--fps", 100, "-o", "t.csv", "--plot", "p.png"]
    assert run("traces", "rec.tif", "--at", "3,4", *arguments) == 0
    raw = extract_traces(VIDEO, [(3, 4)], window="disc")
    expected = normalize(detrend_timeseries(raw, "mean"), dtype=np.float64)
    np.testing.assert_array_equal(table("t.csv").iloc[:, 1:], expected)
    assert table("t.csv")["time_s"].iloc[-1] == 39 / 100
    upright = ["--detrend", "mean", "--normalize", "--invert", "--window", "disc", "-o", "u.csv"]
    assert run("traces", "rec.tif", "--at", "3,4", *upright) == 0
    expected = normalize(detrend_timeseries(raw, "mean"), ymin=1, ymax=0, dtype=np.float64)
    np.testing.assert_array_equal(table("u.csv").iloc[:, 1:], expected)
    assert load_traces("u.csv").metadata["invert"] is True
    assert "invert" not in load_traces("t.csv").metadata
    with Image.open("p.png") as picture:
        assert picture.size == (2200, 640)
        assert np.ptp(np.asarray(picture.convert("L")).astype(int)) > 200


def test_the_axis_is_frames_where_the_rate_is_unknown(folder):
    assert run("traces", "other.npy", "--at", "3,4") == 0
    np.testing.assert_array_equal(table("other_traces.csv")["frame"], np.arange(10))


def test_an_existing_table_is_kept_unless_asked(folder, capsys):
    (folder / "rec_traces.csv").write_text("precious")
    assert run("traces", "rec.tif", "--at", "3,4") == 2
    assert "rec_traces.csv exists" in capsys.readouterr().err
    assert (folder / "rec_traces.csv").read_text() == "precious"
    assert run("traces", "rec.tif", "--at", "3,4", "--overwrite") == 0
    assert (folder / "rec_traces.csv").read_text().startswith("time_s")


def test_one_bad_file_does_not_stop_the_others(folder, capsys):
    (folder / "bad.tif").write_bytes(b"II*\0 nonsense of sixteen bytes")
    assert (
        run("traces", "rec.tif", "bad.tif", "missing.npy", "other.npy", "--at", "3,4", "-o", "out", "--plot", "p") == 2
    )
    assert sorted(p.name for p in (folder / "out").iterdir()) == [
        "other_traces.csv",
        "other_traces.csv.json",
        "rec_traces.csv",
        "rec_traces.csv.json",
    ]
    assert sorted(p.name for p in (folder / "p").iterdir()) == ["other_traces.png", "rec_traces.png"]
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 2
    assert "bad.tif" in errors[0]
    assert "missing.npy does not exist" in errors[1]


def test_a_second_run_does_only_the_missing_recordings(folder, capsys):
    arguments = ["traces", "rec.tif", "other.npy", "--at", "3,4", "-o", "out", "--plot", "out"]
    assert run(*arguments) == 0
    expected = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    assert len(expected) == 6
    edited = b"time_s,x3_y4\nprecious\n"
    (folder / "out" / "rec_traces.csv").write_bytes(edited)
    (folder / "out" / "rec_traces.png").unlink()
    (folder / "out" / "other_traces.csv").unlink()
    capsys.readouterr()
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out.splitlines() == ["other.npy: 1 trace of 10 frames -> out/other_traces.csv"]
    assert "rec.tif: out/rec_traces.csv already exists and cannot be compared (out/rec_traces.csv is" in err
    assert "replace it with --overwrite" in err
    assert (folder / "out" / "rec_traces.csv").read_bytes() == edited
    assert run(*arguments, "--overwrite") == 0
    (folder / "out" / "rec_traces.png").unlink()
    capsys.readouterr()
    assert run(*arguments) == 0
    assert "rec.tif: picture -> out/rec_traces.png" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == expected
    assert run(*arguments) == 0
    assert capsys.readouterr().out.startswith("2 of 2 recordings are done: their outputs exist and are kept")


def test_real_recording_beats_every_150_ms(folder, real_data):
    path = real_data / "optical-mapping" / "controlV.tif"
    arguments = ["--at", "12,16", "--at", "20,10", "--size", 3, "--detrend", "spline", "--normalize", "-o", "t.csv"]
    assert run("traces", path, *arguments) == 0
    result = table("t.csv")
    assert (result["time_s"].iloc[0], result["time_s"].iloc[-1]) == (0.0, 0.999)
    for name in ("x12_y16", "x20_y10"):
        trace = result[name].to_numpy()
        assert (trace.min(), trace.max()) == (0, 1)
        falls = np.flatnonzero((trace[:-1] > 0.4) & (trace[1:] <= 0.4))
        beats = falls[np.diff(falls, prepend=-100) > 50]
        assert len(beats) == 6
        np.testing.assert_allclose(np.diff(beats), 150, atol=4)


def test_files_left_by_an_interrupted_run_are_reported(folder, capsys):
    Path("out").mkdir()
    Path("out/.rec_traces.0badcafe.partial.csv").write_text("half a ta")
    Path("out/.rec_traces.0badcafe0badcafe.partial.png").write_text("half a pic")
    Path("out/.my.partial.csv").write_text("not optimap's")
    arguments = ["traces", "rec.npy", "--at", "3,4", "-o", "out/"]
    assert run(*arguments) == 0
    reported = "note: out/.rec_traces.0badcafe.partial.csv and 1 more were left by an interrupted run: delete them"
    assert reported in capsys.readouterr().out
    assert len(list(Path("out").glob(".*.partial.*"))) == 3


def test_errors_name_the_file_where_there_are_several(folder, capsys):
    np.save("short.npy", VIDEO[:4])
    assert run("traces", "short.npy", "rec.tif", "--at", "3,4", "--detrend", "spline") == 2
    assert "error: short.npy: data has 4 samples" in capsys.readouterr().err


def test_a_recording_is_not_lost_to_one_bad_series(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    video = np.random.default_rng(0).normal(1000, 50, (60, 12, 15)).astype(np.float32)
    video[:, :6, :6] = np.nan  # masked
    video[30, 10, 13] = np.inf
    video[20, 10, 9] = np.nan
    np.save("heart.npy", video)
    assert run("traces", "heart.npy", "--grid", 4, "--size", 1, "--detrend", "spline", "--normalize") == 0
    said = capsys.readouterr().out
    assert "heart.npy: 4 of 16 traces are NaN throughout: x1_y1, x5_y1, x1_y4, x5_y4\n" in said
    gap = "NaN throughout after --detrend, because samples in between are missing or infinite: x9_y10, x13_y10"
    assert f"heart.npy: 2 of 16 traces are {gap}\n" in said
    result, where = table("heart_traces.csv"), grid_positions((12, 15), 4)
    for column, (x, y) in zip(result.columns[1:], where, strict=True):
        series = video[:, int(y), int(x)]
        if np.isfinite(series).all():
            expected = normalize(detrend_timeseries(series))
            np.testing.assert_allclose(result[column], expected, rtol=1e-6)
        else:
            assert result[column].isna().all(), column
    assert run("traces", "heart.npy", "--at", "13,10", "--at", "9,8", "--size", 1, "--normalize", "-o", "n.csv") == 0
    assert "1 of 2 traces is NaN throughout after --normalize, because samples in between" in capsys.readouterr().out
