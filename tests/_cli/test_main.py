"""The command line, as users call it."""

import os
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
import roifile
import tifffile
from PIL import Image

from optimap import __version__
from optimap._cli import main
from optimap.trace import detrend_timeseries, extract_traces, load_traces, normalize
from optimap.video import open_video

VIDEO = np.random.default_rng(0).integers(0, 65536, (40, 12, 15), dtype=np.uint16)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("rec.tif", VIDEO, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    np.save("other.npy", VIDEO[:10])
    return tmp_path


def run(*arguments):
    """Return the exit status of a call, argparse's included."""
    try:
        return main([str(a) for a in arguments])
    except SystemExit as stop:
        return stop.code


def table(path):
    return pd.read_csv(path, dtype=str).astype(float)


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


def test_frames_where_the_rate_is_unknown(folder):
    assert run("traces", "other.npy", "--at", "3,4") == 0
    np.testing.assert_array_equal(table("other_traces.csv")["frame"], np.arange(10))


def test_positions_from_a_table_grid_and_random(folder):
    (folder / "p.csv").write_text("x,y\n3,4\n0,0\n")
    assert run("traces", "rec.tif", "--positions", "p.csv", "-o", "a.csv") == 0
    assert list(table("a.csv").columns) == ["time_s", "x3_y4", "x0_y0"]
    assert run("traces", "rec.tif", "--grid", 2, "-o", "b.csv") == 0
    assert list(table("b.csv").columns) == ["time_s", "x3_y3", "x11_y3", "x3_y9", "x11_y9"]
    assert run("traces", "rec.tif", "--random", 5, "-o", "c.csv") == 0
    assert run("traces", "rec.tif", "--random", 5, "-o", "d.csv") == 0
    assert run("traces", "rec.tif", "--random", 5, "--seed", 1, "-o", "e.csv") == 0
    assert (folder / "c.csv").read_text() == (folder / "d.csv").read_text() != (folder / "e.csv").read_text()


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


def test_several_files_again_does_what_is_missing(folder, capsys):
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
    assert out.splitlines() == ["other.npy: 1 traces of 10 frames -> out/other_traces.csv"]
    assert "rec.tif: out/rec_traces.csv is not the table that rec_traces.csv.json describes" in err
    assert "for the table of this recording, make it anew with --overwrite" in err
    assert (folder / "out" / "rec_traces.csv").read_bytes() == edited
    assert run(*arguments, "--overwrite") == 0
    (folder / "out" / "rec_traces.png").unlink()
    capsys.readouterr()
    assert run(*arguments) == 0
    assert "rec.tif: picture -> out/rec_traces.png" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == expected
    assert run(*arguments) == 0
    assert capsys.readouterr().out.startswith("2 of 2 recordings are done, their tables exist and are kept")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["traces", "rec.tif", "--at", "40,4"], "--at: (x=40, y=4) is outside the frame (width 15, height 12)"),
        (["traces", "rec.tif", "--at", "40"], "'40' is not a position"),
        (["traces", "rec.tif", "--at", "1,1", "--invert"], "--invert turns normalized traces over: give --normalize"),
        (["traces", "rec.tif"], "one of the arguments --at --positions --grid --random --regions is required"),
        (["traces", "rec.tif", "--at", "1,1", "--grid", "2"], "not allowed with"),
        (["traces", "nope.tif", "--at", "1,1"], "nope.tif does not exist"),
        (["traces", "rec.tif", "--at", "1,1", "--size", "-1"], "--size: '-1' is not a whole number, 0 or more"),
        (["traces", "rec.tif", "--at", "1,1", "--fps", "0"], "'0' is not a positive number"),
        (["traces", "rec.tif", "--at", "1,1", "--window", "star"], "invalid choice: 'star'"),
        (["traces", "rec.tif", "--grid", "99"], "--grid = 99"),
        (["traces", "rec.tif", "--grid", "0"], "'0' is not a whole number, 1 or more"),
        (["traces", "rec.tif", "--at", "1,1", "-o", "t.xyz"], "t.xyz: tables are written as .csv"),
        (["traces", "rec.tif", "--at", "1,1", "-o", "no/t.csv"], "the folder no does not exist"),
        (["traces", "rec.tif", "--at", "1,1", "--plot", "p.xyz"], "--plot p.xyz: choose .png, .pdf or .svg"),
        (["traces", "rec.tif", "--positions", "none.csv"], "none.csv"),
        (["traces", "rec.tif", "other.npy", "--at", "1,1", "-o", "t.csv"], "name a folder"),
        (["traces", "rec.tif", "--at", "1,1", "-o", "rec.tif", "--overwrite"], "rec.tif is an input"),
        (["traces", "rec.tif", "--at", "1,1", "--plot", "rec.tif", "--overwrite"], "rec.tif is an input"),
        (["traces", "rec.tif", "--at", "-3,1"], "--at: (x=-3, y=1) is outside"),
        (["traces", "--at", "1,1", "rec.tif"], "give X,Y such as 12,16, and FILEs before --at"),
        (["traces", "rec.tif", "--random", "2", "--seed", "-1"], "'-1' is not a whole number"),
        (["traces", "nope.tif", "nope.npy", "--at", "1,1", "-o", "new"], None),
        (["traces", "rec.tif", "--regions", "nope.zip"], "nope.zip does not exist"),
        (["traces", "rec.tif", "--regions", "empty.npy"], "empty.npy holds no regions: every pixel is 0"),
        (["traces", "rec.tif", "--regions", "a.csv", "--at", "1,1"], "not allowed with"),
        (["traces", "rec.tif", "--regions", "other.npy", "-o", "other.npy"], "other.npy is an input"),
        (["traces", "rec.tif", "--regions", "notes.txt"], "unknown suffix '.txt': regions are read from .roi .zip"),
        (
            ["traces", "rec.tif", "--at", "1,1", "--background", "nope.roi"],
            "--background: 'nope.roi' is no",
        ),
        (["traces", "rec.tif", "--at", "1,1", "--background", "99,1"], "--background: (x=99, y=1) is outside"),
        (["traces", "rec.tif", "--at", "1,1", "--background-factor", "2"], "given without a background"),
        (
            ["traces", "rec.tif", "--at", "1,1", "--background", "2", "--background-factor", "x"],
            "'x' is not a finite",
        ),
        (["pick", "nope.tif"], "nope.tif does not exist"),
        (["pick", "rec.tif", "-o", "a.csv", "--traces", "a.csv"], "name the same file"),
        (["pick", "rec.tif"], "Cannot open a window (the matplotlib backend is 'agg'"),
        (["pick", "rec.tif", "-o", "rec.tif", "--overwrite"], "tables are written as .csv"),
        (["traces", "rec.tif", "./rec.tif", "--at", "1,1"], "two recordings would be written to rec_traces.csv"),
        (["info", "nope.tif"], "nope.tif does not exist"),
        (["convert", "rec.tif", "out.avi"], "out.avi cannot be written"),
        (["convert", "rec.tif", "other.npy"], "other.npy exists"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        ([], "required"),
    ],
)
def test_errors_are_one_line_and_status_2(folder, capsys, arguments, message):
    np.save("empty.npy", np.zeros((12, 15), int))
    (folder / "notes.txt").write_text("hello")
    before = sorted(folder.iterdir())
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    if message is not None:
        assert message in captured.err
        assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    assert sorted(folder.iterdir()) == before


