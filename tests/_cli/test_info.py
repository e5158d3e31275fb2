"""`optimap info`: recordings, tables, positions, regions, pictures, and the installation."""

import h5py
import tifffile
from PIL import Image

from optimap import __version__
from optimap._cli import main
from optimap._regions import read_positions, write_positions
from tests._cli.helpers import VIDEO, run


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


def test_notes_of_others_are_left_alone(folder, capsys):
    with h5py.File("other.h5", "w") as file:
        file["video"] = VIDEO
        file["video"].attrs["made"] = "in Italy"
    tifffile.imwrite("other.tif", VIDEO, software="{curly}")
    assert main(["info", "other.h5", "other.tif"]) == 0
    out = capsys.readouterr().out
    assert "  made: in Italy\n" in out
    assert "  made: {curly}\n" in out


def test_positions_of_others(folder, capsys):
    (folder / "q.csv").write_text("X,Y\n1,2\n")
    assert main(["info", "q.csv"]) == 0
    assert capsys.readouterr().out == "q.csv\n  positions   1: (1, 2)\n"
    write_positions(folder / "r.csv", [(3, 4), (7.5, 2)])
    assert read_positions(folder / "r.csv") == [(3, 4), (7.5, 2)]
    (folder / "r.csv.json").write_text('{"optimap_positions": 1, ')
    assert main(["info", "r.csv"]) == 2
    assert "r.csv.json, which describes r.csv, is damaged" in capsys.readouterr().err


def test_pictures_of_others(folder, capsys):

    Image.new("L", (2, 2)).save("new.png")
    assert main(["info", "new.png"]) == 0
    note = "from another program; a folder of such pictures is a recording"
    assert capsys.readouterr().out == f"new.png\n  picture     {note}\n"


def test_info_of_regions_and_of_descriptions(odd_files, capsys):
    assert run("traces", "rec.npy", "--at", "1,1", "-o", "t.csv") == 0
    capsys.readouterr()
    assert run("info", "t.csv", "t.csv.json", "line.zip") == 0
    out = capsys.readouterr().out
    assert "t.csv.json\n  describes   t.csv\n" in out
    assert "line.zip\n  regions     2, drawn in ImageJ\n  ruler: line\n  box: rectangle\n" in out
    (odd_files / "t.csv").unlink()
    assert run("info", "t.csv.json") == 0
    assert "describes   t.csv, which is missing" in capsys.readouterr().out
    (odd_files / "notes.json").write_text("{}")
    assert run("info", "notes.json") == 2
