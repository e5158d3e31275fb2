"""Recording: a video on disk that is read when it is asked for.

A format module gives a Recording its frames: an array (a memory map: slicing it is free) or a `FrameSource`, which
reads ranges of frames. Everything else, indexing included, is the same for all formats.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from types import EllipsisType, TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


class FrameSource(Protocol):
    """What a format reads frames with."""

    shape: tuple[int, int, int]
    dtype: "np.dtype[Any]"

    def read(self, frames: range) -> Array:
        """Return the frames of an increasing range, (n, H, W)."""

    # A source that is stored in chunks may say how large they are (T, H, W), ``chunks``, and read parts of frames:
    # ``read_part(frames: range, rows: slice, columns: slice)``, where slices have no step.

    def close(self) -> None:
        """Let go of the file."""


class Recording:
    """A recording on disk: looks like an array ``(T, H, W)``, reads frames only when asked for.

    Made by `open_video`. It can be used wherever a video is, and as a context manager that closes the file. Pickled, it
    is a path, which is opened again where it arrives.

    Attributes
    ----------
    shape : (T, H, W)
    dtype : numpy.dtype
    fps : float or None
        Frames per second, where the file says so.
    pixel_size : float or None
        Width of a pixel on the tissue in mm, where the file says so.
    metadata : dict
        What the header says, under its own keys.
    path : pathlib.Path
    format : str

    Examples
    --------
    >>> import numpy as np
    >>> import optimap, tempfile, pathlib
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name) / "rec.npy"
    >>> np.save(path, np.zeros((100, 8, 9), np.uint16))
    >>> with optimap.open_video(path) as recording:
    ...     print(recording.shape, recording[10:20].shape)
    (100, 8, 9) (10, 8, 9)
    >>> folder.cleanup()
    """

    def __init__(
        self,
        frames: "Array | FrameSource",
        *,
        path: Path,
        format: str,  # noqa: A002 - the field's word
        fps: float | None = None,
        pixel_size: float | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        check_frames(path, tuple(frames.shape), frames.dtype)
        self._frames: Array | FrameSource | None = frames
        self.shape: tuple[int, int, int] = (int(frames.shape[0]), int(frames.shape[1]), int(frames.shape[2]))
        self.dtype = np.dtype(frames.dtype)
        self.ndim = 3
        self.path = path
        self.format = format
        self.fps = fps
        self.pixel_size = pixel_size
        self.metadata = metadata or {}
        self._origin: tuple[Path, dict[str, Any]] | None = None  # what `open_video` was given
        self._arrived = False  # from another process, the file not yet open in this one
        self._reading = Lock()

    @property
    def size(self) -> int:
        """Number of pixels in all frames."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def nbytes(self) -> int:
        """Bytes of all frames in memory."""
        return self.size * self.dtype.itemsize

    @property
    def is_mapped(self) -> bool:
        """Whether frames are memory-mapped: slices are views, and only touched pages are read."""
        return isinstance(self._frames_if_open(), np.ndarray)

    @property
    def chunks(self) -> tuple[int, int, int] | None:
        """Frames, rows and columns that the file stores, and compresses, together; None where it has no such chunks."""
        return getattr(self._frames_if_open(), "chunks", None)

    @property
    def shards(self) -> tuple[int, int, int] | None:
        """Frames, rows and columns of the files that hold several chunks; None where there are none."""
        return getattr(self._frames_if_open(), "shards", None)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Array]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        rate = "rate unknown" if self.fps is None else f"{self.fps:g} frames/s"
        return f"<Recording {self.path.name!r}: {self.format}, {self.shape}, {self.dtype}, {rate}>"

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.array(self[:], dtype=dtype, copy=copy)

    def __getitem__(self, key: Any) -> Array:
        frames = self._open_frames()
        if isinstance(frames, np.ndarray):
            return np.asarray(frames[key])
        first, rest = _split(key)
        if isinstance(first, (int, np.integer)) and not isinstance(first, bool):
            i = _frame_number(int(first), len(self))
            return np.asarray(self._read(frames, range(i, i + 1))[0, *rest])
        if isinstance(first, slice):
            wanted = range(*first.indices(len(self)))
            if wanted.step > 0 and len(rest) == 2 and self.chunks is not None and _are_plain_slices(rest):
                with self._reading:
                    return np.asarray(frames.read_part(wanted, *rest))  # type: ignore[attr-defined, unused-ignore]
            block = self._read(frames, wanted if wanted.step > 0 else wanted[::-1])
            return np.asarray((block if wanted.step > 0 else block[::-1])[:, *rest])
        block = self._take(np.asarray(first))
        # Indexed by a list again: NumPy pairs lists on several axes.
        return np.asarray(block[np.arange(len(block)), *rest]) if rest else block

    def _read(self, frames: FrameSource, wanted: range) -> Array:
        with self._reading:  # files have one place to read at; schedulers' threads may ask together
            return frames.read(wanted)

    def _take(self, index: Array) -> Array:
        if index.shape == (0,) and index.dtype == float:  # what NumPy makes of []
            index = index.astype(int)
        if index.ndim != 1 or index.dtype.kind not in "biu" or (index.dtype.kind == "b" and len(index) != len(self)):
            raise IndexError("index frames by a number, a slice, or a 1-D list of numbers or of T booleans")
        numbers = np.flatnonzero(index) if index.dtype.kind == "b" else index
        # Every frame once and in order: encoded video is slow to go back.
        wanted, places = np.unique([_frame_number(int(i), len(self)) for i in numbers], return_inverse=True)
        frames = [self[int(i)] for i in wanted]
        return np.stack(frames)[places] if frames else np.empty((0, *self.shape[1:]), self.dtype)

    def __getstate__(self) -> dict[str, Any]:
        """Travel to another process by name: there, the file is opened when frames are asked for."""
        if self._origin is None:
            raise TypeError(f"{self!r} cannot be sent to another process: only what open_video() opened can")
        return {**self.__dict__, "_frames": None, "_reading": None, "_arrived": True}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _reading=Lock())

    def __dask_tokenize__(self) -> Any:
        """Name of this recording in dask graphs: the same for the same file, another after it was written anew."""
        path, options = self._origin or (self.path, {})
        # Of a folder, its files: what is written into them does not touch the folder.
        states = [file.stat() for file in (path, *path.rglob("*"))]
        written = max(state.st_mtime_ns for state in states)
        size = sum(state.st_size for state in states)
        return type(self).__name__, str(path), options, size, written, self.shape, str(self.dtype)

    def _frames_if_open(self) -> "Array | FrameSource | None":
        """Return the frames, None after closing; a recording from another process is opened for it."""
        return self._open_frames() if self._arrived else self._frames

    def _open_frames(self) -> "Array | FrameSource":
        with self._reading:
            if self._arrived:
                self._frames, self._arrived = self._opened_again(), False
            frames = self._frames
        if frames is None:
            raise ValueError(f"{self.path} is closed: open it again to read frames")
        return frames

    def _opened_again(self) -> "Array | FrameSource | None":
        from .open import open_video

        path, options = self._origin or (self.path, {})
        same = open_video(path, **options)
        if (same.shape, same.dtype) != (self.shape, self.dtype):
            same.close()
            raise ValueError(
                f"{path} is another recording now: {same.shape} of {same.dtype}, it was {self.shape} of {self.dtype}"
            )
        return same._frames

    def close(self) -> None:
        """Close the file; reading after that is an error."""
        if self._frames is not None and not isinstance(self._frames, np.ndarray):
            self._frames.close()
        self._frames, self._arrived = None, False

    def __enter__(self) -> "Recording":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _split(key: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the index of the frames and the indices within a frame."""
    parts = key if isinstance(key, tuple) else (key,)
    if any(part is None for part in parts):
        raise IndexError("np.newaxis is not understood here: read frames first, recording[a:b][np.newaxis]")
    dots = [i for i, part in enumerate(parts) if isinstance(part, EllipsisType)]
    if dots:
        full = (slice(None),) * (3 - len(parts) + 1)
        parts = (*parts[: dots[0]], *full, *parts[dots[0] + 1 :])
    if len(parts) > 3:
        raise IndexError(f"too many indices: a recording has 3 axes, {len(parts)} were indexed")
    return (parts[0], parts[1:]) if parts else (slice(None), ())


def _are_plain_slices(parts: tuple[Any, ...]) -> bool:
    return all(isinstance(part, slice) and part.step in (None, 1) for part in parts)


def _frame_number(i: int, frames: int) -> int:
    if not -frames <= i < frames:
        raise IndexError(f"frame {i} is outside the recording: it has frames 0..{frames - 1}")
    return i % frames


def check_frames(path: Path, shape: tuple[int, ...], dtype: Any) -> None:
    """Raise an error where what a file holds is not a video of real numbers."""
    if len(shape) == 4 and shape[-1] in (3, 4):
        raise ValueError(f"{path} is a colour recording of shape {shape}: save one channel, or the grey values, first")
    if len(shape) != 3:
        raise ValueError(f"{path} holds an array of shape {shape}: a recording is (T, H, W), frames, rows, columns")
    if 0 in shape:
        raise ValueError(f"{path} holds no pixels: its shape is {shape}")
    if np.dtype(dtype).kind not in "biuf":
        raise ValueError(f"{path} holds {dtype} values: the pixels of a recording are real numbers")


def positive_number(value: Any) -> float | None:
    """Return the positive number that a file noted, in whatever shape it stores one; None where it is none."""
    noted = np.asarray(value)
    if noted.size != 1 or noted.dtype.kind not in "iuf" or not 0 < noted.item() < np.inf:
        return None
    return float(noted.item())


def check_file_size(path: Path, expected: int, what: str) -> None:
    """Raise an error where a file's size does not fit its header."""
    actual = path.stat().st_size
    if actual != expected:
        state = "truncated" if actual < expected else "longer than its header says"
        raise ValueError(
            f"{path} is {state}: {what} need {expected} bytes, the file has {actual}; "
            "copy the recording again, or repair its header"
        )
