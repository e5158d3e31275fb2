"""Several files of one recording on the command line: none of them is worked on twice, and what is done is said."""

import json

import numpy as np
import pytest

from tests import makers
from tests._cli.helpers import run, succeed
from tests.video.tiff import writers

VIDEO = makers.random_video((25, 8, 9))


def cut(folder, lengths, name="rec_{}.tif"):
    folder.mkdir(exist_ok=True)
    ends = np.cumsum((0, *lengths))
    return [makers.tiff(folder / name.format(i + 1), VIDEO[ends[i] : ends[i + 1]]) for i in range(len(lengths))]


def lengths_of(folder):
    """The number of samples in each table."""
    return [len(path.read_text().splitlines()) - 1 for path in sorted(folder.glob("*.csv"))]


@pytest.mark.filterwarnings("always")
def test_a_part_is_the_whole_recording_which_is_one_line(tmp_path, capsys):
    paths = cut(tmp_path, (10, 10, 5))
    succeed("traces", paths[1], "--at", "3,3", "-o", tmp_path / "out.csv")
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert line.startswith(f"optimap: warning: {paths[1]} is read as one recording with the others of 3 parts")
    assert line.endswith("give --option parts=False to read it alone")
    assert lengths_of(tmp_path) == [25]
    succeed("info", paths[1], "--option", "parts=False")
    said = capsys.readouterr()
    assert "frames      10" in said.out
    assert said.err == ""


@pytest.mark.parametrize(("lengths", "words"), [((10, 10, 5), "are parts of one"), ((8, 8, 8), "may be parts of one")])
def test_parts_given_together_are_read_alone_with_one_word(tmp_path, capsys, lengths, words):
    paths = cut(tmp_path / "rec", lengths)
    succeed("traces", *paths, "--at", "3,3", "-o", f"{tmp_path / 'out'}/")
    warnings = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert len(warnings) == 1
    assert f"{paths[0]} and 2 more files {words} recording, and each is read alone, as it was given" in warnings[0]
    assert lengths_of(tmp_path / "out") == list(lengths)
    made = json.loads(min((tmp_path / "out").glob("*.json")).read_text())
    assert "parts" not in json.dumps(made)
    succeed("traces", *paths, "--at", "3,3", "-o", f"{tmp_path / 'out'}/")  # nothing is left to do
    capsys.readouterr()
    succeed("info", *paths)
    said = capsys.readouterr()
    assert [line.split()[1] for line in said.out.splitlines() if " frames " in line] == [str(n) for n in lengths]
    assert said.err.count("\n") == 1


def test_parts_that_do_not_fit_together_are_read_alone_with_one_word(tmp_path, capsys):
    paths = cut(tmp_path / "rec", (10, 10, 5))
    for path, interval in zip(paths, (0.002, 0.004, 0.002), strict=True):
        makers.tiff(
            path,
            VIDEO[:10] if path != paths[2] else VIDEO[:5],
            imagej=True,
            metadata={"axes": "TYX", "finterval": interval},
        )
    succeed("traces", *paths, "--at", "3,3", "-o", f"{tmp_path / 'out'}/")
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert f"{paths[0]} and 2 more files have the names of parts of one recording, but do not fit together" in line
    assert lengths_of(tmp_path / "out") == [10, 10, 5]
    assert run("info", paths[0]) == 2
    assert f"{paths[1]} states 250 frames/s, but {paths[0].name} states 500" in capsys.readouterr().err


def test_a_file_and_its_copy_are_read_alone_with_one_word(tmp_path, capsys):
    paths = [makers.tiff(tmp_path / "rec.tif", VIDEO), makers.tiff(tmp_path / "rec_1.tif", VIDEO[:9])]
    succeed("info", *paths)
    assert capsys.readouterr().err.count("may be parts of one recording, and each is read alone") == 1


def test_files_of_a_set_are_read_alone_and_single_frames_once(tmp_path, capsys):
    writers.micromanager(tmp_path / "mm", VIDEO[:12, None, None], 5)
    stack = sorted((tmp_path / "mm").glob("*.tif"))
    succeed("traces", *stack, "--at", "3,3", "-o", f"{tmp_path / 'out'}/")
    assert "and 2 more files are parts of one recording" in capsys.readouterr().err
    assert sorted(lengths_of(tmp_path / "out")) == [2, 5, 5]
    writers.bruker(tmp_path / "bruker", VIDEO[:4, None, None])
    pages = sorted((tmp_path / "bruker").glob("*.tif"))
    succeed("traces", *pages, "--at", "3,3", "-o", f"{tmp_path / 'once'}/")
    assert f"{pages[0]} and 3 more files are one recording, which is read once" in capsys.readouterr().err
    assert lengths_of(tmp_path / "once") == [4]
    succeed("info", *pages)
    assert capsys.readouterr().out.count("frames      4") == 1


def test_files_that_have_nothing_to_do_with_each_other_are_read_without_a_word(tmp_path, capsys):
    paths = [makers.tiff(tmp_path / f"{name}.tif", VIDEO) for name in ("a", "b", "trial_1", "trial_2")]
    succeed("info", *paths)
    assert capsys.readouterr().err == ""


def test_a_damaged_file_is_reported_once(tmp_path, capsys):
    paths = cut(tmp_path, (10, 10, 5))
    paths[1].write_bytes(b"nothing")
    assert run("info", *paths) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert [said.out.count(f"frames      {length}") for length in (10, 5)] == [1, 1]


def test_beats_of_parts_given_together(tmp_path, capsys):
    time = np.arange(600) / 500
    pulse = 1000 + 500 * np.exp(-(((time % 0.3) - 0.1) ** 2) / 0.001)
    video = np.broadcast_to(pulse[:, None, None], (600, 6, 7)).astype(np.uint16)
    paths = [makers.tiff(tmp_path / f"rec_{i}.tif", video[a:b]) for i, (a, b) in enumerate(((0, 350), (350, 600)))]
    succeed("beats", *paths, "--at", "3,3", "--fps", "500", "-o", f"{tmp_path / 'out'}/")
    said = capsys.readouterr().err
    assert said.count("each is read alone, as it was given") == 1
    assert len(list((tmp_path / "out").glob("*.csv"))) == 2
