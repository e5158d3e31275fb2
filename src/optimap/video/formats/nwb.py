"""NWB (Neurodata Without Borders): a ``TwoPhotonSeries`` or ``OnePhotonSeries``, read with h5py.

NWB stores frames as (frame, width, height), also (frame, width, height, depth); they are turned upright. Files that
other programs wrote as (frame, height, width) need ``axes='TYX'``. The rate is stated with the series, or as the times
of its frames. Tables of traces in NWB files, ours and those of others, are not recordings (`_tables`). Links to objects
in the file are followed, links to other files only if the user allows it.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._base import ArgumentError, Array
from ..._files import check_size, hdf5_contents, hdf5_item, hdf5_values, refuse_elsewhere
from ..axes import Wanted, find_layout
from ..checks import noted_number, whether
from ..chunked import DatasetFrames, choose
from ..hdf5_chunks import threaded
from ..recording import Recording
from ..units import MM, interval
from .hdf5 import listing, opened

if TYPE_CHECKING:
    import h5py

SERIES = ("TwoPhotonSeries", "OnePhotonSeries")
# Returns the object of a name in a group, or None.
Get = Callable[["h5py.Group", str], Any]
ORDERS = {3: "TXY", 4: "TXYZ"}
SOURCE = "the order of NWB"


def open_recording(
    path: Path,
    dataset: str | None = None,
    axes: object = None,
    channel: object = None,
    z: object = None,
    external_links: object = False,
) -> Recording:
    """Open an NWB file."""
    wanted, follow = Wanted(axes, channel, z), whether("external_links", external_links)
    get: Get = partial(hdf5_item, path=path, external_links=follow)
    with opened(path, follow) as file:
        with listing(path):
            found = _series(file, path, follow, get, dataset)
            elsewhere = {name: _external(series, path, get) for name, series in found.items()}
            shapes = {name: tuple(get(found[name], "data").shape) for name, others in elsewhere.items() if not others}
        series = found[_choose(path, shapes, elsewhere, dataset, wanted)]
        with listing(path):
            data = get(series, "data")
            if not follow:
                check_size(data, path)
            shape, dtype = data.shape, data.dtype
        layout = find_layout(path, shape, dtype, wanted, default=(ORDERS.get(len(shape), ""), SOURCE))
        with listing(path):
            frames, fps, size = threaded(data, path), _rate(series, get), _pixel_size(series, get)
            times = _times(series, path, get, int(shape[layout.order[0]]))
            metadata = _metadata(file, series, get)
        return Recording(
            DatasetFrames(path, frames, file.close, "h5py", layout),
            path=path,
            format="NWB",
            fps=fps,
            times=times,
            pixel_size=size,
            metadata=metadata,
            axes=(layout.letters, layout.source),
        )


def _choose(
    path: Path, shapes: dict[str, tuple[int, ...]], found: dict[str, list[str]], dataset: str | None, wanted: Wanted
) -> str:
    """Return the name of the series with the frames: the one that was named, or the only one.

    `found` are the files in which the frames of each series are, none for those in this file, whose `shapes` are given.
    """
    named = dataset
    if isinstance(dataset, str):
        same_end = [name for name in found if PurePosixPath(name).name == dataset.strip("/")]
        named = same_end[0] if len(same_end) == 1 else dataset.strip("/")
    outside = [named] if named in found and named not in shapes else [] if shapes else list(found)
    if outside:
        files = ", ".join(found[outside[0]])
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


def _series(
    file: "h5py.File", path: Path, external_links: bool, get: Get, dataset: str | None
) -> "dict[str, h5py.Group]":
    """Return all series of frames in a file, by name; an error if there are none, but links to other files."""
    contents = hdf5_contents(file, path, external_links=external_links)
    for name, other in contents.sources.items():
        refuse_elsewhere(path, name, other)
    found = {
        name: group
        for name, group in contents.groups.items()
        if _text(group.attrs.get("neurodata_type")) in SERIES
        and (get(group, "data") is not None or get(group, "external_file") is not None)
    }
    named = PurePosixPath(dataset).name if isinstance(dataset, str) else None
    for name, other in contents.links.items():
        if (not found and named is None) or (named == PurePosixPath(name).name and named not in found):
            refuse_elsewhere(path, name, other)
    return found


def _external(series: "h5py.Group", path: Path, get: Get) -> list[str]:
    """Return the names of the files in which the frames of a series are, if they are not in this one."""
    data, external = get(series, "data"), get(series, "external_file")
    if (data is not None and data.size > 0) or external is None:
        return []
    return [_text(name) for name in np.atleast_1d(hdf5_values(external, path))]


def _text(value: object) -> str:
    """Return text as h5py gives it, empty for anything else."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _rate(series: "h5py.Group", get: Get) -> float | None:
    start = get(series, "starting_time")
    return None if start is None else noted_number(start.attrs.get("rate"))


def _times(series: "h5py.Group", path: Path, get: Get, frames: int) -> Array | None:
    """Return the times of the frames in s; None if there is not one for each frame."""
    stamps = get(series, "timestamps")
    if stamps is None or stamps.shape != (frames,) or stamps.dtype.kind not in "iuf":
        return None
    return np.asarray(hdf5_values(stamps, path), float)


def _pixel_size(series: "h5py.Group", get: Get) -> float | None:
    """Return the width of a pixel in mm, from the spacing of the imaging plane along x."""
    spacing = get(series, "imaging_plane/grid_spacing")
    if spacing is None or spacing.ndim != 1 or not spacing.size:
        return None
    return interval(spacing[0], _text(spacing.attrs.get("unit")) or "meters", MM) or None


def _metadata(file: "h5py.File", series: "h5py.Group", get: Get) -> dict[str, str]:
    """Return what the file says about the series, and when it was recorded."""
    entries = {
        "series": str(series.name),
        "description": _text(series.attrs.get("description")),
        "unit": _text(get(series, "data").attrs.get("unit")),
        "session_start_time": _stored(get(file, "session_start_time")),
        "indicator": _stored(get(series, "imaging_plane/indicator")),
        "location": _stored(get(series, "imaging_plane/location")),
    }
    return {name: value for name, value in entries.items() if value}


def _stored(item: Any) -> str:
    return "" if item is None or item.shape != () else _text(item[()])
