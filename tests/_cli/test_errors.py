"""Errors of the command line name the option, the file and the cure; they never change a path."""

import os
from pathlib import Path

import numpy as np
import pytest

from optimap import ArgumentError
from optimap._base import ExistingFileError, MissingFileError
from optimap._cli import Words, error_text
from optimap.trace import extract_traces, load_traces, regions
from optimap.video import open_video
from tests import makers
from tests._cli.helpers import VIDEO, run

NO_BACKGROUND = "is not a finite number, a position X,Y or a FILE that exists"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--regions", "half.npy"], "--regions half.npy[0, 0] = 0.5 (x=0, y=0) is no"),
        (
            ["--regions", "nan.npy"],
            "--regions nan.npy[1][3, 4] = nan (x=4, y=3), in region 1 ('region_1')",
        ),
        (["--regions", "four.npy"], "--regions four.npy has shape (2, 2, 12, 15): give masks and labels"),
        (["--regions", "none.npy"], "--regions none.npy: region 0 ('region_0') is empty"),
        (["--regions", "far.zip"], "--regions far.zip: region 0 ('far') lies wholly outside the frame"),
        (["--regions", "line.zip"], "--regions line.zip: region 0 ('ruler') is a line and has no area"),
        (["--regions", "nope.roi"], "--regions nope.roi does not exist: "),
        (["--positions", "nope.csv"], "--positions nope.csv does not exist: give a CSV file with columns x, y"),
        (["--positions", "."], "--positions . is a folder: give a CSV file"),
        (["--positions", "far.csv"], "--positions far.csv: (x=30, y=4) is outside the frame"),
        (["--random", "999"], "--random 999"),
        (["--at", "1,nan"], "argument --at: '1,nan' is not a position"),
        (["--at", "1,1", "--background", "foo"], f"argument --background: 'foo' {NO_BACKGROUND}"),
        (["--at", "1,1", "--background", "1,2,3"], f"argument --background: '1,2,3' {NO_BACKGROUND}"),
        (["--at", "1,1", "--background", "nan"], f"argument --background: 'nan' {NO_BACKGROUND}"),
        (["--at", "1,1", "--background", "far.zip"], "--background far.zip: region 0 ('far') lies wholly outside"),
        (["--at", "1,1", "--background-factor", "2"], "--background-factor 2.0 is given without a background"),
        (["--at", "1,1", "-o", "t.xyz"], "-o t.xyz"),
        (["--at", "1,1", "-o", "far.csv"], "-o far.csv exists: "),
        (["--at", "1,1", "--size", "2.5"], "argument --size: '2.5' is not a whole number, 0 or more"),
    ],
)
def test_the_option_and_the_file_are_named(odd_files, capsys, arguments, message):
    assert run("traces", "rec.npy", *arguments) == 2
    captured = capsys.readouterr().err
    assert message in captured
    assert captured.count("\n") == 1
    assert "overwrite=" not in captured
    assert not list(odd_files.glob("rec_traces*"))


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="a folder that nobody can write to")
def test_where_nothing_can_be_written(folder, capsys):
    for command, name in (
        (["convert", "rec.npy", "/proc/x.zarr"], "error: /proc/x.zarr cannot be written ("),
        (["traces", "rec.npy", "--at", "1,1", "-o", "/proc/x.csv"], "/proc/x.csv cannot be written ("),
        (["traces", "rec.npy", "--at", "1,1", "--plot", "/proc/x.png"], "/proc/x.png cannot be written ("),
        (["traces", "rec.npy", "--at", "1,1", "-o", "/proc/x/"], "the folder /proc/x cannot be created ("),
        (["demo", "/proc/x"], "the folder /proc/x cannot be created ("),
    ):
        assert run(*command) == 2
        err = capsys.readouterr().err
        assert name in err
        assert "partial" not in err


