"""A checksum of a few pixels, by which recordings of one name and shape are told apart."""

import numpy as np

from .._base import VideoLike
from .._files import array_checksum

# Pixels, each way, of the patch by which recordings of one name are told apart.
PATCH = 32
# Of a long recording, the frame that it lies in: encoded ones are decoded from the start.
PATCH_FRAME = 16


def patch_checksum(frames: VideoLike) -> str:
    """Return a checksum of a few pixels in the middle of a frame of (T, H, W): their noise is no other recording's."""
    t, y, x = (int(n) // 2 for n in frames.shape)
    t = min(t, PATCH_FRAME)
    y, x = max(y - PATCH // 2, 0), max(x - PATCH // 2, 0)
    return array_checksum(np.asarray(frames[t : t + 1, y : y + PATCH, x : x + PATCH]))
