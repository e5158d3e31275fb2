"""Checks of files shared by all formats: that they hold a video, and that no part of it is missing.

Arguments that users give are checked in `open` and `save`, not here.
"""

import math
from pathlib import Path

import numpy as np

from .._base import ArgumentError
from .._files import MOST, check_justified

MOST_AXES = 5
HEADERS = (".gsh", ".rsh")  # of recordings whose pixels are in files beside these


def check_frames(path: Path, shape: tuple[int, ...], dtype: "np.dtype[np.generic]") -> None:
    """Raise an error if the array in a file is not a video of real numbers."""
    if len(shape) == 4 and shape[-1] in (3, 4):
        problem, cure = f"is a colour recording of shape {shape}", "save one channel, or the grey values, first"
    elif len(shape) != 3:
        problem = f"holds an array of shape {shape}"
        cure = "save the recording as (T, H, W): frames, rows, columns"
    elif min(shape) < 1:
        problem, cure = f"holds no pixels, because its shape is {shape}", "record or convert it again"
    elif np.dtype(dtype).kind not in "biuf":
        problem, cure = f"holds {dtype} values", "save the pixels as real numbers"
    else:
        return
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def check_pixels(path: Path, shape: tuple[int, ...], dtype: "np.dtype[np.generic]", ratio: int = MOST) -> None:
    """Raise an error for more pixels, or more frames, than the files of a recording can hold, or those beside it."""
    pixels = math.prod(int(n) for n in shape) * np.dtype(dtype).itemsize
    where = path if path.is_dir() or path.suffix.lower() not in HEADERS else path.parent
    check_justified(where, max(pixels, int(shape[0]) * np.dtype(np.float64).itemsize), ratio, "pixels")


def check_file_size(path: Path, expected: int, what: str) -> None:
    """Raise an error if the size of a file does not match its header."""
    actual = path.stat().st_size
    if actual != expected:
        state = "truncated" if actual < expected else "longer than its header says"
        raise ArgumentError(
            "path",
            path,
            f"is {state} ({what} need {expected} bytes, but the file has {actual})",
            "copy the recording again, or repair its header",
            subject=str(path),
        )


def noted_number(value: object) -> float | None:
    """Return a positive number stored in a file, in any form that files use, also as text; None if it is not one.

    A decimal comma is not a number here: ``0,002`` may also be two numbers. Lists with several entries are not
    made arrays: in a file of some bytes, one can hold itself so often that it stands for any number of values.
    """
    for _ in range(MOST_AXES):
        value = value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value
    if isinstance(value, (list, tuple, range)):
        return None
    try:
        noted = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    if noted.size != 1 or noted.dtype.kind not in "iufSU":
        return None
    item = noted.item()
    text = item.decode("latin-1") if isinstance(item, bytes) else str(item)
    try:
        number = float(text.replace("_", "?"))  # Python allows 1_000, which nobody means
    except ValueError:
        return None
    return number if 0 < number < np.inf else None


def counted(count: int, thing: str) -> str:
    """Return a number with its noun: ``1 frame``, ``2 frames``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def whether(name: str, value: object) -> bool:
    """Return a yes or no, which a command line gives as text or as a number."""
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    flag = known.get(str(value).lower())
    if flag is None:
        raise ArgumentError.must_be(name, value, "True or False")
    return flag
