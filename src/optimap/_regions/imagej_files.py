"""Regions as files of ImageJ: a ``.roi`` file for one, a ``.zip`` of them for the ROI Manager.

Each file is a header, the vertices, a second header, and the name, all big-endian. Rectangles and ovals whose edges are
edges of pixels are stored in whole pixels, everything else with 32-bit floats, as ImageJ itself does. Positions move by
half a pixel, since ImageJ measures areas from the corners of pixels. Reading is in `imagej`.
"""

import os
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Floats
from .._files import check_output, new_archive, written_whole
from .imagej import CORNER
from .polygons import Ellipse, Outlines, Shape
from .region_set import Regions

VERSION = 228  # of the layout
POLYGON, RECTANGLE, OVAL = 0, 1, 2
SUBPIXEL = 128  # among the options: the vertices are given as floats, too
HEADER = 64  # bytes, of both headers
MOST_VERTICES, LARGEST = 65_535, 32_767  # what 16 bits hold
ALWAYS = (1980, 1, 1, 0, 0, 0)  # the time of the entries: the same regions make the same file
SUFFIXES = (".zip", ".roi")


def save_regions(path: str | os.PathLike[str], regions: Regions, *, overwrite: bool = False) -> None:
    """Save outlines as regions of ImageJ, which Fiji opens and `regions` reads.

    Parameters
    ----------
    path : path
        A ``.zip`` file, which ImageJ's ROI Manager opens, or a ``.roi`` file for a single region.
    regions : Regions
        Regions made from polygons, drawn by mouse (`select_regions`), or read from a file of outlines.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    ValueError
        If regions are masks, labels, weights or windows of positions, which have no outlines; there are none; or the
        suffix is another one.
    TypeError
        If `regions` are not `Regions`.
    FileExistsError
        If the file exists and is not to be replaced.

    Notes
    -----
    The names of the entries are those of the regions, without slashes; equal names get numbers. Vertices are stored
    with 32-bit floats: multiples of 1/256 pixel are exact in frames of up to 32,767 pixels. Weights are not stored.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from optimap.trace import regions, save_regions
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name) / "regions.zip"
    >>> save_regions(path, regions([[(1, 1), (8, 1), (8, 5)]], kind="polygons", names=["apex"]))
    >>> regions(path).names
    ['apex']
    >>> folder.cleanup()
    """
    target = Path(path)
    check_region_output(target, overwrite)
    outlines = _outlines(regions)
    files = [_encoded(*pair) for pair in zip(outlines.shapes, _entries(outlines.names), strict=True)]
    if target.suffix.lower() == ".roi" and len(files) != 1:
        problem, cure = f"holds one region, and there are {len(files)}", "give a name that ends in .zip"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    with written_whole(target, overwrite) as partial:
        if target.suffix.lower() == ".roi":
            partial.write_bytes(files[0])
            return
        with open(partial, "wb") as file, new_archive(file, zipfile.ZIP_STORED) as archive:
            for name, data in zip(_entries(outlines.names), files, strict=True):
                archive.writestr(zipfile.ZipInfo(f"{name}.roi", ALWAYS), data)


def check_region_output(path: Path, overwrite: bool, name: str = "path") -> None:
    """Raise an error if regions cannot be saved there."""
    if path.suffix.lower() not in SUFFIXES:
        problem, cure = "is not a file of ImageJ regions", "give a name that ends in .zip or .roi"
        raise ArgumentError(name, path, problem, cure, subject=str(path) if name == "path" else f"{name} {path}")
    check_output(path, overwrite)


def _outlines(regions: Regions) -> Outlines:
    """Return the outlines of regions, or raise an error if there are none."""
    if not isinstance(regions, Regions):
        problem, cure = "are not regions", "give what optimap.trace.regions makes of them"
        raise ArgumentTypeError("regions", regions, problem, cure, subject="what is to be saved")
    outlines = regions.outlines
    if outlines is None:
        problem, cure = "have no outlines", "save regions that are polygons, were drawn by mouse, or come from ImageJ"
        raise ArgumentError("regions", regions, problem, cure, subject="regions")
    if not outlines.shapes:
        raise ArgumentError("regions", regions, "holds none", "give at least one", subject="regions")
    return outlines


