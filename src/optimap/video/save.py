"""save_video: writes any video to a file of the format chosen by the suffix. The formats are in ``formats/``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Array, FilePath, VideoLike, file_path, given_fps
from .._files import check_output, check_sidecar, is_sidecar, sidecar_path, written_whole, written_with_sidecar
from .._reading import as_source, check_whole, in_usual_order
from .axes import look_turned
from .checks import counted
from .format_table import format_to_write
from .recording import Recording
from .times import irregularity, regular_rate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def save_video(
    path: FilePath,
    video: VideoLike | ArrayLike,
    fps: float | None = None,
    *,
    overwrite: bool = False,
    made: dict[str, Any] | None = None,
) -> None:
    """Save a video without loss, whole or not at all.

    Parameters
    ----------
    path : path-like
        The suffix chooses the format: ``.npy`` (any dtype; rate and origin go into ``NAME.npy.json`` next to it),
        ``.tif``, ``.mat``, ``.h5``, ``.zarr`` (a folder; compressed, fast to read), ``.zarr.zip`` (the same in one
        file), or ``.mkv`` (uint8 and uint16, compressed with FFV1).
    video : (T, H, W) array-like
        Arrays, recordings, anything with shape, dtype and slicing; read in blocks of frames, so that memory stays
        flat for videos of any length.
    fps : float, optional
        Frames per second, stored in the file. Needed for a video that states irregular times.
    overwrite : bool
        Replace an existing file, or an existing zarr folder.
    made : dict, optional
        How the video was made: text, numbers, None, lists and dicts of these. `load_metadata` returns it as JSON, in
        the entry ``made``.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is not True.
    ValueError
        If the suffix is not that of a format that can be written, or the format cannot hold the video's dtype; if the
        video states irregular times, and `fps` is not given.
    TypeError
        If `made` holds anything else.

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
    unnamed, _, times = in_usual_order(video)
    path, video = file_path(path), _as_video(unnamed)
    row = format_to_write(path)
    rate = None if fps is None else given_fps(fps)
    if rate is None:
        rate = _rate_of_times(video, times)
    described = None if made is None else _as_json(made)
    _check_pixels(video)
    is_store = path.suffix.lower() == ".zarr"  # also if another process makes the folder meanwhile
    check_output(path, overwrite, is_folder=is_store)
    sidecar = sidecar_path(path)
    # An existing sidecar would describe the previous recording.
    has_notes = rate is not None or made is not None or look_turned(_shape(video))
    is_described = row.sidecar and (has_notes or is_sidecar(sidecar))
    if is_described:
        check_sidecar(path, overwrite)

    module = row.load()
    module.check_video(_shape(video), np.dtype(video.dtype))
    if is_described:
        written = written_with_sidecar(path, sidecar, lambda file: module.describe(file, rate, made), overwrite)
    else:
        written = written_whole(path, overwrite, is_folder=is_store)
    mapping = as_source(video).mapping
    with written as partial:
        try:
            module.save(partial, video, rate, described)
        except OSError:  # the system does not write from a map whose file was cut off
            check_whole(mapping)
            raise


def _shape(video: VideoLike) -> tuple[int, int, int]:
    frames, height, width = (int(n) for n in video.shape)
    return frames, height, width


def _as_video(video: object) -> VideoLike:
    """Return anything that looks like a video unchanged, nested lists as an array; raise an error for other shapes."""
    seen: Any = video
    if not all(hasattr(video, attribute) for attribute in ("shape", "dtype", "__getitem__")):
        try:
            seen = np.asarray(video)
        except ValueError as error:
            raise ArgumentError(
                "video", video, "has frames or rows of different lengths", "give (T, H, W)", subject="video"
            ) from error
    shape = tuple(seen.shape)
    if len(shape) != 3 or 0 in shape:
        raise ArgumentError(
            "video",
            video,
            f"has shape {shape}",
            "give an array (T, H, W) with at least one frame, row and column",
            subject="video",
        )
    checked: VideoLike = seen
    return checked


def _rate_of_times(video: object, times: Array | None) -> float | None:
    """Return the rate of the times of an array that states them; raise an error if they are irregular.

    That of a recording, if it is known, is left to the caller: only `fps` is stored.
    """
    irregular, subject = None, "video"
    if isinstance(video, Recording):
        irregular, subject = video.irregularity or _missing(video), str(video.path)
    elif times is not None and len(times) > 1:
        rate = regular_rate(times)
        if rate is not None:
            return rate
        irregular = irregularity(times)
    if irregular is None:
        return None
    problem = f"has irregular times ({irregular}), but only a constant rate can be stored"
    cure = "give one with fps=, by which all frames are spaced evenly"
    raise ArgumentError("video", video, problem, cure, subject=subject, keyword="fps")


def _missing(recording: Recording) -> str | None:
    """Return how many frames a folder lacks whose rate is unknown, so that the gap does not show in its times."""
    numbers = recording.metadata.get("frame_numbers") if recording.times is None else None
    if numbers is None:
        return None
    lacking = (numbers[-1] - numbers[0]) // int(np.diff(numbers).min()) + 1 - len(numbers)
    return f"{counted(lacking, 'frame')} missing"


def _check_pixels(video: VideoLike) -> None:
    dtype = np.dtype(video.dtype)
    if dtype.kind not in "biuf":
        raise ArgumentError("video", video, f"holds {dtype} values", "convert them to real numbers", subject="video")


def _as_json(made: object) -> str:
    """Return JSON text in ASCII, which all formats can store."""
    if not isinstance(made, dict):
        raise ArgumentTypeError.must_be("made", made, "a dict")
    try:
        return json.dumps(made, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(
            "made", made, f"cannot be stored ({error})", "use only text, finite numbers, None, lists and dicts"
        ) from error
