"""Advice in errors and warnings names options that exist, and works when it is followed."""

import ast
import inspect
import re
from pathlib import Path

import h5py
import numpy as np
import pytest

import optimap
from optimap._base import Advice, ArgumentError
from optimap._cli import main
from optimap.video import FOLDER, FORMATS, open_video
from tests import makers
from tests.nd2_maker import nd2

SOURCE = Path(optimap.__file__).parent
COLOURS = makers.random_video((7, 16, 16, 3), "u1")
VIDEO = makers.random_video((7, 5, 6))
POSITION = re.compile(r"\(?x=|, y=")  # (x=7, y=0)
OPTION = re.compile(r"\b([a-z_]{1,20})=(?!=)")


def advice_in_source():
    """Every text in the library that mentions ``option=``, except docstrings: (file, line, option)."""
    for path in sorted(SOURCE.rglob("*.py")):
        if {"_cli", "frontends"} & set(path.parts):  # options of the command line, and HTML
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if (
                is_text
                and id(node) not in docstrings
                and " " in node.value
                and not {"_cli", "frontends"} & set(path.parts)
            ):
                for option in OPTION.findall(POSITION.sub("", node.value)):
                    yield str(path.relative_to(SOURCE)), node.lineno, option


def known_keywords():
    """The parameters of all public functions, and the options of all formats."""
    names = {option for row in (*FORMATS, FOLDER) for option in row.options}
    rooms = ("trace", "beats", "activation", "phase", "video", "image", "datasets")
    for module in (optimap, *(getattr(optimap, room) for room in rooms)):
        for public in module.__all__:
            if callable(getattr(module, public)) and not isinstance(getattr(module, public), type):
                names |= set(inspect.signature(getattr(module, public)).parameters)
    return names


def test_every_option_that_a_message_mentions_exists():
    mentioned = list(advice_in_source())
    assert len(mentioned) > 20
    assert [found for found in mentioned if found[2] not in known_keywords()] == []


def test_the_command_line_has_words_for_every_option_of_a_format(tmp_path, capsys):
    for row in FORMATS:
        for option in row.options:
            path = tmp_path / f"rec{row.suffixes[0]}"
            path.write_bytes(b"x")
            main(["info", str(path), "--option", f"{option}=x"])
            assert "is not an option" not in capsys.readouterr().err


# --- recordings that need an option: files, and what the advice must lead to ---


def labelled(path, *names):
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("video", data=np.stack([VIDEO, 2 * VIDEO], axis=0))
        for axis, name in enumerate(names):
            dataset.dims[axis].label = name
    return path