def _entries(names: Sequence[str]) -> list[str]:
    """Return names that files in a zip may have, each of them once."""
    entries: list[str] = []
    for name in names:
        entry = name.replace("/", "_").replace("\\", "_") or "region"
        number, one = 1, entry
        while one in entries:
            number += 1
            one = f"{entry}-{number}"
        entries.append(one)
    return entries


def _encoded(shape: Shape, name: str) -> bytes:
    """Return the file of one region."""
    if not isinstance(shape, Ellipse):
        if len(shape) != 1:
            problem, cure = f"holds {name!r}, which is composed of several outlines", "save its parts one by one"
            raise ArgumentError("regions", shape, problem, cure, subject="regions")
        vertices = np.asarray(shape[0], np.float64) + CORNER
        if not _is_box(vertices):
            return _polygon(vertices, name)
        (left, top), (width, height) = vertices.min(axis=0), np.ptp(vertices, axis=0)
        return _box(RECTANGLE, left, top, width, height, name)
    return _box(OVAL, shape.left + CORNER, shape.top + CORNER, shape.width, shape.height, name)


def _is_box(vertices: Floats) -> bool:
    """Return whether vertices are the corners of a rectangle along whole pixels."""
    (left, top), (right, bottom) = vertices.min(axis=0), vertices.max(axis=0)
    corners = {(left, top), (right, top), (right, bottom), (left, bottom)}
    is_whole = bool((vertices == np.floor(vertices)).all())
    turns = [(a[0] == b[0]) != (a[1] == b[1]) for a, b in zip(vertices, np.roll(vertices, -1, axis=0), strict=True)]
    return is_whole and len(vertices) == 4 and {(x, y) for x, y in vertices} == corners and all(turns)


def _box(kind: int, left: float, top: float, width: float, height: float, name: str) -> bytes:
    """Return a rectangle or an oval; coordinates that are not whole are stored as floats, too."""
    edges = np.array((left, top, left + width, top + height))
    is_whole = bool((edges == np.floor(edges)).all())
    floats = (0.0, 0.0, 0.0, 0.0) if is_whole else (left, top, width, height)
    return _file(kind, edges, 0, floats, 0 if is_whole else SUBPIXEL, b"", name)


def _polygon(vertices: Floats, name: str) -> bytes:
    """Return a polygon, with its vertices as whole pixels from its corner and as floats."""
    count = len(vertices)
    if count > MOST_VERTICES:
        problem, cure = f"{name!r} has {count} vertices", f"give outlines with at most {MOST_VERTICES}"
        raise ArgumentError("regions", vertices, problem, cure, subject="regions:")
    edges = np.concatenate((vertices.min(axis=0), vertices.max(axis=0)))
    _check_size(edges, name)
    relative = np.floor(vertices) - np.floor(edges[:2])
    stored = relative.T.astype(">u2").tobytes() + vertices.T.astype(">f4").tobytes()
    return _file(POLYGON, edges, count, (0.0, 0.0, 0.0, 0.0), SUBPIXEL, stored, name)


def _check_size(edges: Floats, name: str) -> None:
    if np.abs(edges).max() > LARGEST:
        problem = f"{name!r} reaches to {edges.max():g} pixels"
        raise ArgumentError(
            "regions", edges, problem, f"give outlines within {LARGEST}, ImageJ's limit", subject="regions:"
        )


def _file(
    kind: int, edges: Floats, count: int, floats: Sequence[float], options: int, vertices: bytes, name: str
) -> bytes:
    """Return the headers, vertices and name of a region."""
    _check_size(edges, name)
    left, top = np.floor(edges[:2]).astype(int)
    right, bottom = np.ceil(edges[2:]).astype(int)
    second = HEADER + len(vertices)
    head = struct.pack(">4sHBx4hH4f", b"Iout", VERSION, kind, top, left, bottom, right, count, *floats)
    head = head.ljust(50, b"\0") + struct.pack(">H", options)
    head = head.ljust(HEADER - 4, b"\0") + struct.pack(">I", second)
    text = name.encode("utf-16-be")
    more = struct.pack(">16xII", second + HEADER, len(text) // 2).ljust(HEADER, b"\0")
    return head + vertices + more + text
