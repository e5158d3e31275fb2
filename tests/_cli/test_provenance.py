"""Every table says how it was made: the parameters that its numbers depend on, and no others."""

import os
import zlib

import numpy as np
import pytest
from PIL import Image

from optimap import __version__
from optimap._cli import main
from optimap._tables import SUFFIXES
from optimap.trace import extract_traces, load_traces
from tests._cli.helpers import EXPECTED, NAN_VIDEO, PLACES, succeed


def test_a_window_is_recorded_only_where_there_is_one(folder):
    labels = np.zeros((12, 15), np.uint8)
    labels[2:5, 3:6] = 1
    Image.fromarray(labels).save("labels.png")
    np.save("labels.npy", labels)
    np.save("places.npy", [[3.0, 4.0]])
    given = {
        "labels.png": [],
        "labels.npy": [],
        "places.npy": [],
        "./labels.png": ["--background", "3,4"],
        "./labels.npy": ["--background", "places.npy"],
    }
    recorded = []
    for i, (regions, more) in enumerate(given.items()):
        assert main(["traces", "rec.npy", "--regions", regions, *more, "--size", "3", "-o", f"t{i}.csv"]) == 0
        made = load_traces(f"t{i}.csv").metadata
        recorded.append((made.get("size"), made.get("window")))
    assert recorded == [(None, None), (None, None), (3, "rect"), (3, "rect"), (3, "rect")]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_table_says_how_it_was_made(made, suffix, capsys):
    table = load_traces(made / f"t{suffix}")
    np.testing.assert_array_equal(table.traces, EXPECTED)
    np.testing.assert_array_equal(table.positions, PLACES)
    assert table.metadata == {
        "made_by": f"optimap traces, optimap-trace {__version__}",
        "recording": {
            "name": "rec.tif",
            "format": "TIFF",
            "shape": [40, 12, 15],
            "dtype": "float32",
            "fps": 500.0,
            "pixel_size_mm": None,
            "crc32": f"{zlib.crc32(NAN_VIDEO[16].astype('<f4').tobytes()):08x}",
        },
        "positions": {"from": "--at"},
        "size": 3,
        "window": "disc",
        "detrend": None,
        "normalize": False,
        "nan_policy": "propagate",
    }
    succeed("info", made / f"t{suffix}")
    out = capsys.readouterr().out
    for line in (
        "traces      3, float32\n",
        "frames      40\n",
        "rate        500 frames/s, 0.08 s\n",
        "names       x3_y4, x7.5_y2, x0_y11\n",
        f"made_by: optimap traces, optimap-trace {__version__}\n",
        "    name: rec.tif\n",
        "    shape: [40, 12, 15]\n",
        "  size: 3\n",
        "  window: disc\n",
    ):
        assert line in out


def test_the_parameters_of_other_calls(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    (made / "p.csv").write_text("x,y\n3,4\n")
    common = ("traces", "rec.tif", "--overwrite", "-o", "o.csv")
    for arguments, expected in (
        (("--grid", 2), {"from": "--grid", "grid": 2}),
        (("--random", 2, "--seed", 7), {"from": "--random", "random": 2, "seed": 7}),
        (("--positions", "p.csv"), {"from": "--positions", "file": "p.csv"}),
    ):
        succeed(*common, *arguments, "--fps", 100)
        table = load_traces("o.csv")
        assert table.metadata["positions"] == expected
        assert (table.fps, table.metadata["recording"]["fps"]) == (100, 500)
    succeed(*common, "--at", "9,9", "--detrend", "mean", "--normalize")
    made_by = load_traces("o.csv").metadata
    assert (made_by["detrend"], made_by["normalize"]) == ("mean", True)
    succeed("info", "o.csv")
    assert "  detrend: mean\n  normalize: True\n" in capsys.readouterr().out


def test_the_same_call_writes_the_same_text(made, monkeypatch):
    monkeypatch.chdir(made)
    for name in ("one", "two"):
        os.makedirs(name)
        succeed("traces", "rec.tif", "--random", 3, "-o", f"{name}/t.csv")
    for name in ("t.csv", "t.csv.json"):
        assert (made / "one" / name).read_bytes() == (made / "two" / name).read_bytes()


def test_everything_that_changes_the_numbers_is_recorded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("rec.npy", NAN_VIDEO)
    labels = np.zeros((12, 15), np.uint8)
    labels[8:, 10:] = 1
    np.save("cells.npy", labels)
    np.save("places.npy", np.array([[5, 6], [9.5, 2]]))
    arguments = [["--size", size, "--window", window] for size in (1, 3) for window in ("rect", "disc")]
    for regions in (["--regions", "cells.npy", "--background", "4,8"], ["--regions", "places.npy"]):
        recorded = []
        for more in [*arguments[1:], []]:
            succeed("traces", "rec.npy", *regions, *more, "-o", "t.csv", "--overwrite")
            table = load_traces("t.csv")
            recorded.append((table.metadata["size"], table.metadata["window"]))
            kwargs = {"size": recorded[-1][0], "window": recorded[-1][1]}
            if regions[1] == "cells.npy":
                expected = extract_traces(NAN_VIDEO, labels, background=(4, 8), **kwargs)
            else:
                expected = extract_traces(NAN_VIDEO, [(5, 6), (9.5, 2)], **kwargs)
            np.testing.assert_array_equal(table.traces, expected)
        assert recorded == [(1, "disc"), (3, "rect"), (3, "disc"), (5, "rect")]
