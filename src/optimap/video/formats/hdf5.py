"""HDF5: the dataset chosen by the option ``dataset``, or the only 3-D one.

Its axes are those that ``axes`` gives, or that labels, scales or attributes name; otherwise frames are along the first.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._base import ArgumentError, Array, VideoLike, axis_letter, coordinate_times, deferred_interrupts, import_extra
from ..._files import (
    check_filters,
    check_size,
    hdf5_contents,
    hdf5_item,
    hdf5_output,
    hdf5_values,
    open_hdf5,
    reading,
    refuse_elsewhere,
    scales_of,
)
from ..._reading import hdf5_axes
from ...kernels import in_background
from ..axes import Layout, Wanted, find_layout, names_frames
from ..checks import noted_number, whether
from ..chunked import DatasetFrames, choose
from ..hdf5_chunks import threaded
from ..recording import Recording
from ..writing import frame_blocks

if TYPE_CHECKING:
    import h5py

COPY_AGAIN = "copy the recording again"
VOLUMES = {
    "BigDataViewer": re.compile(r"t\d+/s\d+/\d+/cells"),
    "Imaris": re.compile(r"DataSet/ResolutionLevel \d+/TimePoint \d+/Channel \d+/Data"),
}
# Attributes by which HDF5, NetCDF and xarray know axes and scales.
NOTES, MOST_ATTRIBUTES = ("fps", "pixel_size"), 1000  # those that are used, and how many are read
OF_LIBRARIES = (
    *("CLASS", "NAME", "DIMENSION_LABELS", "DIMENSION_LIST", "REFERENCE_LIST", "_ARRAY_DIMENSIONS"),
    *("_Netcdf4Coordinates", "_Netcdf4Dimid", "_nc3_strict", "_NCProperties"),
)


def numeric_datasets(file: "h5py.File", path: Path, wanted: object, external_links: bool) -> "dict[str, h5py.Dataset]":
    """Return all datasets of real numbers in a file, by name.

    If values lie in other files, or what is wanted is behind a link to another file, it is an error that names it.
    """
    contents = hdf5_contents(file, path, external_links=external_links)
    found = {name: item for name, item in contents.datasets.items() if item.ndim >= 2 and item.dtype.kind in "biuf"}
    for name, other in contents.sources.items():
        refuse_elsewhere(path, name, other)
    named = wanted.strip("/") if isinstance(wanted, str) else None
    if named is not None and named not in found and not external_links:
        hdf5_item(file, named, path)  # raises an error if a link in the file leads to another one
    for name, other in contents.links.items():
        if f"{named}/".startswith(f"{name}/") or (named is None and all(item.ndim < 3 for item in found.values())):
            refuse_elsewhere(path, name, other)
    return found


@contextmanager
def opened(path: Path, external_links: bool = False) -> "Iterator[h5py.File]":
    """Open a file to make a recording of it; it stays open unless that fails."""
    with reading(path, "h5py", "cannot be read as HDF5 and may be truncated", COPY_AGAIN):
        file = open_hdf5(path, f"{path.name} and other HDF5 files", external_links)
    try:
        yield file
    except BaseException:
        file.close()
        raise


def listing(path: Path) -> AbstractContextManager[None]:
    """Return the guard for reading what a file holds, except its pixels."""
    return reading(path, "h5py", "is damaged, its contents cannot be listed", COPY_AGAIN)


def open_recording(
    path: Path,
    dataset: str | None = None,
    axes: object = None,
    channel: object = None,
    z: object = None,
    external_links: object = False,
) -> Recording:
    """Open an HDF5 file."""
    return open_as("HDF5", path, dataset, Wanted(axes, channel, z), external_links)


def open_as(kind: str, path: Path, dataset: str | None, wanted: Wanted, external_links: object = False) -> Recording:
    """Open a file of a format that is HDF5 inside."""
    follow = whether("external_links", external_links)
    with opened(path, follow) as file:
        with listing(path):
            datasets = numeric_datasets(file, path, dataset, follow)
            shapes = {key: tuple(item.shape) for key, item in datasets.items()}
            many = [key for key, shape in shapes.items() if len(shape) > 3]
            stated = [key for key in many if names_frames(hdf5_axes(datasets[key]), len(shapes[key]))]
        if dataset is None:
            _check_not_volumes(path, shapes)
        chosen = datasets[choose(path, shapes, dataset, "dataset", wanted, stated)]
        with listing(path):
            # Values in other files are not stored in this one.
            check_filters(chosen, path) if follow else check_size(chosen, path)
            metadata = {**_attributes(file), **_attributes(chosen)}
            shape, dtype, names, labels = chosen.shape, chosen.dtype, hdf5_axes(chosen), _channels(chosen, path)
        layout = find_layout(path, shape, dtype, wanted, names=names, labels=labels)
        with listing(path):
            data, times = threaded(chosen, path), _scale_times(chosen, path, layout)
        return Recording(
            DatasetFrames(path, data, file.close, "h5py", layout),
            path=path,
            format=kind,
            fps=noted_number(metadata.get("fps")),
            times=times,
            pixel_size=noted_number(metadata.get("pixel_size")),
            metadata=metadata,
            axes=(layout.letters, layout.source),
        )


def _check_not_volumes(path: Path, names: Iterable[str]) -> None:
    """Raise an error for a file that holds each time point in a dataset of its own, as a volume."""
    for program, pattern in VOLUMES.items():
        if any(pattern.fullmatch(name) for name in names):
            problem = f"is a file of {program}, which stores each time point as a volume of its own"
            cure = "open it in Fiji, and save it as TIFF"
            raise ArgumentError("path", path, problem, cure, subject=str(path))


def _channels(dataset: "h5py.Dataset", path: Path) -> list[str]:
    """Return the names of the channels from a scale of text along their axis, as xarray writes it."""
    for scales in scales_of(dataset):
        for scale in scales:
            if axis_letter(PurePosixPath(str(scale.name)).name) == "C" and scale.dtype.kind in "SO":
                found = hdf5_values(scale, path)
                return [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in found]
    return []


def _scale_times(dataset: "h5py.Dataset", path: Path, layout: Layout) -> Array | None:
    """Return the times in s from the scale of the time axis; None if there is none, or it is in another unit."""
    place = layout.order[0]
    for scale in scales_of(dataset)[place]:
        if scale.shape == (dataset.shape[place],) and scale.dtype.kind in "iuf":
            times, name = hdf5_values(scale, path), PurePosixPath(str(scale.name)).name
            return coordinate_times(times, name, scale.attrs.get("units", ""))
    return None


def _attributes(item: "h5py.File | h5py.Dataset") -> dict[str, Any]:
    """Return attributes, with single values as Python's own types, but not those that libraries use themselves.

    HDF5 looks for each among all others, so of very many, those that are used are read, and some others.
    """
    names = sorted((name for name in item.attrs if name not in OF_LIBRARIES), key=lambda name: name not in NOTES)
    found = {name: item.attrs[name] for name in names[:MOST_ATTRIBUTES]}
    return {
        name: value.item() if np.ndim(value) == 0 and hasattr(value, "item") else value for name, value in found.items()
    }


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Accept every real dtype."""


def save(path: Path, video: VideoLike, fps: float | None, made: str | None = None) -> None:
    """Write the video as dataset ``video``, the frame rate as its attribute ``fps``."""
    import_extra("h5py", "hdf5", ".h5 files")
    with hdf5_output(path) as (file, check):
        with deferred_interrupts():
            # Every pixel is written, so HDF5 need not fill the file with zeros first.
            dtype = np.dtype(video.dtype).newbyteorder("=")
            dataset = file.create_dataset("video", tuple(video.shape), dtype, fill_time="never")
            notes = {"axes": "TYX", "fps": fps, "made": made}
            dataset.attrs.update({name: note for name, note in notes.items() if note is not None})
        start = 0
        with in_background() as submit:
            for block in frame_blocks(video):
                submit(dataset.__setitem__, slice(start, start + len(block)), block)
                start += len(block)
                check()
