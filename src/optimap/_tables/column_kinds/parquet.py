"""``.parquet``: one column each; the header is in the metadata of the schema."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..._base import Array
from ..columns_header import COLUMNS_MARKER, not_beats, parse_columns_header, text_column
from ..kinds.parquet import opened, texts_in


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table."""
    arrays = {
        name: pa.array(values.tolist() if values.dtype.kind == "U" else values) for name, values in columns.items()
    }
    arrays = {
        name: array.cast(pa.string()) if pa.types.is_null(array.type) else array for name, array in arrays.items()
    }
    table = pa.table(arrays).replace_schema_metadata({COLUMNS_MARKER: json.dumps(header)})
    pq.write_table(table, path)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    with opened(path) as file:
        text = (file.schema_arrow.metadata or {}).get(COLUMNS_MARKER.encode())
        if text is None:
            raise not_beats(path)
        header, table = parse_columns_header(text, path), file.read()
        return header, {
            name: text_column(texts_in(table[name]), path) if pa.types.is_dictionary(kind) else table[name].to_numpy()
            for name, kind in zip(table.column_names, table.schema.types, strict=True)
            if not name.startswith("__")  # an index of pandas
        }
