"""The program: versions, exit statuses, errors of one line, interrupts and pipes."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from optimap import __version__
from optimap._cli import main
from tests._cli.helpers import VIDEO, run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["traces", "rec.tif", "--at", "40,4"], "--at: (x=40, y=4) is outside the frame (width 15, height 12)"),
        (["traces", "rec.tif", "--at", "40"], "'40' is not a position"),
        (["traces", "rec.tif", "--at", "1,1", "--detrend", "mean", "--dff"], "--dff is given with --detrend: give one"),
        (["traces", "rec.tif"], "one of the arguments --at --positions --grid --random --regions is required"),
        (["traces", "rec.tif", "--at", "1,1", "--grid", "2"], "not allowed with"),
        (["traces", "nope.tif", "--at", "1,1"], "nope.tif does not exist"),
        (["traces", "rec.tif", "--at", "1,1", "--size", "-1"], "--size: '-1' is not a whole number, 0 or more"),
        (["traces", "rec.tif", "--at", "1,1", "--fps", "0"], "'0' is not a positive number"),
        (["traces", "rec.tif", "--at", "1,1", "--window", "star"], "invalid choice: 'star'"),
        (["traces", "rec.tif", "--grid", "99"], "--grid 99"),
        (["traces", "rec.tif", "--grid", "0"], "'0' is not a whole number, 1 or more"),
        (["traces", "rec.tif", "--at", "1,1", "-o", "t.xyz"], "t.xyz: tables are written as .csv"),
        (["traces", "rec.tif", "--at", "1,1", "-o", "no/t.csv"], "the folder no does not exist"),
        (["traces", "rec.tif", "--at", "1,1", "--plot", "p.xyz"], "--plot p.xyz has the unknown suffix '.xyz': choose"),
        (["traces", "rec.tif", "--positions", "none.csv"], "none.csv"),
        (["traces", "rec.tif", "other.npy", "--at", "1,1", "-o", "t.csv"], "name a folder"),
        (["traces", "rec.tif", "--at", "1,1", "-o", "rec.tif", "--overwrite"], "rec.tif is an input"),
        (["traces", "rec.tif", "--at", "1,1", "--plot", "rec.tif", "--overwrite"], "rec.tif is an input"),
        (["traces", "rec.tif", "--at", "-3,1"], "--at: (x=-3, y=1) is outside"),
        (["traces", "--at", "1,1", "rec.tif"], "give X,Y such as 12,16, and FILEs before --at"),
        (["traces", "rec.tif", "--random", "2", "--seed", "-1"], "'-1' is not a whole number"),
        (["traces", "nope.tif", "nope.npy", "--at", "1,1", "-o", "new"], None),
        (["traces", "rec.tif", "--regions", "nope.zip"], "nope.zip does not exist"),
        (["traces", "rec.tif", "--regions", "empty.npy"], "--regions empty.npy holds no regions: give an image"),
        (["traces", "rec.tif", "--regions", "a.csv", "--at", "1,1"], "not allowed with"),
        (["traces", "rec.tif", "--regions", "other.npy", "-o", "other.npy"], "other.npy is an input"),
        (
            ["traces", "rec.tif", "--regions", "notes.txt"],
            "unknown suffix '.txt': give a file that ends in one of .roi .zip",
        ),
        (
            ["traces", "rec.tif", "--at", "1,1", "--background", "nope.roi"],
            "--background: 'nope.roi' is not a finite number",
        ),
        (["traces", "rec.tif", "--at", "1,1", "--background", "99,1"], "--background: (x=99, y=1) is outside"),
        (["traces", "rec.tif", "--at", "1,1", "--background-factor", "2"], "given without a background"),
        (
            ["traces", "rec.tif", "--at", "1,1", "--background", "2", "--background-factor", "x"],
            "'x' is not a finite",
        ),
        (["pick", "nope.tif"], "nope.tif does not exist"),
        (["pick", "rec.tif", "-o", "a.csv", "--traces", "a.csv"], "name the same file"),
        (["pick", "rec.tif"], "the matplotlib backend is 'agg'"),
        (["pick", "rec.tif", "-o", "rec.tif", "--overwrite"], "-o rec.tif is not a CSV file: give a name"),
        (["traces", "rec.tif", "./rec.tif", "--at", "1,1"], "rec_traces.csv would be written for 2 recordings: run"),
        (["info", "nope.tif"], "nope.tif does not exist"),
        (["convert", "rec.tif", "out.avi"], "out.avi cannot be written"),
        (["convert", "rec.tif", "other.npy"], "other.npy exists"),
        (
            ["traces", "rec.tif", "--at", "1,1", "--normalise", "x"],
            "traces: error: unknown: --normalise x; did you mean --n",
        ),
        (
            ["traces", "rec.tif", "--at", "1,1", "--fgh", "x"],
            "traces: error: unknown: --fgh x (see optimap traces --help)",
        ),
        (["info", "rec.tif", "--fps=2"], "info: error: unknown: --fps=2 (see"),
        (
            ["traces", "rec.tif", "--positions", "cell.roi"],
            "cell.roi is not a table of positions: give a file of regions",
        ),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        ([], "required"),
    ],
)
def test_errors_are_one_line_and_status_2(folder, capsys, arguments, message):
    np.save("empty.npy", np.zeros((12, 15), int))
    (folder / "notes.txt").write_text("hello")
    before = sorted(folder.iterdir())
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    if message is not None:
        assert message in captured.err
        assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    assert sorted(folder.iterdir()) == before


def test_names_in_any_script(folder):
    np.save("心臓 é.npy", VIDEO)
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "optimap", "traces", "心臓 é.npy", "--at", "3,4"]
    done = subprocess.run(command, capture_output=True, text=True, env=ascii_only)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "心臓 é_traces.csv").exists()


def test_a_reader_that_stops_reading_is_not_an_error(folder):
    command = f"{sys.executable} -u -m optimap info {'rec.tif ' * 200} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt, 130), (SystemExit, 143)])
def test_signals_that_python_drops_are_sent_again(folder, capsys, monkeypatch, error, status):
    """Exceptions of handlers that run in ``__del__`` are printed and forgotten."""

    class Late:
        def __del__(self):
            raise error

    def collected(*_):
        Late()
        time.sleep(20)

    monkeypatch.setattr("os.link", collected)  # a table that is written is given its name
    try:
        found = main(["traces", "rec.tif", "--at", "3,4"])
    except SystemExit as end:
        found = end.code
    assert found == status
    assert capsys.readouterr().err in ("optimap: interrupted\n", "")


def test_ctrl_c_leaves_no_half_written_file(folder, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.link", interrupted)  # a table that is written is given its name
    before = sorted(folder.iterdir())
    assert run("traces", "rec.tif", "--at", "3,4") == 130
    assert capsys.readouterr().err == "optimap: interrupted\n"
    assert sorted(folder.iterdir()) == before


def test_a_wrong_environment_variable_is_an_error_like_others(folder):
    for variable in ("OPTIMAP_KERNELS", "OPTIMAP_THREADS"):
        done = subprocess.run(
            [sys.executable, "-m", "optimap", "traces", "rec.tif", "--at", "3,4", "--normalize"],
            capture_output=True,
            text=True,
            env={**os.environ, variable: "many"},
        )
        assert done.returncode == 2
        assert done.stderr.startswith(f"optimap: error: {variable} = 'many'")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--version"], ["info", "--version"]])
def test_version(capsys, arguments):
    assert run(*arguments) == 0
    assert capsys.readouterr().out.startswith(f"optimap-trace {__version__} (kernels: ")


def test_as_a_program(folder):
    done = subprocess.run(
        [sys.executable, "-m", "optimap", "traces", "rec.tif", "--at", "99,0"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("optimap: error: --at: (x=99, y=0) is outside the frame")
    assert done.stdout == ""


def test_an_extraction_loads_neither_matplotlib_nor_scipy(folder):
    code = (
        "import sys; from optimap._cli import main; main(['traces', 'rec.tif', '--at', '3,4']);"
        "assert not {'matplotlib', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("workers", [(), ("--workers", "1")])
def test_a_warning_is_one_line_in_the_words_of_the_command(tmp_path, monkeypatch, capsys, workers):
    monkeypatch.chdir(tmp_path)
    np.save("axes='YXT' open it with.npy", np.zeros((60, 64, 20), np.uint16))
    assert main(["traces", "axes='YXT' open it with.npy", "--at", "3,4", "-o", "out/", *workers]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert len(lines) == 1
    assert lines[0].startswith("optimap: warning: ")
    assert "axes='YXT' open it with.npy does not state its axes" in lines[0]
    assert "open it with --option axes='YXT' if its last axis is time" in lines[0]
    assert main(["info", "axes='YXT' open it with.npy", "--option", "axes=YXT"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "axes        YXT, given by axes=" in captured.out
