"""``.parquet``: a column for the axis and one for each trace; the header is in the metadata of the schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..._base import ArgumentError, Array, budget
from ..._regions import Regions
from ..table import MARKER, TraceTable, check_header, header_labels, header_shape, not_ours, unreadable
from ..tidy import NAME, VALUE, from_tidy, tidy_columns


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table."""
    parts = _tidy_parts(table) if header["tidy"] else _wide_parts(table)
    names = tidy_columns(table.axis_name) if header["tidy"] else [table.axis_name, *table.labels]
    value = _column(table.columns[:0].ravel()).type
    kinds = [_column(table.axis[:0]).type, *([pa.string(), pa.float64(), pa.float64()] if header["tidy"] else [])]
    kinds += [value] * (len(names) - len(kinds))
    schema = pa.schema(list(zip(names, kinds, strict=True)), metadata={MARKER: json.dumps(header)})
    # Measured values hardly repeat: without dictionaries, files are a third smaller and written in a fifth of the time.
    repeated = ["name", "x", "y"] if header["tidy"] else False
    with pq.ParquetWriter(path, schema, use_dictionary=repeated) as writer:
        for columns in parts:
            writer.write_table(pa.table(columns, schema=schema))


def _column(values: Array) -> Any:
    # Few readers know half precision; the header keeps the data type.
    return pa.array(values.astype(np.float32) if values.dtype == np.float16 else values)


def _wide_parts(table: TraceTable) -> Iterator[list[Any]]:
    """Yield the columns of each row group."""
    values, axis = table.columns, table.axis
    rows = max(1, budget().table_values // (values.shape[1] + 1))
    for start in range(0, max(len(values), 1), rows):
        part = slice(start, start + rows)
        yield [_column(axis[part]), *map(_column, np.ascontiguousarray(values[part].T))]


def _tidy_parts(table: TraceTable) -> Iterator[list[Any]]:
    """Yield the columns of each row group in long form."""
    axis, count, most = table.axis, table.columns.shape[1], budget().table_values
    places = np.full((count, 2), np.nan) if table.positions is None else table.positions
    for label, place, values in zip(table.labels, places, table.columns.T, strict=True):
        for start in range(0, len(axis), most):
            part = slice(start, start + most)
            rows = len(axis[part])
            x, y = (pa.array(np.full(rows, number), from_pandas=True) for number in place)
            name = pa.array([label], pa.string()).take(pa.array(np.zeros(rows, np.int32)))
            yield [_column(axis[part]), name, x, y, _column(np.ascontiguousarray(values[part]))]


def read_header(path: Path) -> dict[str, Any]:
    """Return the header from the schema."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise unreadable(path, "Parquet", error) from error
    text = (schema.metadata or {}).get(MARKER.encode())
    if text is None:
        raise not_ours(path)
    return check_header(json.loads(text), path)


def read_values(path: Path, header: dict[str, Any]) -> tuple[Array, Array]:
    """Return (T, N) values and the axis."""
    file = pq.ParquetFile(path)
    if header["tidy"]:
        order = tidy_columns(header["axis"])
        columns = pq.read_table(path, columns=[order[0], order[NAME], order[VALUE]])
        axis, names, values = columns.columns
        return from_tidy(path, header, names.to_pylist(), axis.to_numpy(), values.to_numpy())
    frames, count = header_shape(header)
    names = [header["axis"], *header_labels(header)]
    if file.schema_arrow.names != names or file.metadata.num_rows != frames:
        raise ArgumentError(
            "path",
            path,
            "was changed by another program, so its columns or rows do not match its header",
            "read it with pandas, or save the traces again",
            subject=str(path),
        )
    axis, values = [], np.empty((frames, count), _dtype(header["dtype"]))
    start = 0
    for group in range(file.num_row_groups):
        columns = file.read_row_group(group)
        axis.append(columns.column(0).to_numpy())
        stop = start + len(columns)
        for i in range(count):
            values[start:stop, i] = columns.column(i + 1).to_numpy()
        start = stop
    return values, np.concatenate(axis)


def _dtype(name: str) -> "np.dtype[Any]":
    return np.dtype(np.float32 if name == "float16" else name)
