"""What files repeat of the header for other programs: the axis, the labels of the traces and their positions.

Another program that moves traces, and saves the file again, moves these with them, but not the header. So a file in
which they differ would give traces the names of others; it is an error that names the field. What another program left
out contradicts nothing.
"""

from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .._base import ArgumentError, Array
from .header import Header, damaged_field
from .table import header_labels
from .tidy import tidy_columns

SHOWN = 4  # labels


def check_copies(header: Header, held: Container[str], read: Callable[[str], Any], path: Path) -> None:
    """Raise an error if arrays of a file, which are read by their names, contradict its header."""
    if header["axis"] not in held:
        raise damaged_field(path, "axis", f"is {header['axis']}, which is not in the file")
    if "names" in held:
        check_labels(header, np.ravel(read("names")).tolist(), path)
    if "positions" in held:
        check_places(header, np.asarray(read("positions")), path)


def check_labels(header: Header, labels: Sequence[Any], path: Path) -> None:
    """Raise an error if the traces in a file have other labels than the header says."""
    expected = header_labels(header)
    if list(labels) != expected:
        field = "positions" if header["names"] is None and header["positions"] else "names"
        raise damaged_field(path, field, f"means the traces {_few(expected)}, but the file holds {_few(labels)}")


def check_places(header: Header, places: Array, path: Path) -> None:
    """Raise an error if the (N, 2) positions in a file are not those of the header."""
    expected = np.array(header["positions"] or [], np.float64).reshape(-1, 2)
    if places.shape != expected.shape or not np.array_equal(places, expected):
        raise damaged_field(path, "positions", "differs from the positions that the file holds for other programs")


def check_columns(header: Header, names: Sequence[Any], path: Path, longest: int | None = None) -> None:
    """Raise an error if the columns of a table, whose names may be cut, are not those of the header."""
    expected = tidy_columns(header["axis"]) if header["tidy"] else [header["axis"], *header_labels(header)]
    if list(names) != [name[:longest] for name in expected]:
        raise changed(path)


def changed(path: Path) -> ArgumentError:
    """Return the error for a table whose columns or rows do not match its header."""
    problem = "was changed by another program, so its columns or rows do not match its header"
    cure = "read it with pandas, or save the traces again"
    return ArgumentError("path", path, problem, cure, subject=str(path))


def _few(labels: Sequence[Any]) -> str:
    return ", ".join(map(str, labels[:SHOWN])) + (f", ... ({len(labels)})" if len(labels) > SHOWN else "")
