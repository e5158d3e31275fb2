"""save_video: any video to a file of the format that its suffix names."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._checks import RATE, positive_number
from .._files import check_output, written_whole
from ._formats import FORMATS, find_format
from ._recording import check_frames

BLOCK_BYTES = 32 * 2**20


def save_video(
    path: "str | os.PathLike[str]", video: Any, fps: float | None = None, *, overwrite: bool = False
) -> None:
    """Save a video without loss, whole or not at all.

    Parameters
    ----------
    path : path-like
        The suffix chooses: ``.npy`` (any dtype, holds no frame rate), ``.tif``, ``.mat``, ``.h5``, or ``.mkv`` (uint8
        and uint16, compressed by FFV1).
    video : (T, H, W) array-like
        Arrays, recordings, anything with shape, dtype and slicing; read in blocks of frames.
    fps : float, optional
        Frames per second, kept in the file.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is not set.
    ValueError
        If the suffix names no format that can be written, or the format cannot hold the video's dtype.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.video import load_video, save_video
    >>> video = np.random.default_rng(0).integers(0, 65536, (10, 8, 9), dtype=np.uint16)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "rec.tif"
    ...     save_video(path, video, fps=500)
    ...     bool((load_video(path) == video).all())
    True
    """
    path = Path(path)
    if not all(hasattr(video, attribute) for attribute in ("shape", "dtype", "__getitem__")):
        video = np.asarray(video)
    shape = tuple(video.shape)
    if len(shape) != 3 or 0 in shape:
        raise ValueError(f"video has shape {shape}: give (T, H, W), none of them 0")
    row = find_format(path) if not path.is_dir() else None
    if row is None or not row.saves or (row.module == "encoded" and path.suffix.lower() != ".mkv"):
        known = " ".join(known.suffixes[0] for known in FORMATS if known.saves)
        raise ValueError(f"{path} cannot be written: choose one of {known}")
    rate = None if fps is None else positive_number(fps, "fps", RATE)
    check_frames(path, shape, video.dtype)
    check_output(path, overwrite)

    module = row.load()
    module.check_dtype(np.dtype(video.dtype))
    if fps is not None and row.module == "npy":
        warnings.warn(f"{path}: .npy files hold no frame rate, fps = {fps} is not kept", stacklevel=2)
    with written_whole(path, overwrite) as partial:
        module.save(partial, video, rate)


def frame_blocks(video: Any) -> Iterator[NDArray[Any]]:
    """Yield the video in blocks of frames, native byte order, C-contiguous."""
    frame_bytes = max(1, int(np.prod(video.shape[1:])) * np.dtype(video.dtype).itemsize)
    step = max(1, BLOCK_BYTES // frame_bytes)
    dtype = np.dtype(video.dtype).newbyteorder("=")
    for start in range(0, video.shape[0], step):
        yield np.ascontiguousarray(video[start : start + step], dtype)


def unsupported(dtype: "np.dtype[Any]", suffix: str, allowed: str) -> ValueError:
    """Return the error for a dtype that a format cannot hold."""
    return ValueError(
        f"{suffix} files cannot hold {dtype} pixels without loss (they hold {allowed}): choose .npy or .h5, or convert"
    )
