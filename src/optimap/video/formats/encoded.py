"""Encoded video through FFmpeg's libraries (PyAV): grey values as they are stored.

Of YUV video the luma plane is read as it is, line by line: FFmpeg's own conversion to grey would rescale the values of
"limited range" video by up to 18 counts. Colour is refused unless a channel is chosen. Frames are decoded in order;
going back starts again from the beginning.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from ..recording import Recording
from ..save import frame_blocks, unsupported

MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"styp", b"uuid"}
# Written by recorders that never came back to fill it in.
UNKNOWN_RIFF_LENGTHS, UNKNOWN_SEGMENT_LENGTH = (0, 2**32 - 1), 2**56 - 1
CHANNELS = {"red": 0, "green": 1, "blue": 2, "luma": None}


class DecodedFrames:
    """Frames that are decoded one after the other."""

    def __init__(self, path: Path, channel: str | None) -> None:
        self._path, self._channel = path, channel
        self._container: Any = None
        self._frames: Iterator[Any] = iter(())
        self._next = 0
        self._rewind()
        opened: Any = self._container
        count: int = opened.streams.video[0].frames or _count_packets(path)
        first = self._grey(next(self._frames, None))
        height, width = first.shape
        self.shape = (count, height, width)
        self.dtype = first.dtype
        self._rewind()

    def _rewind(self) -> None:
        self.close()
        container: Any = av.open(str(self._path))
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        self._container, self._frames, self._next = container, container.decode(stream), 0

    def _grey(self, frame: Any) -> NDArray[Any]:
        if frame is None:
            raise ValueError(
                f"{self._path} is truncated: frame {self._next} cannot be decoded; copy the recording again"
            )
        return grey_values(frame, self._channel, self._path)

    def read(self, frames: range) -> NDArray[Any]:
        """Decode a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        if not len(frames):
            return result
        if frames.start < self._next:
            self._rewind()
        wanted = iter(frames)
        target, i = next(wanted), 0
        while True:
            try:
                frame = next(self._frames, None)
            except av.FFmpegError as error:
                raise ValueError(f"{self._path} is damaged at frame {self._next}: {error}") from error
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


def grey_values(frame: Any, channel: str | None, path: Path) -> NDArray[Any]:
    """Return a frame's grey values as stored, or one channel of a colour frame."""
    name = frame.format.name
    is_rgb = frame.format.is_rgb or name == "pal8"
    if (channel or "luma") != "luma" or is_rgb:
        bits = frame.format.components[0].bits
        if bits > 8:
            raise ValueError(f"{path} holds colours of {bits} bits, only 8 are read: save one channel as grey first")
    if channel in ("red", "green", "blue"):
        return np.array(frame.to_ndarray(format="rgb24")[..., CHANNELS[channel]])
    if is_rgb:
        return _grey_of_rgb(frame.to_ndarray(format="rgb24"), channel, path)
    luma = _plane(frame, 0)
    if channel is None and len(frame.planes) > 1 and not name.startswith("gray"):
        _check_colourless(frame, path)
    return luma


