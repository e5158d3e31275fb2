"""Traces as objects of xarray and pandas, with named dimensions and coordinates; `from_labelled` is the inverse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import Array, check_flag, import_extra
from .arguments import parse_table
from .axes import FRAMES, SECONDS
from .from_labelled import unpacked
from .table import TraceTable
from .tidy import tidy_columns

if TYPE_CHECKING:
    import pandas
    import xarray


def to_xarray(
    traces: ArrayLike | TraceTable,
    positions: object = None,
    fps: float | None = None,
    x: ArrayLike | None = None,
    names: object = None,
    metadata: object = None,
    *,
    regions: object = None,
) -> xarray.DataArray:
    """Return traces as an `xarray.DataArray`.

    Parameters
    ----------
    traces, positions, fps, x, names, metadata, regions
        As for `save_traces`.

    Returns
    -------
    xarray.DataArray
        Named ``traces``, with the dimensions ``time`` and ``name``. The coordinate ``time`` is in seconds if `fps` is
        given, or `x` if that is given; without either, the dimension is ``frame``. ``name`` contains the labels of the
        columns (see `save_traces`), and ``x`` and ``y`` along ``name`` contain the positions in pixels. A single trace
        ``(T,)`` has only the first dimension. The attributes are `fps` and the metadata; entries that are neither text
        nor numbers are stored as JSON.

    Raises
    ------
    ImportError
        If xarray is missing.
    ValueError, TypeError
        As for `save_traces`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import to_xarray
    >>> array = to_xarray(np.eye(3), [(5, 10), (6, 10), (7, 10)], fps=500, names=["a", "b", "c"])
    >>> array.dims
    ('time', 'name')
    >>> float(array.sel(name="b", time=0.002))
    1.0
    """
    table, _ = parse_table(traces, positions, fps, x, names, metadata, regions)
    return as_data_array(table)


def as_data_array(table: TraceTable) -> xarray.DataArray:
    """Return a table as a DataArray."""
    xr = import_extra("xarray", "xarray", "labelled arrays")
    first = tidy_columns(table.axis_name)[0]
    coords: dict[str, Any] = {first: (first, _axis(table), _axis_attributes(table.axis_name))}
    along: tuple[str, ...] = () if table.traces.ndim == 1 else ("name",)
    pick: Any = 0 if table.traces.ndim == 1 else slice(None)
    coords["name"] = (along, np.array(table.labels, dtype=object)[pick], {"long_name": "name of the trace"})
    if table.positions is not None:
        for i, (axis, meaning) in enumerate((("x", "column"), ("y", "row"))):
            about = {"long_name": f"{meaning} of the position, in pixels", "units": "1"}
            coords[axis] = (along, table.positions[pick, i], about)
    attributes = {key: value if _is_attribute(value) else json.dumps(value) for key, value in table.metadata.items()}
    attributes = _with_rate(attributes, table.fps)
    array: xarray.DataArray = xr.DataArray(
        table.traces, coords=coords, dims=(first, *along), name="traces", attrs=attributes
    )
    return array


def _with_rate(attributes: dict[str, Any], fps: float | None) -> dict[str, Any]:
    """Return attributes with the rate first; metadata with the same name does not replace it."""
    return attributes if fps is None else {"fps": fps} | attributes | {"fps": fps}


def _is_attribute(value: object) -> bool:
    """Return whether NetCDF stores and returns a value unchanged: text and numbers of 64 bits."""
    if isinstance(value, str):
        return bool(unpacked(value) == value)
    return isinstance(value, float) or (type(value) is int and abs(value) < 2**63)


def _axis(table: TraceTable) -> Array:
    """Return the axis with a data type that pandas has."""
    return table.axis.astype(np.float32) if table.axis.dtype == np.float16 else table.axis


def _axis_attributes(axis: str) -> dict[str, str]:
    if axis == SECONDS:
        return {"long_name": "time", "units": "s"}
    return {"long_name": "frame number", "units": "1"} if axis == FRAMES else {"long_name": "time, as given"}


def to_dataframe(
    traces: ArrayLike | TraceTable,
    positions: object = None,
    fps: float | None = None,
    x: ArrayLike | None = None,
    names: object = None,
    metadata: object = None,
    *,
    tidy: bool = False,
    regions: object = None,
) -> pandas.DataFrame:
    """Return traces as a `pandas.DataFrame`.

    Parameters
    ----------
    traces, positions, fps, x, names, metadata, regions
        As for `save_traces`.
    tidy : bool
        Long form: one row for each value.

    Returns
    -------
    pandas.DataFrame
        One column for each trace, named by its label (see `save_traces`), and the index ``time``: in seconds if `fps`
        is given, or `x` if that is given; without either, the index is ``frame``. In long form the columns are ``time``
        (or ``frame``), ``name``, ``x``, ``y`` (NaN without positions) and ``value``, one trace after the other.
        ``attrs`` contains `fps` and the metadata.

    Raises
    ------
    ImportError
        If pandas is missing.
    ValueError, TypeError
        As for `save_traces`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import to_dataframe
    >>> to_dataframe(np.eye(2), [(5, 10), (6, 10)], fps=500)  # doctest: +NORMALIZE_WHITESPACE
    name   x5_y10  x6_y10
    time
    0.000     1.0     0.0
    0.002     0.0     1.0
    >>> to_dataframe(np.eye(2), [(5, 10), (6, 10)], fps=500, names=["a", "b"], tidy=True)
        time name    x     y  value
    0  0.000    a  5.0  10.0    1.0
    1  0.002    a  5.0  10.0    0.0
    2  0.000    b  6.0  10.0    0.0
    3  0.002    b  6.0  10.0    1.0
    """
    check_flag(tidy, "tidy")
    table, _ = parse_table(traces, positions, fps, x, names, metadata, regions)
    pd = import_extra("pandas", "xarray", "data frames")
    columns = tidy_columns(table.axis_name)
    frames, count = table.columns.shape
    if tidy:
        places = np.full((count, 2), np.nan) if table.positions is None else table.positions
        data = {
            columns[0]: np.tile(_axis(table), count),
            "name": np.repeat(np.array(table.labels, dtype=object), frames),
            "x": np.repeat(places[:, 0], frames),
            "y": np.repeat(places[:, 1], frames),
            "value": table.columns.T.ravel(),
        }
        frame: pandas.DataFrame = pd.DataFrame(data)
    else:
        index = pd.Index(_axis(table), name=columns[0])
        frame = pd.DataFrame(table.columns, index=index, columns=pd.Index(table.labels, name="name"))
    frame.attrs = _with_rate(table.metadata, table.fps)
    return frame
