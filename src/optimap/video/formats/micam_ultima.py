"""SciMedia MiCAM ULTIMA: a text header ``.rsh``, a background ``.rsm`` and blocks of differences ``.rsd``."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._reading import release
from ..recording import Recording, check_file_size
from .micam05 import companion, header_number

SECONDS = {"nsec": 1e-9, "usec": 1e-6, "msec": 1e-3, "sec": 1.0}


class BlockFrames:
    """Frames in several files of equal numbers of frames, as differences to a background."""

    def __init__(self, blocks: list[NDArray[Any]], background: NDArray[Any], frames: int, columns: slice) -> None:
        self._blocks, self._background, self._columns = blocks, background[:, columns], columns
        self._per_block = len(blocks[0])
        self.shape = (frames, *self._background.shape)
        self.dtype = np.dtype(np.uint16)

    def read(self, frames: range) -> NDArray[np.uint16]:
        """Return a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), np.uint16)
        for number, block in enumerate(self._blocks):
            first = number * self._per_block
            here = [i for i, t in enumerate(frames) if first <= t < first + self._per_block]
            if here:
                part = slice(here[0], here[-1] + 1)
                inside = range(frames[here[0]] - first, frames[here[-1]] - first + 1, frames.step)
                stored = block[inside.start : inside.stop : inside.step, :, self._columns]
                result[part] = self._background + stored.view(np.dtype("<u2"))
                release(stored)
        return result

    def close(self) -> None:
        """Memory maps close themselves."""


def open_recording(path: Path) -> Recording:
    """Open a MiCAM ULTIMA recording by any of its files."""
    header_path = _find_header(path)
    layout, header, files = _read_header(header_path)
    width, height, per_block = (header_number(layout, key, header_path) for key in ("x", "y", "blk"))
    frames = header_number(header, "page_frames", header_path)
    left, right = (int(layout.get(key, 0)) for key in ("lskp", "rskp"))
    if left + right >= width:
        raise ValueError(f"{header_path}: lskp = {left} and rskp = {right} leave nothing of {width} columns")
    backgrounds = [file for file in files if file.suffix.lower() == ".rsm"]
    blocks = [file for file in files if file.suffix.lower() == ".rsd"]
    if len(backgrounds) != 1 or len(blocks) != -(-frames // per_block):
        raise ValueError(
            f"{header_path} lists {len(backgrounds)} .rsm and {len(blocks)} .rsd files: {frames} frames in blocks of "
            f"{per_block} need 1 and {-(-frames // per_block)}"
        )
    for file in (*backgrounds, *blocks):
        if not file.exists():
            raise FileNotFoundError(f"{file} is missing: the recording {header_path.name} needs it beside it")

    check_file_size(backgrounds[0], 2 * width * height, f"one frame of {width} x {height}")
    background = np.fromfile(backgrounds[0], "<u2").reshape(height, width)
    maps: list[NDArray[Any]] = []
    for i, file in enumerate(blocks):
        left_over = min(per_block, frames - i * per_block)
        stored = left_over if file.stat().st_size == 2 * left_over * width * height else per_block
        check_file_size(file, 2 * stored * width * height, f"{stored} frames of {width} x {height}")
        maps.append(np.memmap(file, "<i2", mode="r", shape=(stored, height, width)))
    source = BlockFrames(maps, background, frames, slice(left, width - right))
    fps = _rate(header.get("sample_time", ""), header_path)
    return Recording(source, path=path, format="MiCAM ULTIMA", fps=fps, metadata={**layout, **header})


def _find_header(path: Path) -> Path:
    if path.suffix.lower() != ".rsd":
        return companion(path, ".rsh")
    # Headers of its name first: a damaged one of another recording does no harm then.
    headers = sorted(path.parent.glob("*.[rR][sS][hH]"), key=lambda header: not path.name.startswith(header.stem))
    for header in headers:
        if path in _read_header(header)[2]:
            return header
    raise FileNotFoundError(f"no .rsh header beside {path} lists it: the recording needs its header")


def _read_header(path: Path) -> tuple[dict[str, str], dict[str, str], list[Path]]:
    """Return the sensor's layout, the other entries, and the files of the recording."""
    lines = [line.strip() for line in path.read_text(encoding="latin-1").splitlines()]
    if "Data-File-List" not in lines:
        raise ValueError(f"{path} has no line 'Data-File-List': it is not a complete header")
    end = lines.index("Data-File-List")
    layout = dict(re.findall(r"/(\w+)=([^/\s]+)", "\n".join(line for line in lines[:end] if line.startswith("//"))))
    entries = [line.split("=", 1) for line in lines[:end] if "=" in line and not line.startswith("//")]
    return (
        layout,
        {key.strip(): value for key, value in entries},
        [path.parent / line for line in lines[end + 1 :] if line],
    )


def _rate(sample_time: str, path: Path) -> float | None:
    match = re.fullmatch(r"\s*([\d.]+)\s*([a-z]+)\s*", sample_time)
    if not match or match[2] not in SECONDS or not float(match[1]) > 0:
        raise ValueError(f"{path}: sample_time = {sample_time!r} is not a time such as '2.0msec'")
    # Divided before it is scaled: 1 / 0.002 is exact, 1 / (2.0 * 0.001) need not be.
    return round(1 / SECONDS[match[2]]) / float(match[1])
