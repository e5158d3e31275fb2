"""open_video, load_video, load_metadata: they find the format in the table, and its module opens the file.

Each format is read by its module in ``formats/``.
"""

from __future__ import annotations

import os
import warnings
from glob import glob
from pathlib import Path
from typing import Any, NoReturn, Unpack

import numpy as np

from .._base import (
    ArgumentError,
    ArgumentTypeError,
    Array,
    FilePath,
    MissingFileError,
    ReadingKeywords,
    file_path,
    whole_number,
)
from .._files import held_reports, is_news, refuse_special
from .._reading import check_whole, copied, mapping_of
from .axes import unlikely_axes
from .checks import counted
from .format_table import Format, find_format
from .recording import Origin, Recording


def open_video(path: FilePath, **options: Unpack[ReadingKeywords]) -> Recording:
    """Open a recording without reading its frames.

    Parameters
    ----------
    path : path-like
        A file of any known format (``optimap info`` lists them), a zarr folder, or a folder of TIFF or PNG images,
        which are read in natural order (``frame_2`` before ``frame_10``). Where a recording consists of several
        files, their folder or any of them can be given, if they say that they belong together (OME-TIFF, NDTiff,
        ScanImage, MiCAM), or if their names and lengths do (TIFF).
    **options
        Options of some formats. Formats that store arrays have ``axes``, the meaning of each axis as a letter
        (T time, Y rows, X columns, C channel, Z plane; ``'YXT'`` has time last), ``channel`` (number or label)
        and ``z`` (number) for the channel and the plane to read. Where neither the file nor ``axes`` states the
        order, time is first. Others are ``dataset`` (HDF5, NWB, Zarr) and ``fieldname`` (MATLAB), the name of
        the array in the file, ``external_links`` (HDF5, NWB, NetCDF, MATLAB 7.3; True reads whatever files the file
        names, wherever they are, which is refused otherwise), ``position`` (ND2) and ``scene`` (CZI, OME-TIFF);
        ``parts`` (TIFF, encoded video) is False to read a file alone, and True to read it and those whose names differ
        in a number as one, or to be sure that the files of a folder are (TIFF);
        folders have ``ignore`` (names or patterns of files to leave out) and ``allow_gaps`` (True: frames may be
        missing), and folders of images ``fps``. The ``channel`` of encoded colour video is ``'red'``, ``'green'``,
        ``'blue'`` or ``'luma'``, that of MiCAM ULTIMA recordings of two cameras 0 or 1. A file of raw pixels (``.raw``,
        ``.bin``, ``.dat``, or an unknown suffix) is opened with ``shape``, the sizes of its axes such as
        ``(1000, 512, 512)`` (without the frames: all in the file), ``dtype`` (``'uint16'``), and if needed
        ``offset`` (bytes before the pixels), ``byteorder`` (``'little'``, the default, or ``'big'``) and
        ``fps``.

    Returns
    -------
    Recording
        With shape ``(T, H, W)``, dtype, fps (frames per second), times (s), pixel_size (mm), metadata; slicing reads
        frames.

    Warns
    -----
    Advice
        If nothing states the axes, and the shape looks as if time were not first; if a file is read with others as
        one recording because of its length, or alone although it may be a part; if the header of a file states
        fewer frames than it holds.

    Raises
    ------
    FileNotFoundError
        If the path, or a companion file, does not exist.
    ValueError
        If the suffix is unknown, or the file is truncated or damaged, or does not hold exactly one grey recording.
    ImportError
        If a package is missing; the message contains the pip command.
    TypeError
        If the format does not have an option.

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
    return _open_and_advise(path, {**options})


def _open_and_advise(path: FilePath, options: dict[str, object]) -> Recording:
    """Open a recording for a public function, whose caller's line warnings point to."""
    with held_reports() as reports:
        recording = open_again(path, **options)
        axes = unlikely_axes(recording.path, recording.shape, recording.axes_source)
        if recording._advice is not None or axes is not None:
            reports.clear()  # what a library says beside that is of less use, now and when frames are read
            is_news(recording.path)
    for advice in (recording._advice, axes):
        if advice is not None:
            warnings.warn(advice, stacklevel=3)
    return recording


def open_again(path: FilePath, **options: object) -> Recording:
    """Open a recording without advice, which its user has seen when it was opened first."""
    path = file_path(path)
    if not path.exists():
        _refuse_missing(path)
    refuse_special(path)
    with held_reports(path):
        row = find_format(path, options)
        _check_options(row, options)
        recording: Recording = row.load().open_recording(path, **options)
    if row.plugin is not None:
        _adopt(recording, path, row)
    recording._origin = Origin(open_again, path.absolute(), options)
    return recording


