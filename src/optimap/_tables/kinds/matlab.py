"""``.mat`` version 5: ``traces``, the axis, ``fps``, ``names`` (a cell), ``positions``, ``metadata`` (a struct)."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.io import loadmat, savemat

from ..._base import ArgumentError, Array
from ..._files import check_matlab, list_matlab
from ..._regions import Regions
from ..axes import FRAMES, OTHER, SECONDS
from ..columns_header import COLUMNS_MARKER
from ..copies import check_copies
from ..header import LAYOUT, MARKER, Header, check_stored, not_ours, parse_header, reading_table
from ..table import TraceTable

_NAME = "a MATLAB file"
BESIDE = ("header", "names", "positions", SECONDS, FRAMES, OTHER)
_LONGEST_NAME = 63  # of a field


def check_limits(shape: tuple[int, int], dtype: str, tidy: bool, timed: bool) -> None:
    """Raise an error for traces that a file of version 5 cannot hold."""
    nbytes = shape[0] * shape[1] * np.dtype(dtype).itemsize
    if nbytes >= 2**31:
        raise ArgumentError(
            "traces",
            shape,
            f"has {nbytes} bytes, which do not fit in a .mat file of version 5 (2 GB)",
            "save as .h5, which MATLAB reads",
            subject="traces",
        )


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table."""
    values = table.columns
    if values.dtype == np.float16:  # unknown to MATLAB
        values = values.astype(np.float32)
    variables: dict[str, Any] = {MARKER: LAYOUT, "header": json.dumps(header)}
    variables |= {"traces": values, table.axis_name: table.axis}
    names = np.empty(len(table.labels), object)  # an array of objects is a cell
    names[:] = table.labels
    variables["names"] = names
    if table.positions is not None:
        variables["positions"] = table.positions
    if table.fps is not None:
        variables["fps"] = table.fps
    if table.metadata:
        variables["metadata"] = _as_struct(table.metadata)
    savemat(path, variables, appendmat=False, oned_as="column", long_field_names=True)


def _as_struct(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata with keys that MATLAB accepts as names of fields, and values of types that it has."""
    struct: dict[str, Any] = {}
    for key, value in metadata.items():
        name = re.sub(r"\W", "_", key, flags=re.ASCII)
        name = unique = (name if name[:1].isalpha() else f"m_{name}")[:_LONGEST_NAME]
        number = 1
        while unique in struct:
            number += 1
            unique = f"{name[: _LONGEST_NAME - 1 - len(str(number))]}_{number}"
        struct[unique] = _as_matlab(value)
    return struct


def _as_matlab(value: object) -> Any:
    """Return a value of the metadata in a type that MATLAB has."""
    if isinstance(value, dict):
        return _as_struct(value) if value else np.empty((0, 0))
    if value is None:
        return np.empty((0, 0))  # []
    if isinstance(value, list):
        if value and all(isinstance(item, (int, float)) and abs(item) <= 2**53 for item in value):
            return np.array(value, np.float64)
        cell = np.empty(len(value), object)
        cell[:] = [_as_matlab(item) for item in value]
        return cell
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) <= 2**53 else str(value)
    if isinstance(value, str):  # with half a character, as in names of files that are not in UTF-8
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def _load(path: Path, *names: str) -> dict[str, Any]:
    """Return those variables of a file that optimap wrote which it has."""
    if not is_table(path):
        raise not_ours(path)
    _check_end(path)
    with reading_table(path, "scipy", _NAME):
        check_matlab(path, names)
        found: dict[str, Any] = loadmat(path, variable_names=names)
        return found


def _header(found: Mapping[str, Any], path: Path) -> Header:
    """Return the header, which the variables beside it do not contradict."""
    text = found["header"]
    header = parse_header(str(text.item() if text.size == 1 else text), path)

    def read(name: str) -> Any:
        return [str(cell.item()) for cell in found[name].ravel()] if name == "names" else found[name]

    check_copies(header, found, read, path)
    return header


def _check_end(path: Path) -> None:
    """Raise an error if a file ends within a variable, which is not noticed when another variable is read."""
    place, size = 128, path.stat().st_size
    with open(path, "rb") as file:
        order: Literal["little", "big"] = "little" if file.read(128).endswith(b"IM") else "big"
        while place < size:
            file.seek(place + 4)  # after the type of the variable
            place += 8 + int.from_bytes(file.read(4), order)
    with reading_table(path, "scipy", _NAME):
        if place != size:
            raise EOFError(f"{size} bytes of {place}")


def is_table(path: Path) -> bool:
    """Return whether a file is a table of optimap, not a recording."""
    with open(path, "rb") as file:
        if file.read(128).startswith((b"MATLAB 7.3", b"\x89HDF")):
            return False
    with reading_table(path, "scipy", _NAME):
        return any(found.name in (MARKER, COLUMNS_MARKER) for found in list_matlab(path))


def read_header(path: Path) -> Header:
    """Return the header."""
    found = _load(path, *BESIDE)
    with reading_table(path, "scipy", _NAME):
        return _header(found, path)


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    found = _load(path, "traces", *BESIDE)
    with reading_table(path, "scipy", _NAME):
        header, traces = _header(found, path), found["traces"]
        if not isinstance(traces, np.ndarray):
            raise TypeError("its traces are a sparse matrix")
        check_stored(header, traces.shape, path)
        return header, traces, found[header["axis"]].ravel()
