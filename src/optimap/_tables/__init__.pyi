from .columns import (
    holds_columns,
    load_columns,
    save_columns,
)
from .header import (
    Header,
)
from .kinds import (
    KINDS,
    SUFFIXES,
    find_table_kind,
)
from .labelled import (
    as_data_array,
    to_dataframe,
    to_xarray,
)
from .save_load import (
    check_table,
    is_table,
    load_header,
    load_traces,
    save_traces,
)
from .table import (
    TraceTable,
    header_labels,
)

__all__ = [
    "KINDS",
    "SUFFIXES",
    "Header",
    "TraceTable",
    "as_data_array",
    "check_table",
    "find_table_kind",
    "header_labels",
    "holds_columns",
    "is_table",
    "load_columns",
    "load_header",
    "load_traces",
    "save_columns",
    "save_traces",
    "to_dataframe",
    "to_xarray",
]
