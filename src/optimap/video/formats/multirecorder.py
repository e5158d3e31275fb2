"""MultiRecorder ``.dat``: 1024 header bytes, then frames; in versions e and f a time stamp follows each frame.

The unit of the time stamps is nowhere in the file. MultiRecorder writes ms since 1970, OmniRecorder, which writes the
same files, ns since 1970; both are recognised, since such numbers belong to this century in only one unit. Others are
times if one of the usual units agrees with the rate in the header. If none does, they are not used.
"""

import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError
from ..recording import Recording

HEADER_BYTES = 1024
SINCE_1970 = (1e-9, 1e-3)  # s, the units of the two programs
UNITS = (1e-9, 1e-6, 1e-5, 1e-3)  # s
THIS_CENTURY = (946_684_800, 4_102_444_800)  # s since 1970
AGREEMENT, HALF_A_TICK = 0.05, 0.5


def open_recording(path: Path) -> Recording:
    """Open a MultiRecorder file."""
    if path.name.lower().endswith("spool.dat"):
        problem, cure = "is a file spooled by Andor Solis, which cannot be read", "save the recording as TIFF in Solis"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    with open(path, "rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        problem = f"is truncated, because it holds only {len(header)} of {HEADER_BYTES} header bytes"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    version = header[:1].decode("latin-1")
    if version not in ("d", "e", "f"):
        problem = f"is not a MultiRecorder file of version 'd', 'e' or 'f', because its version is {version!r}"
        cure = "give a recording made with MultiRecorder, or, for raw binary, its layout with shape="
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="shape")
    order, (frames, columns, rows), stamp_bytes, fps, metadata = (_read_d if version == "d" else _read_ef)(header)
    if min(frames, columns, rows) < 1:
        problem = f"has a damaged header, which states {frames} frames of {columns} x {rows}"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    metadata |= {"version": version, "frames": frames, "columns": columns, "rows": rows}
    kind = _pixel_type(path, (frames, rows, columns), stamp_bytes)
    fields: list[Any] = [("pixels", order + kind, (rows, columns))]
    if stamp_bytes:
        fields.append(("time_stamp", order + "u8"))
    records = np.memmap(path, np.dtype(fields), mode="r", offset=HEADER_BYTES, shape=(frames,))
    times, tick = _read_times(path, records.dtype, frames, fps) if stamp_bytes else (None, 0.0)
    return Recording(
        records["pixels"], path=path, format="MultiRecorder", fps=fps, metadata=metadata, times=times, tick=tick
    )


def _read_times(
    path: Path, record: "np.dtype[np.void]", frames: int, fps: float | None
) -> tuple[NDArray[np.float64] | None, float]:
    """Return the times of frames since the first one and their unit, both in s; None if the unit is not known."""
    records = np.memmap(path, record, mode="r", offset=HEADER_BYTES, shape=(frames,))
    mapping: mmap.mmap = records._mmap  # type: ignore[attr-defined]
    if hasattr(mmap, "MADV_RANDOM"):
        mapping.madvise(mmap.MADV_RANDOM)  # one page for each frame, without those that follow it
    stamps = records["time_stamp"].astype(np.uint64)
    unit = _find_unit(stamps, fps)
    if unit is None:
        return None, 0.0
    # Differences first: numbers of ns since 1970 have more digits than a float.
    return (stamps - stamps[0]).view(np.int64) * unit, unit


def _find_unit(stamps: NDArray[np.uint64], fps: float | None) -> float | None:
    """Return the unit of time stamps in s, None if it is not known."""
    for unit in SINCE_1970:
        if THIS_CENTURY[0] < int(stamps[0]) * unit < THIS_CENTURY[1]:
            return unit
    if fps is None or len(stamps) < 2:
        return None
    interval = float(np.median(np.diff(stamps.view(np.int64))))
    for unit in UNITS:
        expected = 1 / fps / unit
        if expected >= 1 and abs(interval - expected) <= max(AGREEMENT * expected, HALF_A_TICK):
            return unit
    return None


def _pixel_type(path: Path, shape: tuple[int, int, int], stamp_bytes: int) -> str:
    """Return whether pixels have 8 or 16 bits: the header does not say, only the size of the file shows it."""
    frames, rows, columns = shape
    sizes = {kind: HEADER_BYTES + frames * (rows * columns * int(kind[1]) + stamp_bytes) for kind in ("u1", "u2")}
    actual = path.stat().st_size
    kinds = [kind for kind, size in sizes.items() if size == actual]
    if not kinds:
        raise ArgumentError(
            "path",
            path,
            f"does not match its header and may be truncated ({frames} frames of {columns} x {rows} need {sizes['u2']} "
            f"bytes (16-bit) or {sizes['u1']} (8-bit), but the file has {actual})",
            "copy the recording again",
            subject=str(path),
        )
    return kinds[0]


def _text(raw: bytes) -> str:
    """Return text up to its final zero."""
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def _read_d(header: bytes) -> tuple[str, tuple[int, int, int], int, float | None, dict[str, Any]]:
    """Return byte order, sizes, bytes of a time stamp, rate and other entries of a version d header."""
    date_bytes = 17 if header[1 + 17 - 3 : 1 + 17 - 2] == b":" else 24
    frames, columns, rows = struct.unpack_from("<3i", header, 1 + date_bytes)
    return "<", (frames, columns, rows), 0, None, {"date": _text(header[1 : 1 + date_bytes])}


def _read_ef(header: bytes) -> tuple[str, tuple[int, int, int], int, float | None, dict[str, Any]]:
    """Return the same for a version e or f header."""
    order = ">" if struct.unpack_from(">I", header, 1)[0] == 0x1A2B3C4D else "<"
    frames, columns, rows = struct.unpack_from(f"{order}3i", header, 5)
    (rate,) = struct.unpack_from(f"{order}i", header, 25)  # in 1e-5 Hz
    metadata = {"starttime": _text(header[29:53]), "comment": _text(header[53:1024])}
    return order, (frames, columns, rows), 8, rate / 100_000 if rate > 0 else None, metadata
