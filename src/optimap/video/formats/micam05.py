"""SciMedia MiCAM05: a text header ``.gsh`` and a binary ``.gsd`` with a background frame and 16-bit differences."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError, MissingFileError
from ..._reading import release
from ..checks import check_file_size
from ..recording import Recording

HEADER_BYTES = 970
Number = TypeVar("Number", int, float)


class DifferenceFrames:
    """Frames stored as differences from a background: the intensity is the sum of both modulo 2**16."""

    def __init__(self, differences: NDArray[np.uint16], background: NDArray[np.uint16]) -> None:
        self._differences, self._background = differences, background
        self.shape: tuple[int, int, int] = (len(differences), *background.shape)
        self.dtype = np.dtype(np.uint16)

    def read(self, frames: range) -> NDArray[np.uint16]:
        """Return a range of frames."""
        block = self._differences[frames.start : frames.stop : frames.step]
        result = (block + self._background).astype(np.uint16, copy=False)
        release(block)
        return result

    def close(self) -> None:
        """Do nothing: memory maps close themselves."""


def companion(path: Path, suffix: str) -> Path:
    """Return the file next to `path` with another suffix, in lower or upper case."""
    if path.suffix.lower() == suffix:
        return path
    candidates = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    found = next((candidate for candidate in candidates if candidate.exists()), None)
    if found is None:
        refuse_missing(path, candidates[0], path.name)
    return found


def refuse_missing(path: Path, missing: Path, needed_by: str) -> NoReturn:
    """Raise the error for a missing file of a recording."""
    cure = f"copy it next to {needed_by}, which needs it"
    raise MissingFileError("path", path, "is missing", cure, subject=str(missing))


def header_number(header: dict[str, str], key: str, path: Path, kind: Callable[[str], Number]) -> Number:
    """Return a positive number from a header, or raise an error that names the key."""
    if key not in header:
        problem = f"has no entry {key!r}, so it is not a complete header"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    try:
        number = kind(header[key])
    except ValueError:
        number = kind("0")
    if not number > 0:
        problem = f"has {key} = {header[key]!r}, which is not a positive number"
        raise ArgumentError("path", path, problem, "copy the recording again, or repair its header", subject=str(path))
    return number


def open_recording(path: Path) -> Recording:
    """Open a MiCAM05 recording by either of its files."""
    header_path, data_path = companion(path, ".gsh"), companion(path, ".gsd")
    lines = header_path.read_text(encoding="latin-1").splitlines()
    header = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines) if value.strip()}
    frames, width, height = (
        header_number(header, key, header_path, int) for key in ("Number of frames", "Image width", "Image height")
    )
    fps = header_number(header, "Frame rate (Hz)", header_path, float)
    check_file_size(
        data_path, HEADER_BYTES + 2 * (frames + 1) * width * height, f"{frames} frames of {width} x {height}"
    )
    pixels = np.memmap(data_path, "<u2", mode="r", offset=HEADER_BYTES, shape=(frames + 1, height, width))
    source = DifferenceFrames(pixels[1:], np.array(pixels[0]))
    return Recording(source, path=path, format="MiCAM05", fps=fps, metadata=dict(header))
