"""Every file of the command line says how it was made, where its kind can, and `optimap info` prints it."""

import json

import h5py
import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image

import optimap
from optimap import __version__
from optimap._cli import main
from optimap._regions import read_positions, write_positions
from optimap.trace import Picked, extract_traces, load_traces
from optimap.video import load_metadata, load_video, save_video

VIDEO = np.random.default_rng(0).integers(0, 65536, (20, 12, 15), dtype=np.uint16)
PLACES = [(3, 4), (7.5, 2)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("rec.npy", VIDEO)
    return tmp_path


@pytest.fixture
def picked(folder, monkeypatch):
    """A stand-in picks: what is picked is tested elsewhere."""

    def pick(recording, size, **_):
        picked = Picked((extract_traces(recording, PLACES, 7), PLACES))
        picked.size = 7
        return picked

    monkeypatch.setattr("optimap.trace.select_traces", pick)


def test_picked_positions(folder, picked, capsys):
    assert main(["pick", "rec.npy", "-o", "p.csv", "--plot", "p.png"]) == 0
    assert (folder / "p.csv").read_text() == "x,y\n3,4\n7.5,2\n"
    assert pd.read_csv("p.csv").values.tolist() == [[3, 4], [7.5, 2]]
    capsys.readouterr()
    assert main(["info", "p.csv", "p.csv.json", "p.png"]) == 0
    table, picture = capsys.readouterr().out.split("p.png\n")
    assert "p.csv\n  positions   2: (3, 4), (7.5, 2)\n" in table
    assert "p.csv.json\n  describes   p.csv\n" in table
    for text in (table, picture):
        assert f"  made_by: optimap pick, optimap-trace {__version__}\n" in text
        assert "    name: rec.npy\n" in text
        assert "    shape: [20, 12, 15]\n" in text
        assert "  size: 7\n" in text
    assert main(["traces", "rec.npy", "--positions", "p.csv", "-o", "t.csv"]) == 0
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 2
    assert "p.csv exists" in capsys.readouterr().err


def test_a_description_replaces_no_file_of_others(folder, picked, capsys):
    (folder / "p.csv.json").write_text("mine")
    for options in ([], ["--overwrite"]):
        assert main(["pick", "rec.npy", "-o", "p.csv", *options]) == 2
        assert "p.csv.json exists and was not made by optimap" in capsys.readouterr().err
    assert [path.name for path in folder.glob("p.csv*")] == ["p.csv.json"]
    (folder / "p.csv.json").unlink()
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 0
    (folder / "p.csv").unlink()
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 0  # that of a table that is gone


def test_positions_that_were_edited_say_so(folder, picked, capsys):
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 0
    capsys.readouterr()
    assert main(["info", "p.csv"]) == 0
    assert "edited" not in capsys.readouterr().out
    with open("p.csv", "a", encoding="utf-8") as file:
        file.write("1,2\n")
    assert main(["info", "p.csv"]) == 0
    assert f"  written by  optimap-trace {__version__}, and edited since\n" in capsys.readouterr().out


def test_positions_of_others(folder, capsys):
    (folder / "q.csv").write_text("X,Y\n1,2\n")
    assert main(["info", "q.csv"]) == 0
    assert capsys.readouterr().out == "q.csv\n  positions   1: (1, 2)\n"
    write_positions(folder / "r.csv", PLACES)
    assert read_positions(folder / "r.csv") == PLACES
    (folder / "r.csv.json").write_text('{"optimap_positions": 1, ')
    assert main(["info", "r.csv"]) == 2
    assert "r.csv.json, which describes r.csv, is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".npy", ".tif", ".mat", ".h5", ".zarr", ".zarr.zip", ".mkv"])
def test_converted_recordings(folder, capsys, suffix):
    assert main(["convert", "rec.npy", f"new{suffix}", "--fps", "500"]) == 0
    assert load_metadata(f"new{suffix}")["fps"] == 500
    made = json.loads(load_metadata(f"new{suffix}")["made"])
    assert made["made_by"] == f"optimap convert, optimap-trace {__version__}"
    assert (made["recording"]["name"], made["recording"]["shape"]) == ("rec.npy", [20, 12, 15])
    np.testing.assert_array_equal(load_video(f"new{suffix}"), VIDEO)
    capsys.readouterr()
    assert main(["info", f"new{suffix}"]) == 0
    assert "      name: rec.npy\n" in capsys.readouterr().out


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float64])
def test_tiff_of_every_sort(folder, dtype):
    """ImageJ, OME and plain files."""
    save_video("new.tif", VIDEO.astype(dtype), fps=500, made={"drug": "µM"})
    metadata = load_metadata("new.tif")
    assert json.loads(metadata["made"]) == {"drug": "µM"}
    assert metadata["fps"] == 500
    save_video("plain.tif", VIDEO.astype(dtype))
    assert "made" not in load_metadata("plain.tif")


