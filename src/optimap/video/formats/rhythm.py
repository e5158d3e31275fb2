"""The Rhythm program's ``.bin``: 24 header bytes (sizes and rate), then uint16 frames, memory-mapped.

The suffix says little, so `recognise` looks at the header first; a file whose header cannot be one of Rhythm's is raw
binary.
"""

from pathlib import Path

import numpy as np

from ..._base import ArgumentError
from ..recognise import RHYTHM_HEADER, rhythm_header
from ..recording import Recording


def open_recording(path: Path) -> Recording:
    """Open a file of the Rhythm program."""
    width, height, fps = rhythm_header(path) or (0, 0, 0.0)
    frame_bytes = 2 * width * height
    pixel_bytes = path.stat().st_size - RHYTHM_HEADER.size
    frames, over = divmod(pixel_bytes, frame_bytes)
    if over or not frames:
        problem = (
            f"is truncated (frames of {width} x {height} pixels take {frame_bytes} bytes each, but after its header "
            f"the file has {pixel_bytes})"
        )
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    pixels = np.memmap(path, "<u2", mode="r", offset=RHYTHM_HEADER.size, shape=(frames, height, width))
    return Recording(pixels, path=path, format="Rhythm", fps=fps, metadata={"width": width, "height": height})
