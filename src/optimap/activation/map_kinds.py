"""Files of maps: named arrays of floats, a mask, numbers of reasons, and a header of everything else as JSON.

A kind of file is a pair of functions in `KINDS`. Files are written whole or not at all; those that optimap did not
write, and damaged ones, are errors. Nothing is pickled.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .. import _tables  # its functions for NetCDF need a package
from .._base import (
    ArgumentError,
    Array,
    FolderError,
    MissingFileError,
    check_flag,
    deferred_interrupts,
    file_path,
    import_extra,
)
from .._files import (
    AS_WRITTEN,
    MOST,
    STORED,
    check_dimensions,
    check_justified,
    check_npz,
    check_output,
    hdf5_output,
    netcdf_values,
    open_hdf5,
    own_hdf5,
    reading,
    refuse_special,
    write_npz,
    written_patiently,
    written_whole,
)
from .._images import read_directories
from .._version import __version__
from .maps_header import CODES, LAYOUT, MARKER, MASK, check_maps_arrays, check_maps_header

Arrays = dict[str, Array]
DIMENSIONS, BEAT_TIME = {3: ("beat", "y", "x"), 2: ("y", "x")}, "beat_time"  # in NetCDF


def save_arrays(
    path: object,
    columns: Mapping[str, Array],
    header: dict[str, Any],
    mask: Array,
    codes: Array | None,
    overwrite: bool,
) -> None:
    """Write maps to a file; the suffix chooses the kind."""
    target = file_path(path)
    check_flag(overwrite, "overwrite")
    kind = kind_of(target)
    check_output(target, overwrite)
    kind.load()
    whole = {MARKER: LAYOUT, "written_by": f"optimap-trace {__version__}", "columns": list(columns), **header}
    extra = {MASK: mask.astype(np.uint8)} | ({} if codes is None else {CODES: codes})
    with written_whole(target, overwrite) as partial:
        kind.write(partial, {**columns, **extra}, whole)


def load_arrays(path: object) -> tuple[Arrays, dict[str, Any], Array, Array | None]:
    """Return the columns, the header, the mask and the codes of a file that `save_arrays` wrote."""
    target = file_path(path)
    kind = kind_of(target)
    if not target.exists():
        raise MissingFileError("path", path, "does not exist", "check the name and the folder", subject=str(path))
    if target.is_dir():
        raise FolderError("path", path, "is a folder", "give the name of a file of maps", subject=str(path))
    refuse_special(target)
    kind.load()
    cure = "it may be truncated; copy it or save it again"
    with reading(target, kind.library, "cannot be read as a file of maps", cure):
        arrays, header = kind.read(target)
    if not isinstance(header, dict) or MARKER not in header:
        raise _not_maps(target)
    check_maps_header(header, target)
    check_maps_arrays(header, arrays, target)
    return {name: arrays[name] for name in header["columns"]}, header, arrays[MASK].astype(bool), arrays.get(CODES)


def holds_beat_maps(path: object) -> bool:
    """Return whether a file holds maps that optimap wrote, by its suffix and its content.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    bool
        False for files that do not exist or are damaged.

    Examples
    --------
    >>> from optimap.activation import holds_beat_maps
    >>> holds_beat_maps("none.npz")
    False
    """
    target = file_path(path)
    kind = KINDS.get(target.suffix.lower())
    if kind is None or not target.is_file():
        return False
    try:
        with reading(target, kind.library, "cannot be read as a file of maps"):
            return kind.holds(target)
    except (ArgumentError, OSError):  # damaged, or of another program
        return False


def _not_maps(path: Path) -> ArgumentError:
    """Return the error for a file of another program, or of another kind."""
    problem, cure = "does not contain maps of beats written by optimap", "open it with the program that made it"
    return ArgumentError("path", path, problem, cure, subject=str(path))


def _write_npz(path: Path, arrays: Arrays, header: dict[str, Any]) -> None:
    """Write plain arrays, and the header as text."""
    with written_patiently(path) as file:  # given a path, NumPy may change the suffix
        write_npz(file, {MARKER: np.array(json.dumps(header)), **arrays})


def _read_npz(path: Path) -> tuple[Arrays, dict[str, Any] | None]:
    with zipfile.ZipFile(path) as archive:  # of other files, NumPy says that they may contain pickled objects
        check_npz(archive, path)
    with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
        if MARKER not in file.files:
            return {}, None
        return {name: file[name] for name in file.files if name != MARKER}, json.loads(str(file[MARKER]))


def _write_h5(path: Path, arrays: Arrays, header: dict[str, Any]) -> None:
    """Write one dataset for each map, with its unit as an attribute."""
    import_extra("h5py", "hdf5", ".h5 maps")
    with deferred_interrupts(), hdf5_output(path) as (file, _):
        file.attrs[MARKER] = LAYOUT
        file.create_dataset("header", data=json.dumps(header))
        for name, array in arrays.items():
            file.create_dataset(name, data=array).attrs["units"] = header["units"].get(name, "1")


def _read_h5(path: Path) -> tuple[Arrays, dict[str, Any] | None]:
    with own_hdf5(path) as file:
        if MARKER not in file.attrs:
            return {}, None
        header = json.loads(file["header"].asstr()[()])
        return {name: np.asarray(file[name][()]) for name in file if name != "header"}, header


def _write_nc(path: Path, arrays: Arrays, header: dict[str, Any]) -> None:
    """Write variables along beat, y and x; the header is a variable, as attributes of HDF5 are limited to 64 kB."""
    xr: Any = import_extra("xarray", "xarray", ".nc maps")
    variables = {
        name: (DIMENSIONS[array.ndim], array, {"units": header["units"].get(name, "1")})
        for name, array in arrays.items()
    }
    height, width = arrays[MASK].shape
    coords: dict[str, Any] = {"y": np.arange(height), "x": np.arange(width)}
    if not header["is_mean"]:
        unit = "frame" if header["fps"] is None else "ms"
        coords[BEAT_TIME] = ("beat", np.array(header["beats"], np.float64), {"units": unit})
    dataset = xr.Dataset(variables, coords)
    dataset["header"] = ((), json.dumps(header), {"long_name": "what optimap knows about the maps, as JSON"})
    dataset.attrs = {"Conventions": "CF-1.11", "source": header["written_by"], MARKER: LAYOUT}
    for variable in dataset.variables.values():
        variable.encoding["_FillValue"] = None  # NaN is a value here
    _tables.write_dataset(path, dataset)


def _read_nc(path: Path) -> tuple[Arrays, dict[str, Any] | None]:
    with own_hdf5(path) as file:
        if MARKER not in file.attrs:
            return {}, None
        header = json.loads(file["header"].asstr()[()])
        names = [name for name in (*header["columns"], MASK, CODES) if name in file]
        _check_coordinates(file, header, names, path)
        return {name: netcdf_values(file, name, path) for name in names}, header


def _check_coordinates(file: Any, header: dict[str, Any], names: Sequence[str], path: Path) -> None:
    """Raise an error if another program has moved maps or pixels: the coordinates are not those that were written."""
    for name in names:
        if file[name].ndim in DIMENSIONS:
            check_dimensions(file[name], DIMENSIONS[file[name].ndim], path)
    written = {name: np.arange(file[name].size) for name in ("y", "x") if name in file}
    written |= {name: np.array(header["beats"]) for name in (BEAT_TIME,) if name in file}
    for name, values in written.items():
        if not np.array_equal(netcdf_values(file, name, path), values):
            problem, cure = f"was changed by another program, so {name} is not what was written", AS_WRITTEN
            raise ArgumentError("path", path, problem, cure, subject=str(path))


def _write_tif(path: Path, arrays: Arrays, header: dict[str, Any]) -> None:
    """Write a stack of float32 images; the description of each says what it is, and that of the first everything."""
    import tifffile

    with tifffile.TiffWriter(path, bigtiff=sum(array.size for array in arrays.values()) > 2**29) as file:
        for name, array in arrays.items():
            images = array if array.ndim == 3 else array[np.newaxis]
            for beat, image in enumerate(images):
                about: dict[str, Any] = {"name": name, "unit": header["units"].get(name, "1")}
                if array.ndim == 3:
                    about["beat"] = beat
                if file.filehandle.tell() < 64:  # the first image
                    about[MARKER] = header
                text = json.dumps(about)
                file.write(image.astype(np.float32), description=text, metadata=None, software="optimap-trace")


def _read_tif(path: Path) -> tuple[Arrays, dict[str, Any] | None]:
    import tifffile

    read_directories(path)  # raises an error if one leads back to another, which tifffile would follow for ever
    with tifffile.TiffFile(path) as file:
        _check_pages(file, path)
        texts = [_described(page.aspage().description) for page in file.pages]
        header = texts[0].get(MARKER) if texts else None
        if header is None:
            return {}, None
        found: dict[str, list[Array]] = {}
        each = {text["name"] for text in texts if "beat" in text}
        for page, text in zip(file.pages, texts, strict=True):
            found.setdefault(text["name"], []).append(page.asarray())
        arrays = {}
        for name, images in found.items():
            whole = np.stack(images).astype({MASK: np.uint8, CODES: np.int32}.get(name, np.float32))
            arrays[name] = whole if name in each else whole[0]
        return arrays, header


def _check_pages(file: Any, path: Path) -> None:
    """Raise an error for images that state more bytes than the file can hold."""
    stated = [int(np.prod(page.aspage().shape)) * page.aspage().dtype.itemsize for page in file.pages]
    is_plain = all(page.aspage().compression == 1 for page in file.pages)
    check_justified(path, sum(stated), STORED if is_plain else MOST, "images")


def _described(text: str) -> dict[str, Any]:
    """Return the description of an image, empty if it is not one of ours."""
    try:
        about = json.loads(text)
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def _holds_npz(path: Path) -> bool:
    with zipfile.ZipFile(path) as file:
        return f"{MARKER}.npy" in file.namelist()


def _holds_h5(path: Path) -> bool:
    """Return whether an HDF5 file, such as a NetCDF file, is marked; without h5py, none can be read."""
    try:
        file = open_hdf5(path, ".h5 maps")
    except ImportError:
        return False
    with file:
        return MARKER in file.attrs


def _holds_tif(path: Path) -> bool:
    import tifffile

    with tifffile.TiffFile(path) as file:
        return bool(file.pages) and MARKER in _described(file.pages.first.description)


class Kind(NamedTuple):
    """A kind of file: what it needs, and how it is written, read and recognised."""

    write: Callable[[Path, Arrays, dict[str, Any]], None]
    read: Callable[[Path], tuple[Arrays, dict[str, Any] | None]]
    holds: Callable[[Path], bool]
    library: str
    extra: str = ""
    needs: tuple[str, ...] = ()

    def load(self) -> None:
        """Raise an error if a package is missing."""
        for name in self.needs:
            import_extra(name, self.extra, "such files")


KINDS = {
    ".npz": Kind(_write_npz, _read_npz, _holds_npz, "numpy"),
    ".nc": Kind(_write_nc, _read_nc, _holds_h5, "h5py", "xarray", ("xarray", "h5netcdf")),
    ".h5": Kind(_write_h5, _read_h5, _holds_h5, "h5py", "hdf5", ("h5py",)),
    ".hdf5": Kind(_write_h5, _read_h5, _holds_h5, "h5py", "hdf5", ("h5py",)),
    ".tif": Kind(_write_tif, _read_tif, _holds_tif, "tifffile"),
    ".tiff": Kind(_write_tif, _read_tif, _holds_tif, "tifffile"),
}


def kind_of(path: Path) -> Kind:
    """Return the kind of file that a path has by its suffix, or raise an error that lists the known suffixes."""
    found = KINDS.get(path.suffix.lower())
    if found is None:
        problem, cure = "does not have the suffix of a file of maps", "maps are written as .npz, .nc, .h5 or .tif"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    return found
