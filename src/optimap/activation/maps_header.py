"""The header of a file of maps, parsed once: every field is checked, and that the arrays in the file agree with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .._base import Array
from .._tables import FPS, METADATA, WRITTEN_BY, Field, check_fields, check_layout, damaged_field, is_list_of

MARKER = "optimap_beat_maps"  # its value is the version of the layout
LAYOUT = 1
MASK, CODES = "mask", "why_codes"  # names that no column has


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**1023


FIELDS = (
    WRITTEN_BY,
    Field("columns", "a list of names", is_list_of(_is_text)),
    Field("units", "an object of text", lambda value: isinstance(value, dict) and all(map(_is_text, value.values()))),
    Field("beats", "a list of finite numbers", is_list_of(_is_time)),
    Field("is_mean", "true or false", lambda value: isinstance(value, bool)),
    Field("reasons", "a list of text", is_list_of(_is_text)),
    FPS,
    METADATA,
)


def check_maps_header(header: Mapping[str, Any], path: Path) -> None:
    """Raise an error for a field that is missing, wrong, or of a newer layout."""
    check_layout(header, MARKER, LAYOUT, path)
    check_fields(header, FIELDS, path)
    without = [name for name in header["columns"] if name not in header["units"]]
    if without:
        raise damaged_field(path, "units", f"has none for {without[0]}")


def check_maps_arrays(header: Mapping[str, Any], arrays: Mapping[str, Array], path: Path) -> None:
    """Raise an error for an array that is missing, or does not have the shape and the type that it has in maps."""
    for name in (MASK, *header["columns"]):
        if name not in arrays:
            raise damaged_field(path, "columns", f"lists {name}, which is not in the file")
    frame, kinds = arrays[MASK].shape, {MASK: "biu", CODES: "iu"}
    each = (len(header["beats"]), *frame)
    shapes = {MASK: (frame,), CODES: (each,)}
    for name in (MASK, *header["columns"], *([CODES] if CODES in arrays else [])):
        array = arrays[name]
        if len(frame) != 2 or array.shape not in shapes.get(name, (frame, each)):
            expected = "two axes" if len(frame) != 2 else f"the shape {each}"
            raise damaged_field(
                path, "beats", f"has {each[0]} entries, so that {name} of {array.shape} needs {expected}"
            )
        if array.dtype.kind not in kinds.get(name, "iuf"):
            raise damaged_field(path, "columns", f"lists {name}, which holds {array.dtype} values")
    if header["is_mean"] == (CODES in arrays):
        raise damaged_field(path, "is_mean", f"is {header['is_mean']}, which {CODES} contradicts")
    codes = arrays.get(CODES, np.zeros(0, int))
    if codes.size and not 0 <= int(codes.min()) <= int(codes.max()) < max(1, len(header["reasons"])):
        raise damaged_field(path, "reasons", f"has {len(header['reasons'])} entries for numbers up to {codes.max()}")
