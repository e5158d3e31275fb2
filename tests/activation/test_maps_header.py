"""Headers of files of maps: a wrong field or array is an error that names file and field."""

import json
import os
import struct

import numpy as np
import pytest

from optimap._cli import main
from optimap.activation import BeatMaps, load_beat_maps
from tests.errors import check_error

MARKER = "optimap_beat_maps"
WRONG = {
    MARKER: ["x", -1, None, True],
    "written_by": [3, []],
    "columns": [None, "snr", [1], ["snr", "nothing"]],
    "units": [None, [], {"snr": 1}, {}],
    "beats": [None, "x", [1], [1, "x"], [1, 2, 3], [1e400, 2], [True, False]],
    "is_mean": [None, 0, True],
    "reasons": [None, [], [1], "x"],
    "fps": ["x", 0, -1, float("nan"), [], True],
    "metadata": [None, [], "x"],
}


@pytest.fixture
def parts(tmp_path):
    """The arrays and the header of a good file of two beats."""
    codes = np.arange(12).reshape(2, 2, 3) % 3
    maps = BeatMaps(
        {"snr": np.ones((2, 2, 3))}, {"snr": "1"}, np.array([20.0, 90]), np.ones((2, 3), bool), codes, ["", "a", "b"]
    )
    maps.save(tmp_path / "good.npz")
    with np.load(tmp_path / "good.npz") as file:
        arrays = {name: file[name] for name in file.files}
    return json.loads(str(arrays.pop(MARKER))), arrays


def refused(path, header, arrays, match):
    """Assert that a file is an error in Python and one line on the command line."""
    np.savez(path, **{MARKER: np.array(json.dumps(header))}, **arrays)
    check_error(
        lambda: load_beat_maps(path), ValueError, "path", rf"{path.name} has a damaged header, in which {match}"
    )
    assert main(["info", str(path)]) == 2


@pytest.mark.parametrize("name", WRONG)
def test_fields_that_are_missing_or_wrong(parts, tmp_path, capsys, name):
    header, arrays = parts
    for value in WRONG[name]:
        refused(tmp_path / "bad.npz", {**header, name: value}, arrays, f"'({name}|beats|units|columns)' (is|has|lists)")
        assert len(capsys.readouterr().err.splitlines()) == 1
    without = {key: value for key, value in header.items() if key != name}
    if name != MARKER:
        refused(tmp_path / "bad.npz", without, arrays, f"'{name}' is missing")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("snr", lambda array: array[0, 0]),
        ("snr", lambda array: array[:1]),
        ("snr", lambda array: array.astype("U3")),
        ("snr", lambda array: array[np.newaxis]),
        ("mask", lambda array: array[0]),
        ("mask", lambda array: array[:1]),
        ("mask", lambda array: array.astype(float)),
        ("why_codes", lambda array: array + 1),
        ("why_codes", lambda array: -array),
        ("why_codes", lambda array: array[0]),
        ("why_codes", lambda array: array.astype(float)),
    ],
)
def test_arrays_that_contradict_the_header(parts, tmp_path, name, change):
    header, arrays = parts
    refused(
        tmp_path / "bad.npz", header, {**arrays, name: change(arrays[name])}, "'(beats|columns|reasons)' (has|lists)"
    )


@pytest.mark.parametrize(("name", "field"), [("snr", "columns"), ("mask", "columns"), ("why_codes", "is_mean")])
def test_arrays_that_are_missing(parts, tmp_path, name, field):
    header, arrays = parts
    arrays.pop(name)
    refused(tmp_path / "bad.npz", header, arrays, f"'{field}' (lists {name}|is False)")


def test_images_that_state_more_than_the_file_holds(parts, tmp_path):
    path = tmp_path / "maps.tif"
    BeatMaps({"snr": np.ones((2, 3))}, {"snr": "1"}, np.array([20.0]), np.ones((2, 3), bool)).save(path)
    data = bytearray(path.read_bytes())
    for tag in (256, 257):  # width and height of the first image, 300,000 each
        place = data.index(struct.pack("<HHI", tag, 4, 1)) if struct.pack("<HHI", tag, 4, 1) in data else None
        place = data.index(struct.pack("<HHI", tag, 3, 1)) if place is None else place
        data[place : place + 12] = struct.pack("<HHII", tag, 4, 1, 300_000)
    path.write_bytes(data)
    check_error(lambda: load_beat_maps(path), ValueError, "path", "maps.tif states 3600000.* bytes of images, but its")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_pipes_are_refused_at_once(tmp_path):
    for suffix in (".npz", ".h5", ".nc", ".tif"):
        path = tmp_path / f"pipe{suffix}"
        os.mkfifo(path)
        check_error(lambda path=path: load_beat_maps(path), OSError, "path", "is a pipe, not a file")
