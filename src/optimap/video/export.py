"""export_video: a video as a movie for people, in H.264; for data without loss there is `save_video`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import kernels
from .._base import (
    ArgumentError,
    Array,
    FilePath,
    VideoLike,
    check_flag,
    file_path,
    given_fps,
    import_extra,
    whole_number,
)
from .._base import progress_bar as shown_progress
from .._draw import check_scale
from .._files import written_whole
from .pictures import Clip, as_clip, in_colours

SUFFIXES = (".mp4", ".mov", ".mkv", ".m4v")
QUALITY = {"crf": "15", "preset": "fast"}  # 'slower' takes twice as long for 1 % less
AHEAD = 4  # pictures for each thread


def export_video(
    filename: FilePath,
    video: VideoLike | ArrayLike,
    fps: float = 60,
    skip_frames: int = 1,
    cmap: str = "gray",
    vmin: float | None = None,
    vmax: float | None = None,
    progress_bar: bool = True,
    ffmpeg_encoder: str | None = None,
    pad_mode: str = "edge",
) -> None:
    """Export a video as a movie for slides and web pages; an existing file is replaced.

    It loses detail, as all movies do. Use `save_video` for data.

    Parameters
    ----------
    filename : path-like
        ``.mp4``, ``.mov``, ``.m4v`` or ``.mkv``.
    video : (T, H, W) array-like, or (T, H, W, 3) or (T, H, W, 4) in colour
        Colours are uint8, or floats from 0 to 1. NaN and masked pixels become black. Frames are read one by one.
    fps : float
        Frames of the movie per second.
    skip_frames : int
        Export every nth frame.
    cmap : str or matplotlib colormap
    vmin, vmax : float, optional
        Values at the ends of `cmap`; by default the extremes of frames from all parts of the video.
    progress_bar : bool
        Show the progress on terminals.
    ffmpeg_encoder : str, optional
        The encoder of FFmpeg, by default ``'libx264'``.
    pad_mode : str
        H.264 needs an even number of rows and columns: how a missing one is filled, see `numpy.pad`.

    Raises
    ------
    ValueError
        If the suffix or the encoder is unknown, it is not a video, or an argument cannot be used.
    TypeError
        If the pixels are not real numbers.
    ImportError
        If the extra ``video`` is not installed.

    Examples
    --------
    >>> import numpy as np, tempfile, pathlib
    >>> from optimap.video import export_video
    >>> video = np.random.default_rng(0).normal(size=(20, 15, 16))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_video(pathlib.Path(folder) / "movie.mp4", video, fps=25, cmap="magma")
    """
    path = file_path(filename, "filename")
    if path.suffix.lower() not in SUFFIXES:
        cure = f"choose one of {' '.join(SUFFIXES)}, or save_video() for data"
        raise ArgumentError("filename", path, "is not the name of a movie", cure, subject=str(path))
    rate = given_fps(fps)
    step = whole_number(skip_frames, "skip_frames", minimum=1)
    check_flag(progress_bar, "progress_bar")
    check_scale(cmap, vmin, vmax)
    clip = as_clip(video)
    padding = [(0, length % 2) for length in clip.frame_shape]
    _check_padding(clip, padding, pad_mode)
    av = import_extra("av", "video", "movies")
    encoder = _encoder(av, ffmpeg_encoder)
    picture = in_colours(clip, cmap, (vmin, vmax))

    def padded(number: int) -> Array:
        pixels = picture(number)[..., :3]
        return pixels if padding == [(0, 0), (0, 0)] else np.pad(pixels, [*padding, (0, 0)], mode=pad_mode)  # type: ignore[call-overload]

    numbers = range(0, clip.frames, step)
    with written_whole(path, overwrite=True) as partial, shown_progress(len(numbers), "frames") as advance:
        for _ in _encode(av, partial, _made(padded, numbers), encoder, rate, path.suffix.lower()):
            if progress_bar:
                advance(1)


def _check_padding(clip: Clip, padding: list[tuple[int, int]], mode: str) -> None:
    """Raise an error for a mode that NumPy does not know, whether or not frames are padded."""
    try:
        np.pad(np.zeros(clip.frame_shape), padding, mode=mode)  # type: ignore[call-overload]
    except (ValueError, TypeError, NotImplementedError) as error:
        raise ArgumentError("pad_mode", mode, f"is not accepted by numpy.pad ({error})", "choose 'edge'") from error


def _encoder(av: Any, name: str | None) -> str:
    """Return the name of an encoder, or raise an error."""
    chosen = "libx264" if name is None else name
    try:
        av.codec.Codec(chosen, "w")
    except (ValueError, TypeError, av.error.FFmpegError) as error:
        cure = "leave it out, for libx264"
        raise ArgumentError("ffmpeg_encoder", name, "is not an encoder of this FFmpeg", cure) from error
    return str(chosen)


def _made(picture: Any, numbers: range) -> Iterator[Array]:
    """Yield pictures in order, several of which are made at once."""
    wanted = iter(numbers)
    while some := list(islice(wanted, AHEAD * kernels.thread_count())):
        made: list[Array | None] = [None] * len(some)

        def work(place: int, some: list[int] = some, made: list[Array | None] = made) -> None:
            made[place] = picture(some[place])

        kernels.run_in_threads(work, len(some), min(kernels.thread_count(), len(some)))
        yield from (pixels for pixels in made if pixels is not None)


def _encode(av: Any, path: Path, pictures: Iterator[Array], encoder: str, rate: float, suffix: str) -> Iterator[None]:
    """Write pictures (H, W, 3) as a movie; yield after each."""
    kind = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}[suffix]
    with av.open(f"file:{path}", "w", format=kind) as container:
        stream = None
        for pixels in pictures:
            if stream is None:
                options = QUALITY if encoder == "libx264" else {}
                stream = container.add_stream(encoder, rate=Fraction(rate).limit_denominator(1001), options=options)
                stream.height, stream.width, stream.pix_fmt = *pixels.shape[:2], "yuv420p"
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            container.mux(stream.encode(frame))
            yield
        if stream is not None:
            container.mux(stream.encode())
