"""SciMedia MiCAM ULTIMA: a text header ``.rsh``, a background ``.rsm`` and blocks of differences ``.rsd``."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError, Array, MissingFileError
from ..._reading import release
from ..checks import check_file_size
from ..recording import Recording
from .micam05 import companion, header_number, refuse_missing

SECONDS = {"nsec": 1e-9, "usec": 1e-6, "msec": 1e-3, "sec": 1.0}


class BlockFrames:
    """Frames in several files with the same number of frames each, as differences from a background."""

    def __init__(self, blocks: list[Array], background: Array, frames: int, columns: slice) -> None:
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
        """Do nothing: memory maps close themselves."""


def open_recording(path: Path) -> Recording:
    """Open a MiCAM ULTIMA recording by any of its files."""
    header_path = _find_header(path)
    layout, header, files = _read_header(header_path)
    width, height, per_block = (header_number(layout, key, header_path, int) for key in ("x", "y", "blk"))
    frames = header_number(header, "page_frames", header_path, int)
    left, right = (int(layout.get(key, 0)) for key in ("lskp", "rskp"))
    if left + right >= width:
        problem = f"has lskp = {left} and rskp = {right}, which leave none of the {width} columns"
        raise ArgumentError("path", path, problem, "repair the header", subject=str(header_path))
    background_file, blocks = _check_files(path, header_path, files, -(-frames // per_block))
    check_file_size(background_file, 2 * width * height, f"one frame of {width} x {height}")
    background = np.fromfile(background_file, "<u2").reshape(height, width)
    memory_maps = _map_blocks(blocks, frames, per_block, (height, width))
    source = BlockFrames(memory_maps, background, frames, slice(left, width - right))
    fps = _rate(header.get("sample_time", ""), header_path)
    return Recording(source, path=path, format="MiCAM ULTIMA", fps=fps, metadata={**layout, **header})


def _check_files(path: Path, header_path: Path, files: list[Path], needed: int) -> tuple[Path, list[Path]]:
    """Return the background and the blocks, or raise an error if files are missing."""
    backgrounds = [file for file in files if file.suffix.lower() == ".rsm"]
    blocks = [file for file in files if file.suffix.lower() == ".rsd"]
    if len(backgrounds) != 1 or len(blocks) != needed:
        raise ArgumentError(
            "path",
            path,
            f"lists {len(backgrounds)} .rsm and {len(blocks)} .rsd files, but its frames need 1 and {needed}",
            "copy the recording again, or repair its header",
            subject=str(header_path),
        )
    for file in (*backgrounds, *blocks):
        if not file.exists():
            refuse_missing(path, file, header_path.name)
    return backgrounds[0], blocks


def _map_blocks(files: list[Path], frames: int, per_block: int, shape: tuple[int, int]) -> list[Array]:
    """Map the blocks; the camera may pad the last file with frames after the end of the recording."""
    height, width = shape
    memory_maps: list[Array] = []
    for i, file in enumerate(files):
        left_over = min(per_block, frames - i * per_block)
        stored = left_over if file.stat().st_size == 2 * left_over * width * height else per_block
        check_file_size(file, 2 * stored * width * height, f"{stored} frames of {width} x {height}")
        memory_maps.append(np.memmap(file, "<i2", mode="r", shape=(stored, height, width)))
    return memory_maps


def _find_header(path: Path) -> Path:
    """Return the header that a file of a recording belongs to."""
    if path.suffix.lower() != ".rsd":
        return companion(path, ".rsh")
    # Try headers with a similar name first, so that a damaged header of another recording does no harm.
    headers = sorted(path.parent.glob("*.[rR][sS][hH]"), key=lambda header: not path.name.startswith(header.stem))
    for header in headers:
        if path in _read_header(header)[2]:
            return header
    raise MissingFileError(
        "path", path, "is not listed in any .rsh header next to it", "copy its header there, too", subject=str(path)
    )


def _read_header(path: Path) -> tuple[dict[str, str], dict[str, str], list[Path]]:
    """Return the sensor's layout, the other entries, and the files of the recording."""
    lines = [line.strip() for line in path.read_text(encoding="latin-1").splitlines()]
    if "Data-File-List" not in lines:
        problem = "has no line 'Data-File-List', so it is not a complete header"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    end = lines.index("Data-File-List")
    layout = dict(re.findall(r"/(\w+)=([^/\s]+)", "\n".join(line for line in lines[:end] if line.startswith("//"))))
    entries = [line.split("=", 1) for line in lines[:end] if "=" in line and not line.startswith("//")]
    return (
        layout,
        {key.strip(): value for key, value in entries},
        [path.parent / line for line in lines[end + 1 :] if line],
    )


def _rate(sample_time: str, path: Path) -> float | None:
    """Return frames per second for a time between frames such as ``2.0msec``."""
    match = re.fullmatch(r"\s*([\d.]+)\s*([a-z]+)\s*", sample_time)
    if not match or match[2] not in SECONDS or not float(match[1]) > 0:
        problem = f"has sample_time = {sample_time!r}, which is not a time such as '2.0msec'"
        raise ArgumentError("path", path, problem, "copy the recording again, or repair its header", subject=str(path))
    # Divide before scaling: 1 / 0.002 is exact, 1 / (2.0 * 0.001) may not be.
    return round(1 / SECONDS[match[2]]) / float(match[1])
