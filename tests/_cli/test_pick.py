"""`optimap pick`: the files about picked positions. A front end without a screen picks."""

from contextlib import ExitStack

import numpy as np
import pandas as pd
import pytest

from optimap import __version__
from optimap._cli import main
from optimap.trace import extract_traces, load_traces
from tests._cli.helpers import NAN_VIDEO, succeed
from tests._pick.puppet import clicks, seat, wheel

PICKED = [(3, 4), (7, 2), (0, 11)]


@pytest.fixture
def picked():
    """A user who picks three positions, and turns the wheel to size 7."""

    def act(figure):
        clicks(*PICKED)(figure)
        wheel(PICKED[0], 1)(figure)

    with ExitStack() as stack:
        yield seat(stack, act)


def test_picked_positions(folder, picked, capsys):
    assert main(["pick", "rec.npy", "-o", "p.csv", "--plot", "p.png"]) == 0
    assert (folder / "p.csv").read_text() == "x,y\n3,4\n7,2\n0,11\n"
    assert pd.read_csv("p.csv").values.tolist() == [[3, 4], [7, 2], [0, 11]]
    capsys.readouterr()
    assert main(["info", "p.csv", "p.csv.json", "p.png"]) == 0
    table, picture = capsys.readouterr().out.split("p.png\n")
    assert "p.csv\n  positions   3: (3, 4), (7, 2), (0, 11)\n" in table
    assert "p.csv.json\n  describes   p.csv\n" in table
    for text in (table, picture):
        assert f"  made_by: optimap pick, optimap-trace {__version__}\n" in text
        assert "    name: rec.npy\n" in text
        assert "    shape: [40, 12, 15]\n" in text
        assert "  size: 7\n" in text
    assert main(["traces", "rec.npy", "--positions", "p.csv", "-o", "t.csv"]) == 0
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 2
    assert "p.csv exists" in capsys.readouterr().err


def test_a_description_never_replaces_a_file_from_another_program(folder, picked, capsys):
    (folder / "p.csv.json").write_text("mine")
    for options in ([], ["--overwrite"]):
        assert main(["pick", "rec.npy", "-o", "p.csv", *options]) == 2
        assert "p.csv.json exists and was not written by optimap" in capsys.readouterr().err
    assert [path.name for path in folder.glob("p.csv*")] == ["p.csv.json"]
    (folder / "p.csv.json").unlink()
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 0
    (folder / "p.csv").unlink()
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 0  # that of a table that is gone


def test_info_reports_that_positions_were_edited(folder, picked, capsys):
    assert main(["pick", "rec.npy", "-o", "p.csv"]) == 0
    capsys.readouterr()
    assert main(["info", "p.csv"]) == 0
    assert "edited" not in capsys.readouterr().out
    with open("p.csv", "a", encoding="utf-8") as file:
        file.write("1,2\n")
    assert main(["info", "p.csv"]) == 0
    assert f"  written by  optimap-trace {__version__}, and edited since\n" in capsys.readouterr().out


def test_picked_traces_say_how_they_were_made(made, picked, monkeypatch):
    monkeypatch.chdir(made)
    for name, more in (("picked.h5", []), ("picked.parquet", ["--tidy"])):
        succeed("pick", "rec.tif", "-o", f"{name}.positions.csv", "--traces", name, "--size", 5, *more)
        table = load_traces(name)
        np.testing.assert_array_equal(table.traces, extract_traces(NAN_VIDEO, PICKED, 7))
        np.testing.assert_array_equal(table.positions, PICKED)
        assert table.metadata["made_by"].startswith("optimap pick, ")
        assert (table.metadata["size"], table.metadata["positions"]) == (7, {"from": "mouse"})
    assert list(pd.read_parquet("picked.parquet").columns) == ["time", "name", "x", "y", "value"]
    assert main(["pick", "rec.tif", "--traces", "p.mat", "--tidy"]) == 2


def test_irregular_times_are_the_axis_of_picked_traces(pause, picked):
    assert main(["pick", "pause.mkv", "-o", "p.csv", "--traces", "t.npz", "--plot", "p.png"]) == 0
    np.testing.assert_allclose(load_traces("t.npz").x, pause, rtol=0, atol=1e-9)
    assert picked.figure.axes[1].get_xlabel() == "Time [s]"
