"""Recording: a video on disk that is read frame by frame when frames are needed.

A format module gives a Recording its frames, see `frame_sources`. Everything else, including indexing, is the same for
all formats. The format of a file is found in `open`, not here; arrays of dask and xarray are made in `conversions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .._base import Advice, ArgumentError, Array, VideoLike, check_flag, deferred_interrupts, given_fps, positive_number
from .._files import MOST, held_reports
from .._reading import check_whole
from .checks import check_frames, check_pixels, noted_number
from .conversions import as_dask, as_frames, as_labelled
from .frame_sources import FrameSource, are_plain_slices, frame_number, maps_behind, reads_parts, split_index
from .times import frame_times, gaps, irregularity, regular_rate
from .units import known_rate

if TYPE_CHECKING:
    import dask.array
    import xarray

IN_MEMORY = "array"  # the format of recordings that are no files
BY_FORMAT = "the order of this format"  # a format that has a single order of axes


@dataclass(frozen=True)
class Analog:
    """A signal recorded along with a video, such as an ECG: how many samples it has in all, and how many per second.

    `read` reads the samples, when they are first asked for. It is called in other processes, too, so it must travel.
    """

    read: Callable[[], Array]
    count: int
    fps: float | None

    @cached_property
    def samples(self) -> Array:
        """All samples as stored, (count,)."""
        return self.read()


@dataclass(frozen=True)
class Origin:
    """How a recording was opened, so that it can be opened again, also in another process."""

    opener: Callable[..., Recording]
    path: Path
    options: dict[str, Any]

    def open_again(self) -> Recording:
        """Open the recording a second time."""
        return self.opener(self.path, **self.options)


class Recording:
    """A recording on disk that looks like an array ``(T, H, W)`` and reads frames only when they are needed.

    Created by `open_video`. It can be used like any other video, and as a context manager that closes the file. A
    pickled recording holds only its path; the process that unpickles it opens the file again.

    Attributes
    ----------
    shape : (T, H, W)
    dtype : numpy.dtype
    fps : float or None
        Frames per second, if the file states it, or if `times` are regular; None if they are not.
    times : (T,) array or None
        The time of each frame in s, if the file states it. Irregular times (dropped frames, pauses) leave `fps` None.
    gaps : list of (int, float)
        If times are irregular: the frames after which the next one comes late, each with that interval in s.
    irregularity : str or None
        The same in words; None if times are regular or not known.
    analog : dict of str to Analog
        Signals recorded along with the video, each with its `samples` and its own `fps`.
    axes : str
        The order of the axes in the file, a letter for each: ``'TYX'`` is frames, rows, columns.
    axes_source : str
        Where this order is known from.
    pixel_size : float or None
        Width of a pixel on the tissue in mm, if the file states it.
    metadata : dict
        The entries of the header under their own keys.
    path : pathlib.Path
    files : list of pathlib.Path
        The files of a recording in several files; otherwise only `path`.
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
        frames: Array | FrameSource,
        *,
        path: Path,
        format: str,  # noqa: A002 - the field's word
        fps: float | None = None,
        pixel_size: float | None = None,
        metadata: dict[str, Any] | None = None,
        times: ArrayLike | None = None,
        tick: float = 0.0,
        analog: dict[str, Analog] | None = None,
        axes: tuple[str, str] = ("TYX", BY_FORMAT),
        advice: Advice | None = None,
        files: Sequence[Path] = (),
        ratio: int = MOST,
    ) -> None:
        with ExitStack() as refused:
            if not isinstance(frames, np.ndarray):
                refused.callback(frames.close)
            check_frames(path, tuple(frames.shape), frames.dtype)
            if not isinstance(frames, np.ndarray) and format != IN_MEMORY:  # the size of a mapped file has been checked
                check_pixels(path, tuple(frames.shape), frames.dtype, ratio)
            refused.pop_all()
        self._maps = maps_behind(frames)
        self._frames: Array | FrameSource | None = frames
        self.shape: tuple[int, int, int] = (int(frames.shape[0]), int(frames.shape[1]), int(frames.shape[2]))
        self.dtype = np.dtype(frames.dtype)
        self.ndim = 3
        self.path = path
        self.files = [file.absolute() for file in files or [path]]  # the folder of the process may change
        self.format = format
        self.times = None if times is None else frame_times(path, times, self.shape[0])
        fps = known_rate(fps)  # here, so that no format can forget it
        self._clock = fps, tick  # the stated rate, and the step in s to which the file rounds times
        self.fps = fps if self.times is None else regular_rate(self.times, fps, tick)
        self.pixel_size = noted_number(pixel_size)
        self.metadata = metadata or {}
        self.analog = analog or {}
        self.axes, self.axes_source = axes
        self._advice = advice  # for the user who opens it
        self._origin: Origin | None = None  # set by `open_video`
        self._arrived = False  # from another process; the file is not yet open in this one
        self._reading = Lock()

    @property
    def gaps(self) -> list[tuple[int, float]]:
        """The frames after which the next one comes late, each with the interval in s; none if times are regular."""
        return [] if self.times is None or self.fps is not None else gaps(self.times, *self._clock)

    @property
    def irregularity(self) -> str | None:
        """What is irregular about the times of frames, in words; None if they are regular or not known."""
        if self.times is None or self.fps is not None or len(self) < 2:
            return None
        return irregularity(self.times, *self._clock)

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
        """Frames, rows and columns that the file stores, and compresses, together; None if it has no chunks."""
        return getattr(self._frames_if_open(), "chunks", None)

    @property
    def shards(self) -> tuple[int, int, int] | None:
        """Frames, rows and columns of the files that hold several chunks; None if there are no such files."""
        return getattr(self._frames_if_open(), "shards", None)

    @classmethod
    def from_array(
        cls, array: VideoLike | ArrayLike, *, fps: float | None = None, pixel_size: float | None = None
    ) -> Self:
        """Return a recording of an array, which every function takes with its rate.

        Parameters
        ----------
        array : (T, H, W) array-like
            An array, or anything with shape, dtype and slicing, of which frames are read when they are needed. That of
            xarray brings its times.
        fps : float, optional
            Frames per second.
        pixel_size : float, optional
            Width of a pixel on the tissue in mm.

        Returns
        -------
        Recording

        Raises
        ------
        ValueError
            If it is not a video, `fps` or `pixel_size` is not positive, or `fps` is given with an array that has times.
        TypeError
            If the pixels are not real numbers.

        Examples
        --------
        >>> import numpy as np
        >>> from optimap.video import Recording
        >>> Recording.from_array(np.zeros((100, 8, 9)), fps=500)
        <Recording 'array': array, (100, 8, 9), float64, 500 frames/s>
        """
        frames, times = as_frames(array)
        rate = None if fps is None else given_fps(fps)
        size = None if pixel_size is None else positive_number(pixel_size, "pixel_size", "a positive number of mm")
        if rate is not None and times is not None:
            cure = "leave it out, or give the values of the array"
            raise ArgumentError("fps", fps, "is given for an array that states its times", cure, subject="fps")
        return cls(
            frames, path=Path(IN_MEMORY), format=IN_MEMORY, fps=rate, pixel_size=size, times=times, files=(), ratio=0
        )

    def to_dask(self) -> dask.array.Array:
        """Return the frames as a dask array (T, H, W), which reads them when it is computed.

        Returns
        -------
        dask.array.Array
            Blocks of whole frames along the chunks of the file; other processes open the file again.

        Raises
        ------
        ImportError
            If dask is missing.
        """
        return as_dask(self)  # type: ignore[no-any-return]

    def to_xarray(self, *, lazy: bool = True) -> xarray.DataArray:
        """Return the frames as an array of xarray.

        Parameters
        ----------
        lazy : bool
            Read frames when they are needed, through dask; otherwise, all of them now.

        Returns
        -------
        xarray.DataArray
            With the dimensions ``time`` (in s), ``y`` and ``x`` (in mm); a coordinate that is not known is left out.
            ``attrs`` holds `fps` and `pixel_size`, if they are known.

        Raises
        ------
        ImportError
            If xarray, or for lazy arrays dask, is missing.
        """
        check_flag(lazy, "lazy")
        return as_labelled(self, lazy)  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Array]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        unknown = "rate unknown" if self.times is None else "irregular times"
        rate = unknown if self.fps is None else f"{self.fps:g} frames/s"
        return f"<Recording {self.path.name!r}: {self.format}, {self.shape}, {self.dtype}, {rate}>"

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        array = np.array(self[:], dtype=dtype, copy=copy)
        check_whole(*self._maps)
        return array

    def __getitem__(self, key: Any) -> Array:
        frames = self._open_frames()
        if isinstance(frames, np.ndarray):
            check_whole(*self._maps)
            return np.asarray(frames[key])
        first, rest = split_index(key)
        if isinstance(first, (int, np.integer)) and not isinstance(first, bool):
            i = frame_number(int(first), len(self))
            return np.asarray(self._read(frames, range(i, i + 1))[0, *rest])
        if isinstance(first, slice):
            wanted = range(*first.indices(len(self)))
            if wanted.step > 0 and len(rest) == 2 and are_plain_slices(rest) and reads_parts(frames):
                with self._reading, held_reports(self.path):
                    part = frames.read_part(wanted, *rest)
                check_whole(*self._maps)
                return np.asarray(part)
            block = self._read(frames, wanted if wanted.step > 0 else wanted[::-1])
            return np.asarray((block if wanted.step > 0 else block[::-1])[:, *rest])
        block = self._take(np.asarray(first))
        # A list is applied in a second step, because NumPy pairs lists on several axes.
        return np.asarray(block[np.arange(len(block)), *rest]) if rest else block

    def _read(self, frames: FrameSource, wanted: range) -> Array:
        # A file has a single read position, and several threads of a scheduler may read at once.
        with self._reading, held_reports(self.path):
            block = frames.read(wanted)
        check_whole(*self._maps)
        return block

    def _take(self, index: Array) -> Array:
        """Return the frames selected by a list of numbers or a mask."""
        if index.shape == (0,) and index.dtype == float:  # NumPy turns [] into floats
            index = index.astype(int)
        if index.ndim != 1 or index.dtype.kind not in "biu" or (index.dtype.kind == "b" and len(index) != len(self)):
            raise IndexError("index frames by a number, a slice, or a 1-D list of numbers or of T booleans")
        numbers = np.flatnonzero(index) if index.dtype.kind == "b" else index
        # Read every frame once and in order: going back is slow in encoded video.
        wanted, places = np.unique([frame_number(int(i), len(self)) for i in numbers], return_inverse=True)
        frames = [self[int(i)] for i in wanted]
        return np.stack(frames)[places] if frames else np.empty((0, *self.shape[1:]), self.dtype)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the open file: another process opens it again when frames are needed."""
        if self._origin is None and isinstance(self._frames, np.ndarray) and self.format == IN_MEMORY:
            return {**self.__dict__, "_maps": [], "_reading": None}
        if self._origin is None:
            raise TypeError(f"{self!r} cannot be sent to another process: only recordings from open_video() can")
        return {**self.__dict__, "_frames": None, "_maps": [], "_reading": None, "_arrived": True}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _reading=Lock())

    def __dask_tokenize__(self) -> Any:
        """Return the name of this recording in dask graphs: the same for the same file, a new one after rewriting."""
        if self.format == IN_MEMORY and self._origin is None:
            return type(self).__name__, self._frames, self.fps, self.pixel_size
        path, options = (self._origin.path, self._origin.options) if self._origin else (self.path, {})
        # For a folder, its files count: writing to them does not change the modification time of the folder.
        states = [file.stat() for file in (path, *path.rglob("*"), *self.files)]
        written = max(state.st_mtime_ns for state in states)
        size = sum(state.st_size for state in states)
        return type(self).__name__, str(path), options, size, written, self.shape, str(self.dtype)

    def _frames_if_open(self) -> Array | FrameSource | None:
        """Return the frames, or None after closing; a recording from another process is opened first."""
        return self._open_frames() if self._arrived else self._frames

    def _open_frames(self) -> Array | FrameSource:
        """Return the frames, or raise an error if the recording was closed."""
        with self._reading:
            if self._arrived and self._origin is not None:
                self._frames, self._arrived = self._frames_of(self._origin), False
                self._maps = maps_behind(self._frames)
            frames = self._frames
        if frames is None:
            raise ArgumentError("path", self.path, "is closed", "open it again to read frames", subject=str(self.path))
        return frames

    def _frames_of(self, origin: Origin) -> Array | FrameSource | None:
        """Return the frames of a recording from another process."""
        same = origin.open_again()
        if (same.shape, same.dtype) != (self.shape, self.dtype):
            same.close()
            raise ArgumentError(
                "path",
                same.path,
                f"holds another recording now, {same.shape} of {same.dtype} instead of {self.shape} of {self.dtype}",
                "open it again",
                subject=str(same.path),
            )
        return same._frames

    def close(self) -> None:
        """Close the file; reading frames after that is an error."""
        with deferred_interrupts():  # libraries call Python when what they had open is removed, which loses them
            if self._frames is not None and not isinstance(self._frames, np.ndarray):
                self._frames.close()
            self._frames, self._arrived, self._maps = None, False, []

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
