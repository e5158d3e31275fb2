"""NumPy ``.npy``: one array, memory-mapped. The format holds no frame rate."""

from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from .._recording import Recording, check_file_size
from .._save import frame_blocks


def open_recording(path: Path) -> Recording:
    """Open a ``.npy`` file."""
    try:
        frames = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError, SyntaxError, TokenError) as error:
        raise ValueError(f"{path} cannot be read as .npy, it may be truncated: {error}") from error
    check_file_size(path, frames.offset + frames.nbytes, f"values of shape {frames.shape}")
    return Recording(frames, path=path, format="NumPy")


def check_dtype(dtype: "np.dtype[Any]") -> None:
    """Any real dtype will do."""


def save(path: Path, video: Any, fps: float | None, made: str | None = None) -> None:
    """Write a ``.npy`` file block by block; it holds nothing but the pixels."""
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
