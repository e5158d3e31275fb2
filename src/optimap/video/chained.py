"""Frames of several recordings, one after the other: parts of a recording that was cut when it was written.

All parts are opened once, for their lengths, sizes, types and what their headers state; few of them stay open.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from .._base import Advice, ArgumentError, Array
from .._reading import check_whole, mapping_of, release
from .recording import Recording

MOST_OPEN = 4
ALIKE = 1e-4  # the relative difference between rates that are the same, but were rounded


class Gap(NamedTuple):
    """Whether frames are missing between others, and the numbers of those that are there, if they are known."""

    is_there: bool
    numbers: NDArray[np.int64] | None

    def rate(self, fps: float | None) -> float | None:
        """Return the stated rate, but for a gap of unknown length."""
        return None if self.is_there and self.numbers is None else fps

    def times(self, fps: float | None) -> NDArray[np.float64] | None:
        """Return the times of the frames in s, by their rate; None if they have no gap, or it is not known."""
        return None if self.numbers is None or fps is None else (self.numbers - self.numbers[0]) / fps

    def notes(self) -> dict[str, Any]:
        """Return what the metadata say."""
        if self.numbers is not None:
            return {"frame_numbers": self.numbers.tolist()}
        unknown = "of unknown length, because parts before the last have different numbers of frames"
        return {"gap": unknown} if self.is_there else {}


class ChainedFrames:
    """The frames of recordings in a row; `open_part` opens one of the files."""

    def __init__(self, folder: Path, files: Sequence[Path], open_part: Callable[[Path], Recording]) -> None:
        self._files, self._open_part = list(files), open_part
        self._open: OrderedDict[int, Recording] = OrderedDict()
        self._rates: list[float | None] = []
        self._pixel_sizes: list[float | None] = []
        self._folder, self._is_regular = folder, True
        self.lengths: list[int] = []
        try:
            for number, file in enumerate(self._files):
                part = self._part(number)
                self.lengths.append(len(part))
                self._rates.append(part.fps)
                self._pixel_sizes.append(part.pixel_size)
                self._is_regular &= part.times is None or part.fps is not None
                if not number:
                    self.first = part
                first = self.first
                if (part.shape[1:], part.dtype) != (first.shape[1:], first.dtype):
                    problem = f"has frames of {part.shape[1:]} {part.dtype}, but {self._files[0].name} has "
                    _refuse_part(folder, files, file, problem + f"{first.shape[1:]} {first.dtype}")
        except BaseException:
            self.close()
            raise
        self._starts = np.cumsum([0, *self.lengths]).tolist()
        self.shape = (int(self._starts[-1]), *self.first.shape[1:])
        self.dtype = self.first.dtype.newbyteorder("=")

    @property
    def fps(self) -> float | None:
        """Frames per second as the parts state it, or an error if they do not agree; None if the times of one vary."""
        return self._stated(self._rates, "frames/s") if self._is_regular else None

    @property
    def pixel_size(self) -> float | None:
        """Size of a pixel in mm as the parts state it, or an error if they do not agree."""
        return self._stated(self._pixel_sizes, "mm as the size of a pixel")

    def _stated(self, values: list[float | None], unit: str) -> float | None:
        """Return the only value that the parts state; those that state none are like the others."""
        stated = [(file, value) for file, value in zip(self._files, values, strict=True) if value is not None]
        for file, value in stated[1:]:
            model, first = stated[0]
            if abs(value - first) > ALIKE * first:
                _refuse_part(
                    self._folder, self._files, file, f"states {value:.12g} {unit}, but {model.name} states {first:.12g}"
                )
        return stated[0][1] if stated else None

    def gap(self, places: Sequence[int]) -> Gap:
        """Return the numbers of the frames if parts are missing between those at some places.

        They are known if all parts but the last, which may be shorter, have the same number of frames.
        """
        if places[-1] - places[0] == len(places) - 1:
            return Gap(False, None)
        if len(set(self.lengths[:-1])) > 1 or self.lengths[-1] > self.lengths[0]:
            return Gap(True, None)
        firsts = (np.array(places) - places[0]) * self.lengths[0]
        return Gap(True, np.concatenate([i + np.arange(n) for i, n in zip(firsts, self.lengths, strict=True)]))

    def _part(self, number: int) -> Recording:
        """Return an open part, and close the one that was read longest ago."""
        part = self._open.pop(number, None)
        if part is None:
            part = self._open_part(self._files[number])
        self._open[number] = part
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        return part

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        done = 0
        while done < len(frames):
            number = bisect_right(self._starts, frames[done]) - 1
            start, stop = self._starts[number], self._starts[number + 1]
            count = len(range(frames[done], min(stop, frames.stop), frames.step))
            part = self._part(number)
            block = part[frames[done] - start : min(stop, frames.stop) - start : frames.step]
            result[done : done + count] = block
            check_whole(mapping_of(block))
            if part.is_mapped:
                release(block)
            done += count
        return result

    def close(self) -> None:
        """Close all parts."""
        while self._open:
            self._open.popitem()[1].close()


def chained_recording(
    path: Path,
    files: Sequence[Path],
    open_part: Callable[[Path], Recording],
    advice: Advice | None = None,
    places: Sequence[int] = (0,),
) -> Recording:
    """Return the recording that consists of several files; what their headers say is that of the first.

    `places` are the numbers in their names, if some may be missing.
    """
    frames = ChainedFrames(path, files, open_part)
    first = frames.first
    try:
        gap = frames.gap(places)
        return Recording(
            frames,
            path=path,
            format=first.format,
            fps=gap.rate(frames.fps),
            times=gap.times(frames.fps),
            pixel_size=frames.pixel_size,
            metadata={**first.metadata, **gap.notes(), "files": str(len(files))},
            axes=(first.axes, first.axes_source),
            advice=advice,
            files=files,
        )
    except BaseException:
        frames.close()
        raise


def _refuse_part(path: Path, files: Sequence[Path], file: Path, problem: str) -> NoReturn:
    """Raise the error for a part that does not belong to the others, in a folder or beside a file."""
    keyword, cure = "parts", "give parts=False to read each file alone"
    if path.is_dir():
        keyword = "ignore"
        cure = f"keep the parts of one recording in the folder, or leave the file out with ignore={file.name!r}"
        cure += " and allow_gaps=True" if file not in (files[0], files[-1]) else ""
    raise ArgumentError("path", path, problem, cure, subject=str(file), keyword=keyword)
