"""BeatMaps: maps of everything that was measured of each beat, with names, units and reasons."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, Array, Floats, counted, import_extra, whole_number
from .._beats import UNITS
from .map_kinds import save_arrays

if TYPE_CHECKING:
    import xarray

TIMES = ("activation",)  # maps of times in the recording; the other times are durations


def unit_of(kind: str, fps: float | None) -> str:
    """Return the unit of a kind of column."""
    if kind == "time":
        return "frame" if fps is None else "ms"
    if kind == "per time":
        return "1/frame" if fps is None else "1/s"
    return {"ratio": "1", "signal": "intensity"}[kind]


def find_column(name: object, columns: Sequence[str], argument: str = "column") -> str:
    """Return the name of a column with its unit, or raise an error that lists the columns."""
    candidates = (name, *(f"{name}{unit}" for unit in UNITS))
    found = next((full for full in candidates if isinstance(full, str) and full in columns), None)
    if found is None:
        raise ArgumentError(argument, name, "is not one of the maps", f"choose one of {', '.join(columns)}")
    return found


@dataclass(frozen=True, eq=False)
class BeatMaps:
    """Maps of beats, as `compute_beat_maps` returns them: ``maps["activation_ms"]`` is an array (beats, H, W).

    Maps can also be named without their unit: ``maps["activation"]``. They are defined as the columns of
    `optimap.beats.measure_beats`.

    Attributes
    ----------
    columns : dict of str to (beats, H, W) array
        The maps, in the order in which they are shown and saved. Of a mean over beats, and of all beats together (such
        as alternans), they are (H, W).
    units : dict of str to str
        ``ms`` (or ``frame``), ``1/s`` (or ``1/frame``), ``intensity`` or ``1`` for each of them.
    beats : (beats,) array
        Times of the beats, in the mean signal or as they were given, in ms (or frames).
    mask : (H, W) array of bool
        The pixels that were measured.
    codes : (beats, H, W) array of int, or None for a mean
        The number of the sentence in `reasons` for each pixel and beat; 0 is that nothing is missing.
    reasons : list of str
    fps : float or None
        Frames per second, if known: times are in ms, otherwise in frames.
    metadata : dict
        How the maps were made, and anything else that was saved with them.
    """

    columns: Mapping[str, Array]
    units: Mapping[str, str]
    beats: Floats
    mask: Array
    codes: Array | None = None
    reasons: Sequence[str] = ()
    fps: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """(beats, H, W), or (H, W) for a mean."""
        return self.mask.shape if self.is_mean else (len(self.beats), *self.mask.shape)

    @property
    def is_mean(self) -> bool:
        """Whether the maps are means over beats."""
        return self.codes is None

    @property
    def why(self) -> Array | None:
        """Why values are NaN, in words, (beats, H, W), as in the column ``why`` of tables of beats; None for a mean."""
        return None if self.codes is None else np.array(self.reasons, dtype=object)[self.codes]

    def __len__(self) -> int:
        """Return the number of maps for each beat."""
        return len(self.columns)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the maps."""
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(f"{name}{unit}" in self.columns for unit in ("", *UNITS))

    def __getitem__(self, name: str) -> Array:
        """Return a map of all beats, by its name with or without the unit."""
        return self.columns[self.full_name(name)]

    def full_name(self, name: str, argument: str = "column") -> str:
        """Return the name of a map with its unit, or raise an error that lists the maps."""
        return find_column(name, tuple(self.columns), argument)

    def __repr__(self) -> str:
        rate = "times in frames" if self.fps is None else f"{self.fps:g} frames/s"
        beats = ("mean of " if self.is_mean else "") + counted(len(self.beats), "beat")
        height, width = self.mask.shape
        return f"BeatMaps({beats}, {height} x {width} pixels, {rate}, columns {', '.join(self.columns)})"

    def mean(self, beats: int | slice | Sequence[int] | None = None) -> BeatMaps:
        """Return the mean over beats of each map; values that are NaN are left out.

        Parameters
        ----------
        beats : int, slice or sequence of int, optional
            Which beats, numbered from 0; by default all.

        Returns
        -------
        BeatMaps
            Its maps are (H, W). Times of activation are averaged relative to the beat in the mean signal, whose mean
            time is then added, so a pixel in which a beat is missing is not shifted.

        Raises
        ------
        ValueError
            If there is no such beat, or these are means already.

        Examples
        --------
        >>> import numpy as np
        >>> from optimap.activation import BeatMaps
        >>> maps = BeatMaps(
        ...     {"activation_ms": np.array([[[12.0, 14]], [[np.nan, 114]]])},
        ...     {"activation_ms": "ms"},
        ...     np.array([10.0, 110.0]),
        ...     np.ones((1, 2), bool),
        ...     np.zeros((2, 1, 2), int),
        ... )
        >>> maps.mean()["activation_ms"].tolist()
        [[62.0, 64.0]]
        """
        chosen = self.chosen(beats)
        times = self.beats[chosen]
        means = {}
        for name, array in self.columns.items():
            if array.ndim == 2:  # of all beats together
                means[name] = array
                continue
            shift = times if name.rpartition("_")[0] in TIMES else np.zeros(len(times))
            total, count = np.zeros(self.mask.shape), np.zeros(self.mask.shape)
            for number, own in zip(chosen, shift - shift.mean(), strict=True):
                known = np.isfinite(array[number])
                total += np.where(known, array[number] - own, 0)
                count += known
            means[name] = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        about = {**self.metadata, "mean_of_beats": chosen}
        return replace(self, columns=means, beats=times, codes=None, reasons=(), metadata=about)

    def chosen(self, beats: int | slice | Sequence[int] | None) -> list[int]:
        """Return the numbers of some beats, or raise an error."""
        count = len(self.beats)
        if self.is_mean:
            raise ArgumentError("beats", beats, "cannot be chosen from a mean", "choose from the maps of single beats")
        if beats is None or isinstance(beats, slice):
            numbers = list(range(count))[beats or slice(None)]
        else:
            is_list = isinstance(beats, (Sequence, np.ndarray)) and not isinstance(beats, str)
            numbers = [whole_number(number, "beats") for number in (beats if is_list else [beats])]  # type: ignore[union-attr]
        if not numbers or max(numbers) >= count:
            raise ArgumentError("beats", beats, f"is not among the {count} beats", f"choose from 0 to {count - 1}")
        return numbers

    def to_xarray(self) -> xarray.Dataset:
        """Return the maps as an `xarray.Dataset` with the dimensions beat, y and x, and units as attributes.

        Raises
        ------
        ImportError
            If xarray is not installed; the message contains the pip command.
        """
        xr = import_extra("xarray", "xarray", "labelled arrays")
        height, width = self.mask.shape
        coords: dict[str, Any] = {"y": np.arange(height), "x": np.arange(width)}
        if not self.is_mean:
            coords["beat"] = np.arange(len(self.beats))
            about = {"long_name": "time of the beat in the mean signal", "units": "frame" if self.fps is None else "ms"}
            coords["beat_time"] = ("beat", self.beats, about)
        variables = {
            name: (("beat", "y", "x")[-array.ndim :], array, {"units": self.units[name]})
            for name, array in self.columns.items()
        }
        dataset: xarray.Dataset = xr.Dataset(variables, coords)
        dataset["mask"] = (("y", "x"), self.mask, {"long_name": "pixels that were measured"})
        dataset.attrs = {} if self.fps is None else {"fps": self.fps}
        return dataset

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the maps to a file, which `load_beat_maps` reads back exactly.

        Parameters
        ----------
        path : path-like
            The suffix chooses the kind: ``.npz``, ``.nc`` (NetCDF, for xarray), ``.h5``, or ``.tif``: a stack of images
            for ImageJ with values as float32, the name and the unit of each in its description.
        overwrite : bool
            Replace an existing file.

        Raises
        ------
        FileExistsError
            If the file exists and `overwrite` is not True.
        ValueError
            If the suffix is unknown.
        ImportError
            If a package is missing; the message contains the pip command.

        Examples
        --------
        See `load_beat_maps`.
        """
        header = {
            "units": {name: self.units.get(name, "1") for name in self.columns},
            "beats": self.beats.tolist(),
            "is_mean": self.is_mean,
            "reasons": list(self.reasons),
            "fps": self.fps,
            "metadata": self.metadata,
        }
        save_arrays(path, self.columns, header, self.mask, self.codes, overwrite)