SERIES = {"data": makers.upright(VIDEO), "unit": "au"}
NEED_ADVICE = {
    "two datasets": lambda folder: makers.hdf5(folder / "rec.h5", a=VIDEO, b=VIDEO),
    "two variables": lambda folder: makers.mat(folder / "rec.mat", a=VIDEO, b=VIDEO),
    "two arrays of zarr": lambda folder: makers.zarr_group(folder / "rec.zarr", a=VIDEO, b=VIDEO),
    "channels of ome-zarr": lambda folder: makers.ome_zarr(folder / "rec.zarr", np.stack([VIDEO] * 2, 1), "tcyx"),
    "planes of ome-zarr": lambda folder: makers.ome_zarr(folder / "rec.zarr", np.stack([VIDEO] * 2, 1), "tzyx"),
    "four axes of npy": lambda folder: makers.npy(folder / "rec.npy", np.stack([VIDEO] * 2, 1)),
    "five axes of hdf5": lambda folder: makers.hdf5(
        folder / "rec.h5", video=np.stack([np.stack([VIDEO] * 2, 1)] * 2, 1)
    ),
    "four axes of matlab": lambda folder: makers.mat(folder / "rec.mat", video=np.stack([VIDEO] * 2, 1)),
    "colours of npy": lambda folder: makers.npy(folder / "rec.npy", np.stack([VIDEO] * 3, -1)),
    "colours of zarr": lambda folder: makers.zarr(folder / "rec.zarr", np.stack([VIDEO] * 3, -1)),
    "an axis of trials": lambda folder: labelled(folder / "rec.h5", "trial", "time", "y", "x"),
    "time last": lambda folder: makers.npy(folder / "rec.npy", makers.random_video((60, 64, 20))),
    "two series of nwb": lambda folder: makers.nwb(
        folder / "rec.nwb", rate=9.0, more={"red": {**SERIES, "rate": 9.0}}, **SERIES
    ),
    "planes of nwb": lambda folder: makers.nwb(folder / "rec.nwb", data=np.stack([VIDEO] * 2, 3), unit="au", rate=9.0),
    "channels and planes of thorimage": lambda folder: makers.thorimage(
        folder / "rec.raw", makers.random_video((7, 3, 2, 5, 6)), ("ChanA", "ChanB")
    ),
    "channels, planes and positions of nd2": lambda folder: nd2(
        folder / "rec.nd2", makers.random_video((7, 2, 3, 2, 5, 6)), "TPZ", ("red", "green")
    ),
    "two cameras": lambda folder: makers.micam_ultima(folder, VIDEO, dual_cam=4),
    "a colour video": lambda folder: makers.encoded(folder / "rec.mkv", COLOURS, pixel_format="bgr0", source="rgb24"),
}


def advised(error):
    """The option and the value that the advice of an error gives: its example, or the first that it lists."""
    examples = re.findall(rf"{error.keyword}='([^']*)'", error.cure)
    if examples:
        return examples[0]
    numbers = re.findall(rf"{error.keyword}=(\d+)", error.cure)
    if numbers:
        return int(numbers[0])
    for pattern in (r"(?:for example|as in) '([^']*)'", r"from (\d+) to"):
        found = re.findall(pattern, error.cure)
        if found:
            return int(found[0]) if found[0].isdecimal() else found[0]
    return re.findall(r"all arrays: (\S+)", error.problem)[0]


def follow(path, options, steps=4):
    """Open a recording, following the advice of each error; return the options that opened it."""
    try:
        with open_video(path, **options) as recording:
            assert recording[:2].shape == (min(2, len(recording)), *recording.shape[1:])
            return options
    except (ArgumentError, Advice) as error:
        if not steps or error.keyword is None:
            raise
        return follow(path, {**options, error.keyword: advised(error)}, steps - 1)


@pytest.mark.filterwarnings("error::optimap._base.Advice")
@pytest.mark.parametrize("shape", ["7,5,6", "9,5,6", "2,5,6", "5,6"])
@pytest.mark.parametrize("header", [0, 10, 130])
def test_the_advice_on_sizes_opens_raw_binary(tmp_path, shape, header):
    path = tmp_path / "rec.raw"
    path.write_bytes(bytes(header) + VIDEO.tobytes())
    options = follow(path, {"shape": shape, "dtype": "uint16"})
    with open_video(path, **options) as recording:
        np.testing.assert_array_equal(recording[-2:], VIDEO[-2:])
    words = [word for option, value in options.items() for word in ("--option", f"{option}={value}")]
    assert main(["traces", str(path), "--at", "1,1", "--fps", "500", "-o", str(tmp_path / "out.csv"), *words]) == 0


@pytest.mark.filterwarnings("error::optimap._base.Advice")
@pytest.mark.parametrize("name", NEED_ADVICE)
def test_the_advice_opens_the_recording(tmp_path, capsys, name):
    path = NEED_ADVICE[name](tmp_path)
    options = follow(path, {})
    assert options
    words = [word for option, value in options.items() for word in ("--option", f"{option}={value}")]
    assert main(["traces", str(path), "--at", "1,1", "-o", str(tmp_path / "out.csv"), *words]) == 0
    assert capsys.readouterr().err == ""
