"""Components found by CaImAn: the file of estimates that ``CNMF.save`` writes.

Footprints are the columns of the sparse matrix ``estimates/A`` in HDF5; its pixels run down the columns of the frame,
whose shape is ``dims``. Components that CaImAn rejected are left out if the file says which these are. Traces and
background of CaImAn are not read.
"""

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from .._base import ArgumentError, Array, FrameShape, Ints, counted
from .._files import MOST, hdf5_item, open_hdf5, own_hdf5, reading
from .file_request import Request
from .footprints import Footprints, without_empty
from .sparse_files import sparse_footprints

PARTS = ("data", "indices", "indptr", "shape")
DIMS = ("estimates/dims", "dims", "params/data/dims")
RUN_AGAIN = "save the estimates again with CaImAn"


def is_caiman(path: Path) -> bool:
    """Return whether an HDF5 file holds the estimates of CaImAn."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        if file.read(8) != b"\x89HDF\r\n\x1a\n":
            return False
    try:
        with _reading(path, "path"), open_hdf5(path) as file:
            return all(hdf5_item(file, f"estimates/A/{part}", path) is not None for part in PARTS)
    except ArgumentError:
        return False


def _reading(path: Path, name: str) -> AbstractContextManager[None]:
    """Return the guard for reading a file of estimates."""
    return reading(path, "h5py", "cannot be read as estimates of CaImAn, or is damaged", RUN_AGAIN, argument=name)


def read_caiman(path: Path, request: Request) -> Footprints:
    """Read the footprints in a file of estimates."""
    with _reading(path, request.name), own_hdf5(path, request.name, "estimates of CaImAn") as file:
        if any(f"estimates/A/{part}" not in file for part in PARTS):
            problem = "holds no estimates/A, the footprints of CaImAn, or is damaged"
            raise ArgumentError(request.name, path, problem, RUN_AGAIN, subject=str(path))
        parts = {part: np.asarray(file[f"estimates/A/{part}"][()]).ravel() for part in PARTS}
        found = [np.asarray(file[place][()]) for place in DIMS if place in file]
        accepted = np.asarray(file["estimates/idx_components"][()]) if "estimates/idx_components" in file else None
    listed = sparse_footprints(parts, "csc", path, request, RUN_AGAIN, MOST)
    return _chosen(listed, _dims(found, path, request), accepted, path, request)


def _dims(found: list[Array], path: Path, request: Request) -> FrameShape | None:
    """Return the shape of the frames, or None if it is not known, which CaImAn writes as text."""
    known = [dims for dims in found if dims.dtype.kind in "iuf" and dims.ndim == 1]
    if known and not _are_whole(known[0]):
        problem = f"states frames of the shape {tuple(known[0].tolist())}"
        raise ArgumentError(request.name, path, problem, RUN_AGAIN, subject=str(path))
    if known and len(known[0]) == 2:
        return int(known[0][0]), int(known[0][1])
    if not known:
        return None
    problem = f"holds components of volumes, {tuple(known[0].tolist())}"
    cure = "give the footprints of one plane as a stack (N, H, W)"
    raise ArgumentError(request.name, path, problem, cure, subject=str(path))


def _chosen(
    found: Footprints, frame: FrameShape | None, accepted: Array | None, path: Path, request: Request
) -> Footprints:
    """Return the accepted components, in their frame if it is known."""
    if frame is not None and frame[0] * frame[1] != found.total:
        problem = f"holds footprints of {found.total} pixels for frames of {frame} (H, W)"
        raise ArgumentError(request.name, path, problem, RUN_AGAIN, subject=str(path))
    if frame is not None:
        columns, rows = np.divmod(found.rows, frame[0])
        found = found._replace(rows=rows, columns=columns, frame_shape=frame)
    kept = _kept(len(found.names), accepted, path, request)
    number = np.full(len(found.names), -1)
    number[kept] = np.arange(len(kept))
    own = number[found.owners] >= 0
    chosen = found._replace(
        owners=number[found.owners][own],
        rows=found.rows[own],
        columns=None if found.columns is None else found.columns[own],
        weights=found.weights[own],
        names=[found.names[i] for i in kept.tolist()],
    )
    return without_empty(chosen, str(path), "their footprints are empty")


def _kept(count: int, accepted: Array | None, path: Path, request: Request) -> Ints:
    """Return the numbers of the components that are wanted."""
    if not count:
        raise ArgumentError(request.name, path, "holds no components", RUN_AGAIN, subject=str(path))
    kept: Ints = np.arange(count)
    if request.cells != "all" and accepted is not None and accepted.dtype.kind in "iuf":  # text: not evaluated
        if not _are_whole(accepted):
            problem, cure = "accepts components that are not whole numbers", f"{RUN_AGAIN}, or {request.all_cells}"
            raise ArgumentError(request.name, path, problem, cure, subject=str(path), keyword="cells")
        kept = np.unique(accepted.astype(np.int64))
        if len(kept) and not 0 <= int(kept.min()) <= int(kept.max()) < count:
            problem = f"accepts component {kept.max()} of {counted(count, 'component')}"
            cure = f"{RUN_AGAIN}, or {request.all_cells}"
            raise ArgumentError(request.name, path, problem, cure, subject=str(path), keyword="cells")
        if not len(kept):
            problem = f"accepts none of its {counted(count, 'component')}"
            cure = f"accept some in CaImAn, or {request.all_cells}"
            raise ArgumentError(request.name, path, problem, cure, subject=str(path), keyword="cells")
    return kept


def _are_whole(numbers: Array) -> bool:
    """Return whether numbers are whole, also as floats."""
    return bool((np.isfinite(numbers) & (numbers == np.floor(numbers)) & (np.abs(numbers) < 2**53)).all())
