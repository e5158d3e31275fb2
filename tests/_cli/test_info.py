"""`optimap info`: recordings, tables, positions, regions, pictures, and the installation."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import scipy.io
import tifffile
from PIL import Image

from optimap import __version__
from optimap._cli import main
from optimap._regions import read_positions, write_positions
from optimap.beats import BeatTable, save_beats
from optimap.trace import save_traces
from tests import makers
from tests._cli.helpers import VIDEO, run, succeed
from tests._regions import programs


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


def test_notes_from_other_programs_are_shown_as_they_are(folder, capsys):
    with h5py.File("other.h5", "w") as file:
        file["video"] = VIDEO
        file["video"].attrs["made"] = "in Italy"
    tifffile.imwrite("other.tif", VIDEO, software="{curly}")
    assert main(["info", "other.h5", "other.tif"]) == 0
    out = capsys.readouterr().out
    assert "  made: in Italy\n" in out
    assert "  made: {curly}\n" in out


def test_positions_from_other_programs(folder, capsys):
    (folder / "q.csv").write_text("X,Y\n1,2\n")
    assert main(["info", "q.csv"]) == 0
    assert capsys.readouterr().out == "q.csv\n  positions   1: (1, 2)\n"
    write_positions(folder / "r.csv", [(3, 4), (7.5, 2)])
    assert read_positions(folder / "r.csv") == [(3, 4), (7.5, 2)]
    (folder / "r.csv.json").write_text('{"optimap_positions": 1, ')
    assert main(["info", "r.csv"]) == 2
    assert "r.csv.json, which describes r.csv, is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["Name;X;Y\nLV;12,5;20\n", "12,5;20\n", "index,axis-0,axis-1\n0,20,12.5\n"])
def test_positions_with_other_columns(folder, capsys, text):
    (folder / "q.csv").write_text(text)
    assert main(["info", "q.csv"]) == 0
    assert capsys.readouterr().out == "q.csv\n  positions   1: (12.5, 20)\n"


def test_the_advice_for_regions_that_are_not_accepted_works(folder, capsys):
    stat = programs.suite2p(folder, programs.footprints(2), [False, False])
    assert main(["info", str(stat)]) == 2
    assert "accept some in suite2p, or give --cells all\n" in capsys.readouterr().err
    assert main(["info", str(stat), "--cells", "all"]) == 0
    assert "names       cell_0, cell_1\n" in capsys.readouterr().out


def test_pictures_from_other_programs(folder, capsys):

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


def test_info_distinguishes_recordings_and_tables_by_their_content(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    for suffix in (".h5", ".mat"):
        succeed("convert", "rec.tif", f"rec{suffix}")
        capsys.readouterr()
        succeed("info", f"rec{suffix}", f"t{suffix}")
        recording, table = capsys.readouterr().out.split(f"t{suffix}\n")
        assert "size        15 x 12 pixels" in recording
        assert "traces      3, float32" in table
    with h5py.File("other.h5", "w") as file:
        file["a"] = [1, 2]
    scipy.io.savemat("other.mat", {"a": 1})
    (made / "cut.mat").write_bytes((made / "t.mat").read_bytes()[:300])
    (made / "v73.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(600))
    for name, message in (
        ("other.h5", "holds no 3-D array"),
        ("other.mat", "holds no 3-D array"),
        ("cut.mat", "cut.mat cannot be read as a MATLAB file"),
        ("v73.mat", "v73.mat cannot be read as HDF5"),
    ):
        assert main(["info", name]) == 2
        assert message in capsys.readouterr().err
    assert main(["traces", "t.h5", "--at", "1,1"]) == 2
    assert "t.h5 is not a recording, because it is a table of traces" in capsys.readouterr().err


def test_info_of_a_csv_from_another_program(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    (made / "foreign.csv").write_text("time_s,RV,LV\n0,1,2\n0.01,1,2\n")
    (made / "axis.tsv").write_text("x\tRV\n0\t1\n5\t2\n")
    (made / "people.csv").write_text("name,age\nx,1\n")
    succeed("info", "foreign.csv", "axis.tsv")
    out = capsys.readouterr().out
    assert "traces      2, float64\n  frames      2\n  rate        100 frames/s, 0.02 s\n  names       RV, LV\n" in out
    assert "rate        unknown (the axis was given)\n" in out
    assert main(["info", "people.csv"]) == 2
    assert "its columns are name, age" in capsys.readouterr().err


def test_missing_packages_are_named_with_their_pip_command(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert run("info") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("HDF5")]
    assert len(lines) == 2
    assert all(line.endswith("   (needs: pip install 'optimap-trace[hdf5]')") for line in lines)


def test_without_compiled_loops_info_says_so():
    environment = {**os.environ, "OPTIMAP_KERNELS": "numpy"}
    command = [sys.executable, "-m", "optimap", "info"]
    out = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    assert out.splitlines()[0].endswith("(kernels: numpy)")
    assert out.splitlines()[1].startswith("The compiled loops are not in use: results are the same, but slower.")


def test_info_of_irregular_times(pause, capsys):
    assert run("info", "pause.mkv") == 0
    assert "  rate        irregular times: 1 gap, after frame 20: 50 ms instead of 2 ms\n" in capsys.readouterr().out


def test_info_of_analog_signals(folder, capsys):
    makers.micam05(folder, VIDEO, analog=makers.random_video((2, 160), "i2"))
    assert run("info", "rec.gsh") == 0
    out = capsys.readouterr().out
    assert "  analog 0    160 samples, rate 2000 samples/s, 0.08 s\n  analog 1    160 samples" in out


@pytest.mark.parametrize(("option", "frames", "rate"), [("0", 20, 250), ("1", 20, 250), ("all", 40, 500)])
def test_the_advice_for_two_cameras_works(folder, capsys, option, frames, rate):
    makers.micam_ultima(folder, VIDEO, dual_cam=4)
    assert run("info", "rec.rsh") == 2
    assert "rec.rsh may hold frames of two cameras" in (said := capsys.readouterr().err)
    assert ": choose one of two cameras with --option channel=, from 0 to 1, or 'all' if there was only one\n" in said
    assert run("info", "rec.rsh", "--option", f"channel={option}") == 0
    out = capsys.readouterr().out
    assert f"  frames      {frames}\n" in out
    assert f"  rate        {rate} frames/s" in out


@pytest.mark.parametrize("suffix", [".csv", ".h5", ".mat", ".nwb"])
def test_tables_of_beats(tmp_path, monkeypatch, capsys, suffix):
    monkeypatch.chdir(tmp_path)
    columns = {"series": np.arange(2), "beat": np.zeros(2, int), "apd80_ms": np.array([50.0, 60])}
    save_beats(f"b{suffix}", BeatTable(columns, 500.0, {"drug": "none"}))
    assert run("info", f"b{suffix}") == 0
    out = capsys.readouterr().out
    for line in ("rows        2, one for each beat", "columns     series, beat, apd80_ms", "rate        500 frames/s"):
        assert f"\n  {line}\n" in out
    assert "  drug: none\n" in out
    assert run("convert", f"b{suffix}", "new.npy") == 2
    problem = "table" if suffix == ".csv" else "table of beats: give the recording that they were measured in"
    assert f"b{suffix} is not a recording, because it is a {problem}" in capsys.readouterr().err


def test_a_summary_of_beats(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_traces("noise.csv", np.random.default_rng(0).normal(size=(400, 2)), fps=500)
    succeed("beats", "noise.csv", "--summary", "s.csv")
    capsys.readouterr()
    assert run("info", "s.csv", "noise_beats.csv.json") == 0
    out = capsys.readouterr().out
    assert "\n  rows        2, one for each recording and trace\n" in out
    assert "noise_beats.csv.json\n  describes   noise_beats.csv\n" in out


@pytest.mark.filterwarnings("default")
def test_a_damaged_recording_with_a_header_that_is_wrong_is_one_line(tmp_path, capsys):
    """What the file is, how it is opened and its frames are looked at: each sees the damage."""
    path = tmp_path / "rec.ome.tif"
    tifffile.imwrite(path, np.zeros((7, 6, 5), np.uint16), metadata={"axes": "TYX"}, software="a")
    raw = bytearray(path.read_bytes())
    raw = raw.replace(b'SizeT="7"', b'SizeT="5"', 1)
    entry = raw.index(b"\x31\x01\x02\x00", 8)  # the software, of a type that TIFF does not have
    raw[entry + 2 : entry + 4] = b"\x00\x1b"
    path.write_bytes(raw)
    assert main(["info", str(path)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "holds 7 frames, although its header states 5" in lines[0]
