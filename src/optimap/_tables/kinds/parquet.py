"""``.parquet``: a column for the axis and one for each trace; the header is in the metadata of the schema.

A file may repeat one value, or one long text, millions of times in a few bytes. So there are as many rows as its size
justifies, with a generous ratio, text is read as numbers of texts, and pages are looked at before Arrow has them
(`parquet_pages`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..._base import Array, budget
from ..._files import DEFLATE, check_justified
from ..._regions import Regions
from ..copies import changed, check_columns
from ..header import MARKER, Header, header_shape, not_ours, parse_header, reading_table
from ..table import TraceTable
from ..tidy import NAME, VALUE, from_tidy, tidy_columns
from .parquet_pages import check_pages

WIDEST = 8  # bytes of a number


@contextmanager
def opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a file; what is read from it in the block is guarded."""
    with reading_table(path, "pyarrow", "Parquet"):
        whole = path.absolute()
        with pq.ParquetFile(whole) as file:
            _check_rows(file, path)
            check_pages(path)
            fields = file.schema_arrow
        texts = [field.name for field in fields if not pa.types.is_primitive(field.type)]
        with pq.ParquetFile(whole, read_dictionary=texts) as file:
            yield file


def _check_rows(file: pq.ParquetFile, path: Path) -> None:
    """Raise an error for more rows than the file can hold, or for columns with lists in their cells."""
    about, columns = file.metadata, [file.schema.column(i) for i in range(len(file.schema))]
    rows = [about.row_group(i).num_rows for i in range(about.num_row_groups)]
    if sum(rows) != about.num_rows or min(rows, default=0) < 0:
        raise ValueError(f"its parts have {sum(rows)} rows, not {about.num_rows}")
    if any(column.max_repetition_level for column in columns):
        raise ValueError("it has lists in its cells")
    asked = sum(rows) * sum(max(WIDEST, column.length or 0) for column in columns)
    check_justified(path, asked, DEFLATE, "values")


def texts_in(column: pa.ChunkedArray) -> list[str | None]:
    """Return the texts of a column; those that are equal are one object."""
    found: list[str | None] = []
    for chunk in column.chunks:
        if not pa.types.is_dictionary(chunk.type):
            raise ValueError("it has numbers where text should be")
        known = [*chunk.dictionary.to_pylist(), None]
        found += [known[-1 if i is None else i] for i in chunk.indices.to_pylist()]
    return found


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


def read_header(path: Path) -> Header:
    """Return the header from the schema."""
    with opened(path) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
        text, names = (schema.metadata or {}).get(MARKER.encode()), schema.names
    if text is None:
        raise not_ours(path)
    header = parse_header(text, path)
    frames, count = header_shape(header)
    check_columns(header, names, path)
    if rows != (frames * count if header["tidy"] else frames):
        raise changed(path)
    return header


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    header = read_header(path)
    return header, *_values(path, header)


def _values(path: Path, header: Header) -> tuple[Array, Array]:
    with opened(path) as file:
        if not header["tidy"]:
            return _read_wide(file, header)
        order = tidy_columns(header["axis"])
        columns = file.read(columns=[order[0], order[NAME], order[VALUE]])
        axis, names, values = (columns.column(order[i]) for i in (0, NAME, VALUE))
        labels, times, numbers = texts_in(names), axis.to_numpy(), values.to_numpy()
    return from_tidy(path, header, labels, times, numbers)


def _read_wide(file: Any, header: Header) -> tuple[Array, Array]:
    """Return values and the axis from a file with a column for each trace."""
    frames, count = header_shape(header)
    if any(map(pa.types.is_dictionary, file.schema_arrow.types)):
        raise ValueError("it has text where numbers should be")
    kinds = {kind.to_pandas_dtype() for kind in file.schema_arrow.types[1:]}
    axis, values = (
        list[Array](),
        np.empty((frames, count), object if len(kinds) > 1 else next(iter(kinds), header["dtype"])),
    )
    start = 0
    for group in range(file.num_row_groups):
        columns = file.read_row_group(group)
        axis.append(columns.column(0).to_numpy())
        stop = start + len(columns)
        for i in range(count):
            values[start:stop, i] = columns.column(i + 1).to_numpy()
        start = stop
    return values, np.concatenate(axis)
