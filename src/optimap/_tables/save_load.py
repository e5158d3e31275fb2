"""Tables of traces on disk: `save_traces`, `load_traces`, and the checks that the command line makes beforehand.

Files of each kind are written and read in `kinds`; the suffix chooses the kind.
"""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from .._base import ArgumentError, FolderError, MissingFileError, check_flag, file_path
from .._files import (
    CHECKSUM,
    check_output,
    check_sidecar,
    checksum,
    refuse_special,
    sidecar_path,
    written_whole,
    written_with_sidecar,
)
from .arguments import parse_table
from .header import Header, check_values
from .kinds import KINDS, Kind, find_table_kind
from .table import TraceTable, from_header, to_header


def save_traces(
    path: str | os.PathLike[str],
    traces: ArrayLike | TraceTable,
    positions: object = None,
    fps: float | None = None,
    x: ArrayLike | None = None,
    names: object = None,
    metadata: object = None,
    *,
    tidy: bool = False,
    regions: object = None,
    overwrite: bool = False,
) -> None:
    """Write traces to a table that other programs can read and `load_traces` returns exactly.

    The suffix chooses the kind: ``.csv``, ``.tsv``, ``.parquet``, ``.xlsx`` (Excel), ``.mat`` (MATLAB), ``.npz``
    (NumPy), ``.h5`` (HDF5), ``.nc`` (NetCDF) or ``.nwb`` (Neurodata Without Borders).

    Parameters
    ----------
    path : path-like
        The file to write. Next to ``NAME.csv`` or ``NAME.tsv`` goes ``NAME.csv.json`` or ``NAME.tsv.json``, with
        everything that is not a number.
    traces : (T, N) or (T,) array-like of integers or floats, TraceTable, or labelled array
        The values, which are written unchanged, with every digit. A table from `load_traces`, an `xarray.DataArray` and
        a `pandas.DataFrame` or `Series` (as `to_xarray` and `to_dataframe` return them, or with your own axis and
        labels) already have an axis, names, positions and metadata; other arguments replace these. Wide data frames
        have positions only in labels such as ``x12_y16``, so there are none if the columns have names. Dask arrays are
        computed, tensors are copied to the host's memory, ``bfloat16`` as float32.
    positions : (x, y), (N, 2) array-like, or whatever `extract_traces` accepts, optional
        Where the traces come from, in pixels. For regions, these are their centres.
    fps : float, optional
        Frames per second: the axis of the table is in seconds. Without `fps` and `x`, it is frame numbers.
    x : (T,) array-like of numbers, optional
        The axis itself, instead of `fps`.
    names : str or sequence of N str, optional
        A name for each trace. Columns are labelled by names, else by positions (``x12_y16``), else by numbers. Labels
        of columns are made unique (``a``, ``a_2``), and control characters become spaces; `load_traces` returns the
        names themselves.
    metadata : dict, optional
        Anything else: text, finite numbers, None, lists and dicts of these; arrays become lists. In NWB files, the
        entry ``nwb`` describes the experiment, see the guide to tables.
    tidy : bool
        Long form, for ``.csv``, ``.tsv``, ``.parquet`` and ``.xlsx``: the columns ``time`` (``frame`` if no time is
        known), ``name``, ``x``, ``y`` and ``value``, with one row for each value.
    regions : mask, labels, polygons, Regions, region file, or whatever `extract_traces` accepts, optional
        The regions that the traces come from: their names and positions (the centres) unless these are given, and
        their pixels for NWB files.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is not True.
    ValueError
        If the suffix is unknown; `fps` and `x` are both given; lengths do not match; `x` or the metadata contains NaN
        or infinity; the kind has no long form, or cannot hold so many values.
    TypeError
        If `traces` are not real numbers, a name is not text, or the metadata contains a value that is not plain.
    ImportError
        If a package is missing; the message contains the pip command.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.trace import load_traces, save_traces
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "traces.csv"
    ...     save_traces(path, np.float32([[1, 2], [0.1, np.nan]]), [(5, 10), (6, 10)], fps=500)
    ...     print(path.read_text())
    ...     load_traces(path).traces
    time_s,x5_y10,x6_y10
    0.0,1.0,2.0
    0.002,0.1,
    <BLANKLINE>
    array([[1. , 2. ],
           [0.1, nan]], dtype=float32)
    """
    path = file_path(path)
    check_flag(tidy, "tidy")
    check_flag(overwrite, "overwrite")
    table, outlines = parse_table(traces, positions, fps, x, names, metadata, regions)
    timed = table.fps is not None or table.x is not None
    check_table(path, overwrite, tidy, table.columns.shape, str(table.columns.dtype), timed)
    kind = find_table_kind(path)
    module, header = kind.load(), to_header(table, tidy)
    if hasattr(module, "check_contents"):
        module.check_contents(table, outlines)
    with _written(path, kind, header, overwrite) as partial:
        module.write(partial, table, header, outlines)