def test_empty_files_and_folders_in_the_place_of_files(folder, capsys):
    (folder / "empty.zarr").mkdir()
    for name in ("empty.csv", "empty.tif", "empty.npy", "empty.mat"):
        (folder / name).touch()
        assert run("info", name) == 2
        assert f"{name} is empty" in capsys.readouterr().err
    assert run("info", "empty.zarr") == 2
    assert "empty.zarr is a folder without zarr.json, .zgroup or .zarray" in capsys.readouterr().err
    assert run("convert", "rec.npy", "t.csv") == 2
    assert "t.csv cannot be written: choose one of .npy .tif" in capsys.readouterr().err
    with pytest.raises(IsADirectoryError, match="is a folder: give the name of a table"):
        load_traces(folder)


def test_in_python_the_argument_is_named(odd_files):
    with pytest.raises(ValueError, match=r"source\[0, 0\] = 0.5"):
        regions("half.npy")


# Rendering. The words are those of a command that was given --regions and --background files, and -o.

WORDS = Words(
    {
        "coords": "--regions cells.npy",
        "size": "--size",
        "background": "--background",
        "dataset": "--option dataset=",
    },
    (("--regions", Path("cells.npy")), ("-o", Path("out.csv"))),
    {"dataset": "--option dataset=", "channel": "--option channel=", "overwrite": "--overwrite", "fps": "--fps"},
)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ArgumentError.must_be("size", -1, "a whole number"), "--size -1: it must be a whole number"),
        (ArgumentError("size", -1, "is negative", "give 5"), "--size -1 is negative: give 5"),
        (
            ArgumentError("coords[1]", (7, 0), "is outside", "move it"),
            "--regions cells.npy: (x=7, y=0) is outside: move it",
        ),
        (
            ArgumentError("coords[1, 2]", 0.5, "is bad", "use 1", subject="coords[1, 2] = 0.5 (x=2, y=1)"),
            "--regions cells.npy[1, 2] = 0.5 (x=2, y=1) is bad: use 1",
        ),
        (
            ArgumentError("coords", None, "is empty", "leave it out", subject="region 0"),
            "--regions cells.npy: region 0 is empty: leave it out",
        ),
        (
            MissingFileError("source", Path("cells.npy"), "does not exist", "check it", subject="cells.npy"),
            "--regions cells.npy does not exist: check it",
        ),
        (ArgumentError("source", Path("cells.npy"), "is bad", "check it"), "--regions cells.npy is bad: check it"),
        (
            ExistingFileError(
                "path", "out.csv", "exists", "set overwrite=True", subject="out.csv", keyword="overwrite"
            ),
            "-o out.csv exists: set --overwrite",
        ),
        (
            ArgumentError("path", "a.h5", "holds 2", "choose with dataset=", subject="a.h5", keyword="dataset"),
            "a.h5 holds 2: choose with --option dataset=",
        ),
        (
            ArgumentError("fps", None, "is unknown", "give fps=", subject="the rate", keyword="fps"),
            "the rate is unknown: give --fps",
        ),
        (ArgumentError("x", 1, "is bad", "give kind=", keyword="kind"), "x = 1 is bad: give kind="),
        (ArgumentError("dataset", "v", "is not there", "use a"), "--option dataset=v is not there: use a"),
        (ValueError("coords[1] = (x=7, y=0): no size"), "coords[1] = (x=7, y=0): no size"),
        (ValueError("two\n   lines"), "two lines"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_a_message_is_made_from_the_fields(error, text):
    assert error_text(error, WORDS) == text


def test_all_options_of_formats_in_a_cure_are_named_as_on_the_command_line(tmp_path, capsys):
    folder = tmp_path / "channel=0"
    folder.mkdir()
    path = makers.tiff(folder / "rec.tif", makers.random_video((5, 8, 9)), imagej=True)
    assert run("info", path) == 2
    options = "choose one with --option channel=, from 0 to 4, or give --option axes='TYX' if they are frames\n"
    assert capsys.readouterr().err == f"optimap: error: {path} has 5 channels and no other axis: {options}"
    for i in range(3):
        makers.tiff(folder / f"part_{i}.tif", makers.random_video((4, 8, 9 - i % 2)), metadata={"axes": "TYX"})
    assert run("info", folder, "--option", "ignore=rec.tif") == 2
    said = capsys.readouterr().err
    ignored = "--option ignore='rec.tif' --option ignore='part_1.tif'"
    assert said.endswith(f"leave the file out with {ignored} and --option allow_gaps=True\n")
    options = ("--option", "ignore=rec.tif", "--option", "ignore=part_1.tif", "--option", "allow_gaps=True")
    assert run("info", folder, *options) == 0
    assert "frames      8\n" in capsys.readouterr().out
    assert said.startswith(f"optimap: error: {folder}/part_1.tif has frames of")


PATHS = ["channel=0/a.h5", "size of cells.npy", "coords[1] = 3.tif", "{braces} %s.tif", "two  spaces.tif", "-o x.npy"]


@pytest.mark.parametrize("name", PATHS)
def test_a_path_is_never_changed(name):
    about = {"subject": name}
    errors = [
        ArgumentError("path", Path(name), "holds 2 channels", "choose one with channel=", keyword="channel", **about),
        ArgumentError("size", 3, "is too large", "give less", **about),
        ArgumentError("path", 0.5, "is bad", "give 1", subject=f"{name}, row 2"),
        ValueError(f"{name} is bad: size = 3"),
    ]
    for error in errors:
        assert name in error_text(error, WORDS)
    given = WORDS._replace(files=(("--regions", Path(name)),))
    text = error_text(MissingFileError("coords", Path(name), "does not exist", "check it", **about), given)
    assert text == f"--regions {name} does not exist: check it"
    error = ArgumentError("coords[1]", 0.5, "is bad", "give 1", subject=f"{name}, row 2")
    assert error_text(error, given) == f"--regions {name}, row 2 is bad: give 1"


@pytest.mark.parametrize("name", ["channel=0", "size of cells", "coords[1] = 3", "{braces}", "dataset=x of N = 3"])
def test_paths_of_recordings_regions_and_outputs_stay_as_they_are(folder, capsys, name):
    place = folder / name
    place.mkdir()
    for path, arguments in (
        (f"{name}/rec.tif", ["traces", f"{name}/rec.tif", "--at", "1,1"]),
        (f"{name}/cells.npy", ["traces", "rec.tif", "--regions", f"{name}/cells.npy"]),
        (f"{name}.csv", ["traces", "rec.tif", "--positions", f"{name}.csv"]),
        (f"{name}.tif", ["info", f"{name}.tif"]),
        (f"{name}.avi", ["convert", "rec.tif", f"{name}.avi"]),
    ):
        assert run(*arguments) == 2
        assert path in capsys.readouterr().err
    (folder / f"{name}.npy").write_bytes(b"no array")
    for arguments in (["info", f"{name}.npy"], ["traces", "rec.tif", "--regions", f"{name}.npy"]):
        assert run(*arguments) == 2
        assert f"{name}.npy" in capsys.readouterr().err
    assert run("traces", "rec.tif", "--at", "1,1", "-o", f"{name}.csv") == 0
    assert run("traces", "rec.tif", "--at", "1,1", "-o", f"{name}.csv") == 2
    assert f"{name}.csv exists" in capsys.readouterr().err


def test_the_cure_works(folder, capsys):
    """The cure of an error works when it is followed."""
    import h5py

    with h5py.File("two.h5", "w") as file:
        file["voltage"], file["calcium"] = VIDEO, VIDEO[::-1]
    arguments = ["traces", "two.h5", "--at", "3,4", "-o", "t.csv"]
    assert run(*arguments) == 2
    assert "with --option dataset=" in capsys.readouterr().err
    assert run(*arguments, "--option", "dataset=calcium") == 0
    assert run(*arguments, "--option", "dataset=voltage") == 2
    assert "--overwrite" in capsys.readouterr().err
    assert run(*arguments, "--option", "dataset=voltage", "--overwrite") == 0
    with open_video("two.h5", dataset="voltage") as recording:
        np.testing.assert_array_equal(load_traces("t.csv").traces, extract_traces(recording, [(3, 4)]))
