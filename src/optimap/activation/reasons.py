"""Why values are NaN, for millions of them: one number for each pixel and beat, and few sentences.

The sentences are those of tables of beats; most pixels share a few of them.
"""

from __future__ import annotations

from threading import Lock

import numpy as np

from .._base import Array
from .._beats import explain

KNOWN, MASKED = 0, 1  # the codes that are always there
MASKED_SENTENCE = "the pixel is masked"


class Reasons:
    """Numbers the distinct rows of reasons in the order in which they come; any thread may ask."""

    def __init__(self, names: list[str], min_snr: float) -> None:
        self._names, self._min_snr = names, min_snr
        self._numbers = {bytes(len(names)): KNOWN}
        self._lock = Lock()

    def codes(self, reasons: Array) -> Array:
        """Return one number for each row of reasons (rows, columns)."""
        rows = np.ascontiguousarray(reasons, np.uint8)
        codes = np.zeros(len(rows), np.int32)
        lost = np.flatnonzero(rows.any(axis=1))
        if len(lost):
            each = rows[lost].view(f"V{rows.shape[1]}").ravel().tolist()
            with self._lock:
                for row in set(each) - self._numbers.keys():
                    self._numbers[row] = len(self._numbers) + 1  # after that of masked pixels
            codes[lost] = [self._numbers[row] for row in each]
        return codes

    def sentences(self) -> list[str]:
        """Return what each number says."""
        rows = sorted(self._numbers, key=self._numbers.__getitem__)
        table = np.array([list(row) for row in rows], np.uint8).reshape(len(rows), len(self._names))
        sentences: list[str] = explain(table, self._names, self._min_snr).tolist()
        sentences.insert(MASKED, MASKED_SENTENCE)
        return sentences
