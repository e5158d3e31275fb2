"""The arguments of the functions of this room, checked, and signals as the loops take them.

Signals become ``Signals``: samples that point up once they are multiplied by the sign, with what is known of each
series. Values are checked elsewhere, block by block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._base import ArgumentError, Array, Floats, on_host, text_names
from .._regions import find_places
from .._series import as_signals, check_polarity, detect_polarity, given_series, signal_blocks

MIN_SAMPLES = 2
LARGEST = 1e306  # numbers whose differences, and sums of a few, doubles hold


@dataclass(frozen=True)
class Signals:
    """Series with what is known of them.

    Attributes
    ----------
    given : object
        What the user gave, for `detect_polarity`.
    values : (T, M) array
    shape : tuple
        The shape of one sample: () for a single series.
    fps : float or None
    names : list of str or None
    positions : (M, 2) array or None
    """

    given: Any
    values: Array
    shape: tuple[int, ...]
    fps: float | None
    names: list[str] | None
    positions: Floats | None

    @property
    def count(self) -> int:
        """The number of series."""
        return int(self.values.shape[1])

    @property
    def scale(self) -> float:
        """What one frame is in units of the user: in ms, or 1."""
        return 1.0 if self.fps is None else 1000 / self.fps

    def blocks(self, sign: int) -> Iterator[tuple[slice, Array]]:
        """Yield (slice of series, (m, T) upright samples), a few series at a time."""
        for columns, block in signal_blocks(self.values):
            if block.size and (np.fmax.reduce(block, None) > LARGEST or np.fmin.reduce(block, None) < -LARGEST):
                problem = f"hold numbers beyond {LARGEST:g}, whose differences doubles do not hold"
                raise ArgumentError(
                    "signals", self.given, problem, "divide them, for example by 1e10", subject="signals"
                )
            yield columns, block if sign > 0 else -block


def parse_signals(signals: object, fps: float | None, names: object = None, positions: object = None) -> Signals:
    """Return signals with their rate, names and positions, which tables and labelled arrays already have."""
    given = given_series(signals)
    rate = given.rate(fps)
    names = given.names if names is None else names
    positions = given.positions if positions is None else positions
    plain = on_host(given.values)
    values, shape = as_signals(plain, min_samples=MIN_SAMPLES)
    count = values.shape[1]
    listed = None if names is None else text_names(names, "series")
    if listed is not None:
        _check_count("names", names, len(listed), count)
    places = None if positions is None else _places(positions, count)
    if places is None and len(shape) == 2:
        rows, columns = np.indices(shape)
        places = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float64)
    return Signals(plain, values, shape, rate, listed, places)


def _places(positions: object, count: int) -> Floats:
    """Return the position of each series, or the centre of its region."""
    places = find_places(on_host(positions), None, name="positions")
    _check_count("positions", positions, len(places), count)
    centers = places.positions if places.regions is None else places.regions.centers()
    return np.asarray(centers, np.float64)


def _check_count(name: str, given: object, entries: int, count: int) -> None:
    """Raise an error unless there is one entry for each series."""
    if entries != count:
        problem = f"has {entries} entries for {count} series"
        raise ArgumentError(name, given, problem, "give one for each series", subject=name)


def given_sign(signals: Signals, polarity: str) -> int | None:
    """Return 1 or -1, detected if `polarity` is ``'auto'``; None if the signals do not decide."""
    check_polarity(polarity)
    if polarity != "auto":
        return 1 if polarity == "up" else -1
    try:
        return 1 if detect_polarity(signals.given) == "up" else -1
    except ArgumentError:
        return None
