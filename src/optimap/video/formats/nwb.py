"""NWB (Neurodata Without Borders): a ``TwoPhotonSeries`` or ``OnePhotonSeries``, read with h5py.

NWB stores frames as (frame, width, height), also (frame, width, height, depth); they are turned upright. Files that
other programs wrote as (frame, height, width) need ``axes='TYX'``. The rate is stated with the series, or as the times
of its frames. Tables of traces in NWB files, ours and those of others, are not recordings (`_tables`).
"""

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._base import ArgumentError, Array
from ..axes import Wanted, find_layout
from ..checks import noted_number
from ..chunked import DatasetFrames, choose
from ..hdf5_chunks import threaded
from ..recording import Recording
from ..units import MM, interval
from .hdf5 import opened

if TYPE_CHECKING:
    import h5py

SERIES = ("TwoPhotonSeries", "OnePhotonSeries")
ORDERS = {3: "TXY", 4: "TXYZ"}
SOURCE = "the order of NWB"


def open_recording(
    path: Path, dataset: str | None = None, axes: object = None, channel: object = None, z: object = None
) -> Recording:
    """Open an NWB file."""
    wanted = Wanted(axes, channel, z)
    with opened(path) as file:
        name = _choose(path, file, dataset, wanted)
        series = file[name]
        data = series["data"]
        default = (ORDERS.get(data.ndim, ""), SOURCE)
        layout = find_layout(path, data.shape, data.dtype, wanted, default=default)
        return Recording(
            DatasetFrames(path, threaded(data), file.close, "h5py", layout),
            path=path,
            format="NWB",
            fps=_rate(series),
            times=_times(series, int(data.shape[layout.order[0]])),
            pixel_size=_pixel_size(series),
            metadata=_metadata(file, series),
            axes=(layout.letters, layout.source),
        )


def _choose(path: Path, file: "h5py.File", dataset: str | None, wanted: Wanted) -> str:
    """Return the name of the series with the frames: the one that was named, or the only one."""
    found = _series(file)
    shapes = {name: tuple(series["data"].shape) for name, series in found.items() if not _external(series)}
    named = dataset
    if isinstance(dataset, str):
        same_end = [name for name in found if PurePosixPath(name).name == dataset.strip("/")]
        named = same_end[0] if len(same_end) == 1 else dataset.strip("/")
    outside = [named] if named in found and named not in shapes else [] if shapes else list(found)
    if outside:
        files = ", ".join(_external(found[outside[0]]))
        problem = f"keeps the frames of {outside[0]} in other files ({files})"
        cure = "open these files themselves"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    if named is None and len(shapes) == 1:
        return next(iter(shapes))
    if not found:
        problem = f"holds no {' or '.join(SERIES)}, so it is not a recording"
        cure = "give the file with the frames, or read its tables with another program"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    return choose(path, shapes, named, "dataset", wanted)


def _series(file: "h5py.File") -> "dict[str, h5py.Group]":
    """Return all series of frames in a file, by name."""
    found: dict[str, h5py.Group] = {}

    def visit(name: str, item: "h5py.Group") -> None:
        kind = item.attrs.get("neurodata_type")
        if _text(kind) in SERIES and hasattr(item, "keys") and ("data" in item or "external_file" in item):
            found[name] = item

    file.visititems(visit)
    return found


def _external(series: "h5py.Group") -> list[str]:
    """Return the names of the files in which the frames of a series are, if they are not in this one."""
    has_frames = "data" in series and series["data"].size > 0
    if has_frames or "external_file" not in series:
        return []
    return [_text(name) for name in np.atleast_1d(series["external_file"][()])]


def _text(value: object) -> str:
    """Return text as h5py gives it, empty for anything else."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _rate(series: "h5py.Group") -> float | None:
    return noted_number(series["starting_time"].attrs.get("rate")) if "starting_time" in series else None


def _times(series: "h5py.Group", frames: int) -> Array | None:
    """Return the times of the frames in s; None if there is not one for each frame."""
    stamps: Any = series.get("timestamps")
    if stamps is None or stamps.shape != (frames,) or stamps.dtype.kind not in "iuf":
        return None
    return np.asarray(stamps[()], float)


def _pixel_size(series: "h5py.Group") -> float | None:
    """Return the width of a pixel in mm, from the spacing of the imaging plane along x."""
    plane: Any = series.get("imaging_plane")
    spacing: Any = None if plane is None else plane.get("grid_spacing")
    if spacing is None or spacing.ndim != 1 or not spacing.size:
        return None
    return interval(spacing[0], _text(spacing.attrs.get("unit")) or "meters", MM) or None


def _metadata(file: "h5py.File", series: "h5py.Group") -> dict[str, str]:
    """Return what the file says about the series, and when it was recorded."""
    plane: Any = series.get("imaging_plane")
    entries = {
        "series": str(series.name),
        "description": _text(series.attrs.get("description")),
        "unit": _text(series["data"].attrs.get("unit")),
        "session_start_time": _stored(file, "session_start_time"),
        "indicator": "" if plane is None else _stored(plane, "indicator"),
        "location": "" if plane is None else _stored(plane, "location"),
    }
    return {name: value for name, value in entries.items() if value}


def _stored(group: "h5py.Group", name: str) -> str:
    item: Any = group.get(name)
    return "" if item is None or item.shape != () else _text(item[()])
