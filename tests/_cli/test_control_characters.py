"""What anybody may have written into a file reaches the terminal as text: no escapes, no lines that are not ours."""

import json
import re
from pathlib import Path

import h5py
import numpy as np
import pytest
import roifile

from optimap.beats import BeatTable, measure_beats, save_beats
from optimap.trace import load_traces, save_traces
from tests._cli.helpers import VIDEO, run
from tests.beats.examples import action_potentials
from tests.errors import check_error

EVIL = "a\x1b[2J\x1b]0;title\x07\u202eb\r\n  rate        1 frames/s\x9b31m"


def check(captured):
    for text in captured:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text), repr(text)
        assert "\n  rate        1 frames/s" not in text


def recording(folder):
    with h5py.File(folder / "rec.h5", "w") as file:
        file["video"] = VIDEO
        file["video"].attrs[EVIL] = EVIL
        file["video"].attrs["lines"] = EVIL
    return folder / "rec.h5"


def table(folder):
    save_traces(folder / "t.csv", np.zeros((4, 2)), names=[EVIL, "b"], metadata={EVIL: EVIL, "nested": {EVIL: [EVIL]}})
    return folder / "t.csv"


def beats(folder):
    save_beats(folder / "b.csv", measure_beats(action_potentials(), fps=500, names=[EVIL]))
    return folder / "b.csv"


def drawn(folder):
    square = [[0, 0], [3, 0], [3, 3], [0, 0]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [square]},
        "properties": {"name": EVIL},
    }
    (folder / "r.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return folder / "r.geojson"


@pytest.mark.parametrize("make", [recording, table, beats, drawn])
def test_info(tmp_path, capfd, make):
    assert run("info", make(tmp_path)) == 0
    captured = capfd.readouterr()
    check(captured)
    assert r"\x1b[2J" in captured.out or make is beats


@pytest.mark.parametrize("name", ["a\x1b[31mb.npy", "a\nb.npy", "a\u202eb.npy"])
def test_names_of_files(tmp_path, capfd, name):
    np.save(tmp_path / name, VIDEO)
    assert run("info", tmp_path / name) == 0
    assert run("traces", tmp_path / name, "--at", "3,4", "-o", tmp_path / f"{name}.csv") == 0
    assert run("convert", tmp_path / name, tmp_path / f"{name}.tif") == 0
    assert run("info", tmp_path / f"no {name}") == 2
    assert run("traces", tmp_path / name, "--at", "300,4", "-o", tmp_path / f"{name}.csv", "--overwrite") == 2
    check(capfd.readouterr())


def test_errors_name_what_is_in_a_file_without_control_characters(tmp_path, capfd):
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        file["a\x1b[2J"] = VIDEO
        file["b\x1b[2J"] = VIDEO
    assert run("info", tmp_path / "rec.h5") == 2
    captured = capfd.readouterr()
    check(captured)
    assert r"a\x1b[2J" in captured.err


@pytest.mark.parametrize("name", [r"$\bad{$", "$x$", r"a\$b$"])
def test_names_are_not_formulas_in_pictures(tmp_path, name):
    np.save(tmp_path / f"{name}.npy".replace("\\", ""), VIDEO)
    recording = next(tmp_path.glob("*.npy"))
    assert run("traces", recording, "--at", "3,4", "-o", tmp_path / "t.csv", "--plot", tmp_path / "t.png") == 0
    save_traces(tmp_path / "n.csv", np.random.default_rng(0).random((9, 2)), names=[name, "b"])
    assert run("plot", tmp_path / "n.csv", "-o", tmp_path / "n.png") == 0


LATIN = "latin\udce9"  # how Python shows the bytes b"latin\xe9", a name that is not in UTF-8


def test_recordings_and_regions_whose_names_are_in_no_encoding(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save(f"{LATIN}.npy", VIDEO)
    roifile.ImagejRoi.frompoints([(1, 1), (9, 1), (9, 9)]).tofile(f"{LATIN}.roi")
    for suffix in (".csv", ".mat", ".h5"):
        given = ["traces", f"{LATIN}.npy", "--regions", f"{LATIN}.roi", "--fps", 500, "--plot", f"{suffix[1:]}.png"]
        assert run(*given, "-o", f"t{suffix}") == 0
        loaded = load_traces(f"t{suffix}")
        assert loaded.names == ["latin\\udce9"]
        assert loaded.metadata["recording"]["name"] == f"{LATIN}.npy"
    for name in ("t.csv", "t.csv.json"):
        Path(name).rename(name.replace("t.csv", f"{LATIN}.csv"))
    assert run("plot", f"{LATIN}.csv", "-o", "p.png") == 0


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".npz", ".nc"])
def test_beats_with_half_a_character_are_not_written(tmp_path, suffix):
    table = BeatTable({"series": np.array([0]), "beat": np.array([0]), "why": np.array([LATIN])})
    error = check_error(
        lambda: save_beats(tmp_path / f"b{suffix}", table), ValueError, "beats['why']", "half a character"
    )
    assert error.value == LATIN
    assert not list(tmp_path.iterdir())
