"""Raw binary: pixels without a header, or after one that is skipped, memory-mapped.

The file states nothing, so the user gives the sizes of the axes and the type of the pixels, and the size of the file
must agree with them exactly; an error lists what would fit. Options may come as text, as the command line passes them.
Formats with a header of their own are in other modules, also those that share the suffixes ``.raw``, ``.bin`` and
``.dat``.
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..._base import RATE, ArgumentError, ArgumentTypeError, whole_number
from ..axes import Wanted, find_layout
from ..checks import counted
from ..recording import Recording
from ..units import known_rate

ORDERS: dict[object, Literal["<", ">"]] = {"little": "<", "big": ">"}
BYTES_OF = {1: "uint8", 2: "uint16", 4: "float32", 8: "float64"}  # the most frequent type of each size
LARGEST = 2**63 - 1
SIZE = re.compile(r"\s*\d{1,18}\s*")
Numbers = tuple[int, ...]


def open_recording(
    path: Path,
    shape: object = None,
    dtype: object = None,
    offset: object = 0,
    byteorder: object = None,
    fps: object = None,
    axes: object = None,
    channel: object = None,
    z: object = None,
) -> Recording:
    """Open a file of pixels whose layout the options give."""
    numbers = _parse_shape(path, shape)
    skipped = whole_number(offset, "offset")
    kind = _parse_dtype(path, dtype, byteorder, numbers, skipped)
    rate = known_rate(fps)
    if fps is not None and rate is None:
        raise ArgumentError.must_be("fps", fps, RATE)
    sizes = _checked_sizes(path, shape, numbers, kind, skipped, axes)
    layout = find_layout(path, sizes, kind, Wanted(axes, channel, z))
    frames = layout.view(np.memmap(path, kind, mode="r", offset=skipped, shape=sizes))
    metadata = {"offset": skipped} if skipped else {}
    found = (layout.letters, layout.source)
    return Recording(frames, path=path, format="raw binary", fps=rate, metadata=metadata, axes=found)


def _parse_shape(path: Path, shape: object) -> Numbers:
    """Return the sizes of the axes: numbers, or text of numbers with commas between them."""
    if shape is None:
        problem = "is read as raw binary, which does not state its layout"
        cure = "give its frames, rows and columns with shape=, as in '1000,512,512', and the type of its pixels with "
        cure += "dtype=, as in 'uint16'"
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="shape")
    cure = "give frames, rows and columns, as in '1000,512,512', or rows and columns alone for all frames of the file"
    is_list = isinstance(shape, (str, Sequence)) or (isinstance(shape, np.ndarray) and shape.ndim > 0)
    if not is_list or isinstance(shape, bytes):
        raise ArgumentTypeError("shape", shape, "is not a list of sizes", cure)
    parts = shape.split(",") if isinstance(shape, str) else list(shape)  # type: ignore[call-overload]  # checked
    given = [int(part) if isinstance(part, str) and SIZE.fullmatch(part) else part for part in parts]
    if not 2 <= len(given) <= 5 or any(isinstance(part, str) for part in given):
        raise ArgumentError("shape", shape, "is not a list of two to five sizes", cure)
    sizes = tuple(whole_number(part, f"shape[{i}]", minimum=1) for i, part in enumerate(given))
    if max(sizes) > LARGEST:
        raise ArgumentError("shape", shape, "is larger than any file", cure)
    return sizes


def _parse_dtype(path: Path, dtype: Any, byteorder: object, numbers: Numbers, offset: int) -> "np.dtype[Any]":
    """Return the type of the pixels with their byte order; little-endian unless the options say otherwise."""
    if dtype is None:
        each, rest = divmod(path.stat().st_size - offset, math.prod(numbers))
        fits = len(numbers) > 2 and rest == 0 and each in BYTES_OF
        hint = f" ({counted(each, 'byte')} a pixel fit the size of the file)" if fits else ""
        cure = f"give it with dtype=, for example {BYTES_OF[each] if fits else 'uint16'!r}{hint}"
        problem = "does not state the type of its pixels"
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="dtype")
    try:
        kind: np.dtype[Any] = np.dtype(dtype)
    except (TypeError, ValueError, SyntaxError):  # NumPy reads some texts as Python
        kind = np.dtype(object)
    if kind.kind not in "biuf":
        raise ArgumentError.must_be("dtype", dtype, "a type of real numbers, such as 'uint16' or '>u2'")
    if byteorder is None:
        stated = isinstance(dtype, (str, np.dtype)) and str(dtype)[:1] in "<>="
        return kind if stated else kind.newbyteorder("<")
    if not isinstance(byteorder, str) or byteorder not in ORDERS:
        raise ArgumentError.must_be("byteorder", byteorder, "'little' or 'big'")
    ordered: np.dtype[Any] = kind.newbyteorder(ORDERS[byteorder])
    if isinstance(dtype, (str, np.dtype)) and str(dtype)[:1] in "<>" and ordered != kind:
        raise ArgumentError("byteorder", byteorder, f"contradicts dtype {dtype!r}", "leave one of the two out")
    return ordered


def _checked_sizes(
    path: Path, shape: object, numbers: Numbers, kind: "np.dtype[Any]", offset: int, axes: object
) -> Numbers:
    """Return the sizes with the number of frames, or raise an error if the file has another size."""
    size = path.stat().st_size
    if not size:
        raise ArgumentError("path", path, "is empty (0 bytes)", "copy it again", subject=str(path))
    if offset >= size:
        problem = f"is beyond the end of {path}, which has {counted(size, 'byte')}"
        raise ArgumentError("offset", offset, problem, f"give a number in 0..{size - 1}")
    is_open = len(numbers) == 2
    if is_open and axes is not None:
        raise ArgumentError("shape", shape, "leaves the number of frames open", "give a size for each letter of axes")
    letters = axes.upper() if isinstance(axes, str) else "T"
    time = letters.index("T") if "T" in letters and len(letters) == len(numbers) else 0
    rest = numbers if is_open else numbers[:time] + numbers[time + 1 :]
    frame_bytes = math.prod(rest) * kind.itemsize
    frames, over = divmod(size - offset, frame_bytes)
    sizes = (frames, *numbers) if is_open else numbers
    if over == 0 and frames and sizes[time] == frames:
        return sizes
    fitting = (*sizes[:time], frames, *sizes[time + 1 :])
    total = offset + math.prod(numbers) * kind.itemsize
    reason = "does not fit, because" if is_open else f"needs {total} bytes of {kind.name}, but"
    remainder = f" and {counted(over, 'byte')} over" if over else ""
    problem = f"{reason} {path} has {counted(size, 'byte')}, which are {counted(frames, 'frame')}{remainder}"
    cure, keyword = _cure(fitting, frames, over, offset, 0 if is_open else size - total)
    raise ArgumentError("shape", shape, problem, cure, keyword=keyword)


def _cure(fitting: Numbers, frames: int, over: int, offset: int, more: int) -> tuple[str, str | None]:
    """Return what would fit the file, and the option that the advice gives; `more` bytes are beyond the given sizes."""
    listed = ",".join(map(str, fitting))
    if not frames:
        return "give smaller sizes, or another type of pixels", None
    if not over:
        return f"give shape={listed!r}", "shape"
    if more > 0:
        return f"give offset={offset + more}, if the file begins with a header of that many bytes", "offset"
    start = f"give offset={offset + over}, if these bytes are a header"
    return f"{start}, and the sizes {listed!r}" if more else start, "offset"
