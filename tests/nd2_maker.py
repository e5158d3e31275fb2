"""Tiny Nikon ND2 files of version 2.1, byte by byte, as the package nd2 reads them: chunks, then their map."""

import struct
import zlib

import numpy as np

MAGIC = 0x0ABECEDA
FILE, MAP, END = (
    b"ND2 FILE SIGNATURE CHUNK NAME01!",
    b"ND2 FILEMAP SIGNATURE NAME 0001!",
    b"ND2 CHUNK MAP SIGNATURE 0000001!",
)
TYPES = {bool: "bool", int: "lx_uint32", float: "double", str: "CLxStringW"}


def _xml(name, value):
    """A value, or a dict of values, as the variants of ND2."""
    if isinstance(value, dict):
        return f'<{name} runtype="CLxListVariant">{"".join(_xml(*item) for item in value.items())}</{name}>'
    return f'<{name} runtype="{TYPES[type(value)]}" value="{str(value).lower() if value in (True, False) else value}"/>'


def _variant(value):
    return f'<variant version="1.0">{_xml("no_name", value)}</variant>'.encode()


def _loops(letters, counts, period):
    """Nested loops of the experiment, the outermost first."""
    if not letters:
        return {}
    count = counts[0]
    match letters[0]:
        case "T":
            kind, more = 1, {"dStart": 0.0, "dPeriod": period, "dDuration": 0.0, "dAvgPeriodDiff": period}
        case "P":
            kind, more = 2, {"Points": {f"p{i}": {"pPosName": f"pos {i}"} for i in range(count)}}
        case "Z":
            kind, more = 4, {"dZStep": 0.5}
        case _:  # a kind that no recording has
            kind, more = 7, {}
    parameters = {"uiCount": count, **more}
    inner = _loops(letters[1:], counts[1:], period)
    return {"eType": kind, "uLoopPars": parameters, **({"ppNextLevelEx": {"i0000000000": inner}} if inner else {})}


def nd2(
    path, video, axes="T", channels=("mono",), *, times=None, period=2.0, calibration=0.5, planned=None, lossless=False,
    recorded=None, components=1, gap_before=None,
):  # fmt: skip
    """A file of planes (*axes, C, Y, X), or (*axes, Y, X) for one channel; `planned` steps of the outermost loop.

    `times` are in ms, one for each plane; of the planes, only the numbers in `recorded` are stored, and there is
    a gap in the file before number `gap_before`.
    """
    video = video if video.ndim == len(axes) + 3 else video[..., np.newaxis, :, :]
    counts, (comp, height, width) = video.shape[:-3], video.shape[-3:]
    planes = video.reshape(-1, comp, height, width)
    attributes = {
        "uiWidth": width, "uiWidthBytes": width * comp * video.itemsize, "uiHeight": height, "uiComp": comp,
        "uiBpcInMemory": 8 * video.itemsize, "uiBpcSignificant": 8 * video.itemsize, "uiSequenceCount": len(planes),
        "eCompression": 0 if lossless else 2,
    }  # fmt: skip
    each = {
        f"a{i}": {"uiCompCount": components, "sDescription": name, "pFluorescentProbe": {"m_sName": "dye"}}
        for i, name in enumerate(channels)
    }
    described = {
        "bCalibrated": calibration > 0, "dCalibration": calibration,
        "sPicturePlanes": {"uiCount": len(channels), "sPlaneNew": each},
    }  # fmt: skip
    loops = _loops(axes, (planned or counts[0], *counts[1:]) if counts else (), period)
    chunks = [(b"ImageAttributes!", _variant(attributes)), (b"ImageMetadataSeq|0!", _variant(described))]
    chunks += [(b"ImageMetadata!", _variant(loops))] if loops else []
    chunks += [(b"CustomData|AcqTimesCache!", np.asarray(times, "<f8").tobytes())] if times is not None else []
    for i, plane in enumerate(planes):
        if recorded is None or i in recorded:
            pixels = np.ascontiguousarray(np.moveaxis(plane, 0, 2)).tobytes()  # the channels of a pixel together
            chunks.append((f"ImageDataSeq|{i}!".encode(), bytes(8) + (zlib.compress(pixels) if lossless else pixels)))
    raw = bytearray(struct.pack("<IIQ32s64s", MAGIC, 32, 64, FILE, b"Ver2.1"))
    listed = bytearray()
    for name, body in chunks:
        raw += bytes(100) if name == f"ImageDataSeq|{gap_before}!".encode() else b""
        room = 4072 if name.startswith(b"ImageDataSeq") else 64
        listed += name + struct.pack("<QQ", len(raw), len(body))
        raw += struct.pack("<IIQ", MAGIC, room, len(body)) + name.ljust(room, b"\0") + body
    listed += END + struct.pack("<Q", len(raw))
    path.write_bytes(raw + struct.pack("<IIQ", MAGIC, 32, len(listed)) + MAP + listed)
    return path
