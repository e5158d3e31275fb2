"""Files of many arrays (HDF5, MATLAB 7.3, zarr): which one is the recording, and frames with axes in any order."""

import math
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Array
from .._files import check_justified, reading
from .axes import EXAMPLES, Layout, Wanted

NOTHING_WANTED = Wanted()


class Dataset(Protocol):
    """The attributes of h5py datasets and zarr arrays that are used here."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def ndim(self) -> int: ...
    @property
    def dtype(self) -> Any: ...
    @property
    def chunks(self) -> tuple[int, ...] | None: ...
    def __getitem__(self, key: Any, /) -> Any: ...


class DatasetFrames:
    """Frames of a dataset with axes in any order, seen as (T, H, W).

    ``library`` is the one that reads it, as the guard knows it; ``check`` raises an error if what was read is not what
    was opened.
    """

    def __init__(
        self,
        path: Path,
        dataset: Dataset,
        close: Callable[[], None],
        library: str,
        layout: Layout,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._path, self._dataset, self._close, self._library, self._check = path, dataset, close, library, check
        self._order, self._fixed, self._axes = layout.order, layout.fixed, len(dataset.shape)
        width = np.dtype(dataset.dtype).itemsize
        check_justified(path, math.prod(map(int, dataset.shape)) * width, what=f"values of {dataset.name}")
        check_justified(path, math.prod(map(int, dataset.chunks or ())) * width, what=f"a chunk of {dataset.name}")
        self.shape = self._in_order(dataset.shape)
        self.dtype = np.dtype(dataset.dtype)
        self.chunks = None if dataset.chunks is None else self._in_order(dataset.chunks)
        shards = getattr(dataset, "shards", None)
        self.shards = None if shards is None else self._in_order(shards)

    def _in_order(self, numbers: Sequence[int]) -> tuple[int, int, int]:
        """Return the numbers that belong to time, rows and columns."""
        time, row, column = (int(numbers[axis]) for axis in self._order)
        return time, row, column

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        return self.read_part(frames, slice(None), slice(None))

    def read_part(self, frames: range, rows: slice, columns: slice) -> Array:
        """Read a part of each frame in a range."""
        key: list[Any] = [self._fixed.get(axis) for axis in range(self._axes)]
        for axis, part in zip(self._order, (slice(frames.start, frames.stop, frames.step), rows, columns), strict=True):
            key[axis] = part
        problem = f"is damaged, {self._dataset.name} cannot be read"
        with reading(self._path, self._library, problem, "copy the recording again"):
            block = self._dataset[tuple(key)]
        self._check()
        kept = sorted(self._order)  # axes indexed by a number are dropped
        return np.asarray(np.transpose(block, [kept.index(axis) for axis in self._order]))

    def close(self) -> None:
        """Close the file."""
        self._close()


def choose(
    path: Path,
    shapes: dict[str, tuple[int, ...]],
    name: object,
    option: str,
    wanted: Wanted = NOTHING_WANTED,
    stated: Container[str] = (),
) -> str:
    """Return the name of the recording among the arrays in a file: the one that was named, or the only one.

    Arrays of more axes than three are recordings if they are among `stated`, whose files name their axes.
    """
    if name is not None:
        return _named(path, shapes, name, option)
    count = wanted.dimensions
    is_named = {key: wanted.letters is None and key in stated for key in shapes}
    videos = [key for key, shape in shapes.items() if len(shape) == count or is_named[key]]
    if len(videos) == 1:
        return videos[0]
    listing = _listing(shapes)
    if videos:
        kind = f"{count}-D arrays" if all(len(shapes[key]) == count for key in videos) else "recordings"
        raise ArgumentError(
            "path",
            path,
            f"holds {len(videos)} {kind} (all arrays: {listing})",
            f"choose one with {option}=",
            subject=str(path),
            keyword=option,
        )
    others = [key for key, shape in shapes.items() if len(shape) in EXAMPLES]
    problem = f"holds no {count}-D array (its arrays: {listing or 'none'})"
    if others:
        cure = f"give the meaning of each axis of {others[0]} with axes=, as in {EXAMPLES[len(shapes[others[0]])]!r}"
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="axes")
    raise ArgumentError("path", path, problem, "save the recording as (T, H, W) first", subject=str(path))


def _named(path: Path, shapes: dict[str, tuple[int, ...]], name: object, option: str) -> str:
    """Return the full name of an array in the file, or raise an error if there is no such array."""
    if not isinstance(name, str):
        raise ArgumentTypeError.must_be(option, name, "text, the name of an array in the file")
    if name.strip("/") not in shapes:
        cure = f"choose one of {_listing(shapes)}" if shapes else "give another file, since this one holds no arrays"
        raise ArgumentError(option, name, f"is not in {path}", cure)
    return name.strip("/")


def _listing(shapes: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{key} {shape}" for key, shape in shapes.items())