def _plane(frame: Any, number: int) -> NDArray[Any]:
    """Return one plane without its padding, in native byte order."""
    plane = frame.planes[number]
    component = frame.format.components[number]
    is_grey = frame.format.name.startswith("gray")
    if component.bits > 16 or not (is_grey or frame.format.is_planar):
        raise ValueError(
            f"video of the pixel format {frame.format.name} (packed) is not read: convert it, for example to FFV1"
        )
    order = ">" if frame.format.is_big_endian else "<"
    stored = np.dtype("u1" if component.bits <= 8 else f"{order}u2")
    lines = np.frombuffer(plane, stored).reshape(plane.height, plane.line_size // stored.itemsize)
    # Both colour differences share a plane in nv12 and its kin.
    per_pixel = 1 if is_grey else sum(component.plane == number for component in frame.format.components)
    return np.array(lines[:, : per_pixel * plane.width], stored.newbyteorder("="))


def _check_colourless(frame: Any, path: Path) -> None:
    neutral = 1 << (frame.format.components[1].bits - 1)
    for number in range(1, min(3, len(frame.planes))):
        # Lossy codecs leave neutral grey a few counts off.
        if np.abs(_plane(frame, number).astype(int) - neutral).max(initial=0) > neutral // 16:
            raise ValueError(
                f"{path} is a colour recording: choose channel='red', 'green', 'blue' or 'luma' (its brightness)"
            )


def _grey_of_rgb(rgb: NDArray[Any], channel: str | None, path: Path) -> NDArray[Any]:
    if channel is None and not ((rgb[..., 0] == rgb[..., 1]) & (rgb[..., 1] == rgb[..., 2])).all():
        raise ValueError(f"{path} is a colour recording: choose channel='red', 'green' or 'blue'")
    if channel == "luma":
        raise ValueError(f"{path} is stored as red, green and blue: choose channel='red', 'green' or 'blue'")
    return np.array(rgb[..., 1])


def check_whole(path: Path) -> None:
    """Raise an error where a file is shorter than its container says: decoders fill in for what is missing."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        needed = _declared_bytes(file)
    if needed > size + 1:  # some writers of AVI leave out the last byte of padding
        raise ValueError(f"{path} is truncated: it should have {needed} bytes, it has {size}; copy the recording again")


def _declared_bytes(file: BinaryIO) -> int:
    """Return where AVI, Matroska and MP4 say that the file ends, 0 where they do not."""
    start, end = file.read(256), 0
    if start[:4] == b"RIFF":
        length = int.from_bytes(start[4:8], "little")
        return 8 + length if length not in UNKNOWN_RIFF_LENGTHS else 0
    if start[:4] == b"\x1a\x45\xdf\xa3":  # an EBML header, then the segment that is all the rest
        length, end = _ebml_number(start, 4)
        segment = end + length
        length, end = _ebml_number(start, segment + 4)
        is_known = start[segment : segment + 4] == b"\x18\x53\x80\x67" and length != UNKNOWN_SEGMENT_LENGTH
        return end + length if is_known else 0
    while start[4:8] in MP4_BOXES:
        length = int.from_bytes(start[8:16] if start[:4] == b"\0\0\0\1" else start[:4], "big")
        if length < 8:  # 0: up to the end of the file
            break
        end += length
        file.seek(end)
        start = file.read(16)
    return end


def _ebml_number(raw: bytes, at: int) -> tuple[int, int]:
    """Return one of Matroska's numbers, whose first bit set tells how many bytes it has, and where it ends."""
    count = 9 - int.from_bytes(raw[at : at + 1], "big").bit_length()
    return int.from_bytes(raw[at : at + count], "big") & ((1 << 7 * count) - 1), at + count


def _count_packets(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(container.streams.video[0]) if packet.size)


def open_recording(path: Path, channel: str | None = None) -> Recording:
    """Open an encoded video."""
    if channel is not None and channel not in CHANNELS:
        raise ValueError(f"channel = {channel!r}: it must be one of {', '.join(map(repr, CHANNELS))}")
    check_whole(path)
    try:
        with av.open(str(path)) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None or stream.codec_context is None:
                raise ValueError(f"{path} holds no video that can be read, it may be truncated")
            rate = stream.average_rate
            tags = {key.lower(): value for key, value in container.metadata.items()}
            metadata = {
                **tags,
                "codec": stream.codec_context.name,
                "pixel_format": stream.codec_context.pix_fmt,
            }
        frames = DecodedFrames(path, channel)
    except av.FFmpegError as error:
        raise ValueError(f"{path} cannot be read as video, it may be truncated: {error}") from error
    fps = float(rate) if rate else None
    stated = str(metadata.get("fps"))  # in our own files: containers round the rate, and always have one
    if re.fullmatch(r"unknown|[\d.]+(e[-+]?\d+)?", stated):
        fps = None if stated == "unknown" else float(stated)
        del metadata["fps"]
    return Recording(frames, path=path, format="encoded video", fps=fps, metadata=metadata)


def check_dtype(dtype: "np.dtype[Any]") -> None:
    """8 and 16 bits without sign will do."""
    if dtype.str[1:] not in ("u1", "u2"):
        raise unsupported(dtype, ".mkv", "uint8 and uint16")


def save(path: Path, video: Any, fps: float | None, made: str | None = None) -> None:
    """Write FFV1, every frame a key frame, in Matroska."""
    pixel_format = "gray" if np.dtype(video.dtype).itemsize == 1 else "gray16le"
    # Matroska counts time in ms: above 1000 frames/s stamps would collide. The true rate is in the tag.
    rate = Fraction(min(fps or 25.0, 1000.0)).limit_denominator(1001)
    with av.open(str(path), "w") as container:
        container.metadata["FPS"] = "unknown" if fps is None else repr(fps)
        if made is not None:
            container.metadata["MADE"] = made
        # Slices are decoded in parallel; a frame of a few pixels cannot be cut in four.
        slices = {"slices": "4", "level": "3"} if min(video.shape[1:]) >= 16 else {"level": "1"}
        stream: Any = container.add_stream("ffv1", rate=rate, options={"g": "1", **slices})
        stream.height, stream.width = int(video.shape[1]), int(video.shape[2])
        stream.pix_fmt = pixel_format
        for block in frame_blocks(video):
            for pixels in block:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format=pixel_format)))
        container.mux(stream.encode())
