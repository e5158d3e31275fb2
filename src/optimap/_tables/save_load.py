"""Tables of traces on disk: `save_traces` and `load_traces`. The suffix chooses the kind (`table_kinds`)."""

import json
import os
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from .._base import check_flag, file_path
from .._files import CHECKSUM, check_output, check_sidecar, checksum, sidecar_path, written_whole, written_with_sidecar
from .arguments import parse_table
from .kinds import KINDS, Kind, find_kind
from .table import TraceTable, from_header, to_header


def save_traces(
    path: "str | os.PathLike[str]",
    traces: "ArrayLike | TraceTable",
    positions: Any = None,
    fps: float | None = None,
    x: ArrayLike | None = None,
    names: Any = None,
    metadata: Any = None,
    *,
    tidy: bool = False,
    regions: Any = None,
    overwrite: bool = False,
) -> None:
    """Write traces into a table, which other programs read and `load_traces` gives back exactly.

    The suffix chooses the kind: ``.csv``, ``.tsv``, ``.parquet``, ``.xlsx`` (Excel), ``.mat`` (MATLAB), ``.npz``
    (NumPy), ``.h5`` (HDF5), ``.nc`` (NetCDF) or ``.nwb`` (Neurodata Without Borders).

    Parameters
    ----------
    path : path-like
        The file to write. Beside ``NAME.csv`` and ``NAME.tsv`` goes ``NAME.csv.json``, with all that is not a number.
    traces : (T, N) or (T,) array-like of integers or floats, TraceTable, or labelled array
        The values, which are written as they are, every digit. A table from `load_traces`, an `xarray.DataArray` and a
        `pandas.DataFrame` or `Series` (as `to_xarray` and `to_dataframe` make them, or with an axis and labels of your
        own) bring axis, names, positions and metadata; what is given beside them replaces what they say. Wide frames
        know positions only by labels such as ``x12_y16``: with names, they have none. Dask arrays are computed,
        tensors are copied to the host's memory, ``bfloat16`` as float32.
    positions : (x, y) or (N, 2) array-like, optional
        Where the traces come from, in pixels.
    fps : float, optional
        Frames per second: the axis of the table is in seconds. Without `fps` and `x` it is frame numbers.
    x : (T,) array-like of numbers, optional
        The axis itself, instead of `fps`.
    names : str or sequence of N str, optional
        A name for each trace. Columns are labelled by names, else by positions (``x12_y16``), else by number. Labels
        of columns are made unique (``a``, ``a_2``), and control characters become spaces; `load_traces` gives back
        the names themselves.
    metadata : dict, optional
        Anything else: text, finite numbers, None, lists and dicts of these; arrays become lists. Of NWB files the
        entry ``nwb`` describes the experiment, see the guide to tables.
    tidy : bool
        Long form, for ``.csv``, ``.tsv``, ``.parquet`` and ``.xlsx``: the columns ``time`` (``frame`` where no time is
        known), ``name``, ``x``, ``y`` and ``value``, one row for each value.
    regions : optional
        The regions that the traces come from (`optimap.trace.regions`): names and positions (their centres) where
        none are given, and the masks of NWB files.
    overwrite : bool
        Replace a file that exists.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is not set.
    ValueError
        If the suffix is unknown; `fps` and `x` are both given; lengths do not match; `x` or the metadata holds NaN or
        infinity; the kind has no long form, or cannot hold so many values.
    TypeError
        If `traces` are not real numbers, a name is not text, or the metadata holds something that is no plain value.
    ImportError
        If a package is missing; the message has the pip line.

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
    table = parse_table(traces, positions, fps, x, names, metadata, regions)
    timed = table.fps is not None or table.x is not None
    check_table(path, overwrite, tidy, table.columns.shape, str(table.columns.dtype), timed)
    kind = find_kind(path)
    module, header = kind.load(), to_header(table, tidy)
    if hasattr(module, "check_table"):
        module.check_table(table, regions)
    if kind.sidecar:

        def describe(written: Path) -> str:
            marker, *rest = header.items()  # not last: to delete its line leaves JSON
            described = dict([marker, (CHECKSUM, checksum(written)), *rest])
            lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in described.items()]
            return "{\n" + ",\n".join(lines) + "\n}\n"

        with written_with_sidecar(path, sidecar_path(path), describe, overwrite) as partial:
            module.write(partial, table, header, regions)
    else:
        with written_whole(path, overwrite) as partial:
            module.write(partial, table, header, regions)


def check_table(
    path: Path,
    overwrite: bool,
    tidy: bool = False,
    shape: tuple[int, ...] | None = None,
    dtype: str = "float64",
    timed: bool = True,
) -> None:
    """Raise an error, before any work, where no table of such (T, N) values can be written at `path`."""
    kind = find_kind(path)
    if tidy and not kind.tidy:
        known = ", ".join(suffix for row in KINDS if row.tidy for suffix in row.suffixes)
        raise ValueError(f"tidy = True: {path} has no long form, which {known} have")
    if tidy and shape is not None and shape[1] == 0:
        raise ValueError("tidy = True: a long table of no traces has no rows; leave tidy out")
    check_output(path, overwrite)
    if kind.sidecar:
        check_sidecar(path, overwrite)
    module = kind.load()
    if shape is not None and hasattr(module, "check"):
        module.check(shape, dtype, tidy, timed)


def load_traces(path: "str | os.PathLike[str]") -> TraceTable:
    """Read a table that `save_traces` or the command line wrote: exactly what was saved.

    Parameters
    ----------
    path : path-like
        The suffix tells the kind, see `save_traces`. ``.csv`` and ``.tsv`` are read without their ``.json``, too, from
        any program: float64, the first column ``time_s``, ``frame`` or ``x``, one column for each trace.

    Returns
    -------
    TraceTable
        With ``traces`` (data type and shape as saved; of a long table as before), ``x``, ``fps``, ``positions`` as an
        ``(N, 2)`` array, ``names``, ``metadata``; None for what was not given.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the suffix is unknown, the file is damaged, or no table of traces.
    ImportError
        If a package is missing; the message has the pip line.

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
    module = _existing(path).load()
    header = module.read_header(path)
    values, axis = module.read_values(path, header)
    return from_header(header, values, axis)


def load_header(path: Path) -> dict[str, Any]:
    """Return all that a table says, without reading its values."""
    header: dict[str, Any] = _existing(path).load().read_header(path)
    return header


def is_table(path: Path) -> bool:
    """Return whether a file is a table by its suffix and, where recordings have the same one, by its content."""
    suffix = path.suffix.lower()
    kind = next((row for row in KINDS if suffix in row.suffixes), None)
    return kind is not None and path.is_file() and (not kind.shared or bool(kind.load().is_table(path)))


def _existing(path: Path) -> Kind:
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: check the name and the folder")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a table")
    return find_kind(path)
