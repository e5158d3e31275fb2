"""`optimap pick`: the files about picked positions. A front end without a screen picks."""

from contextlib import ExitStack

import numpy as np
import pandas as pd
import pytest
from matplotlib.backend_bases import KeyEvent, MouseEvent

from optimap import __version__
from optimap._cli import main
from optimap.trace import extract_traces, load_traces, regions
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


def pressed(action, *keys):
    """Return an action after which keys are pressed."""

    def act(figure):
        action(figure)
        for name in keys:
            KeyEvent("key_press_event", figure.canvas, name, 0, 0)._process()

    return act


def test_treated_traces_on_request_and_the_files_say_so(folder, capsys):
    commands = {"p": ["--positions", "start.csv", "-o", "p.csv"], "r": ["--regions", "r.zip"]}
    (folder / "start.csv").write_text("x,y\n9,9\n")
    for name, places in commands.items():
        action = clicks((3, 4)) if name == "p" else drawn((2, 3), (5, 6), "ab")
        for more in ([], ["--treated"]):
            files = ["--traces", f"{name}-t.csv", "--plot", f"{name}.png", "--overwrite"]
            with ExitStack() as stack:
                seat(stack, pressed(action, "1", "5"))
                assert main(["pick", "rec.npy", *places, *files, *more]) == 0
            (folder / "r.zip").unlink(missing_ok=True)
            table = load_traces(f"{name}-t.csv")
            is_treated = bool(more)
            assert (table.columns.min(), table.columns.max()) == (0, 1) or not is_treated
            assert table.metadata["values"] == ("as drawn" if is_treated else "as recorded")
            assert ("treatment" in table.metadata) == is_treated
        assert table.metadata["treatment"]["normalize"] == {"ymin": 0, "ymax": 1}
        assert table.metadata["steps"] == ["smoothed in time (gaussian, 0.125 cycles/frame)", "normalized"]
        capsys.readouterr()
        assert main(["info", f"{name}-t.csv", f"{name}.png"]) == 0
        assert capsys.readouterr().out.count("lowpass: 0.125") == 2
    assert table.names == ["ab"]


def test_irregular_times_are_the_axis_of_picked_traces(pause, picked):
    assert main(["pick", "pause.mkv", "-o", "p.csv", "--traces", "t.npz", "--plot", "p.png"]) == 0
    np.testing.assert_allclose(load_traces("t.npz").x, pause, rtol=0, atol=1e-9)
    assert picked.figure.axes[1].get_xlabel() == "Time [s]"


def drawn(start, end, name):
    """Return an action that draws a rectangle and types its name."""

    def act(figure):
        places = figure.axes[0].transData.transform([start, end])
        for event, place in zip(("press", "motion", "release"), (0, 1, 1), strict=True):
            kind = {"motion": "motion_notify_event"}.get(event, f"button_{event}_event")
            MouseEvent(kind, figure.canvas, *places[place], 1)._process()
        for key in ("enter", *name, "enter"):
            KeyEvent("key_press_event", figure.canvas, key, 0, 0)._process()

    return act


def test_drawn_regions_are_written_and_gone_on_with(folder, capsys):
    pytest.importorskip("roifile")
    command = ["pick", "rec.npy", "--regions", "r.zip", "--traces", "t.csv", "--plot", "p.png", "--overwrite"]
    with ExitStack() as stack:
        seat(stack, drawn((2, 3), (5, 6), "ab"))
        assert main(command) == 0
    assert capsys.readouterr().out.splitlines()[0] == "1 region -> r.zip"
    with ExitStack() as stack:
        seat(stack, drawn((8, 3), (10, 10), "c"))
        assert main(command) == 0
    assert "2 regions -> r.zip" in capsys.readouterr().out
    assert regions("r.zip").names == ["ab", "c"]
    table = load_traces("t.csv")
    assert table.names == ["ab", "c"]
    np.testing.assert_array_equal(table.columns[:, 0], np.load("rec.npy")[:, 3:7, 2:6].mean(axis=(1, 2)))
    assert main(["traces", "rec.npy", "--regions", "r.zip", "-o", "again.csv"]) == 0
    np.testing.assert_array_equal(load_traces("again.csv").columns, table.columns)
    assert sorted(path.name for path in folder.glob("*positions*")) == []


def test_a_file_of_regions_that_is_none_is_kept(folder, capsys):
    (folder / "r.zip").write_bytes(b"mine")
    with ExitStack() as stack:
        puppet = seat(stack)
        assert main(["pick", "rec.npy", "--regions", "r.zip"]) == 2
        assert puppet.calls == []
    assert "--regions r.zip" in capsys.readouterr().err
    assert (folder / "r.zip").read_bytes() == b"mine"


def test_nothing_is_written_where_nothing_is_drawn(folder, capsys):
    with ExitStack() as stack:
        seat(stack)
        assert main(["pick", "rec.npy", "--regions", "r.zip"]) == 0
    assert capsys.readouterr().out == "no region was drawn, so nothing is written\n"
    assert not (folder / "r.zip").exists()


def test_earlier_positions_are_gone_on_with(folder, picked, capsys):
    (folder / "earlier.csv").write_text("x,y\n9,9\n")
    assert main(["pick", "rec.npy", "--positions", "earlier.csv", "-o", "p.csv"]) == 0
    assert pd.read_csv("p.csv").values.tolist() == [[9, 9], [3, 4], [7, 2], [0, 11]]
    assert main(["pick", "rec.npy", "--positions", "p.csv", "-o", "p.csv"]) == 2
    capsys.readouterr()
    assert main(["pick", "rec.npy", "--positions", "p.csv", "-o", "p.csv", "--overwrite"]) == 0
    assert pd.read_csv("p.csv").values.tolist()[0] == [9, 9]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (["--regions", "r.csv"], "--regions r.csv is not a file of ImageJ regions"),
        (["--regions", "r.zip", "-o", "p.csv"], "-o p.csv cannot be used with --regions"),
        (["--regions", "r.zip", "--window", "disc"], "--window disc cannot be used with --regions"),
        (["--treated"], "--treated is about traces, and none are written: give --traces TABLE or --plot"),
        (["--positions", "none.csv"], "none.csv does not exist"),
        (["--positions", "far.csv"], "is outside the frame"),
    ],
)
def test_wrong_options(folder, capsys, options, match):
    (folder / "far.csv").write_text("x,y\n900,9\n")
    with ExitStack() as stack:
        puppet = seat(stack)
        assert main(["pick", "rec.npy", *options]) == 2
        assert puppet.calls == []
    assert match in capsys.readouterr().err


def test_ctrl_c_saves_nothing_and_says_so(folder, capsys):
    def act(figure):
        clicks((3, 4))(figure)
        raise KeyboardInterrupt

    before = sorted(folder.iterdir())
    for options in (["-o", "p.csv"], ["--regions", "r.zip"]):
        with ExitStack() as stack:
            puppet = seat(stack, act)
            assert main(["pick", "rec.npy", *options]) == 130
            assert puppet.calls == ["present", "close"]
        assert capsys.readouterr().err == "Cancelled, nothing saved.\n"
    assert sorted(folder.iterdir()) == before
