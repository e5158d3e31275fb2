"""The header of a table of traces, parsed once: a JSON object of which every field is checked.

Whoever has a `Header` need not check it again: all fields are there, have the types that `Header` lists, and agree with
each other. Whether the arrays in the file agree with it is checked when they are read (`check_values`). A field that is
missing, wrong or contradicts another is an error that names the file and the field.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, cast

import numpy as np

from .._base import ArgumentError, Array, is_frame_rate
from .._files import reading
from .axes import FRAMES, OTHER, SECONDS
from .stated_size import check_stated_size

MARKER = "optimap_trace_table"  # marks every file written by optimap; its value is the version of the layout
LAYOUT = 1

_BITS = (8, 16, 32, 64)
_INTEGERS = [f"{kind}{bits}" for kind in ("int", "uint") for bits in _BITS]
DTYPES = ("bool", *_INTEGERS, "float16", "float32", "float64")
SAVE_AGAIN = "copy it or save it again"


class Header(TypedDict):
    """Everything about a table but its numbers; other entries of the JSON object are kept, and not used."""

    written_by: str | None
    dtype: str
    shape: list[int]  # (T,) or (T, N)
    axis: str  # its name
    axis_dtype: str
    fps: float | None
    names: list[str] | None
    positions: list[list[float]] | None
    tidy: bool
    metadata: dict[str, Any]


class Field(NamedTuple):
    """A field of a header: its name, what it may be, in words, and whether a value is that."""

    name: str
    allowed: str
    is_allowed: Callable[[Any], bool]


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number, 0 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_number(value: object) -> bool:
    """Return whether a value is a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) < 2**1023 if isinstance(value, int) else math.isfinite(value)


def is_rate(value: object) -> bool:
    """Return whether a value is a rate, or None for one that is not known."""
    return value is None or (is_number(value) and is_frame_rate(cast(float, value)))


