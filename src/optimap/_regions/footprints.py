"""Footprints -> runs: regions given as lists of pixels with weights, as programs that find cells store them.

`Footprints` comes from a file of such a program, or from a sparse matrix of pixels x regions in memory, whose pixels
run down the columns of the frame, as in CaImAn, CNMF-E and MATLAB. A matrix does not say how high a frame is, so it is
only decoded for a frame. Weights are never changed here.
"""

import warnings
from typing import NamedTuple, Protocol, TypeGuard

import numpy as np

from .._base import ArgumentError, Array, Floats, FrameShape, Ints, counted, in_doubles, stack_level
from .masks import Runs, pixel_runs


class Sparse(Protocol):
    """What is needed of a sparse matrix of SciPy."""

    shape: tuple[int, ...]

    def tocoo(self) -> "Sparse":
        """Return it as rows, columns and values."""
        ...


class Footprints(NamedTuple):
    """Pixels of regions, each with the number of its region and its weight.

    Without `columns`, `rows` are numbers of pixels that run down the columns of a frame of `total` pixels.
    """

    owners: Ints
    rows: Ints
    columns: Ints | None
    weights: Floats
    names: list[str]
    frame_shape: FrameShape | None = None
    total: int = 0
    kind: str = "footprints"

    def runs(self, frame: FrameShape | None, argument: str) -> Runs:
        """Return the runs of the pixels; errors call what was given by `argument`."""
        rows, columns = self.rows, self.columns
        if columns is None:
            height, width = self._frame_of_matrix(frame, argument)
            columns, rows = np.divmod(rows, height)
        elif frame is not None:
            height, width = frame
        else:
            return pixel_runs(self.owners, rows, columns, self.weights)
        outside = (rows < 0) | (columns < 0) | (rows >= height) | (columns >= width)
        if outside.any():
            i = int(np.argmax(outside))
            name = self.names[int(self.owners[i])]
            problem = f"has the pixel (x={columns[i]}, y={rows[i]}), outside the frame (width {width}, height {height})"
            cure = "give the recording in which the regions were found, uncropped"
            raise ArgumentError(argument, self.names, problem, cure, subject=f"{argument}: region {name!r}")
        return pixel_runs(self.owners, rows, columns, self.weights)

    def _frame_of_matrix(self, frame: FrameShape | None, argument: str) -> FrameShape:
        """Return the frame of a matrix of pixels x regions, after checking that it has as many pixels."""
        if frame is None:
            problem = "is a matrix of pixels x regions, which does not say how high a frame is"
            cure = f"give the shape of the frames too: optimap.trace.regions({argument}, frame_shape=(H, W))"
            raise ArgumentError(argument, self.names, problem, cure, subject=argument, keyword="frame_shape")
        if frame[0] * frame[1] != self.total:
            problem = f"has {self.total} rows, but a frame of {frame} (H, W) has {frame[0] * frame[1]} pixels"
            cure = "give a matrix with one row for each pixel and one column for each region"
            raise ArgumentError(argument, self.names, problem, cure, subject=argument)
        return frame


def is_sparse(thing: object) -> TypeGuard[Sparse]:
    """Return whether something is a sparse matrix or array of SciPy."""
    return hasattr(thing, "tocoo") and hasattr(thing, "nnz") and len(getattr(thing, "shape", ())) == 2


def matrix_footprints(matrix: Sparse, argument: str) -> Footprints:
    """Return the columns of a sparse matrix as footprints."""
    listed = matrix.tocoo()
    pixels, regions = (np.asarray(getattr(listed, name), np.int64) for name in ("row", "col"))
    weights = check_finite_weights(np.asarray(getattr(listed, "data")), argument)  # noqa: B009  # not in the protocol
    total, count = (int(n) for n in matrix.shape)
    return Footprints(regions, pixels, None, weights, [f"region_{i}" for i in range(count)], total=total)


def without_empty(found: Footprints, where: str, reason: str) -> Footprints:
    """Leave out regions without a pixel, which have no trace and must not cost the others theirs, with a warning."""
    filled = np.bincount(found.owners[found.weights != 0], minlength=len(found.names)) > 0
    if filled.all():
        return found
    lost = [name for name, is_filled in zip(found.names, filled.tolist(), strict=True) if not is_filled]
    what = f"{counted(len(lost), 'region')} of {where} {'is' if len(lost) == 1 else 'are'} left out"
    warnings.warn(f"{what}, because {reason}: {', '.join(lost)}", stacklevel=stack_level())
    number, own = np.cumsum(filled) - 1, filled[found.owners]
    return found._replace(
        owners=number[found.owners][own],
        rows=found.rows[own],
        columns=None if found.columns is None else found.columns[own],
        weights=found.weights[own],
        names=[name for name, is_filled in zip(found.names, filled.tolist(), strict=True) if is_filled],
    )


def check_finite_weights(weights: Array, argument: str) -> Floats:
    """Return weights as float64, or raise an error for those that are not finite numbers."""
    weights = in_doubles(weights)
    if weights.dtype.kind not in "biuf" or not np.isfinite(weights).all():
        problem = "holds weights that are not finite numbers"
        raise ArgumentError(argument, weights, problem, "give finite numbers as weights", subject=argument)
    return weights.astype(np.float64)
