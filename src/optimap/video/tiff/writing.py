"""Writing TIFF files with tifffile: as ImageJ does if it can hold the recording, otherwise as OME-TIFF or plain."""

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from ..._base import ArgumentError, VideoLike
from ..writing import frame_blocks, refuse_dtype

IMAGEJ_DTYPES = ("u1", "u2", "f4")
OME_DTYPES = ("u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8")


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Raise an error for pixels other than integers and floats of up to 8 bytes, and for frames of one column."""
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        refuse_dtype(dtype, ".tif", "integers and floats of up to 64 bits")
    if shape[2] == 1:  # tifffile takes a last axis of length one for the samples of a pixel
        problem = f"has shape {shape}, but .tif files cannot hold frames of one column"
        raise ArgumentError("video", shape, problem, "choose .npy or .h5", subject="video")


def save(path: Path, video: VideoLike, fps: float | None, made: str | None = None) -> None:
    """Write an ImageJ file if ImageJ can hold the video, else OME-TIFF, else a plain one."""
    shape, dtype = tuple(int(n) for n in video.shape), np.dtype(video.dtype).newbyteorder("=")
    nbytes = int(np.prod(shape)) * dtype.itemsize
    code = dtype.str[1:]
    interval = {} if fps is None else {"finterval": 1 / fps, "fps": fps}
    increment = {} if fps is None else {"TimeIncrement": 1 / fps, "TimeIncrementUnit": "s"}
    options: dict[str, Any] = {"bigtiff": nbytes >= 2**32 - 2**25, "metadata": {"axes": "TYX", **interval}}
    if code in IMAGEJ_DTYPES and not options["bigtiff"]:
        options["imagej"] = True
    elif code in OME_DTYPES:
        options |= {"ome": True, "metadata": {"axes": "TYX", **increment}}
    frames = (frame for block in frame_blocks(video) for frame in block)
    tifffile.imwrite(path, frames, shape=shape, dtype=dtype, photometric="minisblack", software=made, **options)
