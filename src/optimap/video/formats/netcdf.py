"""NetCDF: the variable chosen by the option ``dataset``, or the only 3-D one; its dimensions have names.

NetCDF 4 is HDF5. The classic format (versions 1 and 2) is read with SciPy, which parses the header; the pixels are
memory-mapped. The coordinate of the time axis gives the times of the frames. Tables of traces are in `_tables`.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ..._base import ArgumentError, Array, coordinate_times
from ..._files import reading
from ..axes import Layout, Wanted, find_layout, names_frames
from ..checks import noted_number
from ..chunked import choose
from ..recording import Recording
from . import hdf5


def open_recording(
    path: Path,
    dataset: str | None = None,
    axes: object = None,
    channel: object = None,
    z: object = None,
    external_links: object = False,
) -> Recording:
    """Open a NetCDF file of any version but 5."""
    wanted = Wanted(axes, channel, z)
    with open(path, "rb") as file:
        start = file.read(8)
    if start.startswith(b"\x89HDF"):
        return hdf5.open_as("NetCDF 4", path, dataset, wanted, external_links)
    if start[:4] not in (b"CDF\1", b"CDF\2"):
        is_five = start[:4] == b"CDF\5"
        problem = "is a NetCDF file of version 5" if is_five else "is not a NetCDF file"
        cure = "convert it to NetCDF 4, for example with nccopy" if is_five else "copy it again, or correct its suffix"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    return _open_classic(path, dataset, wanted)


def _open_classic(path: Path, dataset: str | None, wanted: Wanted) -> Recording:
    """Open a file of the classic format."""
    variables, attributes = _read_header(path)
    shapes = {name: tuple(values.shape) for name, (values, _, _) in variables.items() if values.dtype.kind in "iuf"}
    shapes = {key: shape for key, shape in shapes.items() if len(shape) > 1}
    stated = [key for key, shape in shapes.items() if names_frames(variables[key][1], len(shape))]
    name = choose(path, shapes, dataset, "dataset", wanted, stated)
    frames, dimensions, own = variables[name]
    layout = find_layout(path, frames.shape, frames.dtype, wanted, names=dimensions)
    metadata = {**attributes, **own}
    return Recording(
        layout.view(frames),
        path=path,
        format="NetCDF 3",
        fps=noted_number(metadata.get("fps")),
        times=_times(variables, dimensions, layout),
        pixel_size=noted_number(metadata.get("pixel_size")),
        metadata=metadata,
        axes=(layout.letters, layout.source),
    )


Variable = tuple[Array, tuple[str, ...], dict[str, Any]]  # values, names of the axes, attributes


def _read_header(path: Path) -> tuple[dict[str, Variable], dict[str, Any]]:
    """Return the variables, memory-mapped, and the attributes of the file."""
    from scipy.io import netcdf_file

    mapped = np.memmap(path, np.uint8, mode="r")
    guard = reading(path, "scipy", "cannot be read as NetCDF and may be truncated", "copy the recording again")
    # SciPy warns of arrays that are left when it closes a file, also if it could not read it: it finds this one closed.
    with guard, open(path, "rb") as stored:
        file = netcdf_file(stored, "r", mmap=True)
        variables = {
            name: (_in_own_map(variable.data, mapped), tuple(variable.dimensions), _attributes(variable))
            for name, variable in file.variables.items()
        }
        return variables, _attributes(file)


def _in_own_map(values: Array, mapped: Array) -> Array:
    """Return the same values in a memory map that lives as long as they do; SciPy's is closed with the file."""
    whole = values
    while isinstance(whole.base, np.ndarray):
        whole = whole.base
    offset = values.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    return np.ndarray(values.shape, values.dtype, mapped, offset, values.strides)


def _attributes(item: object) -> dict[str, Any]:
    """Return the attributes of a file or variable of SciPy, with text and single values as Python's own types."""
    attributes: dict[str, Any] = item._attributes  # type: ignore[attr-defined]  # SciPy has no public list of them
    return {
        key: value.decode("utf-8", "replace") if isinstance(value, bytes) else np.asarray(value).item()
        for key, value in attributes.items()
        if np.ndim(value) == 0
    }


def _times(variables: dict[str, Variable], dimensions: tuple[str, ...], layout: Layout) -> Array | None:
    """Return the times in s from the coordinate of the time axis; None if there is none."""
    name = dimensions[layout.order[0]]
    if name not in variables or variables[name][0].ndim != 1:
        return None
    values, _, attributes = variables[name]
    return coordinate_times(np.array(values), name, attributes.get("units", ""))
