"""The arguments of `save_traces`, `to_xarray` and `to_dataframe`, checked here and turned into a `TraceTable`.

Limits of individual kinds of files are checked in `kinds`, not here.
"""

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Array, Floats, on_host, parse_time_axis, text_names
from .._regions import Places, Regions, find_places
from .from_labelled import labelled_table
from .table import TraceTable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# Metadata is written as JSON, as MATLAB structs and as rows of a sheet, all of which limit its depth.
DEEPEST = 30


def parse_table(
    traces: object,
    positions: object = None,
    fps: float | None = None,
    x: "ArrayLike | None" = None,
    names: object = None,
    metadata: object = None,
    regions: object = None,
) -> tuple[TraceTable, Regions | None]:
    """Return the table that the arguments of `save_traces` describe, and its regions if there are any."""
    table = traces if isinstance(traces, TraceTable) else labelled_table(traces)
    if table is not None:  # arguments replace the entries of the table
        if fps is None and x is None:
            fps, x = table.fps, table.x
        positions = table.positions if positions is None else positions
        names = table.names if names is None else names
        metadata = table.metadata if metadata is None else metadata
        traces = table.traces
    values = _parse_values(traces)
    shape = values.shape if values.ndim == 2 else (len(values), 1)
    axis = _parse_x(len(values), x, fps)
    places = [
        _parse_places(given, name, shape)
        for given, name in ((positions, "positions"), (regions, "regions"))
        if given is not None
    ]
    outlines = [place.regions for place in places if place.regions is not None]
    drawn = outlines[-1] if outlines else None  # regions= before positions=, for names and pixels
    listed = _parse_names(names, shape)
    parsed = TraceTable(
        values,
        axis,
        None if fps is None else float(fps),
        _centers(places[0]) if places else None,
        drawn.names if drawn is not None and listed is None else listed,
        _parse_metadata(metadata),
    )
    return parsed, drawn


def _check_count(name: str, given: object, entries: int, shape: tuple[int, ...]) -> None:
    """Raise an error unless there is one entry for each trace."""
    frames, count = shape
    if entries != count:
        transposed = f", or give traces.T if the shape {shape} of traces is (N, T)" if entries == frames else ""
        raise ArgumentError(
            name,
            given,
            f"has {_counted(entries, 'entry', 'entries')} for {_counted(count, 'trace', 'traces')}",
            f"give one for each trace{transposed}",
            subject=name,
        )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _parse_values(traces: object) -> Array:
    if isinstance(traces, Mapping):
        raise ArgumentTypeError(
            "traces",
            traces,
            f"is a {type(traces).__name__}",
            "give numpy.column_stack(list(traces.values())) and names=list(traces)",
            subject="traces",
        )
    traces = on_host(traces)
    if isinstance(traces, np.ma.MaskedArray):
        traces = np.ma.filled(traces.astype(np.result_type(traces.dtype, np.float32)), np.nan)
    try:
        values = np.asarray(traces)
    except ValueError as error:
        raise ArgumentError(
            "traces", traces, "is ragged, because its rows differ in length", "give (T, N)", subject="traces"
        ) from error
    if values.dtype.kind not in "biuf" or values.dtype.itemsize > 8:
        raise ArgumentTypeError(
            "traces",
            traces,
            f"has dtype {values.dtype}",
            "give integers or floats of up to 64 bits, (T,) or (T, N)",
            subject="traces",
        )
    if values.ndim not in (1, 2):
        raise ArgumentError(
            "traces", traces, f"has shape {values.shape}", "give one trace (T,) or several (T, N)", subject="traces"
        )
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _parse_x(frames: int, x: "ArrayLike | None", fps: float | None) -> Array | None:
    times, _ = parse_time_axis(frames, None if x is None else on_host(x), fps)
    if x is None:
        return None
    if times.dtype.kind not in "iuf" or times.dtype.itemsize > 8:
        raise ArgumentTypeError(
            "x", x, f"has dtype {times.dtype}", "give real numbers, such as seconds since the start", subject="x"
        )
    return times.astype(times.dtype.newbyteorder("="), copy=False)


def _parse_places(given: object, name: str, shape: tuple[int, ...]) -> Places:
    """Return positions or regions of any kind after checking that there is one for each trace."""
    places = find_places(on_host(given), None, name=name)
    _check_count(name, given, len(places), shape)
    if places.regions is not None:
        places.spans  # noqa: B018  # empty regions are errors
    return places


def _centers(places: Places) -> Floats | None:
    """Return the positions, or the centres of the regions."""
    return places.positions if places.regions is None else places.regions.centers()


def _parse_names(names: object, shape: tuple[int, ...]) -> list[str] | None:
    if names is None:
        return None
    listed = text_names(names, "traces")
    _check_count("names", names, len(listed), shape)
    for i, name in enumerate(listed):
        check_whole(name, f"names[{i}]")
    return listed


def check_whole(text: str, argument: str) -> None:
    """Raise an error for text that no file can hold."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        problem = "contains half a character (a surrogate), which cannot be written to a file"
        raise ArgumentError(argument, text, problem, "remove it")


def _parse_metadata(metadata: object, name: str = "metadata", depth: int = 0) -> dict[str, Any]:
    """Return metadata as plain Python values, or raise an error that names the key of a value that is not plain."""
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping):
        raise ArgumentTypeError(name, metadata, "is not a dict", "give a dict", plain=True)
    return {_plain_key(key, name): _plain(value, f"{name}[{key!r}]", depth + 1) for key, value in metadata.items()}


def _plain_key(key: object, name: str) -> str:
    if not isinstance(key, str):
        raise ArgumentTypeError(name, key, f"has the key {key!r}, which is not text", "use text as keys", subject=name)
    return str(key)


def _plain(value: Any, name: str, depth: int) -> Any:
    """Return a value of the metadata, and everything in it, as a plain Python value."""
    if depth > DEEPEST:
        raise ArgumentError(
            name,
            value,
            f"is nested more than {DEEPEST} levels deep",
            "remove a list or dict that contains itself, or flatten the metadata",
            subject=f"{name[:80]}...",
        )
    if hasattr(value, "tolist"):  # arrays and numbers of NumPy and similar packages
        value = value.tolist()
    if isinstance(value, Mapping):
        return _parse_metadata(value, name, depth)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(item, f"{name}[{i}]", depth + 1) for i, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise ArgumentError(name, value, "is not finite", "give a finite number, None or text")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    is_text = isinstance(value, os.PathLike) or hasattr(value, "isoformat")  # paths, dates and times
    raise ArgumentTypeError(
        name,
        value,
        f"is of type {type(value).__name__}",
        f"give str({name})" if is_text else "give text, numbers, None, lists or dicts",
    )
