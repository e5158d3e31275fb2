"""``.npz``: one array for each column, and the header as text; nothing is pickled."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..._base import Array
from ..._files import check_npz, write_npz, written_patiently
from ..columns_header import COLUMNS_MARKER, not_beats, parse_columns_header
from ..header import reading_table


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table."""
    with written_patiently(path) as file:  # given a path, NumPy may change the suffix
        write_npz(file, {COLUMNS_MARKER: np.array(json.dumps(header)), **columns})


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    with reading_table(path, "numpy", ".npz"):
        with zipfile.ZipFile(path) as archive:  # of other files, NumPy says that they may contain pickled objects
            check_npz(archive, path)
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            if COLUMNS_MARKER not in file.files:
                raise not_beats(path)
            header = parse_columns_header(str(file[COLUMNS_MARKER]), path)
            return header, {name: np.asarray(file[name]) for name in header["columns"] if name in file.files}
