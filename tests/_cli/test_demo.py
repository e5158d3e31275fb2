"""`optimap demo`: the files that it makes."""

from optimap import __version__
from optimap._cli import main
from tests._cli.helpers import run, table


def test_demo(folder, capsys):
    assert run("demo", "d") == 0
    assert sorted(p.name for p in (folder / "d").iterdir()) == [
        "tissue.tif",
        "traces.csv",
        "traces.csv.json",
        "traces.png",
    ]
    out = capsys.readouterr().out
    assert "d/traces.csv" in out
    assert "d/traces.png" in out
    result = table("d/traces.csv")
    assert result.shape == (600, 4)
    assert (result.iloc[:, 1:].min() == 0).all()
    assert (result.iloc[:, 1:].max() == 1).all()
    assert run("demo", "d") == 2
    assert "exists" in capsys.readouterr().err


def test_the_demo(folder, capsys):
    assert main(["demo", "d"]) == 0
    capsys.readouterr()
    assert main(["info", "d/tissue.tif", "d/traces.csv", "d/traces.csv.json", "d/traces.png"]) == 0
    assert capsys.readouterr().out.count(f"made_by: optimap demo, optimap-trace {__version__}\n") == 3