def is_list_of(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return a test for lists with entries that pass a test."""
    return lambda value: isinstance(value, list) and all(test(one) for one in value)


def is_one_of(values: Sequence[str]) -> Callable[[Any], bool]:
    """Return a test for text that is one of some values."""
    return lambda value: isinstance(value, str) and value in values


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(is_number(one) for one in value)


WRITTEN_BY = Field("written_by", "text", lambda value: value is None or isinstance(value, str))
FPS = Field("fps", "a positive number of frames per second, or null", is_rate)
METADATA = Field("metadata", "an object with entries", lambda value: isinstance(value, dict))
FIELDS = (
    WRITTEN_BY,
    Field("dtype", f"one of {', '.join(DTYPES)}", is_one_of(DTYPES)),
    Field("shape", "the sizes of one or two axes", lambda value: is_list_of(is_whole)(value) and len(value) in (1, 2)),
    Field("axis", f"{SECONDS}, {FRAMES} or {OTHER}", is_one_of((SECONDS, FRAMES, OTHER))),
    Field("axis_dtype", f"one of {', '.join(DTYPES[1:])}", is_one_of(DTYPES[1:])),
    FPS,
    Field("names", "a list of text, or null", lambda value: value is None or is_list_of(_is_text)(value)),
    Field("positions", "a list of pairs [x, y], or null", lambda value: value is None or is_list_of(_is_pair)(value)),
    Field("tidy", "true or false", lambda value: isinstance(value, bool)),
    METADATA,
)


def parse_header(text: str | bytes, path: Path) -> Header:
    """Return the header in the JSON text of a file, or raise an error that names the field that is wrong."""
    with reading(path, "json", "is damaged, because its header is not JSON", SAVE_AGAIN):
        found = json.loads(text)
    return check_header(found, path)


def check_header(found: object, path: Path) -> Header:
    """Return a header, or raise an error if optimap did not write it, or cannot read it."""
    if not isinstance(found, dict) or MARKER not in found:
        raise not_ours(path)
    check_layout(found, MARKER, LAYOUT, path)
    check_fields(found, FIELDS, path)
    check_stated_size(found["shape"], path)
    header = cast(Header, found)
    count = header_shape(header)[1]
    for name in ("names", "positions"):
        if found[name] is not None and len(found[name]) != count:
            entries = f"has {len(found[name])} entries for {count} traces"
            raise damaged_field(path, name, entries)
    if (header["axis"] == SECONDS) != (header["fps"] is not None):
        raise damaged_field(path, "fps", f"is {header['fps']}, although the axis is {header['axis']}")
    return header


def check_layout(header: Mapping[str, Any], marker: str, newest: int, path: Path) -> None:
    """Raise an error for a layout that is newer than this version of optimap, or no number."""
    if not is_whole(header[marker]):
        raise damaged_field(path, marker, f"is {_shown(header[marker])}, not a whole number")
    if header[marker] > newest:
        written = f"was written by {header.get('written_by')}"
        raise ArgumentError("path", path, written, "install that version to read it", subject=str(path))


def check_fields(header: Mapping[str, Any], fields: Sequence[Field], path: Path) -> None:
    """Raise an error for a field that is missing or is not what it may be."""
    for field in fields:
        if field.name not in header:
            raise damaged_field(path, field.name, "is missing")
        if not field.is_allowed(header[field.name]):
            raise damaged_field(path, field.name, f"is {_shown(header[field.name])}, not {field.allowed}")


def damaged_field(path: Path, name: str, what: str) -> ArgumentError:
    """Return the error for a field of a header."""
    problem = f"has a damaged header, in which {name!r} {what}"
    return ArgumentError("path", path, problem, SAVE_AGAIN, subject=str(path))


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]} ..."


def header_shape(header: Header) -> tuple[int, int]:
    """Return the shape of the table, (T, N)."""
    frames, *count = header["shape"]
    return frames, count[0] if count else 1


def check_stored(header: Header, shape: Sequence[int] | None, path: Path) -> None:
    """Raise an error if the array in a file has another shape than its header says; None: it has no values."""
    if shape is None or tuple(shape) not in (header_shape(header), tuple(header["shape"])):
        stored = "no values" if shape is None else f"an array of {list(shape)}"
        raise damaged_field(path, "shape", f"is {header['shape']}, but the file holds {stored}")


def check_values(header: Header, values: Array, axis: Array, path: Path, exact: bool) -> None:
    """Raise an error if the arrays in a file contradict its header.

    Values may be in a wider type than they had. With `exact`, they are the same numbers; in text, digits may be lost.
    """
    check_stored(header, values.shape, path)
    frames, kind = header["shape"][0], np.dtype(header["dtype"])
    if not _fits(values, kind, exact):
        raise damaged_field(path, "dtype", f"is {header['dtype']}, but the file holds {values.dtype} values")
    if header["axis"] == OTHER and axis.shape != (frames,):
        raise damaged_field(path, "shape", f"is {header['shape']}, but its axis has {axis.size} values")
    if header["axis"] == OTHER and not _fits(axis, np.dtype(header["axis_dtype"]), exact):
        raise damaged_field(path, "axis_dtype", f"is {header['axis_dtype']}, but the axis holds {axis.dtype} values")
    if axis.shape != (frames,) or header["axis"] == OTHER or axis.dtype.kind not in "iuf":
        return
    with np.errstate(all="ignore"):  # the last of these times may be infinite
        is_same = np.allclose(axis, np.arange(frames) / (header["fps"] or 1), rtol=1e-6, atol=0)
    if not is_same:
        raise damaged_field(path, "fps", f"is {header['fps']}, but the axis in the file is another one")


def _fits(values: Array, kind: "np.dtype[Any]", exact: bool) -> bool:
    """Return whether values lose nothing in another type."""
    if values.dtype == kind:
        return True
    if values.dtype.kind not in "biuf":
        return False
    with np.errstate(all="ignore"):
        cast_values = values.astype(kind)
        if kind.kind == "f" and not exact:
            return bool((np.isfinite(cast_values) == np.isfinite(values)).all())
        return np.array_equal(cast_values.astype(values.dtype), values, equal_nan=values.dtype.kind == "f")


def not_ours(path: Path) -> ArgumentError:
    """Return the error for a file of another program."""
    return ArgumentError(
        "path",
        path,
        "does not contain a table of traces written by optimap",
        "open it with the program that made it",
        subject=str(path),
    )


def reading_table(path: Path, library: str, kind: str) -> AbstractContextManager[None]:
    """Return the guard for calls of a library that read a table of some kind (`_files.reading`)."""
    return reading(path, library, f"cannot be read as {kind}", f"it may be truncated; {SAVE_AGAIN}")


def check_numerals(cells: Iterable[str]) -> None:
    """Raise an error, for the guard of a table, if a number has an underscore in it: 1_0 is ten in Python alone."""
    if any("_" in cell for cell in cells):
        raise ValueError("a number has an underscore in it")
