"""Arrays in files of many arrays (HDF5, MATLAB 7.3, zarr): which one is the recording, and its frames in any order."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class DatasetFrames:
    """Frames of a dataset whose axes come in any order, seen as (T, H, W).

    ``order`` has the places of time, rows and columns among its axes, ``fixed`` the index along each of the others;
    ``damaged`` is what reading raises where the file is.
    """

    def __init__(
        self,
        path: Path,
        dataset: Any,
        close: Callable[[], None],
        damaged: tuple[type[Exception], ...],
        order: tuple[int, int, int] = (0, 1, 2),
        fixed: dict[int, int] | None = None,
    ) -> None:
        self._path, self._dataset, self._close, self._damaged = path, dataset, close, damaged
        self._order, self._fixed = order, fixed or {}
        self.shape = self._seen(dataset.shape)
        self.dtype = np.dtype(dataset.dtype)
        self.chunks = None if dataset.chunks is None else self._seen(dataset.chunks)
        shards = getattr(dataset, "shards", None)
        self.shards = None if shards is None else self._seen(shards)

    def _seen(self, numbers: Any) -> tuple[int, int, int]:
        time, row, column = (int(numbers[axis]) for axis in self._order)
        return time, row, column

    def read(self, frames: range) -> NDArray[Any]:
        """Read a range of frames."""
        return self.read_part(frames, slice(None), slice(None))

    def read_part(self, frames: range, rows: slice, columns: slice) -> NDArray[Any]:
        """Read a part of the frames of a range."""
        key: list[Any] = [self._fixed.get(axis) for axis in range(self._dataset.ndim)]
        for axis, part in zip(self._order, (slice(frames.start, frames.stop, frames.step), rows, columns), strict=True):
            key[axis] = part
        try:
            block = self._dataset[tuple(key)]
        except self._damaged as error:
            raise ValueError(f"{self._path} is damaged, {self._dataset.name}: {error}") from error
        kept = sorted(self._order)  # numbers in the key leave no axis
        return np.asarray(np.transpose(block, [kept.index(axis) for axis in self._order]))

    def close(self) -> None:
        """Close the file."""
        self._close()


def choose(path: Path, shapes: dict[str, tuple[int, ...]], name: str | None, option: str) -> str:
    """Return the name of the recording among a file's arrays."""
    videos = [key for key, shape in shapes.items() if len(shape) == 3]
    listing = ", ".join(f"{key} {shape}" for key, shape in shapes.items()) or "none"
    if name is not None:
        if name.strip("/") not in shapes:
            raise ValueError(f"{option} = {name!r} is not in {path}, which holds: {listing}")
        return name.strip("/")
    if len(videos) == 1:
        return videos[0]
    problem = "holds no 3-D array" if not videos else f"holds {len(videos)} 3-D arrays, name one with {option}="
    raise ValueError(f"{path} {problem}; its arrays: {listing}")
