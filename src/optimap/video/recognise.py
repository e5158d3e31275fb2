"""Which of several formats with the same suffix a file has, by the content or by the files beside it.

The table of formats asks these functions; they read a few bytes at most. A file that is none of them is raw binary, for
which the user states the layout.
"""

import math
import struct
from pathlib import Path

from .._files import in_any_case

RHYTHM_HEADER = struct.Struct("<4id")  # width, unused, height, unused, frames per second
SUITE2P_SETTINGS = ("ops.npy", "db.npy")
THORIMAGE_HEADER = "Experiment.xml"
LARGEST_SIDE, HIGHEST_RATE = 8192, 1e6


def rhythm_header(path: Path) -> tuple[int, int, float | None] | None:
    """Return width, height and rate from the header of a Rhythm file; None if it cannot be one.

    A rate of no use (zero, negative, infinite, not a number) is None if whole frames follow the header.
    """
    if not path.is_file():
        return None
    with open(path, "rb") as file:
        raw = file.read(RHYTHM_HEADER.size)
    if len(raw) < RHYTHM_HEADER.size:
        return None
    width, _, height, _, fps = RHYTHM_HEADER.unpack(raw)
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        return None
    if 1e-3 <= fps <= HIGHEST_RATE:
        return width, height, fps
    frames, over = divmod(path.stat().st_size - len(raw), 2 * width * height)
    return (width, height, None) if frames and not over and not 0 < fps < math.inf else None


def is_rhythm(path: Path) -> bool:
    """Whether a ``.bin`` file begins with a header of the Rhythm program."""
    return rhythm_header(path) is not None


def is_suite2p(path: Path) -> bool:
    """Whether a ``.bin`` file is named like suite2p's frames, and has a file of suite2p's settings beside it."""
    return path.name.lower().startswith("data") and any(path.with_name(name).is_file() for name in SUITE2P_SETTINGS)


def thorimage_header(path: Path) -> Path | None:
    """Return the header of ThorImage beside a ``.raw`` file, in any case of its name."""
    header = in_any_case(path.with_name(THORIMAGE_HEADER))
    return header if header.is_file() else None


def is_thorimage(path: Path) -> bool:
    """Whether a ``.raw`` file has the header of ThorImage beside it."""
    return thorimage_header(path) is not None