def test_positions_left_of_the_first_pixel_centre(folder):
    assert run("traces", "rec.tif", "--at", "-0.4,2", "1,-0.25", "-o", "t.csv") == 0
    np.testing.assert_array_equal(table("t.csv").iloc[:, 1:], extract_traces(VIDEO, [(-0.4, 2), (1, -0.25)]))


LABELS = np.zeros((12, 15), np.uint8)
LABELS[2:5, 3:9], LABELS[8:, 10:] = 4, 2


def test_traces_of_regions_are_called_by_their_names(folder):
    cells = [roifile.ImagejRoi.frompoints([(x, 1), (9, 1), (9, 6), (x, 6)]) for x in (1, 3, 5)]
    cells[0].tofile(folder / "0.roi")
    with zipfile.ZipFile("RoiSet.zip", "w") as archive:
        for name, cell in zip(('a, "b"', "Zelle µ", "frame"), cells, strict=True):
            archive.writestr(f"{name}.roi", cell.tobytes())
    assert run("traces", "rec.tif", "--regions", "RoiSet.zip", "-o", "t.csv", "--plot", "p.png") == 0
    result = table("t.csv")
    assert list(result.columns) == ["time_s", 'a, "b"', "Zelle µ", "frame"]
    np.testing.assert_array_equal(result.iloc[:, 1:], extract_traces(VIDEO, folder / "RoiSet.zip"))
    assert run("traces", "other.npy", "--regions", "RoiSet.zip", "-o", "u.csv") == 0
    assert list(table("u.csv").columns) == ["frame", 'a, "b"', "Zelle µ", "frame_2"]
    assert run("traces", "rec.tif", "--regions", "0.roi", "-o", "v.csv") == 0
    assert list(table("v.csv").columns) == ["time_s", "0"]


