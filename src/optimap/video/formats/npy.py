"""NumPy ``.npy``: one array, memory-mapped.

Time is the first axis unless ``axes`` says otherwise. The format holds only pixels: frame rate and origin are in
``NAME.npy.json`` next to the file, with the shape, the data type and a checksum of a few pixels, which show whether the
two still belong together.
"""

import json
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..._base import ArgumentError, Array, DamagedFileError, VideoLike
from ..._files import is_sidecar, npy_header, reading, sidecar_path
from ..._reading import patch_checksum
from ..axes import Wanted, find_layout
from ..checks import check_file_size, noted_number
from ..recording import Recording
from ..writing import frame_blocks

MARKER = "optimap_recording"  # its value is the version of the layout


def open_recording(path: Path, axes: object = None, channel: object = None, z: object = None) -> Recording:
    """Open a ``.npy`` file."""
    wanted = Wanted(axes, channel, z)
    with (
        reading(path, "numpy", "cannot be read as .npy and may be truncated", "copy the recording again"),
        open(path, "rb") as file,
    ):
        _, dtype = npy_header(file, path.stat().st_size)
        if dtype.hasobject:
            problem = "holds objects of Python, such as a dictionary or a list, not an array of numbers"
            cure = "give the file of the recording, or save the array in it as a file of its own"
            raise ArgumentError("path", path, problem, cure, subject=str(path))
        frames = np.lib.format.open_memmap(path, mode="r")
    check_file_size(path, frames.offset + frames.nbytes, f"values of shape {frames.shape}")
    described = _read_description(path, frames)
    names = "TYX" if described else None
    layout = find_layout(path, frames.shape, frames.dtype, wanted, names=names)
    fps = noted_number(described.get("fps"))
    made = described.get("made")
    metadata = {} if made is None else {"made": json.dumps(made)}
    found = (layout.letters, layout.source)
    return Recording(layout.view(frames), path=path, format="NumPy", fps=fps, metadata=metadata, axes=found)


def _read_description(path: Path, frames: Array) -> dict[str, Any]:
    """Return the content of the sidecar; nothing, with a warning, if it belongs to another recording."""
    sidecar = sidecar_path(path)
    if not is_sidecar(sidecar):
        return {}
    described: Any = None
    with suppress(DamagedFileError), reading(sidecar, "json", "is damaged"):
        described = json.loads(sidecar.read_text(encoding="utf-8"))
    is_ours = isinstance(described, dict) and described.get(MARKER) == 1
    if not is_ours or described.get("pixels") != _pixels(frames):
        warnings.warn(f"{sidecar} is damaged or describes another recording, so it is ignored; delete it", stacklevel=4)
        return {}
    return dict(described)


def _pixels(frames: Array) -> dict[str, Any]:
    """Return the entries that distinguish one recording from another."""
    dtype = np.dtype(frames.dtype).newbyteorder("=")
    return {"shape": list(frames.shape), "dtype": str(dtype), "crc32": patch_checksum(frames)}


def describe(path: Path, fps: float | None, made: dict[str, Any] | None) -> str:
    """Return the text of the sidecar for a file that was written."""
    with reading(path, "numpy", "cannot be read again"):
        frames = np.lib.format.open_memmap(path, mode="r")
    described = {MARKER: 1, "pixels": _pixels(frames), "fps": fps, "made": made}
    return json.dumps(described, indent=2) + "\n"


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Accept every real dtype."""


def save(path: Path, video: VideoLike, fps: float | None = None, made: str | None = None) -> None:
    """Write a ``.npy`` file block by block; rate and origin go into the sidecar (`describe`)."""
    del fps, made
    dtype = np.dtype(video.dtype).newbyteorder("=")
    header = {
        "descr": np.lib.format.dtype_to_descr(dtype),
        "fortran_order": False,
        "shape": tuple(video.shape),
    }
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for block in frame_blocks(video):
            file.write(block.data)
