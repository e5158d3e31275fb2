"""`optimap pick`: what is written about positions that were picked. A stand-in picks."""

import pandas as pd
import pytest

from optimap import __version__
from optimap._cli import main
from optimap.trace import Picked, extract_traces

PLACES = [(3, 4), (7.5, 2)]


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
        assert "    shape: [40, 12, 15]\n" in text
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