def test_traces_of_label_images_masks_and_stacks(folder):
    Image.fromarray(LABELS).save("labels.png")
    tifffile.imwrite("labels.tif", LABELS)
    np.save("labels.npy", LABELS.astype(int))
    np.save("mask.npy", LABELS == 4)
    np.save("stack.npy", np.stack([LABELS == 4, LABELS == 2]))
    expected = extract_traces(VIDEO, LABELS)
    for name in ("labels.png", "labels.tif", "labels.npy"):
        assert run("traces", "rec.tif", "--regions", name, "-o", "t.csv", "--overwrite") == 0
        assert list(table("t.csv").columns) == ["time_s", "label_2", "label_4"]
        np.testing.assert_array_equal(table("t.csv").iloc[:, 1:], expected)
    assert run("traces", "rec.tif", "--regions", "mask.npy", "-o", "m.csv") == 0
    np.testing.assert_array_equal(table("m.csv").iloc[:, 1:], expected[:, [1]])
    assert run("traces", "rec.tif", "--regions", "stack.npy", "-o", "s.csv") == 0
    np.testing.assert_array_equal(table("s.csv").iloc[:, 1:], expected[:, [1, 0]])


def test_a_background_is_subtracted(folder):
    np.save("behind.npy", LABELS == 2)
    behind = VIDEO[:, LABELS == 2].mean(axis=1)[:, None]
    raw = extract_traces(VIDEO, [(3, 4), (1, 1)])
    arguments = ["traces", "rec.tif", "--at", "3,4", "1,1", "--background"]
    assert run(*arguments, "behind.npy", "--background-factor", 0.7, "-o", "a.csv") == 0
    np.testing.assert_array_equal(table("a.csv").iloc[:, 1:], raw - 0.7 * behind)
    assert run(*arguments, "-12.5", "-o", "b.csv") == 0
    np.testing.assert_array_equal(table("b.csv").iloc[:, 1:], raw + 12.5)
    assert run(*arguments, "7,7", "-o", "c.csv") == 0
    np.testing.assert_array_equal(table("c.csv").iloc[:, 1:], raw - extract_traces(VIDEO, [(7, 7)]))


def test_errors_of_several_files_name_them(folder, capsys):
    np.save("short.npy", VIDEO[:4])
    assert run("traces", "short.npy", "rec.tif", "--at", "3,4", "--detrend", "spline") == 2
    assert "error: short.npy: data has 4 samples" in capsys.readouterr().err


