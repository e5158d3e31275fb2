"""detect_phase_singularities: points around which the phase runs through a whole cycle.

The phase differences between neighbours, each taken the short way round, add up to a whole number of turns around every
square of four pixels: the topological charge of what lies in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Array, Floats, Ints, VideoLike, check_flag, refuse_device_array
from .._reading import Plan, as_source, walk_blocks

PIXELS = 2**20  # at once
Point = tuple[float, float]


@dataclass(frozen=True)
class PhaseSingularities(Sequence[list[Point]]):
    """Phase singularities of a video: all in three arrays, or those of each frame in a list.

    Like the list that the published package returns, it has an entry for each frame of the video, here a list of
    ``(x, y)``, first those of positive charge.

    Attributes
    ----------
    positions : (K, 2) float64 array
        ``(x, y)``, between the four pixels around each.
    charge : (K,) int64 array
        1 where the phase increases from x to y, which is clockwise as images are drawn; -1 otherwise.
    frame : (K,) int64 array
        In order.
    frames : int
        Frames of the video.
    """

    positions: Floats
    charge: Ints
    frame: Ints
    frames: int

    def __len__(self) -> int:
        return self.frames

    @overload
    def __getitem__(self, index: int) -> list[Point]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[Point]]: ...
    def __getitem__(self, index: int | slice) -> list[Point] | list[list[Point]]:
        if isinstance(index, slice):
            return [self[t] for t in range(*index.indices(self.frames))]
        at = range(self.frames)[index]
        start, stop = np.searchsorted(self.frame, [at, at + 1]).tolist()
        return [(x, y) for x, y in self.positions[start:stop].tolist()]

    def __iter__(self) -> Iterator[list[Point]]:
        return (self[t] for t in range(self.frames))

    def __repr__(self) -> str:
        positive = int((self.charge > 0).sum())
        return (
            f"<PhaseSingularities: {positive} positive, {len(self.charge) - positive} negative in {self.frames} frames>"
        )


def detect_phase_singularities(
    phase: VideoLike | ArrayLike, separate_by_charge: bool = False
) -> PhaseSingularities | tuple[list[Floats], list[Floats]]:
    """Find the phase singularities of a video of phases: the cores of rotating waves.

    Around four pixels, the phase differences add up to 2 pi times the topological charge [1]_.

    Parameters
    ----------
    phase : (T, H, W) array-like
        Phases in radians, as `compute_phase` returns them; of any range, since differences are taken the short way
        round. Read block by block.
    separate_by_charge : bool
        Return two lists instead.

    Returns
    -------
    PhaseSingularities
        With `positions`, `charge` and `frame`; it is also a sequence with a list of ``(x, y)`` for each frame.
    (list of (n, 2) arrays, list of (n, 2) arrays)
        With `separate_by_charge`: the positions ``(x, y)`` in each frame of those with positive and negative charge.
        None lies between pixels of which one is NaN.

    Raises
    ------
    ValueError
        If `phase` is not 3-D.
    TypeError
        If it does not hold real numbers.

    References
    ----------
    .. [1] Iyer, A. N., Gray, R. A. An experimentalist's approach to accurate localization of phase singularities during
       reentry. Annals of Biomedical Engineering 29 (2001), 47-59.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.phase import detect_phase_singularities
    >>> y, x = np.mgrid[:10, :12]
    >>> phase = np.arctan2(y - 4.4, x - 7.3)[np.newaxis]
    >>> found = detect_phase_singularities(phase)
    >>> found.positions.tolist(), found.charge.tolist(), found.frame.tolist()
    ([[7.5, 4.5]], [1], [0])
    """
    check_flag(separate_by_charge, "separate_by_charge")
    refuse_device_array(phase, "phase", "detecting singularities")
    source = as_source(phase, "phase")
    step = max(1, PIXELS // max(1, source.shape[1] * source.shape[2]))
    parts = [_found(block, start) for start, _, block in walk_blocks(source, Plan(step, [None]))]
    if not parts:
        raise ArgumentError("phase", phase, "has no frames", "give at least one", subject="phase")
    positions, charge, frame = (np.concatenate(column) for column in zip(*parts, strict=True))
    found = PhaseSingularities(positions, charge, frame, source.shape[0])
    if not separate_by_charge:
        return found
    return _by_frame(found, 1), _by_frame(found, -1)


def _by_frame(found: PhaseSingularities, charge: int) -> list[Floats]:
    """Return the positions of one charge in each frame."""
    own = found.charge * charge > 0
    cuts = np.searchsorted(found.frame[own], np.arange(1, found.frames))
    return np.split(found.positions[own], cuts)


def _found(block: Array, start: int) -> tuple[Floats, Ints, Ints]:
    """Return positions, charges and frames of the singularities in a block of frames."""
    phase = block.astype(np.float64)
    if min(phase.shape[1:]) < 2:
        return np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros(0, np.int64)
    with np.errstate(invalid="ignore"):
        right, down = _short(np.diff(phase, axis=2)), _short(np.diff(phase, axis=1))
        turns = (right[:, :-1] + down[:, :, 1:] - right[:, 1:] - down[:, :, :-1]) / (2 * np.pi)
        charge = np.rint(np.where(np.isfinite(turns), turns, 0)).astype(np.int64)
    t, y, x = np.nonzero(charge)
    order = np.lexsort((x, y, -np.sign(charge[t, y, x]), t))
    t, y, x = t[order], y[order], x[order]
    return np.stack([x + 0.5, y + 0.5], axis=-1), charge[t, y, x], t.astype(np.int64) + start


def _short(differences: Floats) -> Floats:
    """Return phase differences the short way round."""
    return np.asarray(differences - 2 * np.pi * np.rint(differences / (2 * np.pi)))
