"""Running a batch again: outputs are kept if they are what would be made, otherwise reported."""

import json
import zipfile

import numpy as np
import pytest
import roifile
from PIL import Image

from optimap import __version__
from optimap._cli import main
from optimap.trace import save_traces

VIDEO = np.random.default_rng(0).integers(0, 65536, (40, 12, 15), dtype=np.uint16)
LABELS = np.zeros((12, 15), np.uint8)
LABELS[2:5, 3:9], LABELS[8:, 10:] = 4, 2
FIRST = ["--at", "3,4", "7,7"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", VIDEO)
    np.save("b.npy", VIDEO[:10])
    np.save("cells.npy", LABELS)
    np.save("copy.npy", LABELS)
    np.save("moved.npy", np.where(np.roll(LABELS, 1, axis=1) == 4, 4, LABELS))
    np.save("larger.npy", np.where(np.roll(LABELS, 1, axis=0) | LABELS, np.maximum(np.roll(LABELS, 1, 0), LABELS), 0))
    (tmp_path / "p.csv").write_text("x,y\n3,4\n7,7\n")
    with zipfile.ZipFile("one.zip", "w") as one, zipfile.ZipFile("two.zip", "w") as two:
        box = roifile.ImagejRoi.frompoints([(1, 1), (9, 1), (9, 6), (1, 6)]).tobytes()
        one.writestr("left.roi", box)
        two.writestr("right.roi", box)
    return tmp_path


def run(*arguments):
    return main(["traces", *arguments])


def batch(*arguments):
    return run("a.npy", "b.npy", "-o", "out", *arguments)


def contents(folder):
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


@pytest.mark.parametrize(
    ("first", "again", "reported"),
    [
        (FIRST, [*FIRST, "--size", "7"], "--size 5 (now 7)"),
        (FIRST, [*FIRST, "--window", "disc"], "--window rect (now disc)"),
        (FIRST, [*FIRST, "--detrend", "mean"], "--detrend none (now mean)"),
        (FIRST, [*FIRST, "--normalize", "--fps", "9"], "--fps none (now 9.0), --normalize no (now yes)"),
        (FIRST, [*FIRST, "--tidy"], "--tidy no (now yes)"),
        (FIRST, ["--at", "3,4", "7,8"], "different positions"),
        (FIRST, ["--grid", "2"], "different positions"),
        (["--random", "2"], ["--random", "2", "--seed", "1"], "different positions"),
        (FIRST, [*FIRST, "--background", "5"], "--background none (now 5.0): replace"),
        ([*FIRST, "--background", "1,1"], [*FIRST, "--background", "2,1"], "--background [1.0, 1.0] (now [2.0, 1.0])"),
        ([*FIRST, "--background", "cells.npy"], [*FIRST, "--background", "moved.npy"], "a different background"),
        (["--regions", "cells.npy"], ["--regions", "moved.npy"], "different regions"),
        (["--regions", "cells.npy"], ["--regions", "larger.npy"], "different regions"),
        (["--regions", "cells.npy"], FIRST, "different positions, different regions, different names"),
        (["--regions", "one.zip"], ["--regions", "two.zip"], "different names"),
    ],
)
def test_different_parameters_are_reported(folder, capsys, first, again, reported):
    assert batch(*first) == 0
    before = contents(folder)
    (folder / "out" / "b_traces.csv").unlink()
    capsys.readouterr()
    assert batch(*again) == 2
    captured = capsys.readouterr()
    start = f"optimap: error: out/a_traces.csv already exists, made with {reported}"
    assert captured.err.replace("a.npy: ", "").startswith(start)
    assert captured.err.endswith(": replace it with --overwrite, or keep it and choose another folder\n")
    assert captured.err.count("\n") == 1
    assert "\nb.npy: " in f"\n{captured.out}"  # the rest is done
    assert (folder / "out" / "b_traces.csv").exists()
    assert contents(folder)["a_traces.csv"] == before["a_traces.csv"]
    assert batch(*again, "--overwrite") == 0
    assert batch(*again) == 0
    assert "2 of 2 recordings are done" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (FIRST, FIRST),
        (FIRST, ["--positions", "p.csv"]),
        (FIRST, ["--at", "3.0,4e0", "--at", "7,7", "--size", "5"]),
        (["--regions", "cells.npy"], ["--regions", "copy.npy", "--size", "9"]),
        ([*FIRST, "--background", "cells.npy"], [*FIRST, "--background", "./copy.npy"]),
    ],
)
def test_a_table_with_the_same_numbers_is_kept(folder, capsys, first, again):
    assert batch(*first) == 0
    for header in (folder / "out").glob("*.json"):  # an earlier version made it
        header.write_text(header.read_text().replace(f"optimap-trace {__version__}", "optimap-trace 0.0.1"))
    before = contents(folder)
    (folder / "links").mkdir()
    (folder / "links" / "a.npy").symlink_to(folder / "a.npy")
    capsys.readouterr()
    assert run("./links/a.npy", str(folder / "b.npy"), "-o", "out", *again) == 0
    assert "2 of 2 recordings are done: their outputs exist and are kept" in capsys.readouterr().out
    assert contents(folder) == before


