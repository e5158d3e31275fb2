"""Rows of text tables from any program and country: columns end with commas, semicolons, tabs or spaces.

The first row decides what stands between columns. Lines that begin with # are comments, or titles as NumPy writes
them. A comma in a number is read as a decimal comma only if it cannot be the end of a column; a table in which this is
uncertain is an error, never a guess.
"""

import csv
import io
import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

from .._base import MissingFileError
from .._files import reading, refuse_special

DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}")  # or a number with three decimals


class Row(NamedTuple):
    """The cells of one row of a table, and the number of its line in the file."""

    line: int
    cells: list[str]


class Rows(NamedTuple):
    """The rows of a table that are not blank, and what stands between its columns."""

    rows: list[Row]
    delimiter: str

    def number(self, text: str) -> float | None:
        """Return the number that a cell holds, or None."""
        is_decimal = DECIMAL_COMMA.fullmatch(text) and (self.delimiter != "," or not THOUSANDS.fullmatch(text))
        if is_decimal:  # between commas, such a cell is in quotes
            text = text.replace(",", ".")
        try:
            return None if "_" in text else float(text)  # 1_0 is ten in Python alone
        except ValueError:
            return None


def read_rows(path: Path, name: str, cure: str) -> Rows:
    """Read a table; errors call the argument that names the file by `name`, and `cure` says what to give instead."""
    refuse_special(path, name)
    if not path.is_file():
        problem = "is a folder" if path.is_dir() else "does not exist"
        raise MissingFileError(name, path, problem, cure, subject=str(path))
    guard = partial(reading, path, "text", "is not a CSV file", "save it as CSV, as text in UTF-8", argument=name)
    with guard():
        # Lines end where they do in files; in text, they also end at marks that may be part of a name.
        lines = [_without_comment(line) for line in io.StringIO(_decoded(path.read_bytes()), newline="")]
    said = re.fullmatch(r"sep=(.)\s*", lines[0]) if lines else None  # a line that spreadsheet programs write
    delimiter = said[1] if said else find_delimiter(next((line for line in lines if line.strip()), ""))
    with guard():
        reader = csv.reader(lines[1:] if said else lines, delimiter=delimiter, skipinitialspace=delimiter == " ")
        found = [Row(reader.line_num + bool(said), [cell.strip() for cell in row]) for row in reader]
    return Rows([row for row in found if any(row.cells)], delimiter)


def _decoded(raw: bytes) -> str:
    """Return text in UTF-8, or as spreadsheet programs of western Europe write it: only titles and names differ."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in raw:  # no text, or text of two bytes a character
            raise
        return raw.decode("cp1252")


def _without_comment(line: str) -> str:
    """Return a line, the titles x and y in a comment, or for another comment an empty line."""
    if not line.startswith("#"):
        return line
    titles = line.lstrip("# ")
    return titles if {"x", "y"} <= set(re.split(r"[\s,;]+", titles.lower())) else "\n"


def find_delimiter(line: str) -> str:
    """Return what stands between the columns of a row: a semicolon or a tab if there is one, a comma, or spaces."""
    bare = re.sub(r'"[^"]*"', "", line).strip(" \r\n")
    return next((mark for mark in (";", "\t", ",", " ") if mark in bare), ",")


def first_cells(path: Path) -> list[str]:
    """Return the cells of the first row of a text file that is not blank, in lower case; empty if there is none."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        for line in map(_without_comment, file):
            if line.strip() and not re.fullmatch(r"sep=.\s*", line):
                with reading(path, "text", "is not a CSV file"):
                    return [cell.strip().lower() for cell in next(csv.reader([line], delimiter=find_delimiter(line)))]
    return []
