"""Opening recordings: find the format in the table, hand over."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import whole_number
from .format_table import find_format
from .recording import Recording


def open_video(path: "str | os.PathLike[str]", **options: Any) -> Recording:
    """Open a recording without reading its frames.

    Parameters
    ----------
    path : path-like
        A file of any known format (``optimap info`` lists them), a zarr folder, or a folder of TIFF or PNG images,
        which are taken in natural order (``frame_2`` before ``frame_10``). Of formats of several files any of them
        will do.
    **options
        Of some formats: ``dataset`` (HDF5, Zarr: the name of the dataset), ``fieldname`` and ``axes`` (MATLAB: variable
        name; axis order such as ``'YXT'``), ``channel`` (encoded colour video: ``'red'``, ``'green'``, ``'blue'`` or
        ``'luma'``; OME-Zarr of several channels: number or label), ``z`` (OME-Zarr of several planes: number).

    Returns
    -------
    Recording
        With shape ``(T, H, W)``, dtype, fps (frames per second), pixel_size (mm), metadata; slicing reads frames.

    Raises
    ------
    FileNotFoundError
        If the path, or a companion file of it, does not exist.
    ValueError
        If the suffix is unknown, the file is truncated or damaged, or holds no (or more than one) grey recording.
    ImportError
        If a package is missing; the message has the pip line.
    TypeError
        If an option is not one of the format's.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.video import open_video, save_video
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "rec.tif"
    ...     save_video(path, np.zeros((100, 8, 9), np.uint16), fps=500)
    ...     with open_video(path) as recording:
    ...         print(recording.shape, recording.fps)
    (100, 8, 9) 500.0
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: check the name and the folder")
    row = find_format(path)
    for name in options:
        if name not in row.options:
            known = f"has {', '.join(row.options)}" if row.options else "has none"
            raise TypeError(f"{name!r} is not an option of {row.name} recordings, which {known}")
    recording: Recording = row.load().open_recording(path, **options)
    recording._origin = path.absolute(), options
    return recording


def load_video(
    path: "str | os.PathLike[str]",
    start_frame: int = 0,
    frames: int | None = None,
    step: int = 1,
    use_mmap: bool = False,
    **options: Any,
) -> NDArray[Any]:
    """Load a recording, or a part of it, into memory.

    Parameters
    ----------
    path : path-like
        See `open_video`.
    start_frame : int
        First frame, from 0.
    frames : int, optional
        Number of frames to return; by default all that follow.
    step : int
        Take every `step`-th frame.
    use_mmap : bool
        Return a read-only memory map instead: ``.npy``, uncompressed ``.tif``, ``.dat``. Other formats have no such
        map; there it warns, and loads.
    **options
        See `open_video`.

    Returns
    -------
    (T, H, W) array
        Values and dtype as stored.

    Raises
    ------
    ValueError
        If `start_frame` or `frames` go beyond the recording, and as for `open_video`.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap import load_video
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "rec.npy"
    ...     np.save(path, np.arange(100).reshape(100, 1, 1))
    ...     load_video(path, start_frame=10, frames=3, step=5).ravel()
    array([10, 15, 20])
    """
    start, step = whole_number(start_frame, "start_frame"), whole_number(step, "step", minimum=1)
    recording = open_video(path, **options)
    total = len(recording)
    if start >= total:
        recording.close()
        raise ValueError(f"start_frame = {start}: {path} has {total} frames, 0..{total - 1}")
    available = -(-(total - start) // step)
    count = available if frames is None else whole_number(frames, "frames", minimum=1)
    if count > available:
        recording.close()
        raise ValueError(
            f"frames = {count}: {path} has {available} frames from frame {start} on in steps of {step}; "
            "leave frames out for all of them"
        )
    with recording:
        wanted = recording[start : start + (count - 1) * step + 1 : step]
        if use_mmap and recording.is_mapped:
            return wanted
        if use_mmap:
            warnings.warn(f"{path} cannot be memory-mapped ({recording.format}): it is loaded", stacklevel=2)
        # A copy of what is mapped; what was read is ours already.
        return np.array(wanted, dtype=wanted.dtype.newbyteorder("="), copy=True if recording.is_mapped else None)


def load_metadata(path: "str | os.PathLike[str]", **options: Any) -> dict[str, Any]:
    """Return what the header of a recording says.

    Parameters
    ----------
    path : path-like
        See `open_video`.
    **options
        See `open_video`.

    Returns
    -------
    dict
        The header's entries under their own keys, and ``fps`` (frames per second) and ``pixel_size`` (mm) where they
        are known.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.video import load_metadata, save_video
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "rec.tif"
    ...     save_video(path, np.zeros((100, 8, 9), np.uint16), fps=500)
    ...     load_metadata(path)["fps"]
    500.0
    """
    with open_video(path, **options) as recording:
        known = {"fps": recording.fps, "pixel_size": recording.pixel_size}
        return {**recording.metadata, **{key: value for key, value in known.items() if value is not None}}
