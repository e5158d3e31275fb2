"""Frames of several recordings, one after the other: parts of a recording that was cut when it was written.

All parts are opened once, for their lengths, sizes and types; few of them stay open.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from .._base import Advice, ArgumentError, Array
from .._reading import check_whole, mapping_of, release
from .recording import Recording

MOST_OPEN = 4


class ChainedFrames:
    """The frames of recordings in a row; `open_part` opens one of the files."""

    def __init__(self, folder: Path, files: Sequence[Path], open_part: Callable[[Path], Recording]) -> None:
        self._files, self._open_part = list(files), open_part
        self._open: OrderedDict[int, Recording] = OrderedDict()
        self.rates: list[float | None] = []
        self.lengths: list[int] = []
        try:
            for number, file in enumerate(self._files):
                part = self._part(number)
                self.lengths.append(len(part))
                self.rates.append(part.fps)
                if not number:
                    self.first = part
                first = self.first
                if (part.shape[1:], part.dtype) != (first.shape[1:], first.dtype):
                    _refuse_different(folder, file, part, self._files[0], first)
        except BaseException:
            self.close()
            raise
        self._starts = np.cumsum([0, *self.lengths]).tolist()
        self.shape = (int(self._starts[-1]), *self.first.shape[1:])
        self.dtype = self.first.dtype.newbyteorder("=")

    @property
    def fps(self) -> float | None:
        """Frames per second, if all parts have the same."""
        return self.rates[0] if len(set(self.rates)) == 1 else None

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
    path: Path, files: Sequence[Path], open_part: Callable[[Path], Recording], advice: Advice | None = None
) -> Recording:
    """Return the recording that consists of several files; what their headers say is that of the first."""
    frames = ChainedFrames(path, files, open_part)
    first = frames.first
    return Recording(
        frames,
        path=path,
        format=first.format,
        fps=frames.fps,
        pixel_size=first.pixel_size,
        metadata={**first.metadata, "files": str(len(files))},
        axes=(first.axes, first.axes_source),
        advice=advice,
        files=files,
    )


def _refuse_different(folder: Path, file: Path, part: Recording, model: Path, first: Recording) -> None:
    """Raise the error for a part whose frames have another size or type."""
    problem = f"has frames of {part.shape[1:]} {part.dtype}, but {model.name} has {first.shape[1:]} {first.dtype}"
    cure = f"keep the parts of one recording in the folder, or leave the file out with ignore={file.name!r}"
    raise ArgumentError("path", folder, problem, cure, subject=str(file), keyword="ignore")
