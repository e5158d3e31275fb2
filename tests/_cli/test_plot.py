"""`optimap plot`: pictures of tables of traces, beats and ensembles."""

import json

import numpy as np
import pytest
from PIL import Image

from optimap.beats import BeatTable, save_beats
from optimap.trace import save_traces
from tests._cli.helpers import run

BEATS = {
    "series": np.repeat([0, 1], 4),
    "beat": np.tile(np.arange(4), 2),
    "activation_ms": np.tile(np.arange(4) * 100.0, 2),
    "amplitude": np.linspace(1, 2, 8),
    "apd80_ms": np.linspace(40, 50, 8),
    "di80_ms": np.linspace(60, 50, 8),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a table of each kind."""
    monkeypatch.chdir(tmp_path)
    signal = np.sin(np.arange(200) / 9)[:, np.newaxis] * [1, 2]
    save_traces("t.csv", signal, fps=500, metadata={"steps": ["ΔF/F (asls)"]})
    save_traces("e.csv", signal, x=np.arange(200), names=["a mean", "a SD"], metadata={"x": "time", "count": [3]})
    save_traces("many.csv", np.repeat(signal, 20, axis=1), fps=500)
    save_beats("b.npz", BeatTable(BEATS, 500.0, {"made_by": "me"}))
    save_beats("none.csv", BeatTable({name: values[:0] for name, values in BEATS.items()}, 500.0))
    save_beats("plain.csv", BeatTable({"series": np.arange(2), "beat": np.arange(2)}))
    return tmp_path


@pytest.mark.parametrize("name", ["t.csv", "e.csv", "many.csv", "b.npz"])
def test_pictures_of_tables(folder, capsys, name):
    picture = folder / f"{name.partition('.')[0]}.png"
    assert run("plot", name) == 0
    assert capsys.readouterr().out == f"{name} -> {picture.name}\n"
    with Image.open(picture) as drawn:
        assert np.ptp(np.asarray(drawn.convert("L")).astype(int)) > 200
        made = json.loads(drawn.info["Description"])
    assert made["made_by"].startswith("optimap plot, ")
    assert made["table"]["name"] == name
    assert made["table"].get("made_by") == ("me" if name == "b.npz" else None)
    before = picture.read_bytes()
    assert run("plot", name) == 2
    assert f"-o {picture.name} exists" in capsys.readouterr().err
    assert picture.read_bytes() == before
    assert run("plot", name, "--overwrite") == 0
    assert run("plot", name, "-o", "other.svg") == 0
    assert "<svg" in (folder / "other.svg").read_text()


def test_a_mean_beat_differs_from_its_traces(folder):
    """The standard deviation is a band around the mean, not a line of its own."""
    save_traces("lines.csv", np.sin(np.arange(200) / 9)[:, np.newaxis] * [1, 2], x=np.arange(200), names=["a", "b"])
    assert run("plot", "e.csv", "-o", "band.svg") == 0
    assert run("plot", "lines.csv", "-o", "lines.svg") == 0
    assert "FillBetweenPolyCollection" in (folder / "band.svg").read_text()
    assert "FillBetweenPolyCollection" not in (folder / "lines.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.csv"], "nope.csv does not exist"),
        (["rec.npy"], "rec.npy is not a table: give a table of traces or beats"),
        (["plain.csv"], "plain.csv holds no durations of beats: give a table of beats or traces"),
        (["t.csv", "-o", "t.csv", "--overwrite"], "-o t.csv is an input"),
        (["t.csv", "-o", "p.xyz"], "-o p.xyz has the unknown suffix '.xyz'"),
    ],
)
def test_errors(folder, capsys, arguments, message):
    np.save("rec.npy", np.zeros((5, 6, 7)))
    assert run("plot", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_table_without_beats_is_drawn_empty(folder):
    assert run("plot", "none.csv") == 0
    assert (folder / "none.png").exists()
