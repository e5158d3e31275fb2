"""Where traces come from: the options --at, --positions, --grid, --random, --regions and --background.

Files are read and checked against the frame by `find_places` of the library.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _regions
from .._base import ArgumentError, Array, FrameShape, Window
from .options import Position
from .provenance import region_checksum

if TYPE_CHECKING:
    from ..trace import Regions


@dataclass(frozen=True)
class Where:
    """One of the options that determine where traces come from, and its value."""

    option: str
    positions: tuple[Position, ...] = ()  # of --at, and of --positions once its file is read
    file: Path | None = None  # of --positions and --regions
    count: int = 0  # of --grid and --random
    seed: int = 0  # of --random
    kind: str | None = None  # of --regions-kind
    cells: str = "accepted"  # of --cells

    def __str__(self) -> str:
        return self.option if self.file is None else f"{self.option} {self.file}"

    def read(self) -> "Where":
        """Return the same with the positions in its file, once for all recordings; check a file of regions."""
        if self.option == "--positions" and self.file is not None:
            if _is_region_file(self.file):
                problem, cure = "is not a table of positions", "give a file of regions with --regions"
                raise ArgumentError(self.option, self.file, problem, cure, subject=str(self))
            return replace(self, positions=tuple(_regions.read_positions(self.file)))
        if self.file is not None:
            name = "background" if self.option == "--background" else "coords"
            found = _regions.read_region_file(self.file, name, self.kind, self.cells)
            try:
                _regions.check_fits(self.kind, found, name)
            except ArgumentError as error:
                option = f"{self.option}-kind"
                problem = f"does not fit {self.option} {self.file}"
                raise ArgumentError(option, self.kind, problem, error.cure, subject=f"{option} {self.kind}") from error
        return self

    def given(self) -> object:
        """Return the input for `find_places`."""
        return self.file if self.option == "--regions" else list(self.positions)

    def described(self) -> dict[str, Any]:
        """Return the record in a file of where its traces come from."""
        if self.option == "--grid":
            return {"from": self.option, "grid": self.count}
        if self.option == "--random":
            return {"from": self.option, "random": self.count, "seed": self.seed}
        if self.file is None:
            return {"from": self.option}
        said = {"kind": self.kind, "cells": None if self.cells == "accepted" else self.cells}
        return {"from": self.option, "file": self.file.name, **{key: one for key, one in said.items() if one}}


class Found(NamedTuple):
    """Positions or regions, one of the two."""

    positions: list[Position] | None
    regions: "Regions | None"

    @property
    def places(self) -> "Sequence[Position] | Regions":
        """The positions or the regions, as functions of `optimap.trace` take them."""
        return self.positions if self.regions is None else self.regions  # type: ignore[return-value]  # one of them is set

    @property
    def centers(self) -> list[list[float]]:
        """The positions, or the centres of the regions."""
        centers: list[list[float]]
        if self.regions is not None:
            centers = self.regions.centers().tolist()
        else:
            centers = [[float(x), float(y)] for x, y in self.positions or ()]
        return centers

    def content(self) -> dict[str, Any]:
        """Return what determines the pixels: the positions, or the checksum of the regions."""
        return {"positions": self.centers} if self.regions is None else region_checksum(self.regions)


def find_where(where: Where, frame_shape: FrameShape, size: int, window: Window) -> Found:
    """Return the positions or regions in a frame that an option selects, one for each trace."""
    if where.option == "--grid":
        return Found(_pairs(_regions.grid_positions(frame_shape, where.count)), None)
    if where.option == "--random":
        return Found(_pairs(_regions.random_positions(frame_shape, where.count, rng=where.seed)), None)
    found = _find(where.given(), frame_shape, size, window, "coords", where.kind, where.cells)
    if not len(found.places):
        raise ArgumentError(
            "coords", where.file, "holds no regions", "give an image with pixels above 0", subject=str(where.file)
        )
    return found


def find_background(
    background: float | Position | Path | None, frame_shape: FrameShape, size: int, window: Window, kind: str | None
) -> Found | None:
    """Return the positions or regions whose traces are subtracted; None if there are none."""
    if background is None or isinstance(background, float):
        return None
    return _find(background, frame_shape, size, window, "background", kind if isinstance(background, Path) else None)


def _find(
    given: object,
    frame_shape: FrameShape,
    size: int,
    window: Window,
    name: str,
    kind: str | None,
    cells: str = "accepted",
) -> Found:
    with warnings.catch_warnings():
        if isinstance(given, Path):  # its warnings were shown when it was checked, once for all recordings
            warnings.simplefilter("ignore")
        places = _regions.find_places(given, frame_shape, size, window, name=name, kind=kind, cells=cells)
    if places.positions is not None:
        return Found(_pairs(places.positions), None)
    return Found(None, None if places.regions is None else places.regions[:])  # a single one has a trace (T, 1), too


def _is_region_file(path: Path) -> bool:
    """Return whether a file holds regions that are not positions, by its suffix or its content."""
    suffix = path.suffix.lower()
    is_text = suffix in (".csv", ".tsv")
    return suffix in _regions.READERS and (not is_text or _regions.content_of(path) is not None)


def _pairs(positions: Iterable[Sequence[float]] | Array) -> list[Position]:
    return [(float(x), float(y)) for x, y in positions]
