"""Messages of the command line name the option and the file, and what would be right."""

import os
import zipfile

import numpy as np
import pytest
import roifile

from optimap._cli import main
from optimap.trace import load_traces, regions

VIDEO = np.random.default_rng(0).integers(0, 65536, (10, 12, 15), dtype=np.uint16)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("rec.npy", VIDEO)
    np.save("half.npy", np.full((12, 15), 0.5))
    stack = np.ones((2, 12, 15))
    stack[1, 3, 4] = np.nan
    np.save("nan.npy", stack)
    np.save("four.npy", np.ones((2, 2, 12, 15)))
    np.save("none.npy", np.zeros((12, 15), bool))
    (tmp_path / "far.csv").write_text("x,y\n1,2\n30,4\n")
    with zipfile.ZipFile("far.zip", "w") as archive:
        archive.writestr("far.roi", roifile.ImagejRoi.frompoints([(99, 99), (120, 99), (120, 120)]).tobytes())
    with zipfile.ZipFile("line.zip", "w") as archive:
        line = roifile.ImagejRoi.frompoints([(1, 1), (9, 1)])
        line.roitype = roifile.ROI_TYPE.LINE
        box = roifile.ImagejRoi(roitype=roifile.ROI_TYPE.RECT, left=1, top=1, right=3, bottom=3)
        archive.writestr("ruler.roi", line.tobytes())
        archive.writestr("box.roi", box.tobytes())
    return tmp_path


def run(*arguments):
    try:
        return main(list(arguments))
    except SystemExit as stop:
        return stop.code


NO_BACKGROUND = "is no finite number, no position X,Y, and no FILE that exists"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--regions", "half.npy"], "--regions half.npy[0, 0] = 0.5 (x=0, y=0) is not a label"),
        (
            ["--regions", "nan.npy"],
            "--regions nan.npy[1][3, 4] = nan (x=4, y=3), in region 1 ('region_1'): weights must be finite",
        ),
        (["--regions", "four.npy"], "--regions four.npy has shape (2, 2, 12, 15): masks and labels are images (H, W)"),
        (["--regions", "none.npy"], "--regions none.npy: region 0 ('region_0') is empty"),
        (["--regions", "far.zip"], "--regions far.zip: region 0 ('far') lies wholly outside the frame"),
        (["--regions", "line.zip"], "--regions line.zip: region 0 ('ruler') is a line and has no area"),
        (["--regions", "nope.roi"], "--regions nope.roi does not exist: check the name"),
        (["--positions", "nope.csv"], "--positions nope.csv does not exist: give a CSV file with columns x, y"),
        (["--positions", "."], "--positions . is a folder: give a CSV file"),
        (["--positions", "far.csv"], "--positions far.csv: (x=30, y=4) is outside the frame"),
        (["--random", "999"], "--random = 999: a frame of 12 x 15 has only 180 pixels"),
        (["--at", "1,nan"], "argument --at: '1,nan' is not a position"),
        (["--at", "1,1", "--background", "foo"], f"argument --background: 'foo' {NO_BACKGROUND}"),
        (["--at", "1,1", "--background", "1,2,3"], f"argument --background: '1,2,3' {NO_BACKGROUND}"),
        (["--at", "1,1", "--background", "nan"], f"argument --background: 'nan' {NO_BACKGROUND}"),
        (["--at", "1,1", "--background", "far.zip"], "--background far.zip: region 0 ('far') lies wholly outside"),
        (["--at", "1,1", "--background-factor", "2"], "--background-factor = 2.0 is given without a background"),
        (["--at", "1,1", "-o", "t.xyz"], "-o t.xyz: tables are written as .csv"),
        (
            ["--at", "1,1", "-o", "far.csv"],
            "-o far.csv exists: choose another name, or ask for overwriting (--overwrite)",
        ),
        (["--at", "1,1", "--size", "2.5"], "argument --size: '2.5' is not a whole number, 0 or more"),
    ],
)
def test_the_option_and_the_file_are_named(folder, capsys, arguments, message):
    assert run("traces", "rec.npy", *arguments) == 2
    captured = capsys.readouterr().err
    assert message in captured
    assert captured.count("\n") == 1
    assert not list(folder.glob("rec_traces*"))


