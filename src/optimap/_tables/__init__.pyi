from .axes import (
    regular_rate,
)
from .columns import (
    find_columns,
    holds_columns,
    load_columns,
    save_columns,
)
from .from_labelled import (
    array_labels,
    frame_axis,
    labelled_table,
)
from .header import (
    FPS,
    METADATA,
    WRITTEN_BY,
    Field,
    Header,
    check_fields,
    check_layout,
    damaged_field,
    is_list_of,
)
from .kinds import (
    KINDS,
    SUFFIXES,
    find_table_kind,
)
from .kinds.netcdf import (
    write_dataset,
)
from .labelled import (
    as_data_array,
)
from .labelled import (
    to_dataframe as to_dataframe,
)
from .labelled import (
    to_xarray as to_xarray,
)
from .neighbours import (
    as_neighbour,
    is_neighbour,
    neighbour_times,
)
from .save_load import (
    check_table,
    is_table,
    load_header,
)
from .save_load import (
    load_traces as load_traces,
)
from .save_load import (
    save_traces as save_traces,
)
from .table import (
    TraceTable as TraceTable,
)
from .table import (
    header_labels,
)
from .tidy import (
    is_tidy,
)

__all__ = [
    "FPS",
    "KINDS",
    "METADATA",
    "SUFFIXES",
    "WRITTEN_BY",
    "Field",
    "Header",
    "TraceTable",
    "array_labels",
    "as_data_array",
    "as_neighbour",
    "check_fields",
    "check_layout",
    "check_table",
    "damaged_field",
    "find_columns",
    "find_table_kind",
    "frame_axis",
    "header_labels",
    "holds_columns",
    "is_list_of",
    "is_neighbour",
    "is_table",
    "is_tidy",
    "labelled_table",
    "load_columns",
    "load_header",
    "load_traces",
    "neighbour_times",
    "regular_rate",
    "save_columns",
    "save_traces",
    "to_dataframe",
    "to_xarray",
    "write_dataset",
]
