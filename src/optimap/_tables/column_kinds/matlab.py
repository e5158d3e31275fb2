"""``.mat`` version 5: one column vector (or cell of text) for each column, ``fps``, and the header as text."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scipy.io import loadmat, savemat

from ..._base import Array
from ..._files import check_matlab, list_matlab
from ..columns_header import COLUMNS_LAYOUT, COLUMNS_MARKER, as_type, not_beats, parse_columns_header, text_column
from ..header import reading_table


def _variable(name: str) -> str:
    """Return a name that MATLAB accepts: ``apd75_5_ms``."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table."""
    variables: dict[str, Any] = {COLUMNS_MARKER: COLUMNS_LAYOUT, "header": json.dumps(header)}
    if header["fps"] is not None:
        variables["fps"] = header["fps"]
    for name, values in columns.items():
        variables[_variable(name)] = values.astype(object) if values.dtype.kind == "U" else values
    savemat(path, variables, appendmat=False, oned_as="column", long_field_names=True)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    with reading_table(path, "scipy", "a MATLAB file"):
        listed = [found.name for found in list_matlab(path)]
        if COLUMNS_MARKER not in listed:
            raise not_beats(path)
        check_matlab(path, listed)
        loaded = loadmat(path)
        header = parse_columns_header(str(loaded["header"].item()), path)
        columns = {}
        for name, dtype in header["columns"].items():
            values = loaded[_variable(name)].ravel()
            if dtype == "text":
                columns[name] = text_column((cell.item() if cell.size else "" for cell in values), path)
            else:
                columns[name] = as_type(values, dtype, path)
        return header, columns