def test_what_is_no_recording_is_called_what_it_is(folder, capsys):
    assert run("traces", "rec.npy", "--at", "1,1", "-o", "t.csv") == 0
    assert run("traces", "rec.npy", "--at", "1,1", "-o", "t.h5") == 0
    for name, message in (
        ("t.csv", "t.csv is no recording: it is a table; give the recording"),
        ("t.h5", "t.h5 is no recording: it is a table of traces; give the recording"),
        ("t.csv.json", "t.csv.json is no recording: it describes t.csv"),
        ("far.zip", "far.zip is no recording: it holds regions drawn in ImageJ, for --regions"),
    ):
        for command in (["traces", name, "--at", "1,1"], ["convert", name, "new.npy"], ["pick", name]):
            assert run(*command) == 2
            assert message in capsys.readouterr().err


def test_info_of_regions_and_of_descriptions(folder, capsys):
    assert run("traces", "rec.npy", "--at", "1,1", "-o", "t.csv") == 0
    capsys.readouterr()
    assert run("info", "t.csv", "t.csv.json", "line.zip") == 0
    out = capsys.readouterr().out
    assert "t.csv.json\n  describes   t.csv\n" in out
    assert "line.zip\n  regions     2, drawn in ImageJ\n  ruler: line\n  box: rectangle\n" in out
    (folder / "t.csv").unlink()
    assert run("info", "t.csv.json") == 0
    assert "describes   t.csv, which is not there" in capsys.readouterr().out
    (folder / "notes.json").write_text("{}")
    assert run("info", "notes.json") == 2


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="a folder that nobody can write to")
def test_where_nothing_can_be_written(folder, capsys):
    for command, name in (
        (["convert", "rec.npy", "/proc/x.zarr"], "error: /proc/x.zarr cannot be written ("),
        (["traces", "rec.npy", "--at", "1,1", "-o", "/proc/x.csv"], "/proc/x.csv cannot be written ("),
        (["traces", "rec.npy", "--at", "1,1", "--plot", "/proc/x.png"], "/proc/x.png cannot be written ("),
        (["traces", "rec.npy", "--at", "1,1", "-o", "/proc/x/"], "the folder /proc/x cannot be made ("),
        (["demo", "/proc/x"], "the folder /proc/x cannot be made ("),
    ):
        assert run(*command) == 2
        err = capsys.readouterr().err
        assert name in err
        assert "partial" not in err


def test_folders_in_the_place_of_files(folder, capsys):
    (folder / "empty.zarr").mkdir()
    for name in ("empty.csv", "empty.tif", "empty.npy", "empty.mat"):
        (folder / name).touch()
        assert run("info", name) == 2
        assert f"{name} is empty" in capsys.readouterr().err
    assert run("info", "empty.zarr") == 2
    assert "empty.zarr is a folder without zarr.json, .zgroup or .zarray: it is empty" in capsys.readouterr().err
    assert run("convert", "rec.npy", "t.csv") == 2
    assert "t.csv cannot be written: choose one of .npy .tif" in capsys.readouterr().err
    with pytest.raises(IsADirectoryError, match="is a folder: give the name of a table"):
        load_traces(folder)


def test_in_python_arguments_are_named(folder):
    with pytest.raises(ValueError, match=r"source\[0, 0\] = 0.5"):
        regions("half.npy")


@pytest.mark.parametrize("option", ["--regions", "--background"])
def test_what_is_wrong_with_regions_is_said_once_and_before_any_work(folder, capsys, option):
    (folder / "r.txt").write_text("x,y\n1,2\n")
    where = [] if option == "--regions" else ["--at", "1,1"]
    assert main(["traces", "rec.npy", "rec2.npy", *where, option, "r.txt", "-o", "out"]) == 2
    assert capsys.readouterr().err.count("r.txt has an unknown suffix") == 1
    assert not (folder / "out").exists()
