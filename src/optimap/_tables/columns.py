"""Tables of named columns, of numbers and text, in every kind of file that tables of traces have: tables of beats.

The header is a small JSON object: which columns there are and of which type, the frame rate, and metadata. Each kind of
file has a module in `column_kinds`; the suffixes, the extras and the file next to a CSV are those of tables of traces.
"""

from __future__ import annotations

import csv
import importlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from .._base import ArgumentError, Array, DamagedFileError
from .._files import (
    CHECKSUM,
    check_output,
    check_sidecar,
    checksum,
    reading,
    sidecar_path,
    written_whole,
    written_with_sidecar,
)
from .._version import __version__
from .arguments import check_whole
from .columns_header import COLUMNS_LAYOUT, COLUMNS_MARKER, OtherFileError, type_name
from .header import damaged_field
from .kinds import Kind, find_table_kind
from .save_load import existing_kind
from .table import storable


def save_columns(
    path: Path, columns: Mapping[str, Array], fps: float | None, metadata: dict[str, Any], overwrite: bool
) -> None:
    """Write columns of one length to a file; the suffix chooses the kind."""
    kind = find_table_kind(path)
    check_output(path, overwrite)
    if kind.sidecar:
        check_sidecar(path, overwrite)
    module = _module(kind)
    typed = {name: _typed(values) for name, values in columns.items()}
    for name, values in typed.items():
        check_whole(name, "beats")
        for text in values.tolist() if values.dtype.kind == "U" else ():
            check_whole(text, f"beats[{name!r}]")
    header = {
        COLUMNS_MARKER: COLUMNS_LAYOUT,
        "written_by": f"optimap-trace {__version__}",
        "rows": len(next(iter(typed.values()), ())),
        "columns": {name: type_name(values) for name, values in typed.items()},
        "fps": fps,
        "metadata": metadata,
    }
    if hasattr(module, "check_limits"):
        module.check_limits(header, typed)
    if not kind.sidecar:
        with written_whole(path, overwrite) as partial:
            module.write(partial, typed, header)
        return

    def describe(written: Path) -> str:
        described = {COLUMNS_MARKER: COLUMNS_LAYOUT, CHECKSUM: checksum(written), **header}
        return json.dumps(described, indent=2) + "\n"

    with written_with_sidecar(path, sidecar_path(path), describe, overwrite) as partial:
        module.write(partial, typed, header)


def load_columns(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns of a file that `save_columns` wrote."""
    header, columns = _module(existing_kind(path)).read(path)
    rows = {np.shape(values) for values in columns.values()} | ({(header["rows"],)} if header["columns"] else set())
    if list(columns) != list(header["columns"]) or len(rows) > 1:
        raise ArgumentError(
            "path",
            path,
            "was changed by another program, so its columns or rows do not match its header",
            "read it with pandas, or save the beats again",
            subject=str(path),
        )
    for name, values in columns.items():
        if type_name(values) != header["columns"][name]:
            stated = f"states {header['columns'][name]} for {name}, but the file holds {type_name(values)}"
            raise damaged_field(path, "columns", stated)
    return header, columns


def find_columns(path: Path) -> tuple[dict[str, Any], dict[str, Array]] | None:
    """Return the header and the columns of a table of named columns, None for a table of traces."""
    if existing_kind(path).sidecar and not holds_columns(path):
        return None
    try:
        return load_columns(path)
    except OtherFileError:
        return None


def holds_columns(path: Path) -> bool:
    """Return whether a table is one of named columns, not of traces."""
    kind = existing_kind(path)
    if kind.sidecar and sidecar_path(path).is_file():
        try:
            with reading(path, "json", "is damaged"):
                header = json.loads(sidecar_path(path).read_text(encoding="utf-8"))
        except DamagedFileError:  # a damaged description, which the reader explains
            return False
        return isinstance(header, dict) and COLUMNS_MARKER in header
    if kind.sidecar:  # the first row is enough
        names: list[str] = []
        with (
            suppress(DamagedFileError),
            reading(path, "text", "is not a table"),
            open(path, encoding="utf-8-sig", errors="replace", newline="") as file,
        ):
            names = next(csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ","), [])
        return {"series", "beat"} <= set(names)
    try:
        _module(kind).read(path)
    except ValueError as error:  # a damaged one is explained when it is read
        return not isinstance(error, OtherFileError)
    return True


def _module(kind: Kind) -> ModuleType:
    """Import the module of a kind, or raise an error that names the missing extra."""
    kind.load()
    return importlib.import_module(f".column_kinds.{kind.module}", __package__)


def _typed(values: Array) -> Array:
    """Return a column in one of the three types; control characters, which most files cannot hold, become spaces."""
    kinds = {"i": np.int64, "u": np.int64, "b": np.int64, "f": np.float64}
    if values.dtype.kind in kinds:
        return values.astype(kinds[values.dtype.kind])
    return np.array([storable(str(cell)) for cell in values], np.str_)
