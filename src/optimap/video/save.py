"""save_video: any video to a file of the format that its suffix names."""

import json
import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import RATE, positive_number
from .._base import progress_bar as progress
from .._files import check_output, check_sidecar, is_sidecar, written_whole, written_with_sidecar
from .._files import sidecar_path as sidecar
from .._reading import natural_chunk, release
from .format_table import FORMATS, is_zarr
from .recording import check_frames

BLOCK_BYTES = 16 * 2**20
# Blocks may be this large where that spares decoding the same twice.
LARGEST_BLOCK_BYTES = 64 * 2**20


def save_video(
    path: "str | os.PathLike[str]",
    video: Any,
    fps: float | None = None,
    *,
    overwrite: bool = False,
    made: dict[str, Any] | None = None,
) -> None:
    """Save a video without loss, whole or not at all.

    Parameters
    ----------
    path : path-like
        The suffix chooses: ``.npy`` (any dtype; rate and origin go to ``NAME.npy.json`` beside it), ``.tif``, ``.mat``,
        ``.h5``, ``.zarr`` (a folder; compressed, fast to read) or ``.zarr.zip`` (the same in one file), or ``.mkv``
        (uint8 and uint16, compressed by FFV1).
    video : (T, H, W) array-like
        Arrays, recordings, anything with shape, dtype and slicing; read in blocks of frames, so that memory stays
        flat however long it is.
    fps : float, optional
        Frames per second, kept in the file.
    overwrite : bool
        Replace an existing file, or an existing zarr folder.
    made : dict, optional
        How the video came about: text, numbers, None, lists and dicts of these. `load_metadata` gives it back as JSON,
        its entry ``made``.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is not set.
    ValueError
        If the suffix names no format that can be written, or the format cannot hold the video's dtype.
    TypeError
        If `made` holds something that is no plain value.

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
    is_store = path.is_dir() and is_zarr(path)
    suffix = path.suffix.lower()
    row = next((row for row in FORMATS if suffix in row.saves), None)
    if row is None or (path.is_dir() and not (is_store and suffix == ".zarr")):
        known = " ".join(known.saves[0] for known in FORMATS if known.saves)
        raise ValueError(f"{path} cannot be written: choose one of {known}")
    rate = None if fps is None else positive_number(fps, "fps", RATE)
    described = None if made is None else _as_text(made)
    check_frames(path, shape, video.dtype)
    check_output(path, overwrite, is_folder=is_store)
    beside = sidecar(path)
    # A description of ours that is there already would be of another recording.
    is_described = row.sidecar and (rate is not None or made is not None or is_sidecar(beside))
    if is_described:
        check_sidecar(path, overwrite)

    module = row.load()
    module.check_dtype(np.dtype(video.dtype))
    if is_described:
        with written_with_sidecar(path, beside, lambda file: module.describe(file, rate, made), overwrite) as partial:
            module.save(partial, video)
    else:
        with written_whole(path, overwrite, is_folder=is_store) as partial:
            module.save(partial, video, rate, described)


def _as_text(made: Any) -> str:
    """Return JSON in ASCII, as some of the formats want it."""
    if not isinstance(made, dict):
        raise TypeError(f"made = {made!r}: give a dict")
    try:
        return json.dumps(made, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"made = {made!r}: it holds text, finite numbers, None, lists and dicts ({error})") from error


def frame_blocks(video: Any, multiple: int = 1, large: bool = False) -> Iterator[NDArray[Any]]:
    """Yield the video in blocks of frames, native byte order, C-contiguous, with progress on the terminal.

    Blocks begin at multiples of `multiple` frames and, where memory allows, of the chunks that the video is stored in.
    With `large` they are as large as memory allows.
    """
    frame_bytes = max(1, int(np.prod(video.shape[1:])) * np.dtype(video.dtype).itemsize)
    dtype = np.dtype(video.dtype).newbyteorder("=")
    step = _block_frames(video, frame_bytes, multiple, LARGEST_BLOCK_BYTES if large else BLOCK_BYTES)
    # A block may still be written, in the background, when the next one is asked for.
    previous = np.empty(0, dtype)
    with progress(int(video.shape[0]) * frame_bytes) as advance:
        for start in range(0, video.shape[0], step):
            raw = video[start : start + step]
            block = np.ascontiguousarray(raw, dtype)
            if isinstance(raw, np.ndarray) and not np.may_share_memory(raw, block):
                release(raw)
            yield block
            release(previous)
            previous = block
            advance(block.nbytes)
        release(previous)


def _block_frames(video: Any, frame_bytes: int, multiple: int, nbytes: int) -> int:
    chunk = natural_chunk(video)
    stored = 1 if chunk is None else chunk[0]
    largest = LARGEST_BLOCK_BYTES // frame_bytes
    if stored > largest:  # chunks are read again for each block: as few times as memory allows
        return max(multiple, largest // multiple * multiple)
    together = math.lcm(stored, multiple)
    step = together if together <= largest else multiple
    return max(1, nbytes // frame_bytes // step) * step


@contextmanager
def in_background() -> Iterator[Callable[..., None]]:
    """Yield a function that calls another in a second thread, one call at a time: the next block is read meanwhile.

    The block ends when the last call has ended, after an error or Ctrl-C too: nothing is written behind anyone's back.
    """
    running: Future[Any] | None = None

    def submit(function: Callable[..., Any], *arguments: Any) -> None:
        nonlocal running
        if running is not None:
            running.result()
        running = worker.submit(function, *arguments)

    with ThreadPoolExecutor(1) as worker:
        yield submit
        if running is not None:
            running.result()


def unsupported(dtype: "np.dtype[Any]", suffix: str, allowed: str) -> ValueError:
    """Return the error for a dtype that a format cannot hold."""
    return ValueError(
        f"{suffix} files cannot hold {dtype} pixels without loss (they hold {allowed}): choose .npy or .h5, or convert"
    )
