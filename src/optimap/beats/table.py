"""A table of beats: one array for each column, one row for each beat of each series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, Array, import_extra

if TYPE_CHECKING:
    import pandas

UNITS = ("_ms", "_frames", "_per_s", "_per_frame")


@dataclass(frozen=True, eq=False)
class BeatTable:
    """Beats, as `measure_beats` returns them: ``table["activation_ms"]`` is a column.

    Columns can also be named without their unit: ``table["activation"]``. The definitions are in `measure_beats`.

    Attributes
    ----------
    columns : dict of str to array
        Each with one entry for each row, in the order in which they are shown and saved.
    fps : float or None
        Frames per second, if known: times are in ms, otherwise in frames.
    metadata : dict
        How the table was made, and anything else that was saved with it.
    """

    columns: Mapping[str, Array]
    fps: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the columns."""
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._found(name) is not None

    def __getitem__(self, name: str) -> Array:
        """Return a column, by its name with or without the unit."""
        return self.columns[self.full_name(name)]

    def full_name(self, name: str, argument: str = "column") -> str:
        """Return the name of a column with its unit, or raise an error that lists the columns."""
        found = self._found(name) if isinstance(name, str) else None
        if found is None:
            cure = f"choose one of {', '.join(self.columns)}" if self.columns else "measure beats first"
            raise ArgumentError(argument, name, "is not a column of the table", cure)
        return found

    def _found(self, name: str) -> str | None:
        candidates = (name, *(name + unit for unit in UNITS))
        return next((full for full in candidates if full in self.columns), None)

    def __repr__(self) -> str:
        rate = "times in frames" if self.fps is None else f"{self.fps:g} frames/s"
        return f"BeatTable({len(self)} rows, {rate}, columns {', '.join(self.columns)})"

    def select(self, rows: Array) -> BeatTable:
        """Return some of the rows, by a mask or by their numbers.

        Examples
        --------
        >>> import numpy as np
        >>> from optimap.beats import BeatTable
        >>> table = BeatTable({"beat": np.arange(3), "snr": np.array([9.0, 2.0, 8.0])})
        >>> table.select(table["snr"] > 5)["beat"].tolist()
        [0, 2]
        """
        return BeatTable({name: column[rows] for name, column in self.columns.items()}, self.fps, self.metadata)

    def to_dataframe(self) -> pandas.DataFrame:
        """Return the table as a pandas data frame; rate and metadata are in its ``attrs``.

        Raises
        ------
        ImportError
            If pandas is not installed; the message contains the pip command.
        """
        pd = import_extra("pandas", "xarray", "data frames")
        frame: pandas.DataFrame = pd.DataFrame({name: np.asarray(column) for name, column in self.columns.items()})
        frame.attrs = {**({} if self.fps is None else {"fps": self.fps}), **self.metadata}
        return frame