def test_names_in_any_script(folder):
    np.save("心臓 é.npy", VIDEO)
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "optimap", "traces", "心臓 é.npy", "--at", "3,4"]
    done = subprocess.run(command, capture_output=True, text=True, env=ascii_only)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "心臓 é_traces.csv").exists()


def test_a_reader_that_has_enough_is_no_error(folder):
    command = f"{sys.executable} -u -m optimap info {'rec.tif ' * 200} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_leaves_no_half_written_file(folder, monkeypatch, capsys):
    from optimap._tables.kinds import text

    def interrupted(numbers):
        raise KeyboardInterrupt

    monkeypatch.setattr(text, "_texts", interrupted)
    before = sorted(folder.iterdir())
    assert run("traces", "rec.tif", "--at", "3,4") == 130
    assert capsys.readouterr().err == "optimap: interrupted\n"
    assert sorted(folder.iterdir()) == before


def test_a_wrong_setting_is_an_error_like_others(folder):
    for variable in ("OPTIMAP_KERNELS", "OPTIMAP_THREADS"):
        done = subprocess.run(
            [sys.executable, "-m", "optimap", "traces", "rec.tif", "--at", "3,4"],
            capture_output=True,
            text=True,
            env={**os.environ, variable: "many"},
        )
        assert done.returncode == 2
        assert done.stderr.startswith(f"optimap: error: {variable} = 'many'")
        assert done.stderr.count("\n") == 1


def test_info_of_a_recording(folder, capsys):
    assert run("info", "rec.tif", "other.npy") == 0
    out = capsys.readouterr().out
    for text in ("40", "15 x 12 pixels", "uint16", "500 frames/s, 0.08 s", "rate        unknown", "finterval: 0.002"):
        assert text in out


def test_info_of_the_installation(capsys):
    assert run("info") == 0
    out = capsys.readouterr().out
    assert f"optimap-trace {__version__} (kernels: " in out
    assert "MiCAM ULTIMA     .rsh .rsm .rsd" in out
    assert "Parquet          .parquet" in out


@pytest.mark.parametrize("arguments", [["--version"], ["info", "--version"]])
def test_version(capsys, arguments):
    assert run(*arguments) == 0
    assert capsys.readouterr().out.startswith(f"optimap-trace {__version__} (kernels: ")


def test_convert(folder, capsys):
    assert run("convert", "rec.tif", "rec.h5") == 0
    assert run("convert", "rec.h5", "back.tif") == 0
    np.testing.assert_array_equal(tifffile.imread("back.tif"), VIDEO)
    assert run("convert", "back.tif", "rec.npy") == 0
    with open_video("rec.npy") as recording:
        assert recording.fps == 500
    assert run("convert", "rec.npy", "rec.tif") == 2
    assert run("convert", "rec.npy", "rec.tif", "--overwrite", "--fps", 250) == 0
    with tifffile.TiffFile("rec.tif") as file:
        assert file.imagej_metadata["finterval"] == 1 / 250


def test_demo(folder, capsys):
    assert run("demo", "d") == 0
    assert sorted(p.name for p in (folder / "d").iterdir()) == [
        "tissue.tif",
        "traces.csv",
        "traces.csv.json",
        "traces.png",
    ]
    out = capsys.readouterr().out
    assert "d/traces.csv" in out
    assert "d/traces.png" in out
    result = table("d/traces.csv")
    assert result.shape == (600, 4)
    assert (result.iloc[:, 1:].min() == 0).all()
    assert (result.iloc[:, 1:].max() == 1).all()
    assert run("demo", "d") == 2
    assert "exists" in capsys.readouterr().err