def _adopt(recording: object, path: Path, row: Format) -> None:
    """Give a recording that another package opened its path and format, or raise an error if it is none."""
    if not isinstance(recording, Recording):
        assert row.plugin is not None
        problem = f"was opened by {row.plugin.package!r} as {type(recording).__name__}, not as a Recording"
        cure = "report it to the authors of that package: open_recording() must return optimap.video.Recording"
        raise ArgumentTypeError("path", path, problem, cure, subject=str(path))
    recording.path, recording.files, recording.format = path, [path.absolute()], row.name


def _refuse_missing(path: Path) -> NoReturn:
    """Raise the error for a file that does not exist, which may be a pattern for several."""
    if path.is_symlink():
        problem = f"is a link to {os.readlink(path)}, which does not exist"
        raise MissingFileError("path", path, problem, "link it to the file again", subject=str(path))
    fitting = sorted(glob(str(path)))
    if fitting:
        problem, cure = f"is a pattern for {counted(len(fitting), 'file')}", f"open each of them, such as {fitting[0]}"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    raise MissingFileError("path", path, "does not exist", "check the name and the folder", subject=str(path))


def _check_options(row: Format, options: dict[str, object]) -> None:
    """Raise an error for options that a format does not have."""
    for name, value in options.items():
        if name not in row.options:
            cure = f"use {' or '.join(row.options)}, or leave it out" if row.options else "leave it out"
            raise ArgumentTypeError(name, value, f"is not an option of {row.name} recordings", cure, subject=repr(name))


def load_video(
    path: FilePath,
    start_frame: int = 0,
    frames: int | None = None,
    step: int = 1,
    use_mmap: bool = False,
    **options: Unpack[ReadingKeywords],
) -> Array:
    """Load a recording, or a part of it, into memory.

    Parameters
    ----------
    path : path-like
        See `open_video`.
    start_frame : int
        First frame, from 0.
    frames : int, optional
        Number of frames to return; by default all from `start_frame` to the end.
    step : int
        Take every `step`-th frame.
    use_mmap : bool
        Return a read-only memory map instead: ``.npy``, uncompressed ``.tif``, ``.dat``. Other formats cannot be
        mapped; they are loaded, with a warning.
    **options
        See `open_video`.

    Returns
    -------
    (T, H, W) array
        Values and dtype as stored.

    Raises
    ------
    ValueError
        If `start_frame` or `frames` reach beyond the end of the recording, and as for `open_video`.

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
    wanted_frames = None if frames is None else whole_number(frames, "frames", minimum=1)
    with _open_and_advise(path, {**options}) as recording:
        available = _frames_from(recording, start, step)
        count = available if wanted_frames is None else wanted_frames
        if count > available:
            raise ArgumentError(
                "frames",
                frames,
                f"is more than {recording.path} has, {counted(available, 'frame')} from frame {start} on in steps of "
                f"{step}",
                "leave frames out to load all of them",
            )
        block = recording[start : start + (count - 1) * step + 1 : step]
        if use_mmap and recording.is_mapped:
            return block
        if use_mmap:
            warnings.warn(f"{path} cannot be memory-mapped ({recording.format}); it is loaded instead", stacklevel=2)
        if recording.is_mapped:
            array = copied(block)
            check_whole(mapping_of(block))
            return array
        # Frames that were read already belong to the caller.
        return np.array(block, dtype=block.dtype.newbyteorder("="), copy=None)


def _frames_from(recording: Recording, start: int, step: int) -> int:
    """Return the number of frames from `start` on, in steps, or raise an error if there are none."""
    total = len(recording)
    if start >= total:
        raise ArgumentError(
            "start_frame",
            start,
            f"is beyond the end of {recording.path}, which has {counted(total, 'frame')}",
            f"give a frame in 0..{total - 1}",
        )
    return -(-(total - start) // step)


def load_metadata(path: FilePath, **options: Unpack[ReadingKeywords]) -> dict[str, Any]:
    """Return the entries in the header of a recording.

    Parameters
    ----------
    path : path-like
        See `open_video`.
    **options
        See `open_video`.

    Returns
    -------
    dict
        The entries under their own keys, and ``fps`` (frames per second) and ``pixel_size`` (mm) if they are known.

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
    with _open_and_advise(path, {**options}) as recording:
        known = {"fps": recording.fps, "pixel_size": recording.pixel_size}
        return {**recording.metadata, **{key: value for key, value in known.items() if value is not None}}