def test_another_recording_of_the_same_name_is_reported(folder, capsys):
    assert batch(*FIRST) == 0
    for day, video, reported in (
        ("day2", VIDEO[::-1], "a different recording"),
        ("day3", VIDEO[:5], "a recording of shape [40, 12, 15] (now [5, 12, 15])"),
    ):
        (folder / day).mkdir()
        np.save(f"{day}/a.npy", video)
        capsys.readouterr()
        assert run(f"{day}/a.npy", "b.npy", "-o", "out", *FIRST) == 2
        captured = capsys.readouterr()
        assert f"out/a_traces.csv already exists, made with {reported}" in captured.err
        assert "1 of 2 recordings is done: its output exists and is kept (--overwrite replaces it)" in captured.out


@pytest.mark.parametrize("suffix", [".tsv", ".parquet", ".xlsx", ".mat", ".npz", ".h5", ".nc"])
def test_tables_of_each_kind(folder, capsys, suffix):
    assert batch(*FIRST, "--format", suffix) == 0
    assert batch(*FIRST, "--format", suffix) == 0
    assert batch(*FIRST, "--format", suffix, "--size", "3") == 2
    assert capsys.readouterr().err.count("already exists, made with --size 5 (now 3)") == 2


def test_pictures_are_compared_too(folder, capsys):
    assert batch(*FIRST, "--plot", "pictures") == 0
    for table in (folder / "out").iterdir():
        table.unlink()
    assert batch("--at", "3,4", "8,7", "--plot", "pictures") == 2
    assert "pictures/a_traces.png already exists, made with different positions" in capsys.readouterr().err
    assert contents(folder) == {}
    Image.new("L", (2, 2)).save("pictures/a_traces.png")
    assert batch(*FIRST, "--plot", "pictures") == 2
    assert "pictures/a_traces.png already exists and does not say how it was made" in capsys.readouterr().err
    whole = (folder / "pictures" / "b_traces.png").read_bytes()
    (folder / "pictures" / "a_traces.png").write_bytes(whole[: len(whole) // 2])
    assert batch(*FIRST, "--plot", "pictures") == 2
    message = "a.npy: pictures/a_traces.png already exists and is damaged, or is not a picture: replace it"
    assert message in capsys.readouterr().err
    assert sorted(contents(folder)) == ["b_traces.csv", "b_traces.csv.json"]


def test_a_table_that_does_not_say_how_it_was_made_is_reported(folder, capsys):
    assert batch(*FIRST) == 0
    header = folder / "out" / "a_traces.csv.json"
    header.write_text(json.dumps({**json.loads(header.read_text()), "metadata": {}}))
    assert batch(*FIRST) == 2
    assert "out/a_traces.csv already exists and does not say how it was made" in capsys.readouterr().err


def test_a_table_that_optimap_did_not_make_is_reported(folder, capsys):
    (folder / "out").mkdir()
    about = {"made_by": "me", "recording": "a", "positions": None}
    save_traces("out/a_traces.csv", [1.0, 2.0], metadata=about)
    assert batch(*FIRST) == 2
    captured = capsys.readouterr()
    assert "out/a_traces.csv already exists, made with a recording of shape none (now" in captured.err
    assert "b.npy: 2 traces of 10 frames" in captured.out


def test_a_missing_recording_does_not_stop_the_others(folder, capsys):
    assert batch(*FIRST) == 0
    (folder / "a.npy").unlink()
    assert batch(*FIRST) == 2
    captured = capsys.readouterr()
    assert "1 of 2 recordings is done: its output exists and is kept (--overwrite replaces it)" in captured.out
    assert captured.err.startswith("optimap: error: a.npy does not exist")


def test_a_table_without_its_description_is_not_done(folder, capsys):
    assert batch("--at", "3,4") == 0
    (folder / "out" / "a_traces.csv.json").unlink()
    assert batch("--at", "3,4") == 2
    assert "a_traces.csv already exists without a_traces.csv.json" in capsys.readouterr().err
    assert batch("--at", "3,4", "--overwrite") == 0
    assert (folder / "out" / "a_traces.csv.json").exists()


def test_a_description_that_is_not_ours_is_not_said_to_be_replaced(folder, capsys):
    assert batch(*FIRST) == 0
    (folder / "out/a_traces.csv.json").write_text("{}")
    for again in ([], ["--overwrite"]):
        capsys.readouterr()
        assert batch(*FIRST, *again) == 2
        error = capsys.readouterr().err
        assert "a_traces.csv.json exists and was not written by optimap" in error
        assert "--overwrite" not in error
