"""The mean of some frames: a picture of the tissue, where a single frame is mostly noise, or blank.

The frames are spread over the whole recording and read one by one, in their order, so that memory stays flat and
encoded recordings are decoded once.
"""

from collections.abc import Iterator

import numpy as np

from .._base import Array, on_host
from .source import Source

# Noise is a tenth of that of a frame, and a recording of any length has a picture in the time of so many frames.
MOST = 100


def spread_frames(source: Source, most: int = MOST) -> Array:
    """Return the numbers of frames that are spread over a recording, the first and the last among them."""
    frames = source.shape[0]
    return np.linspace(0, frames - 1, min(frames, most)).round().astype(int)


def read_frame(source: Source, number: int) -> Array:
    """Return a frame in the host's memory."""
    return np.asarray(on_host(source.video[number]))


def read_spread(source: Source, most: int = MOST) -> Iterator[Array]:
    """Read frames that are spread over a recording, one by one."""
    for number in spread_frames(source, most).tolist():
        yield read_frame(source, number)


def mean_image(source: Source, most: int = MOST) -> Array:
    """Return the mean (H, W) of up to `most` frames spread over a recording, in float32.

    NaN and infinities do not count; a pixel that is never known is NaN.
    """
    total = np.zeros(source.frame_shape)
    known = np.zeros(source.frame_shape, np.int64)
    for frame in read_spread(source, most):
        finite = np.isfinite(frame) if frame.dtype.kind == "f" else True
        np.add(total, frame, out=total, where=finite)
        known += finite
    with np.errstate(invalid="ignore"):
        return (total / known).astype(np.float32)
