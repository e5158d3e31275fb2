"""Frames that are images, each read as a whole: pages of a file, or files of a folder, in any arrangement.

A format gives the images in a table with an axis for each of time, channel and plane; the table and the axes within an
image form one array, whose axes `axes.find_layout` names. If time is an axis of the table, a frame is one image; if it
is an axis within the images (time last), a block of frames is gathered from all of them.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .._base import Array
from .axes import Layout

IMAGES_AT_ONCE = 32  # in memory, if only a part of each is used


class Images(Protocol):
    """Images of one shape and type, read by their numbers."""

    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"

    def read(self, numbers: NDArray[np.int64]) -> Array:
        """Return the images with these numbers, (n, *shape)."""

    def close(self) -> None:
        """Close the files."""


class PagedFrames:
    """The frames (T, H, W) of a table of images.

    `table` holds the numbers of the images; `layout` names its axes, and after them those of an image.
    """

    def __init__(self, images: Images, table: NDArray[np.int64], layout: Layout) -> None:
        self._images, self._table, self._layout = images, table, layout
        whole = (*table.shape, *images.shape)
        time, row, column = layout.order
        self.shape = (int(whole[time]), int(whole[row]), int(whole[column]))
        self.dtype = np.dtype(images.dtype)

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        chosen = slice(frames.start, frames.stop, frames.step)
        time, lead = self._layout.order[0], self._table.ndim
        key = [self._layout.fixed.get(axis, slice(None)) for axis in range(lead + len(self._images.shape))]
        key[time] = chosen if len(frames) else slice(0, 0)
        numbers = self._table[tuple(key[:lead])]
        block = self._gather(numbers.ravel(), tuple(key[lead:]))
        block = block.reshape(*numbers.shape, *block.shape[1:])
        kept = sorted(self._layout.order)
        return np.ascontiguousarray(np.transpose(block, [kept.index(axis) for axis in self._layout.order]))

    def _gather(self, numbers: NDArray[np.int64], part: tuple[Any, ...]) -> Array:
        """Return the same part of several images."""
        if all(isinstance(index, slice) and index == slice(None) for index in part):
            return self._images.read(numbers)
        parts = [
            self._images.read(numbers[first : first + IMAGES_AT_ONCE])[(slice(None), *part)].copy()
            for first in range(0, max(1, len(numbers)), IMAGES_AT_ONCE)
        ]
        return np.concatenate(parts)

    def close(self) -> None:
        """Close the files."""
        self._images.close()
