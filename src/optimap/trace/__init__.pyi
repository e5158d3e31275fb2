from .extract import Regions as Regions
from .extract import collage_positions as collage_positions
from .extract import extract_traces as extract_traces
from .extract import get_default_trace_window as get_default_trace_window
from .extract import positions_from_A_to_B as positions_from_A_to_B
from .extract import random_positions as random_positions
from .extract import regions as regions
from .extract import save_regions as save_regions
from .extract import set_default_trace_window as set_default_trace_window
from .extract import show_trace as show_trace
from .extract import show_traces as show_traces
from .figures import compare_traces as compare_traces
from .figures import show_positions as show_positions
from .figures import show_positions_and_traces as show_positions_and_traces
from .figures import show_regions as show_regions
from .select import Picked as Picked
from .select import Selection as Selection
from .select import select_positions as select_positions
from .select import select_regions as select_regions
from .select import select_traces as select_traces
from .series import TraceTable as TraceTable
from .series import baseline as baseline
from .series import delta_f_over_f as delta_f_over_f
from .series import detect_polarity as detect_polarity
from .series import detrend_timeseries as detrend_timeseries
from .series import estimate_period as estimate_period
from .series import filter_traces as filter_traces
from .series import load_traces as load_traces
from .series import normalize as normalize
from .series import save_traces as save_traces
from .series import to_dataframe as to_dataframe
from .series import to_xarray as to_xarray

__all__ = [
    "Picked",
    "Regions",
    "Selection",
    "TraceTable",
    "baseline",
    "collage_positions",
    "compare_traces",
    "delta_f_over_f",
    "detect_polarity",
    "detrend_timeseries",
    "estimate_period",
    "extract_traces",
    "filter_traces",
    "get_default_trace_window",
    "load_traces",
    "normalize",
    "positions_from_A_to_B",
    "random_positions",
    "regions",
    "save_regions",
    "save_traces",
    "select_positions",
    "select_regions",
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