def test_notes_of_others_are_left_alone(folder, capsys):
    with h5py.File("other.h5", "w") as file:
        file["video"] = VIDEO
        file["video"].attrs["made"] = "in Italy"
    tifffile.imwrite("other.tif", VIDEO, software="{curly}")
    assert main(["info", "other.h5", "other.tif"]) == 0
    out = capsys.readouterr().out
    assert "  made: in Italy\n" in out
    assert "  made: {curly}\n" in out


def test_what_is_no_plain_value(folder):
    with pytest.raises(TypeError, match=r"made = \{.*\}: it holds text, finite numbers"):
        save_video("new.tif", VIDEO, made={"a": object()})
    with pytest.raises(TypeError, match="made = 'today': give a dict"):
        save_video("new.tif", VIDEO, made="today")
    assert not (folder / "new.tif").exists()


def test_the_demo(folder, capsys):
    assert main(["demo", "d"]) == 0
    capsys.readouterr()
    assert main(["info", "d/tissue.tif", "d/traces.csv", "d/traces.csv.json", "d/traces.png"]) == 0
    assert capsys.readouterr().out.count(f"made_by: optimap demo, optimap-trace {__version__}\n") == 3


def test_pictures_of_others(folder, capsys):
    from PIL import Image

    Image.new("L", (2, 2)).save("new.png")
    assert main(["info", "new.png"]) == 0
    note = "from another program; a folder of such pictures is a recording"
    assert capsys.readouterr().out == f"new.png\n  picture     {note}\n"


def test_a_window_is_told_only_where_there_is_one(folder):
    labels = np.zeros((12, 15), np.uint8)
    labels[2:5, 3:6] = 1
    Image.fromarray(labels).save("labels.png")
    np.save("labels.npy", labels)
    np.save("places.npy", [[3.0, 4.0]])
    given = {
        "labels.png": [],
        "labels.npy": [],
        "places.npy": [],
        "./labels.png": ["--background", "3,4"],
        "./labels.npy": ["--background", "places.npy"],
    }
    told = []
    for i, (regions, more) in enumerate(given.items()):
        assert main(["traces", "rec.npy", "--regions", regions, *more, "--size", "3", "-o", f"t{i}.csv"]) == 0
        made = load_traces(f"t{i}.csv").metadata
        told.append((made.get("size"), made.get("window")))
    assert told == [(None, None), (None, None), (3, "rect"), (3, "rect"), (3, "rect")]


def test_the_image_of_a_picture_is_a_mean(folder, monkeypatch):
    shown = []
    real = optimap.trace.show_positions_and_traces

    def spy(traces, places, image, **options):
        shown.append(image)
        return real(traces, places, image, **options)

    monkeypatch.setattr("optimap.trace.show_positions_and_traces", spy)
    monkeypatch.setattr("optimap._cli.pictures.MOST_FRAMES", 7)
    assert main(["traces", "rec.npy", "--at", "3,4", "--plot", "p.png"]) == 0
    monkeypatch.setattr("optimap._cli.pictures.MOST_BYTES", 3 * VIDEO[0].nbytes)
    assert main(["traces", "rec.npy", "--at", "3,4", "--plot", "q.png", "-o", "q.csv"]) == 0
    np.testing.assert_array_equal(shown[0], VIDEO[:7].mean(axis=0))
    np.testing.assert_array_equal(shown[1], VIDEO[:3].mean(axis=0))
