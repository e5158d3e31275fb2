"""`optimap convert`: recordings in other formats, which say how they were made."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile

from optimap import __version__
from optimap._cli import main
from optimap.video import load_metadata, load_video, open_video, save_video
from tests._cli.helpers import VIDEO, run


def test_convert(folder, capsys):
    assert run("convert", "rec.tif", "rec.h5") == 0
    assert run("convert", "rec.h5", "back.tif") == 0
    np.testing.assert_array_equal(tifffile.imread("back.tif"), VIDEO)
    assert run("convert", "back.tif", "new.npy") == 0
    with open_video("new.npy") as recording:
        assert recording.fps == 500
    assert run("convert", "new.npy", "rec.tif") == 2
    assert run("convert", "new.npy", "rec.tif", "--overwrite", "--fps", 250) == 0
    with tifffile.TiffFile("rec.tif") as file:
        assert file.imagej_metadata["finterval"] == 1 / 250


def test_a_recording_is_never_converted_onto_itself(folder, capsys):
    before = (folder / "rec.tif").read_bytes()
    for name in ("rec.tif", "./rec.tif", folder / "rec.tif"):
        assert run("convert", "rec.tif", name, "--overwrite") == 2
        assert f"OUT {Path(name)} is an input: name another file to write to" in capsys.readouterr().err
    assert (folder / "rec.tif").read_bytes() == before


def test_convert_one_of_several_arrays(folder, capsys):

    with h5py.File("rec.h5", "w") as file:
        file["voltage"], file["calcium"] = VIDEO, VIDEO[:3]
    assert run("convert", "rec.h5", "rec.zarr") == 2
    assert "one with --option dataset=" in capsys.readouterr().err
    assert run("convert", "rec.h5", "rec.zarr", "--option", "dataset=calcium", "--fps", 250) == 0
    assert run("info", "rec.zarr") == 0
    assert "250 frames/s, 0.012 s" in capsys.readouterr().out
    for option, message in (
        ("nope", "'nope' is not an option: give NAME=VALUE"),
        ("colour=1", "'colour' is not an option"),
    ):
        assert run("convert", "rec.h5", "other.zarr", "--option", option) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".npy", ".tif", ".mat", ".h5", ".zarr", ".zarr.zip", ".mkv"])
def test_converted_recordings(folder, capsys, suffix):
    assert main(["convert", "rec.npy", f"new{suffix}", "--fps", "500"]) == 0
    assert load_metadata(f"new{suffix}")["fps"] == 500
    made = json.loads(load_metadata(f"new{suffix}")["made"])
    assert made["made_by"] == f"optimap convert, optimap-trace {__version__}"
    assert (made["recording"]["name"], made["recording"]["shape"]) == ("rec.npy", [40, 12, 15])
    np.testing.assert_array_equal(load_video(f"new{suffix}"), VIDEO)
    capsys.readouterr()
    assert main(["info", f"new{suffix}"]) == 0
    assert "      name: rec.npy\n" in capsys.readouterr().out


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float64])
def test_each_kind_of_tiff_says_how_it_was_made(folder, dtype):
    """ImageJ, OME and plain files."""
    save_video("new.tif", VIDEO.astype(dtype), fps=500, made={"drug": "µM"})
    metadata = load_metadata("new.tif")
    assert json.loads(metadata["made"]) == {"drug": "µM"}
    assert metadata["fps"] == 500
    save_video("plain.tif", VIDEO.astype(dtype))
    assert "made" not in load_metadata("plain.tif")


def test_a_value_that_cannot_be_stored(folder):
    with pytest.raises(TypeError, match=r"made = \{"):
        save_video("new.tif", VIDEO, made={"a": object()})
    with pytest.raises(TypeError, match="made = 'today'"):
        save_video("new.tif", VIDEO, made="today")
    assert not (folder / "new.tif").exists()


def test_what_interrupted_runs_left_is_reported(folder, capsys):
    (folder / ".new.0badcafe.old.zarr").mkdir()
    (folder / ".new.0badcafe.partial.zarr").mkdir()
    assert run("convert", "rec.tif", "new.zarr") == 0
    old, partial, done = capsys.readouterr().out.splitlines()
    assert old.startswith("note: .new.0badcafe.old.zarr is new.zarr as it was before an interrupted run: rename it to")
    assert partial.startswith("note: .new.0badcafe.partial.zarr was left by an interrupted run: delete it unless")
    assert done == "rec.tif -> new.zarr: (40, 12, 15), uint16"


def test_irregular_times_need_a_rate(pause, capsys):
    assert run("convert", "pause.mkv", "new.tif") == 2
    error = capsys.readouterr().err
    assert "pause.mkv has irregular times (1 gap, after frame 20: 50 ms instead of 2 ms)" in error
    assert "give one with --fps, by which all frames are spaced evenly" in error
    assert not Path("new.tif").exists()
    assert run("convert", "pause.mkv", "new.tif", "--fps", 500) == 0
    assert load_metadata("new.tif")["fps"] == 500
