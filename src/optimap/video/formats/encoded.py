"""Encoded video, read with FFmpeg's libraries (PyAV): grey values as stored.

Paths are names of files, never addresses of FFmpeg's protocols, and lists of other files are not read. For YUV video,
the luma plane is read as it is, line by line: FFmpeg's own conversion to grey would rescale the values of "limited
range" video by up to 18 counts. Colour video is an error unless a channel is chosen. Frames are decoded in order; going
back means starting again from the beginning. How many there are, and when they were taken, is found in `packets`.
"""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np

from ..._base import Advice, ArgumentError, Array, DamagedFileError, VideoLike, budget
from ..._files import MOST, VIDEO, reading
from ..boxes import check_boxes
from ..checks import noted_number, whether
from ..folder.joined import open_with_others
from ..matroska import ebml_number
from ..packets import Packets, find_packets
from ..recording import Recording
from ..riff import check_chunks
from ..writing import frame_blocks, refuse_dtype

MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"styp", b"uuid"}
# Written by recorders that did not fill in the length at the end.
UNKNOWN_RIFF_LENGTHS, UNKNOWN_SEGMENT_LENGTH = (0, 2**32 - 1), 2**56 - 1
# Those that the suffixes stand for: not lists such as ffconcat, which name other files.
CONTAINERS = "matroska,webm,avi,mov,mp4,asf"
MOST_PIXELS = 2**31 - 1  # that FFmpeg knows
TAKEN = 16  # bytes of memory for a pixel: of a frame, its colours, and those that other threads decode meanwhile
CHANNELS = {"red": 0, "green": 1, "blue": 2, "luma": None}


def open_container(path: Path) -> "av.container.InputContainer":
    """Open a file; without the protocol, FFmpeg would take the name before a colon for one.

    Tags that are not UTF-8, as older programs write them, are no reason to lose a recording.
    """
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS, **decoding_options(path)}
    with reading(path, "av", "cannot be read as video and may be truncated", "copy the recording again"):
        return av.open(f"file:{path}", options=options, metadata_errors="replace")


def decoding_options(path: Path) -> dict[str, str]:
    """Return the options of decoders: frames can state other sizes than the header, the first of them when opening."""
    return {"max_pixels": str(most_pixels(path))}


