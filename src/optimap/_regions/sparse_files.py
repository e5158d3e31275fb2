"""Sparse matrices of pixels x regions in files: those that SciPy saves, and the parts of one in files of CaImAn.

The parts of a matrix have to fit together, and they are looked at before anything is made of them: a few bytes that
are compressed can state millions of regions.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .._base import ArgumentError, Array, Ints
from .._files import DEFLATE, check_justified, check_npz, reading
from .file_request import Request
from .footprints import Footprints, check_finite_weights
from .zips import names_in_zip

COMPRESSED, LISTED = ("indices", "indptr"), ("row", "col")
LAYOUTS = {"csc": COMPRESSED, "csr": COMPRESSED, "coo": LISTED}  # of SciPy: the parts beside data and shape
FORMAT, BOTH = "format", ("data", "shape")
SAVE_AGAIN = "save the matrix again with scipy.sparse.save_npz(path, A.tocsc())"

# Bytes that a region and a pixel take here.
REGION, PIXEL = 64, 24


def is_sparse_file(path: Path) -> bool:
    """Return whether a ``.npz`` file holds a sparse matrix."""
    names = set(names_in_zip(path))
    return any({f"{part}.npy" for part in (*BOTH, *places, FORMAT)} <= names for places in (COMPRESSED, LISTED))


def read_sparse(path: Path, request: Request) -> Footprints:
    """Read a sparse matrix of pixels x regions, as ``scipy.sparse.save_npz`` writes it, for a frame given later."""
    guard = reading(path, "numpy", "cannot be read as a sparse matrix of SciPy", SAVE_AGAIN, argument=request.name)
    # Opened here, because NumPy leaves damaged files open.
    with guard:
        with zipfile.ZipFile(path) as archived:
            check_npz(archived, path, request.name)
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            kind = archive[FORMAT].item()
            layout = kind.decode() if isinstance(kind, bytes) else kind
            places = LAYOUTS.get(layout) if isinstance(layout, str) else None
            parts = {} if places is None else {part: np.asarray(archive[part]) for part in (*BOTH, *places)}
    if not parts:
        problem = f"holds a sparse matrix of the format {kind!r}"
        raise ArgumentError(request.name, path, problem, SAVE_AGAIN, subject=str(path))
    found = sparse_footprints(parts, layout, path, request, SAVE_AGAIN, DEFLATE)
    if not found.names:
        problem = "holds a sparse matrix without columns, which are its regions"
        raise ArgumentError(request.name, path, problem, SAVE_AGAIN, subject=str(path))
    return found


def sparse_footprints(
    parts: Mapping[str, Array], layout: str, path: Path, request: Request, cure: str, ratio: int
) -> Footprints:
    """Return the columns of a matrix as footprints in a frame that is not known yet; `ratio` is as in `_files`."""
    data, shape = parts["data"], parts["shape"]
    found = None
    if all(part.ndim == 1 and (part is data or part.dtype.kind in "iu") for part in parts.values()) and len(shape) == 2:
        total, count = shape.tolist()
        check_justified(path, REGION * count + PIXEL * len(data), ratio, "regions", argument=request.name)
        found = _places(parts, layout, total, count)
    if found is None or not len(data) == len(found[0]) == len(found[1]):
        problem = "holds a sparse matrix whose parts do not fit together"
        raise ArgumentError(request.name, path, problem, cure, subject=str(path))
    pixels, owners = found
    weights = check_finite_weights(data, request.name)
    return Footprints(owners, pixels, None, weights, [f"component_{i}" for i in range(count)], total=total)


def _places(parts: Mapping[str, Array], layout: str, total: int, count: int) -> tuple[Ints, Ints] | None:
    """Return the row and the column of each value; None if parts contradict each other."""
    if layout == "coo":
        rows, columns = (parts[part] for part in LISTED)
    else:
        indices, ends = (parts[part] for part in COMPRESSED)
        counted = _owners(ends, count if layout == "csc" else total, len(indices))
        if counted is None:
            return None
        rows, columns = (indices, counted) if layout == "csc" else (counted, indices)
    for numbers, size in ((rows, total), (columns, count)):
        if size < 0 or (len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < size):
            return None
    return rows.astype(np.int64), columns.astype(np.int64)


def _owners(ends: Array, count: int, values: int) -> Ints | None:
    """Return the number of the row or column of each value; None for ends that do not grow from 0 to the last value."""
    if count < 0 or len(ends) != count + 1 or int(ends[0]) != 0 or int(ends[-1]) != values:
        return None
    ends = ends.astype(np.int64)
    lengths = ends[1:] - ends[:-1]
    return None if (lengths < 0).any() else np.repeat(np.arange(count), lengths)
