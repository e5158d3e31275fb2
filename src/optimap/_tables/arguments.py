"""What the arguments of `save_traces`, `to_xarray` and `to_dataframe` mean, after checking all of them."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._base import Array, on_host, parse_time_axis, text_names
from .._regions import parse_positions
from .from_labelled import from_labelled
from .table import TraceTable

# Metadata is written as JSON, MATLAB structs and rows of a sheet, all of which end somewhere.
DEEPEST = 30


def parse_table(
    traces: Any,
    positions: Any = None,
    fps: Any = None,
    x: Any = None,
    names: Any = None,
    metadata: Any = None,
    regions: Any = None,
) -> TraceTable:
    """Return what the arguments of `save_traces` mean, after checking all of them."""
    table = traces if isinstance(traces, TraceTable) else from_labelled(traces)
    if table is not None:  # what is given beside replaces what the table says
        if fps is None and x is None:
            fps, x = table.fps, table.x
        positions = table.positions if positions is None else positions
        names = table.names if names is None else names
        metadata = table.metadata if metadata is None else metadata
        traces = table.traces
    values = _parse_values(traces)
    shape = values.shape if values.ndim == 2 else (len(values), 1)
    if regions is not None:
        if not all(hasattr(regions, name) for name in ("names", "centers", "pixels")):
            raise TypeError(
                f"regions is a {type(regions).__name__}: give what optimap.trace.regions(...) makes of it, "
                "the same that the traces were extracted with"
            )
        _check_count("regions", len(regions), shape)
        names = regions.names if names is None else names
        positions = regions.centers() if positions is None else positions
    return TraceTable(
        values,
        _parse_x(len(values), x, fps),
        None if fps is None else float(fps),
        _parse_positions(positions, shape),
        _parse_names(names, shape),
        plain_metadata(metadata),
    )


def _check_count(name: str, given: int, shape: tuple[int, ...]) -> None:
    frames, count = shape
    if given != count:
        cure = f"; traces has shape {shape}, (T, N): is it traces.T?" if given == frames else ""
        raise ValueError(f"{name} holds {given} {name} for {count} traces: give one for each trace{cure}")


def _parse_values(traces: Any) -> Array:
    if isinstance(traces, Mapping):
        raise TypeError(
            f"traces is a {type(traces).__name__}: give numpy.column_stack(list(traces.values())), names=list(traces)"
        )
    traces = on_host(traces)
    if isinstance(traces, np.ma.MaskedArray):
        traces = np.ma.filled(traces.astype(np.result_type(traces.dtype, np.float32)), np.nan)
    try:
        values = np.asarray(traces)
    except ValueError as error:
        raise ValueError("traces is no array: its rows differ in length") from error
    if values.dtype.kind not in "biuf" or values.dtype.itemsize > 8:
        raise TypeError(f"traces has dtype {values.dtype}: give integers or floats of up to 64 bits, (T,) or (T, N)")
    if values.ndim not in (1, 2):
        raise ValueError(f"traces has shape {values.shape}: give one trace (T,) or several (T, N)")
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _parse_x(frames: int, x: Any, fps: Any) -> Array | None:
    times, _ = parse_time_axis(frames, None if x is None else on_host(x), fps)
    if x is None:
        return None
    if times.dtype.kind not in "iuf" or times.dtype.itemsize > 8:
        raise TypeError(f"x has dtype {times.dtype}: give real numbers, such as seconds since the start")
    return times.astype(times.dtype.newbyteorder("="), copy=False)


def _parse_positions(positions: Any, shape: tuple[int, ...]) -> Array | None:
    if positions is None:
        return None
    if hasattr(positions, "centers"):
        raise TypeError(f"positions is a set of regions, {positions!r}: give regions=, or positions.centers()")
    parsed, _ = parse_positions(on_host(positions), name="positions")
    _check_count("positions", len(parsed), shape)
    return parsed


def _parse_names(names: Any, shape: tuple[int, ...]) -> list[str] | None:
    if names is None:
        return None
    listed = text_names(names, "traces")
    _check_count("names", len(listed), shape)
    for i, name in enumerate(listed):
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise ValueError(f"names[{i}] = {name!r} holds half a character (a surrogate): no file can hold it")
    return listed


def plain_metadata(metadata: Any, name: str = "metadata", depth: int = 0) -> dict[str, Any]:
    """Return metadata in plain Python values, or raise an error that names the key of what is none."""
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping):
        raise TypeError(f"{name} = {metadata!r}: give a dict")
    return {_plain_key(key, name): _plain(value, f"{name}[{key!r}]", depth + 1) for key, value in metadata.items()}


def _plain_key(key: Any, name: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{name} has the key {key!r}: keys must be text")
    return str(key)


def _plain(value: Any, name: str, depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError(f"{name[:80]}... is nested more than {DEEPEST} deep: does it hold itself? Leave that out")
    if hasattr(value, "tolist"):  # arrays and numbers of NumPy and its like
        value = value.tolist()
    if isinstance(value, Mapping):
        return plain_metadata(value, name, depth)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(item, f"{name}[{i}]", depth + 1) for i, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} = {value!r}: metadata holds finite numbers; give None, or text")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    holds = "metadata holds text, numbers, None, lists and dicts"
    is_text = isinstance(value, os.PathLike) or hasattr(value, "isoformat")  # paths, dates and times
    cure = f"; give str({name})" if is_text else ""
    raise TypeError(f"{name} = {value!r} is of type {type(value).__name__}: {holds}{cure}")
