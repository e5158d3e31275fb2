"""NumPy ``.npy``: one array, memory-mapped.

The format holds pixels only. Frame rate and origin lie beside it, in ``NAME.npy.json``, with what tells whether they
are still those of this file: its shape, its data type and a checksum of a few pixels.
"""

import json
import warnings
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from ..._files import is_sidecar
from ..._files import sidecar_path as sidecar
from ..._reading import patch_checksum
from ..recording import Recording, check_file_size, positive_number
from ..save import frame_blocks

MARKER = "optimap_recording"  # its value is the layout's version


def open_recording(path: Path) -> Recording:
    """Open a ``.npy`` file."""
    try:
        frames = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError, SyntaxError, TokenError) as error:
        raise ValueError(f"{path} cannot be read as .npy, it may be truncated: {error}") from error
    check_file_size(path, frames.offset + frames.nbytes, f"values of shape {frames.shape}")
    described = _read_description(path, frames)
    fps = positive_number(described.get("fps") or 0)
    made = described.get("made")
    metadata = {} if made is None else {"made": json.dumps(made)}
    return Recording(frames, path=path, format="NumPy", fps=fps, metadata=metadata)


def _read_description(path: Path, frames: Any) -> dict[str, Any]:
    """Return what lies beside a file of ours; nothing, with a warning, where it is of another recording."""
    beside = sidecar(path)
    if not is_sidecar(beside):
        return {}
    try:
        described = json.loads(beside.read_text(encoding="utf-8"))
        fits = described[MARKER] == 1 and described["pixels"] == _pixels(frames)
    except (ValueError, KeyError, TypeError):
        fits = False
    if not fits:
        warnings.warn(f"{beside} is damaged, or describes another recording: it is not used; delete it", stacklevel=4)
        return {}
    return dict(described)


def _pixels(frames: Any) -> dict[str, Any]:
    """Return what tells one recording from another."""
    dtype = np.dtype(frames.dtype).newbyteorder("=")
    return {"shape": list(frames.shape), "dtype": str(dtype), "crc32": patch_checksum(frames)}


def describe(path: Path, fps: float | None, made: dict[str, Any] | None) -> str:
    """Return what lies beside a file that was written."""
    frames = np.lib.format.open_memmap(path, mode="r")
    described = {MARKER: 1, "pixels": _pixels(frames), "fps": fps, "made": made}
    return json.dumps(described, indent=2) + "\n"


def check_dtype(dtype: "np.dtype[Any]") -> None:
    """Any real dtype will do."""


def save(path: Path, video: Any, fps: float | None = None, made: str | None = None) -> None:
    """Write a ``.npy`` file block by block; the rest is for `describe`."""
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
