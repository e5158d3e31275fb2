"""Files of regions: one table, in which each kind of file is a row, and a module that reads it.

A file is recognised by its suffix and, where programs share a suffix, by its first bytes; nothing is tried and caught.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .._base import ArgumentError, Array, FolderError, MissingFileError
from .._files import held_reports, refuse_special
from .caiman import is_caiman, read_caiman
from .cellpose import is_cellpose, read_cellpose
from .file_request import Request
from .footprints import Footprints
from .imagej import holds_rois, is_roi_folder, read_roi_folder, read_rois, rois_in_folder
from .images import read_npy, read_png, read_tiff
from .napari import is_napari, read_napari
from .polygons import Outlines
from .position_files import SUFFIXES, read_positions
from .qupath import is_qupath, read_qupath
from .sparse_files import is_sparse_file, read_sparse
from .suite2p import is_suite2p, read_suite2p

Content = Outlines | Footprints | Array | list[tuple[float, float]]


class RegionFile(NamedTuple):
    """A kind of file: what it holds, in words; its suffixes; whether a file is one; and its reader.

    Without `recognises`, a file of such a suffix is of this kind if it is of no kind above, and may be something else
    than regions, such as a recording.
    """

    holds: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Path], bool] | None
    read: Callable[[Path, Request], Content]


def _positions(path: Path, request: Request) -> Content:
    return read_positions(path, request.name)


# THE table of region files: a new kind is a row here, above rows of the same suffix without `recognises`.
FILES = (
    RegionFile("regions drawn in ImageJ", (".roi", ".zip"), holds_rois, read_rois),
    RegionFile("regions drawn in ImageJ", (".roi", ".zip"), None, read_rois),
    RegionFile("an image", (".png",), None, read_png),
    RegionFile("an image", (".tif", ".tiff"), None, read_tiff),
    RegionFile("regions found by suite2p", (".npy",), is_suite2p, read_suite2p),
    RegionFile("cells found by cellpose", (".npy",), is_cellpose, read_cellpose),
    RegionFile("components found by CaImAn", (".hdf5", ".h5"), is_caiman, read_caiman),
    RegionFile("components found by CaImAn", (".hdf5", ".h5"), None, read_caiman),
    RegionFile("shapes drawn in napari", (".csv",), is_napari, read_napari),
    RegionFile("objects exported by QuPath", (".geojson", ".json"), is_qupath, read_qupath),
    RegionFile("objects exported by QuPath", (".json",), None, read_qupath),
    RegionFile("regions in a sparse matrix", (".npz",), is_sparse_file, read_sparse),
    RegionFile("regions in a sparse matrix", (".npz",), None, read_sparse),
    RegionFile("an array", (".npy",), None, read_npy),
    RegionFile("positions", SUFFIXES, None, _positions),
)
READERS = tuple(dict.fromkeys(suffix for row in FILES for suffix in row.suffixes))


def read_region_file(path: Path, name: str = "path", kind: str | None = None, cells: str = "accepted") -> Content:
    """Return what a file holds: outlines, footprints, an array of pixels or positions, or a list of positions (x, y).

    Errors call the argument that names the file by `name`. With `kind`, an image is read as what it is said to be.
    `cells` is which of the regions of a program are wanted that sorts them: ``'accepted'`` or ``'all'``.
    """
    request = Request(name, kind, cells)
    if path.is_dir():
        if rois_in_folder(path):
            with held_reports(path):
                return read_roi_folder(path, request)
        raise FolderError(name, path, "is a folder", _cure_of_folder(path), subject=str(path))
    refuse_special(path, name)
    suffix = path.suffix.lower()
    if suffix not in READERS:
        problem = f"has an unknown suffix {suffix!r}" if suffix else "has no suffix"
        cure = f"give a file that ends in one of {' '.join(READERS)}"
        if not suffix:
            cure += ", or positions as numbers, without quotes"
        raise ArgumentError(name, path, problem, cure, subject=str(path))
    if not path.exists():
        raise MissingFileError(name, path, "does not exist", "check the name and the folder", subject=str(path))
    return _row(path).read(path, request)


def content_of(path: Path) -> str | None:
    """Return which regions a file holds, in words; None for images, positions, and whatever else may be no regions."""
    if path.is_dir():
        return FILES[0].holds if is_roi_folder(path) else None
    if not path.is_file() or path.suffix.lower() not in READERS:
        return None
    row = _row(path)
    return row.holds if row.recognises is not None else None


def region_names(path: Path, cells: str = "accepted") -> list[str]:
    """Return the names of the regions in a file that `content_of` recognises."""
    found = read_region_file(path, cells=cells)
    return found.names if isinstance(found, (Outlines, Footprints)) else []


def _row(path: Path) -> RegionFile:
    """Return the row of a file."""
    suffix = path.suffix.lower()
    return next(row for row in FILES if suffix in row.suffixes and (row.recognises is None or row.recognises(path)))


def _cure_of_folder(path: Path) -> str:
    stat = next(iter(sorted(path.glob("**/stat.npy"))), None) if path.name in ("suite2p", "combined") else None
    if (path / "stat.npy").is_file():
        stat = path / "stat.npy"
    return "give one file of regions" + ("" if stat is None else f", such as {stat}")
