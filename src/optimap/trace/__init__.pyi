from ._compare import compare_traces
from ._detrend import detrend_timeseries
from ._extract import extract_traces
from ._labelled import to_dataframe, to_xarray
from ._make_regions import regions
from ._normalize import normalize
from ._period import estimate_period
from ._plot import show_positions, show_positions_and_traces, show_trace, show_traces
from ._positions import collage_positions, positions_from_A_to_B, random_positions
from ._regions import Regions
from ._select import Selection, select_positions, select_traces
from ._show_regions import show_regions
from ._table_data import TraceTable
from ._tables import load_traces, save_traces
from ._windows import get_default_trace_window, set_default_trace_window

__all__ = [
    "Regions",
    "Selection",
    "TraceTable",
    "collage_positions",
    "compare_traces",
    "detrend_timeseries",
    "estimate_period",
    "extract_traces",
    "get_default_trace_window",
    "load_traces",
    "normalize",
    "positions_from_A_to_B",
    "random_positions",
    "regions",
    "save_traces",
    "select_positions",
    "select_traces",
    "set_default_trace_window",
    "show_positions",
    "show_positions_and_traces",
    "show_regions",
    "show_trace",
    "show_traces",
    "to_dataframe",
    "to_xarray",
]
