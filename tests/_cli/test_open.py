"""Opening recordings: one of several in a file, and files that are not recordings."""

import h5py
import numpy as np
import pytest

from optimap.trace import extract_traces
from tests import makers
from tests._cli.helpers import VIDEO, run, succeed, table


def test_one_recording_of_several_in_a_file(folder, capsys):

    with h5py.File("two.h5", "w") as file:
        file["voltage"], file["calcium"] = VIDEO, VIDEO[::-1]
    assert run("traces", "two.h5", "--at", "3,4", "-o", "t.csv") == 2
    assert "holds 2 3-D arrays" in capsys.readouterr().err
    assert run("traces", "two.h5", "--at", "3,4", "-o", "t.csv", "--option", "dataset=calcium") == 0
    np.testing.assert_array_equal(table("t.csv").iloc[:, 1], extract_traces(VIDEO[::-1], (3, 4)))
    assert run("info", "two.h5", "t.csv", "--option", "dataset=calcium") == 0
    assert "dataset: calcium" in capsys.readouterr().out
    assert run("traces", "two.h5", "--at", "3,4", "--option", "dataset") == 2
    assert "give NAME=VALUE" in capsys.readouterr().err


def test_a_file_that_is_not_a_recording_is_named_for_what_it_is(odd_files, capsys):
    assert run("traces", "rec.npy", "--at", "1,1", "-o", "t.csv") == 0
    assert run("traces", "rec.npy", "--at", "1,1", "-o", "t.h5") == 0
    for name, message in (
        ("t.csv", "t.csv is not a recording, because it is a table: give the recording"),
        ("t.h5", "t.h5 is not a recording, because it is a table of traces: give the recording"),
        ("t.csv.json", "t.csv.json is not a recording, because it describes t.csv: "),
        ("far.zip", "far.zip is not a recording, because it holds regions drawn in ImageJ: give a recording, and this"),
    ):
        for command in (["traces", name, "--at", "1,1"], ["convert", name, "new.npy"], ["pick", name]):
            assert run(*command) == 2
            assert message in capsys.readouterr().err


def test_a_rate_does_not_close_the_gaps_of_a_folder(folder, capsys):
    makers.images(folder / "frames", VIDEO)
    (folder / "frames" / "frame_3.png").unlink()
    arguments = ["traces", "frames", "--at", "3,4", "-o", "t.csv", "--option", "allow_gaps=True"]
    assert run(*arguments, "--fps", "500") == 2
    message = (
        "--fps 500 would close the gaps of frames, from which frames are missing: give the rate with --option fps=500"
    )
    assert message in capsys.readouterr().err
    assert run(*arguments, "--option", "fps=500") == 0
    np.testing.assert_allclose(table("t.csv")["x"][:4], [0, 0.002, 0.004, 0.008])
    assert run("info", "frames", "--option", "allow_gaps=maybe") == 2
    assert "--option allow_gaps=maybe: it must be True or False" in capsys.readouterr().err


# --- folders from which frames are missing, without a rate ---


@pytest.fixture
def gap(tmp_path):
    """A folder of images without the sixth and the seventh."""
    video = np.random.default_rng(0).integers(0, 65536, (14, 8, 9), dtype=np.uint16)
    folder = makers.images(tmp_path / "gap", video, ".tif")
    for number in (5, 6):
        (folder / f"frame_{number}.tif").unlink()
    return folder


GAPS = ("--option", "allow_gaps=True", "--at", "3,4")
KEPT = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13]


def test_numbers_of_frames_are_the_axis_where_some_are_missing(gap, tmp_path):
    out = tmp_path / "out.csv"
    succeed("traces", gap, *GAPS, "-o", out, "--plot", tmp_path / "out.png")
    assert table(out)["x"].tolist() == KEPT
    succeed("traces", gap, *GAPS, "--frames", "3:7", "-o", tmp_path / "few.csv")
    assert table(tmp_path / "few.csv")["x"].tolist() == KEPT[3:7]


@pytest.mark.parametrize("command", [("traces", "--detrend", "line"), ("traces", "--baseline", "line"), ("beats",)])
def test_what_needs_even_distances_needs_frames_without_a_gap(gap, tmp_path, capsys, command):
    assert run(command[0], gap, *GAPS, *command[1:], "-o", tmp_path / "out.csv") == 2
    said = capsys.readouterr().err
    assert said.endswith("choose frames without a gap with --frames\n")
    assert str(gap) in said
    succeed(command[0], gap, *GAPS, *command[1:], "--frames", "5:", "-o", tmp_path / "out.csv")


@pytest.mark.parametrize("command", [("info",), ("traces", "--at", "3,4"), ("convert", "out.npy")])
def test_an_option_that_is_no_rate_is_named_as_it_was_typed(gap, tmp_path, capsys, command):
    arguments = [tmp_path / word if word.endswith(".npy") else word for word in command[1:]]
    assert run(command[0], gap, *arguments, "--option", "allow_gaps=True", "--option", "fps=abc") == 2
    assert "--option fps=abc: it must be a positive number" in capsys.readouterr().err
