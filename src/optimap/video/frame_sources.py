"""How a format gives a recording its frames, and what an index of a recording asks for.

A format has either an array (a memory map: slicing it is free) or a `FrameSource`.
"""

from __future__ import annotations

import mmap
from types import EllipsisType
from typing import Any, Protocol, TypeGuard, runtime_checkable

import numpy as np

from .._base import Array
from .._reading import maps_of, watch


class FrameSource(Protocol):
    """The object through which a format reads frames."""

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]

    def read(self, frames: range) -> Array:
        """Return the frames of an increasing range, (n, H, W)."""

    def close(self) -> None:
        """Close the file."""


@runtime_checkable
class PartSource(Protocol):
    """A source that can also read parts of frames."""

    chunks: tuple[int, int, int] | None  # frames, rows and columns stored together; None: stored without chunks

    def read_part(self, frames: range, rows: slice, columns: slice) -> Array:
        """Return parts of the frames of an increasing range; the slices have no step."""


def split_index(key: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the index of the frames and the indices within a frame."""
    parts = key if isinstance(key, tuple) else (key,)
    if any(part is None for part in parts):
        raise IndexError("np.newaxis cannot be used here: read frames first, recording[a:b][np.newaxis]")
    dots = [i for i, part in enumerate(parts) if isinstance(part, EllipsisType)]
    if dots:
        full = (slice(None),) * (3 - len(parts) + 1)
        parts = (*parts[: dots[0]], *full, *parts[dots[0] + 1 :])
    if len(parts) > 3:
        raise IndexError(f"too many indices: a recording has 3 axes, {len(parts)} were indexed")
    return (parts[0], parts[1:]) if parts else (slice(None), ())


def reads_parts(frames: FrameSource) -> TypeGuard[PartSource]:
    """Whether parts of frames can be read, and the file stores them in chunks, so that this saves time."""
    return isinstance(frames, PartSource) and frames.chunks is not None


def are_plain_slices(parts: tuple[Any, ...]) -> bool:
    """Whether all indices are slices without a step."""
    return all(isinstance(part, slice) and part.step in (None, 1) for part in parts)


def frame_number(i: int, frames: int) -> int:
    """Return the number of a frame, counted from the start."""
    if not -frames <= i < frames:
        raise IndexError(f"frame {i} is outside the recording: it has frames 0..{frames - 1}")
    return i % frames


def maps_behind(frames: Array | FrameSource | None) -> list[mmap.mmap]:
    """Return the memory maps that frames are read from, now watched."""
    if isinstance(frames, np.ndarray):
        mapping = watch(frames)
        return [] if mapping is None else [mapping]
    return [] if frames is None or not hasattr(frames, "__dict__") else maps_of(frames)
