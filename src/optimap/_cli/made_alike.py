"""Whether an existing output is the one that would be made now, judged by its own record of how it was made.

Only what affects the numbers counts: other names of the same recording or regions, or another version, do not matter.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from .. import _files, _tables
from .._base import ExistingFileError
from .._images import check_png, open_png

# The record in a file: rate, positions and names of its traces, its form, and how it was made.
About = dict[str, Any]

CURE = "replace it with --overwrite, or keep it and choose another folder"

# Entries with values that are compared and shown, and their names in errors.
SHOWN = {
    "shape": "a recording of shape",
    "size": "--size",
    "window": "--window",
    "background_factor": "--background-factor",
    "frames": "--frames",
    "spatial": "--spatial",
    "smooth": "--smooth",
    "detrend": "--detrend",
    "baseline": "--baseline",
    "dff": "--dff",
    "polarity": "--polarity",
    "normalize": "--normalize",
    "invert": "--invert",
    "options": "--option",
    "levels": "--levels",
    "stimuli": "--stimuli",
    "prefix": "--prefix",
    "ensemble_window": "--ensemble-window",
    "maps": "--maps",
    "mask": "--mask",
    "pixel_size": "--pixel-size",
    "beat": "--beat",
}
# Entries with values that are long, or not readable.
NAMED = {
    "recording": "a different recording",
    "positions": "different positions",
    "regions": "different regions",
    "names": "different names",
    "background": "a different background",
}


def check_made_alike(output: Path, now: About, read: Callable[[Path], About] | None = None) -> None:
    """Raise an error if an existing file differs from the one that would be made now.

    `read` returns the record in a file that is neither a picture nor a table.
    """
    if output.suffix.lower() == ".png":
        was = _about_picture(output)
        looks = [_entry(about, "look") for about in (was, now)]
        if looks[0] != looks[1]:
            _refuse(output, f", drawn with {_options(looks[0])} (now with {_options(looks[1])})")
    else:
        was = _about_table(output) if read is None else _about_file(output, read)
    if "made_by" not in was["metadata"]:
        _refuse(output, " and does not say how it was made")
    different = _differences(_facts(was), _facts(now))
    if different:
        _refuse(output, f", made with {', '.join(different)}")


def picture_made(path: Path) -> dict[str, Any]:
    """Return how a .png was made, as stored in it; empty for pictures of other programs."""
    problem = "cannot be read as a picture"
    with open_png(path, problem, "copy the file again") as picture, _files.reading(path, "pillow", problem):
        check_png(picture, path)
        picture.load()  # read to the end, so that a truncated file is an error
        description = picture.info.get("Description")
    return parse_made(description)


def parse_made(text: object) -> dict[str, Any]:
    """Return how a file was made, from the JSON text in it; empty if optimap did not write it."""
    try:
        made = json.loads(text) if isinstance(text, (str, bytes)) else None
    except (ValueError, RecursionError):  # another text
        return {}
    return made if isinstance(made, dict) else {}


def picture_description(about: About) -> dict[str, Any]:
    """Return the record of a picture, with the positions, which tables keep elsewhere."""
    return {**about["metadata"], "drawn": {key: value for key, value in about.items() if key != "metadata"}}


def beats_description(about: About) -> dict[str, Any]:
    """Return the record of a table that is made from traces, with what tables of traces keep elsewhere."""
    traces = {key: value for key, value in about.items() if key not in ("metadata", "look")}
    return {**about["metadata"], "traces": traces}


def _refuse(path: Path, problem: str, reason: Exception | None = None) -> NoReturn:
    raise ExistingFileError("output", path, f"already exists{problem}", CURE, subject=str(path)) from reason


def _about_file(path: Path, read: Callable[[Path], About]) -> About:
    try:
        return read(path)
    except ValueError as error:  # edited, damaged, or from another program
        _refuse(path, f" and cannot be compared ({error})", error)


def _about_table(path: Path) -> About:
    described = _files.sidecar_path(path)
    if path.suffix.lower() in (".csv", ".tsv"):
        if not described.exists():
            _refuse(path, f" without {described.name}, which would say how it was made")
        _files.check_sidecar(path, overwrite=True)  # one that is not ours is never replaced
    try:
        beats = _tables.find_columns(path)
        header: About = {**_tables.load_header(path)} if beats is None else beats[0]
        made = header["metadata"]
        return {"metadata": made, **_entry(made, "traces")} if "traces" in made else header
    except ValueError as error:  # edited, damaged, or a table from another program
        _refuse(path, f" and cannot be compared ({error})", error)


def _about_picture(path: Path) -> About:
    try:
        made = picture_made(path)
    except (OSError, ValueError) as error:
        _refuse(path, " and is damaged, or is not a picture", error)
    return {"metadata": made, **_entry(made, "drawn")}


def _facts(about: About) -> dict[str, Any]:
    """Return everything that determines the numbers in a file."""
    made = about["metadata"]
    recording, places, behind = _entry(made, "recording"), _entry(made, "positions"), made.get("background")
    pixels = places.get("crc32")  # of regions
    facts = {name: made.get(name) for name in SHOWN if name != "shape"}
    facts["background_factor"] = made.get("background_factor", 1.0)
    has_windows = pixels is None or isinstance(behind, list) or "positions" in _entry(made, "background")
    if not has_windows:
        del facts["size"], facts["window"]
    return {
        "shape": recording.get("shape"),
        "recording": recording.get("crc32"),
        "--fps": about.get("fps"),
        "positions": about.get("positions") if pixels is None else None,
        "regions": pixels,
        "names": about.get("names"),
        "--background": None if isinstance(behind, dict) else behind,
        "background": {key: behind.get(key) for key in ("crc32", "positions")} if isinstance(behind, dict) else None,
        "--tidy": about.get("tidy"),
        **facts,
    }


def _entry(made: dict[str, Any], key: str) -> dict[str, Any]:
    """Return an entry of a record, which another program may have written: empty if it is not a dict."""
    value = made.get(key)
    return value if isinstance(value, dict) else {}


def _differences(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    differ = [name for name in now if was.get(name) != now[name]]
    shown = [(name, _text(was.get(name)), _text(now[name])) for name in differ]
    return [NAMED.get(name) or f"{SHOWN.get(name, name)} {before} (now {after})" for name, before, after in shown]


def _options(look: dict[str, Any]) -> str:
    """Return the options of a picture as they are written on the command line."""
    words = [f"--{'no-' if value is False else ''}{name.replace('_', '-')}" for name, value in look.items()]
    return " ".join(words) or "the usual look"


def _text(value: object) -> str:
    return {None: "none", True: "yes", False: "no"}[value] if value is None or isinstance(value, bool) else str(value)