def most_pixels(path: Path) -> int:
    """Return the most pixels that a frame can have, by the size of the file."""
    return min(max(budget().free_bytes, MOST * path.stat().st_size) // TAKEN, MOST_PIXELS)


class DecodedFrames:
    """Frames that are decoded in sequence."""

    def __init__(self, path: Path, channel: str | None, count: int) -> None:
        self._path, self._channel = path, channel
        self._container: av.container.InputContainer | None = None
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._next = 0
        self._rewind()
        frame = next(self._frames, None)
        first = self._grey(frame)
        height, width = first.shape
        self.shape = (count, height, width)
        self.dtype = first.dtype.newbyteorder("=")
        # Not opened again: decoders with several threads have decoded the next frames already.
        self._frames = itertools.chain([frame] if frame is not None else [], self._frames)

    def _rewind(self) -> None:
        """Open the file at its first frame."""
        self.close()
        container = open_container(self._path)
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.options = decoding_options(self._path)
        self._container, self._frames, self._next = container, container.decode(stream), 0

    def _decoding(self) -> AbstractContextManager[None]:
        """Return the guard for decoding the next frame."""
        cure = "copy the recording again, or read the frames before it"
        return reading(self._path, "av", f"is damaged at frame {self._next}", cure, listen=False)

    def _grey(self, frame: av.VideoFrame | None) -> Array:
        """Return the values of a frame, or raise an error if the decoder returned none."""
        if frame is None:
            raise ArgumentError(
                "path",
                self._path,
                f"is truncated, because frame {self._next} cannot be decoded",
                "copy the recording again",
                subject=str(self._path),
            )
        return grey_values(frame, self._channel, self._path)

    def read(self, frames: range) -> Array:
        """Decode a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        if not len(frames):
            return result
        if frames.start < self._next:
            self._rewind()
        wanted = iter(frames)
        target, i = next(wanted), 0
        while True:
            with self._decoding():
                frame = next(self._frames, None)
            if frame is None or self._next == target:
                result[i] = self._grey(frame)
            self._next += 1
            if self._next > target:
                i += 1
                if i == len(frames):
                    return result
                target = next(wanted)

    def close(self) -> None:
        """Close the file."""
        if self._container is not None:
            self._container.close()
            self._container = None


def grey_values(frame: av.VideoFrame, channel: str | None, path: Path) -> Array:
    """Return the grey values of a frame as stored, or one channel of a colour frame."""
    name = frame.format.name
    is_rgb = frame.format.is_rgb or name == "pal8"
    if (channel or "luma") != "luma" or is_rgb:
        _check_depth(frame, path)
    if channel in ("red", "green", "blue"):
        return np.array(frame.to_ndarray(format="rgb24")[..., CHANNELS[channel]])
    if is_rgb:
        return _grey_of_rgb(frame.to_ndarray(format="rgb24"), channel, path)
    luma = _plane(frame, 0, path)
    if channel is None and len(frame.planes) > 1 and not name.startswith("gray"):
        _check_colourless(frame, path)
    return luma


def _check_depth(frame: av.VideoFrame, path: Path) -> None:
    """Raise an error for colours of more than 8 bits, which would lose bits in the conversion to RGB."""
    bits = frame.format.components[0].bits
    if bits > 8:
        raise ArgumentError(
            "path",
            path,
            f"holds colours of {bits} bits, but only 8 bits can be read",
            "save one channel as grey first",
            subject=str(path),
        )


def _plane(frame: av.VideoFrame, number: int, path: Path) -> Array:
    """Return one plane without its padding, a view of the frame."""
    plane = frame.planes[number]
    component = frame.format.components[number]
    is_grey = frame.format.name.startswith("gray")
    if component.bits > 16 or not (is_grey or frame.format.is_planar):
        raise ArgumentError(
            "path",
            path,
            f"has the packed pixel format {frame.format.name}, which cannot be read",
            "convert it, for example to FFV1",
            subject=str(path),
        )
    order = ">" if frame.format.is_big_endian else "<"
    stored = np.dtype("u1" if component.bits <= 8 else f"{order}u2")
    lines = np.frombuffer(memoryview(plane), stored).reshape(plane.height, plane.line_size // stored.itemsize)
    # In nv12 and similar formats, the two colour differences share a plane.
    per_pixel = 1 if is_grey else sum(component.plane == number for component in frame.format.components)
    return lines[:, : per_pixel * plane.width]


def _check_colourless(frame: av.VideoFrame, path: Path) -> None:
    """Raise an error if the colour planes of a YUV frame are not neutral."""
    neutral = 1 << (frame.format.components[1].bits - 1)
    for number in range(1, min(3, len(frame.planes))):
        # Lossy codecs shift neutral grey by a few counts.
        if np.abs(_plane(frame, number, path).astype(int) - neutral).max(initial=0) > neutral // 16:
            cure = "choose channel='red', 'green', 'blue' or 'luma' (its brightness)"
            raise ArgumentError("path", path, "is a colour recording", cure, subject=str(path), keyword="channel")


def _grey_of_rgb(rgb: Array, channel: str | None, path: Path) -> Array:
    """Return the grey values of a frame stored as red, green and blue, or raise an error if it has colours."""
    if channel == "luma":
        raise ArgumentError(
            "channel",
            channel,
            f"is not in {path}, which is stored as red, green and blue",
            "it must be 'red', 'green' or 'blue'",
        )
    if not ((rgb[..., 0] == rgb[..., 1]) & (rgb[..., 1] == rgb[..., 2])).all():
        cure = "choose channel='red', 'green' or 'blue'"
        raise ArgumentError("path", path, "is a colour recording", cure, subject=str(path), keyword="channel")
    return np.array(rgb[..., 1])


def check_whole(path: Path) -> None:
    """Raise an error if a file is shorter than its container says: decoders would invent the missing frames."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        needed = _declared_bytes(file, size)
    if needed > size + 1:  # some writers of AVI leave out the last byte of padding
        raise ArgumentError(
            "path",
            path,
            f"is truncated (it should have {needed} bytes, but has {size})",
            "copy the recording again",
            subject=str(path),
        )
    check_chunks(path)
    check_boxes(path)


def _declared_bytes(file: BinaryIO, size: int) -> int:
    """Return the length given in the header of an AVI, Matroska or MP4 file of some size, 0 if there is none."""
    start, end = file.read(256), 0
    if start[:4] == b"RIFF":
        length = int.from_bytes(start[4:8], "little")
        return 8 + length if length not in UNKNOWN_RIFF_LENGTHS else 0
    if start[:4] == b"\x1a\x45\xdf\xa3":  # an EBML header, then one segment to the end of the file
        length, end = ebml_number(start, 4)
        segment = end + length
        length, end = ebml_number(start, segment + 4)
        is_known = start[segment : segment + 4] == b"\x18\x53\x80\x67" and length != UNKNOWN_SEGMENT_LENGTH
        return end + length if is_known else 0
    while start[4:8] in MP4_BOXES:
        length = int.from_bytes(start[8:16] if start[:4] == b"\0\0\0\1" else start[:4], "big")
        if length < 8:  # 0: up to the end of the file
            break
        end += length
        if end > size:  # it may be beyond any place that a file has
            break
        file.seek(end)
        start = file.read(16)
    return end


def open_recording(path: Path, channel: str | None = None, parts: object = None) -> Recording:
    """Open an encoded video, and the other files of its recording, if it is one of several."""
    asked = None if parts is None else whether("parts", parts)
    if asked is False:
        return open_alone(path, channel)
    joined = open_with_others(path, lambda part: open_alone(part, channel), insist=asked is True)
    if joined is None and asked:
        problem = f"cannot be used, because no video beside {path} differs from it in its number alone"
        raise ArgumentError("parts", parts, problem, "leave parts out")
    return open_alone(path, channel) if joined is None else joined


def open_alone(path: Path, channel: str | None = None) -> Recording:
    """Open a video without the others that it may be a part of."""
    if channel is not None and not (isinstance(channel, str) and channel in CHANNELS):
        raise ArgumentError.must_be("channel", channel, f"one of {', '.join(map(repr, CHANNELS))}")
    check_whole(path)
    with reading(path, "av", "cannot be read as video and may be truncated", "copy the recording again"):
        metadata, packets = _read_header(path)
        frames = DecodedFrames(path, channel, packets.frames)
    fps, times = packets.rate, packets.times
    stated = str(metadata.get("fps"))  # in files written by optimap; containers round the rate, and always contain one
    if stated == "unknown" or noted_number(stated) is not None:
        fps, times = noted_number(stated), None
        del metadata["fps"]
    advice = None
    if packets.frames > packets.stated > 0:
        advice = _more_frames(path, packets)
        metadata["frames in header"] = packets.stated
    if packets.beyond:
        metadata["frames in header"] = f"{packets.beyond}, more than there are"
    return Recording(
        frames,
        path=path,
        format="encoded video",
        fps=fps,
        metadata=metadata,
        times=times,
        tick=packets.tick,
        advice=advice,
        ratio=VIDEO,
    )


def _more_frames(path: Path, packets: Packets) -> Advice:
    """Return the warning for a file whose header states fewer frames than it holds."""
    problem = f"holds {packets.frames} frames, although its header states {packets.stated}"
    cure = "all of them are read; convert it to .mkv for programs that stop at the number in the header"
    return Advice("path", path, problem, cure, subject=str(path))


def _read_header(path: Path) -> tuple[dict[str, Any], Packets]:
    """Return the tags of the container, and what its packets show."""
    with open_container(path) as container:
        stream = next(iter(container.streams.video), None)
        if stream is None or stream.codec_context is None:
            raise ArgumentError(
                "path",
                path,
                "holds no video that can be read and may be truncated",
                "copy the recording again",
                subject=str(path),
            )
        if not stream.codec_context.width * stream.codec_context.height:  # FFmpeg has seen why
            problem = f"states frames of no pixels, or of more than the {most_pixels(path)} that it can hold"
            raise DamagedFileError("path", path, problem, "copy the recording again", subject=str(path))
        tags = {key.lower(): value for key, value in container.metadata.items()}
        codec = {"codec": stream.codec_context.name, "pixel_format": stream.codec_context.pix_fmt}
        return {**tags, **codec}, find_packets(path, container, stream)


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Raise an error for pixels other than unsigned integers of 8 or 16 bits."""
    del shape
    if dtype.str[1:] not in ("u1", "u2"):
        refuse_dtype(dtype, ".mkv", "uint8 and uint16")


def save(path: Path, video: VideoLike, fps: float | None, made: str | None = None) -> None:
    """Write FFV1, every frame a key frame, in Matroska."""
    pixel_format = "gray" if np.dtype(video.dtype).itemsize == 1 else "gray16le"
    # Matroska counts time in ms: above 1000 frames/s, time stamps would collide. The true rate is in the tag.
    rate = Fraction(min(fps or 25.0, 1000.0)).limit_denominator(1001)
    with av.open(f"file:{path}", "w") as container:
        container.metadata["FPS"] = "unknown" if fps is None else repr(fps)
        if made is not None:
            container.metadata["MADE"] = made
        # Slices are decoded in parallel; a frame of a few pixels cannot be divided into four.
        slices = {"slices": "4", "level": "3"} if min(video.shape[1:]) >= 16 else {"level": "1"}
        stream: Any = container.add_stream("ffv1", rate=rate, options={"g": "1", **slices})
        stream.height, stream.width = int(video.shape[1]), int(video.shape[2])
        stream.pix_fmt = pixel_format
        for block in frame_blocks(video):
            for pixels in block:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format=pixel_format)))
        container.mux(stream.encode())