def test_as_a_program(folder):
    done = subprocess.run(
        [sys.executable, "-m", "optimap", "traces", "rec.tif", "--at", "99,0"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("optimap: error: --at: (x=99, y=0) is outside the frame")
    assert done.stdout == ""


def test_an_extraction_loads_neither_matplotlib_nor_scipy(folder):
    code = (
        "import sys; from optimap._cli import main; main(['traces', 'rec.tif', '--at', '3,4']);"
        "assert not {'matplotlib', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


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


def test_convert_one_of_several_arrays(folder, capsys):
    import h5py

    with h5py.File("rec.h5", "w") as file:
        file["voltage"], file["calcium"] = VIDEO, VIDEO[:3]
    assert run("convert", "rec.h5", "rec.zarr") == 2
    assert "name one with --option dataset=" in capsys.readouterr().err
    assert run("convert", "rec.h5", "rec.zarr", "--option", "dataset=calcium", "--fps", 250) == 0
    assert run("info", "rec.zarr") == 0
    assert "250 frames/s, 0.012 s" in capsys.readouterr().out
    for option, message in (
        ("nope", "'nope' is not an option: give NAME=VALUE"),
        ("colour=1", "'colour' is not an option"),
    ):
        assert run("convert", "rec.h5", "other.zarr", "--option", option) == 2
        assert message in capsys.readouterr().err


def test_one_recording_of_several_in_a_file(folder, capsys):
    import h5py

    with h5py.File("two.h5", "w") as file:
        file["voltage"], file["calcium"] = VIDEO, VIDEO[::-1]
    assert run("traces", "two.h5", "--at", "3,4", "-o", "t.csv") == 2
    assert "holds 2 3-D arrays" in capsys.readouterr().err
    assert run("traces", "two.h5", "--at", "3,4", "-o", "t.csv", "--option", "dataset=calcium") == 0
    np.testing.assert_array_equal(table("t.csv").iloc[:, 1], extract_traces(VIDEO[::-1], (3, 4)))
    assert run("info", "two.h5", "t.csv", "--option", "dataset=calcium") == 0
    assert "dataset: calcium" in capsys.readouterr().out
    assert run("traces", "two.h5", "--at", "3,4", "--option", "dataset") == 2
    assert "give NAME=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".eps", ".jpg", ".tif"])
def test_pictures_say_how_they_were_made(folder, suffix):
    assert run("traces", "rec.tif", "--at", "3,4", "--size", 3, "--plot", f"p{suffix}") == 0
    if suffix == ".png":
        with Image.open("p.png") as picture:
            text = picture.text["Description"]
    else:
        text = (folder / f"p{suffix}").read_bytes().decode("latin-1").replace("&quot;", '"').replace("\\", "")
    assert f'"made_by": "optimap traces, optimap-trace {__version__}"' in text
    assert '"size": 3' in text


def test_a_batch_that_finds_one_file_is_a_batch(folder, capsys):
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "tables/", "--plot", "tables") == 0
    assert sorted(p.name for p in (folder / "tables").iterdir()) == [
        "rec_traces.csv",
        "rec_traces.csv.json",
        "rec_traces.png",
    ]
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "tables/", "--plot", "tables") == 0
    assert "1 of 1 recordings are done" in capsys.readouterr().out
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "other/", "--format", "parquet") == 0
    assert (folder / "other" / "rec_traces.parquet").exists()
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "one.csv", "--workers", 1) == 2
    assert "with --workers or --scheduler outputs go to a folder" in capsys.readouterr().err


def test_a_table_without_its_description_is_not_done(folder, capsys):
    arguments = ["traces", "rec.tif", "other.npy", "--at", "3,4", "-o", "out"]
    assert run(*arguments) == 0
    (folder / "out" / "rec_traces.csv.json").unlink()
    assert run(*arguments) == 2
    assert "rec_traces.csv exists, but not rec_traces.csv.json" in capsys.readouterr().err
    assert run(*arguments, "--overwrite") == 0
    assert (folder / "out" / "rec_traces.csv.json").exists()
