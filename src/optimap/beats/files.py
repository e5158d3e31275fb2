"""Tables of beats on disk: `save_beats` and `load_beats`. The kinds of files are in `_tables`."""

from __future__ import annotations

import os
from typing import Any

from .._base import ArgumentTypeError, check_flag, file_path
from .._tables import load_columns, save_columns
from .table import BeatTable


def save_beats(path: str | os.PathLike[str], beats: BeatTable, *, overwrite: bool = False) -> None:
    """Write beats to a table that other programs can read and `load_beats` returns exactly.

    Parameters
    ----------
    path : path-like
        The suffix chooses the kind, as in `optimap.trace.save_traces`: ``.csv``, ``.tsv``, ``.parquet``, ``.xlsx``,
        ``.mat``, ``.npz``, ``.h5``, ``.nc`` or ``.nwb``. Next to ``NAME.csv`` goes ``NAME.csv.json`` with the rate and
        the metadata; the other kinds hold them.
    beats : BeatTable
        One row for each beat; the names of the columns have units. NaN is an empty cell in text and in Excel. Control
        characters in text become spaces.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is not True.
    ValueError
        If the suffix is unknown, or the kind cannot hold so many rows or so long a text.
    TypeError
        If `beats` is not a table of beats.
    ImportError
        If a package is missing; the message contains the pip command.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.beats import BeatTable, load_beats, save_beats
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "beats.csv"
    ...     table = BeatTable({"series": np.array([0]), "beat": np.array([0]), "apd80_ms": np.array([54.25])}, 500.0)
    ...     save_beats(path, table)
    ...     print(path.read_text())
    ...     load_beats(path).fps
    series,beat,apd80_ms
    0,0,54.25
    <BLANKLINE>
    500.0
    """
    path = file_path(path)
    check_flag(overwrite, "overwrite")
    if not isinstance(beats, BeatTable):
        cure = "give what measure_beats returns"
        raise ArgumentTypeError("beats", beats, "is not a table of beats", cure, subject="beats")
    save_columns(path, beats.columns, beats.fps, beats.metadata, overwrite)


def load_beats(path: str | os.PathLike[str]) -> BeatTable:
    """Read a table that `save_beats` or the command line wrote, exactly as it was saved.

    Parameters
    ----------
    path : path-like
        The kind is recognised by the suffix. ``.csv`` and ``.tsv`` can also be read without their ``.json``; then the
        rate is not known.

    Returns
    -------
    BeatTable

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the suffix is unknown, or the file is damaged or not a table of beats.
    ImportError
        If a package is missing; the message contains the pip command.

    Examples
    --------
    See `save_beats`.
    """
    header, columns = load_columns(file_path(path))
    about: dict[str, Any] = header["metadata"]
    return BeatTable(columns, header["fps"], about)
