"""Values of arguments that several commands share: accepted values, and errors about the others."""

import numpy as np
import pytest

from optimap._cli import COMMANDS
from optimap.trace import load_traces
from tests import makers
from tests._cli.helpers import VIDEO, run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--at", "40"], "argument --at: '40' is not a position: give X,Y such as 12,16"),
        (["--at", "1,2,3"], "argument --at: '1,2,3' is not a position: give X,Y"),
        (["--at", "a,b"], "argument --at: 'a,b' is not a position: give X,Y"),
        (["--grid", "0"], "argument --grid: '0' is not a whole number, 1 or more: give one such as 4"),
        (["--random", "1.5"], "argument --random: '1.5' is not a whole number, 1 or more"),
        (["--random", "2", "--seed", "-1"], "argument --seed: '-1' is not a whole number, 0 or more"),
        (
            ["--at", "1,1", "--size", "2.5"],
            "argument --size: '2.5' is not a whole number, 0 or more: give one",
        ),
        (["--at", "1,1", "--fps", "0"], "argument --fps: '0' is not a positive number: give a finite number above 0"),
        (["--at", "1,1", "--fps", "fast"], "argument --fps: 'fast' is not a positive number"),
        (["--at", "1,1", "--window", "star"], "argument --window: invalid choice: 'star' (choose from"),
        (
            ["--at", "1,1", "--background-factor", "inf"],
            "argument --background-factor: 'inf' is not a finite number:",
        ),
        (
            ["--at", "1,1", "--background", "foo"],
            "argument --background: 'foo' is not a finite number, a position",
        ),
        (
            ["--at", "1,1", "--option", "dataset"],
            "argument --option: 'dataset' is not an option: give NAME=VALUE",
        ),
        (["--at", "1,1", "--option", "1=2"], "argument --option: '1=2' is not an option: give NAME=VALUE"),
        (["--at", "1,1", "--workers", "0"], "argument --workers: '0' is not a whole number, 1 or more"),
    ],
)
def test_an_error_names_the_option_the_value_and_what_to_give(folder, capsys, arguments, message):
    assert run("traces", "rec.tif", *arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.endswith(" (see optimap traces --help)\n")
    assert err.count("\n") == 1


def test_the_defaults_are_those_that_help_states(folder, capsys):
    assert run("traces", "--help") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "width of the window in pixels (default 5)" in text
    assert "shape of the window (default rect)" in text
    assert "subtract R times the background (default 1)" in text
    assert "seed for --random (default 0)" in text
    assert run("traces", "rec.tif", "--random", 2, "--background", 1, "-o", "t.csv") == 0
    made = load_traces("t.csv").metadata
    assert (made["size"], made["window"], made["background_factor"], made["positions"]["seed"]) == (5, "rect", 1, 0)


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_argument_has_a_help_text(capsys, command):
    assert run(*command, "--help") == 0
    out = capsys.readouterr().out
    for line, following in zip(out.splitlines(), [*out.splitlines()[1:], ""], strict=True):
        if line.startswith(("  -", "  FILE")):
            assert "  " in line.strip() or following.startswith(" " * 10), line


def test_patterns_stand_for_files_where_the_shell_leaves_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for i in (1, 2):
        makers.npy(tmp_path / f"rec{i}.npy", VIDEO)
    (tmp_path / "._rec1.npy").write_bytes(b"of the system")
    assert run("info", "rec*.npy") == 0
    assert capsys.readouterr().out.count("frames      40") == 2
    assert run("traces", tmp_path / "*.npy", "--at", "3,4", "-o", "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").glob("*.csv")) == ["rec1_traces.csv", "rec2_traces.csv"]
    assert run("info", "none*.npy") == 2
    assert capsys.readouterr().err.endswith("none*.npy does not exist: check the name and the folder\n")


def test_an_option_of_a_recording_is_given_once(capsys):
    assert run("info", "rec.npy", "--option", "channel=0", "--option", "channel=1") == 2
    assert "--option channel= is given twice: give it once" in capsys.readouterr().err


def test_several_files_are_left_out(tmp_path, capsys):
    folder = makers.images(tmp_path / "rec", VIDEO[:5])
    for name in ("dark", "flat"):
        makers.png(folder / f"{name}.png", VIDEO[0], 16)
    assert run("info", folder, "--option", "ignore=dark.png", "--option", "ignore=flat.png") == 0
    assert "frames      5" in capsys.readouterr().out


def test_names_may_be_numbers(tmp_path, capsys):
    path = makers.hdf5(tmp_path / "rec.h5", **{"0": VIDEO, "1": VIDEO[:7]})
    assert run("info", path, "--option", "dataset=1") == 0
    assert "frames      7" in capsys.readouterr().out
    two = np.stack([VIDEO[:5], VIDEO[:5]], 1)
    path = makers.tiff(tmp_path / "rec.ome.tif", two, metadata={"axes": "TCYX", "Channel": {"Name": ["488", "561"]}})
    assert run("info", path, "--option", "channel=561") == 0
    assert "frames      5" in capsys.readouterr().out
