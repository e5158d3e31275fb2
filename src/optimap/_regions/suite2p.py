"""Regions found by suite2p: ``stat.npy``, with ``iscell.npy`` next to it.

`stat.npy` is a list of dictionaries, one for each region: ``ypix``, ``xpix``, the weights ``lam``, and ``overlap``,
which is True for pixels that are shared with other regions. Regions are used as suite2p itself uses them for its
traces: weighted by `lam`, without shared pixels, and only those that count as cells. Neuropil is not part of the file.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from .._base import ArgumentError, Array, Floats, Ints, counted, in_doubles
from .._files import check_npy, reading
from .file_request import Request
from .footprints import Footprints, without_empty
from .pickles import has_objects, number_array, read_objects

NEEDED = ("ypix", "xpix", "lam")


class _Cell(NamedTuple):
    """The pixels of one region."""

    rows: Ints
    columns: Ints
    weights: Floats


def is_suite2p(path: Path) -> bool:
    """Return whether a file is a list of Python objects, as ``stat.npy`` is."""
    shape = has_objects(path)
    return shape is not None and len(shape) == 1


def read_suite2p(path: Path, request: Request) -> Footprints:
    """Read the regions of a ``stat.npy``."""
    objects = read_objects(path, request.name)
    kept = _kept(path, len(objects), request)
    cells = [_cell(objects[i], i, path, request.name) for i in kept.tolist()]
    sizes = [len(cell.rows) for cell in cells]
    if not sum(sizes):
        raise ArgumentError(request.name, path, "holds no regions", "run suite2p again", subject=str(path))
    rows, columns, weights = (np.concatenate(part) for part in zip(*cells, strict=True))
    names = [f"cell_{i}" for i in kept.tolist()]
    found = Footprints(np.repeat(np.arange(len(cells)), sizes), rows, columns, weights, names)
    return without_empty(found, str(path), "other regions overlap all of their pixels")


def _kept(path: Path, count: int, request: Request) -> Ints:
    """Return the numbers of the regions that are wanted: the cells, if a file next to it says which these are."""
    beside = path.with_name("iscell.npy")
    if request.cells == "all" or not beside.is_file():
        return np.arange(count)
    problem, cure = "cannot be read as the list of cells", f"copy it again, or {request.all_cells}"
    subject = f"{beside}, next to {path.name},"
    with reading(beside, "numpy", problem, cure, argument=request.name, subject=subject, keyword="cells"):
        with open(beside, "rb") as file:
            check_npy(file, beside.stat().st_size, beside, request.name)
        is_cell: Array = np.load(beside, allow_pickle=False)
    is_list = is_cell.ndim == 1 or (is_cell.ndim == 2 and is_cell.shape[1] > 0)
    if not is_list or len(is_cell) != count or is_cell.dtype.kind not in "biuf":
        problem = f"holds an array of shape {is_cell.shape} for {counted(count, 'region')} in {path.name}"
        cure = f"give both files of the same run, or {request.all_cells}"
        raise ArgumentError(request.name, beside, problem, cure, subject=str(beside), keyword="cells")
    kept = np.flatnonzero(is_cell.reshape(count, -1)[:, 0]) if count else np.arange(0)
    if count and not len(kept):
        problem = f"holds {counted(count, 'region')}, but {beside.name} counts none of them as a cell"
        cure = f"accept some in suite2p, or {request.all_cells}"
        raise ArgumentError(request.name, path, problem, cure, subject=str(path), keyword="cells")
    return kept


def _cell(region: object, number: int, path: Path, name: str) -> _Cell:
    """Return the pixels of a region that are its own."""
    what = f"{path}, region {number},"
    cure = "give the stat.npy that suite2p wrote"
    if not isinstance(region, dict) or any(key not in region for key in NEEDED):
        problem = f"is not a region of suite2p, which has {', '.join(NEEDED)}"
        raise ArgumentError(name, path, problem, cure, subject=what)
    with reading(path, "header", "is not a region of suite2p, or is damaged", cure, argument=name, subject=what):
        rows, columns, weights = (number_array(region[key]).ravel() for key in NEEDED)
        shared = number_array(region.get("overlap", np.zeros(len(rows), bool))).ravel()
    whole = rows.dtype.kind in "iu" and columns.dtype.kind in "iu" and weights.dtype.kind in "iuf"
    if not whole or not len(rows) == len(columns) == len(weights) == len(shared):
        problem = f"has {len(rows)} ypix, {len(columns)} xpix, {len(weights)} lam and {len(shared)} overlap"
        problem += "" if whole else ", some of which are not numbers of pixels"
        raise ArgumentError(name, path, problem, cure, subject=what)
    weights = in_doubles(weights)
    if not np.isfinite(weights).all():
        raise ArgumentError(name, path, "has weights (lam) that are not finite", cure, subject=what)
    own = ~shared.astype(bool) & (weights != 0)
    return _Cell(rows[own].astype(np.int64), columns[own].astype(np.int64), weights[own].astype(np.float64))