def _written(path: Path, kind: Kind, header: dict[str, Any], overwrite: bool) -> AbstractContextManager[Path]:
    """Return a context that provides a temporary path, which becomes the table when the block succeeds."""
    if not kind.sidecar:
        return written_whole(path, overwrite)

    def describe(written: Path) -> str:
        marker, *rest = (
            header.items()
        )  # the checksum is not the last entry, so that the text is still JSON without its line
        described = dict([marker, (CHECKSUM, checksum(written)), *rest])
        lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in described.items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"

    return written_with_sidecar(path, sidecar_path(path), describe, overwrite)


def check_table(
    path: Path,
    overwrite: bool,
    tidy: bool = False,
    shape: tuple[int, ...] | None = None,
    dtype: str = "float64",
    timed: bool = True,
) -> None:
    """Raise an error, before any work, if a table of such (T, N) values cannot be written to `path`."""
    kind = find_table_kind(path)
    if tidy and not kind.tidy:
        *known, last = (suffix for row in KINDS if row.tidy for suffix in row.suffixes)
        raise ArgumentError(
            "tidy",
            tidy,
            f"cannot be used for {path.suffix.lower()} files, which have no long form",
            f"save as {', '.join(known)} or {last}, or without the long form",
            subject="tidy",
        )
    if tidy and shape is not None and shape[1] == 0:
        raise ArgumentError(
            "tidy",
            tidy,
            "cannot be used without traces, because the long form would have no rows",
            "save without the long form",
            subject="tidy",
        )
    check_output(path, overwrite)
    if kind.sidecar:
        check_sidecar(path, overwrite)
    module = kind.load()
    if shape is not None and hasattr(module, "check_limits"):
        module.check_limits(shape, dtype, tidy, timed)


def load_traces(path: str | os.PathLike[str]) -> TraceTable:
    """Read a table that `save_traces` or the command line wrote, exactly as it was saved; or one of another program.

    Parameters
    ----------
    path : path-like
        The kind is recognised by the suffix, see `save_traces`. ``.csv`` and ``.tsv`` can also be read without their
        ``.json``, from any program, as float64: with commas, semicolons or tabs between columns, and decimal commas.
        The first column is ``time_s``, ``frame`` or ``x``, or a time with its unit (``Time (s)``, ``t [ms]``), and
        each of the others a trace. Of the measurements of ImageJ and Fiji, the means are the traces. Times of a
        constant rate from 0 on become `fps`; others become `x`, in s.

    Returns
    -------
    TraceTable
        With ``traces`` (with the data type and the shape that were saved, also for the long form), ``x``, ``fps``,
        ``positions`` as an ``(N, 2)`` array, ``names`` and ``metadata``; None for anything that was not given.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the suffix is unknown, or the file is damaged or not a table of traces.
    ImportError
        If a package is missing; the message contains the pip command.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.trace import load_traces, save_traces
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "traces.npz"
    ...     save_traces(path, np.uint16([1, 2, 3]), fps=500, names="left atrium", metadata={"drug": "none"})
    ...     table = load_traces(path)
    >>> table.traces, table.fps, table.names, table.metadata
    (array([1, 2, 3], dtype=uint16), 500.0, ['left atrium'], {'drug': 'none'})
    """
    path = file_path(path)
    kind = existing_kind(path)
    module = kind.load()
    header, values, axis = module.read(path)
    check_values(header, values, axis, path, exact=not kind.digits)
    return from_header(header, values, axis)


def load_header(path: Path) -> Header:
    """Return everything that a table says, without reading its values; all fields are checked."""
    header: Header = existing_kind(path).load().read_header(path)
    return header


def is_table(path: Path) -> bool:
    """Return whether a file is a table, by its suffix and, if recordings can have the same suffix, by its content."""
    suffix = path.suffix.lower()
    kind = next((row for row in KINDS if suffix in row.suffixes), None)
    return kind is not None and path.is_file() and kind.holds(path)


def existing_kind(path: Path) -> Kind:
    """Return the kind of a table that exists."""
    if not path.exists():
        raise MissingFileError("path", path, "does not exist", "check the name and the folder", subject=str(path))
    if path.is_dir():
        raise FolderError("path", path, "is a folder", "give the name of a table", subject=str(path))
    refuse_special(path)
    return find_table_kind(path)
