"""A checksum of a few pixels, which distinguishes recordings of the same name and shape."""

import numpy as np

from .._base import VideoLike
from .._files import array_checksum
from .cut_maps import check_whole
from .memory_maps import mapping_of

# Height and width, in pixels, of the patch that distinguishes recordings of the same name.
PATCH = 32
# The frame of the patch in long recordings; an early one, because encoded video is decoded from the start.
PATCH_FRAME = 16


def patch_checksum(frames: VideoLike) -> str:
    """Return a checksum of a few pixels in the middle of a frame of (T, H, W): their noise is unique to a recording."""
    t, y, x = (int(n) // 2 for n in frames.shape)
    t = min(t, PATCH_FRAME)
    y, x = max(y - PATCH // 2, 0), max(x - PATCH // 2, 0)
    patch = np.asarray(frames[t : t + 1, y : y + PATCH, x : x + PATCH])
    checksum = array_checksum(patch)
    check_whole(mapping_of(patch))
    return checksum
