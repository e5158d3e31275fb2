"""Pieces of a file that share bytes, which no program writes: one of their places is wrong."""

import numpy as np

from .._base import Ints


def shared_bytes(pieces: Ints) -> tuple[int, int] | None:
    """Return where two pieces that share bytes begin, or None.

    Each piece (N, 2) is its first byte, and the one behind its last. Pieces without bytes share none.
    """
    ordered = pieces[pieces[:, 0] < pieces[:, 1]]
    ordered = ordered[np.argsort(ordered[:, 0], kind="stable")]
    shared = np.flatnonzero(ordered[:-1, 1] > ordered[1:, 0])  # of any two that share bytes, neighbours do
    if not len(shared):
        return None
    first, second = ordered[shared[0] : shared[0] + 2, 0].tolist()
    return first, second
