"""Whether a table or picture that exists is what would be made now, by what both say of how they were made.

What counts are the numbers: the same recording and regions under other names are the same, and so is another version.
"""

import json
from pathlib import Path
from typing import Any

# What a file says of itself, or would: rate, positions and names of its traces, its form, and how it was made.
About = dict[str, Any]

OPTIONS = {
    "size": "--size",
    "window": "--window",
    "background_factor": "--background-factor",
    "detrend": "--detrend",
    "normalize": "--normalize",
    "invert": "--invert",
    "options": "--option",
}
# Of these, no values are told: they are long, or mean nothing to people.
OTHERS = {
    "recording": "another recording",
    "positions": "other positions",
    "regions": "other regions",
    "names": "other names",
    "background": "another background",
}


def check_made_alike(output: Path, now: About) -> None:
    """Raise an error where a file that exists differs from what would be made now."""
    was = _about_picture(output) if output.suffix.lower() == ".png" else _about_table(output)
    if "made_by" not in was["metadata"]:
        raise FileExistsError(f"{output} exists and does not say how it was made: {CURE}")
    told = _differences(_facts(was), _facts(now))
    if told:
        raise FileExistsError(f"{output} exists and was made otherwise, {', '.join(told)}: {CURE}")


CURE = "make it anew with --overwrite, or keep it and choose another folder"


def _about_table(path: Path) -> About:
    from .._files import sidecar_path as sidecar
    from .._tables import load_header

    if path.suffix.lower() in (".csv", ".tsv") and not sidecar(path).exists():
        raise FileExistsError(f"{path} exists, but not {sidecar(path).name}, which says how it was made: {CURE}")
    try:
        return load_header(path)
    except ValueError as error:  # edited, damaged, or a table of others
        raise FileExistsError(f"{error}; for the table of this recording, {CURE}") from error


def _about_picture(path: Path) -> About:
    try:
        made = picture_made(path)
    except OSError as error:
        raise FileExistsError(f"{path} exists and is no picture, or damaged: {CURE}") from error
    return {"metadata": made, **_entry(made, "drawn")}


def picture_made(path: Path) -> dict[str, Any]:
    """Return what a .png says of how it was made; nothing of pictures of others."""
    from PIL import Image

    with Image.open(path) as picture:
        picture.load()  # to its end, so that what is cut off is an error
        return parse_made(picture.info.get("Description"))


def parse_made(text: Any) -> dict[str, Any]:
    """Return how something was made from the JSON text in a file; nothing where it is another's."""
    try:
        made = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def picture_description(about: About) -> dict[str, Any]:
    """Return what a picture says of itself: positions, too, which tables have elsewhere."""
    return {**about["metadata"], "drawn": {key: value for key, value in about.items() if key != "metadata"}}


def _facts(about: About) -> dict[str, Any]:
    """Return what decides over the numbers in a file."""
    made = about["metadata"]
    recording, places, behind = _entry(made, "recording"), _entry(made, "positions"), made.get("background")
    pixels = places.get("crc32")  # of regions
    facts = {name: made.get(name) for name in OPTIONS}
    facts["background_factor"] = made.get("background_factor", 1.0)
    if pixels is not None and not isinstance(behind, list):  # no window, but those that the regions are
        del facts["size"], facts["window"]
    return {
        "shape of the recording": recording.get("shape"),
        "recording": recording.get("crc32"),
        "--fps": about.get("fps"),
        "positions": about.get("positions") if pixels is None else None,
        "regions": pixels,
        "names": about.get("names"),
        "--background": None if isinstance(behind, dict) else behind,
        "background": behind.get("crc32") if isinstance(behind, dict) else None,
        "--tidy": about.get("tidy"),
        **facts,
    }


def _entry(made: dict[str, Any], key: str) -> dict[str, Any]:
    """Return an entry of what a file says, which somebody else may have written: nothing, where it is no dict."""
    value = made.get(key)
    return value if isinstance(value, dict) else {}


def _differences(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    differ = [name for name in now if was.get(name) != now[name]]
    shown = [(OPTIONS.get(name, name), _text(was.get(name)), _text(now[name])) for name in differ]
    return [OTHERS.get(name) or f"{name} {before} (now {after})" for name, before, after in shown]


def _text(value: Any) -> str:
    known = {None: "none", True: "yes", False: "no"}
    return known[value] if value is None or isinstance(value, bool) else str(value)
