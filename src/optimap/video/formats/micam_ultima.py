"""SciMedia MiCAM ULTIMA: a text header ``.rsh``, a background ``.rsm`` and blocks of differences ``.rsd``.

Columns at the sides hold no light and are dropped; those at the left hold an analog input. The camera may store the
background itself as the first frame, which is left out. Frames of two cameras may alternate, of which the second has no
other background; the header does not say so for certain. Headers of the program UltimaAcq state neither the layout of
the sensor, which is that of the camera, nor how many frames a block holds, which is known from its size.
"""

import re
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError, Array, MissingFileError
from ..._files import file_beside, in_any_case, refuse_special
from ..._reading import check_whole, release, watch
from ..checks import check_file_size
from ..recording import Recording
from .micam05 import analog_signals, companion, header_number, header_text, refuse_missing, step_rate

ALL, CAMERAS = "all", 2
# A stored background differs from the background file by noise; a difference to it is small beside it.
FAR_NEARER = 10
# The camera's columns, and those at the left and at the right that hold no light.
LAYOUT = {"x": "128", "lskp": "20", "rskp": "8"}
MOST_DIGITS = 99  # of a number of columns
# Where public readers find the samples of the analog input: in the columns at the left of the first rows.
ANALOG_ROWS, ANALOG_STEP = 4, 4


class BlockFrames:
    """Frames in several files with the same number of frames each, as differences from a background.

    `pages` are the stored frames that are read, an increasing range.
    """

    def __init__(self, blocks: list[Array], background: Array, pages: range, columns: slice) -> None:
        self._blocks, self._background, self._columns = blocks, background[:, columns], columns
        self._per_block, self._pages = len(blocks[0]), pages
        self.shape = (len(pages), *self._background.shape)
        self.dtype = np.dtype(np.uint16)

    def read(self, frames: range) -> NDArray[np.uint16]:
        """Return a range of frames."""
        wanted = self._pages[frames.start : frames.stop : frames.step]
        result = np.empty((len(wanted), *self.shape[1:]), np.uint16)
        done = 0
        while done < len(wanted):
            number, first = divmod(wanted[done], self._per_block)
            here = range(first, self._per_block, wanted.step)[: len(wanted) - done]
            stored = self._blocks[number][here.start : here.stop : here.step, :, self._columns]
            result[done : done + len(here)] = self._background + stored.view(np.dtype("<u2"))
            release(stored)
            done += len(here)
        return result

    def close(self) -> None:
        """Do nothing: memory maps close themselves."""


def open_recording(path: Path, channel: object = None) -> Recording:
    """Open a MiCAM ULTIMA recording by any of its files."""
    header_path = _find_header(path)
    layout, header, names = _read_header(header_path)
    if "DataYsize" in header and not layout:
        layout, header["page_frames"] = _layout_of_files(path, header_path, header, names), header["frame_number"]
    width, height, per_block = (header_number(layout, key, header_path, int) for key in ("x", "y", "blk"))
    frames = header_number(header, "page_frames", header_path, int)
    columns = _lit_columns(layout, width, header_path)
    camera = _find_camera(path, header.get("dual_cam", ""), channel)
    background_file, blocks = _check_files(path, header_path, names, -(-frames // per_block))
    check_file_size(background_file, 2 * width * height, f"one frame of {width} x {height}")
    background = np.fromfile(background_file, "<u2").reshape(height, width)
    memory_maps = _map_blocks(blocks, frames, per_block, (height, width))
    pages = range(frames) if camera is None else range(camera, frames, CAMERAS)
    metadata = {**layout, **header}
    own = _own_background(memory_maps, pages, columns) if camera else None
    if own is not None or _begins_with_background(memory_maps, pages, background, columns):
        pages, background = pages[1:], background if own is None else own
        metadata["first frame"] = "left out, because it is the background itself"
    fps = step_rate(header.get("sample_time", ""))
    # UltimaAcq notes the time between two frames of a camera, by all public readers; about others, they disagree.
    step = 1 if "DataYsize" in header else pages.step
    if step > 1:
        metadata["rate of each camera"] = "half of what the header states; some programs take it for the whole"
    camera_fps, analog = None if fps is None else fps / step, {}
    if columns.start:
        inputs = slice(0, columns.start, ANALOG_STEP)
        per_frame = min(ANALOG_ROWS, height) * len(range(width)[inputs])
        read = partial(_read_analog, blocks, frames, per_block, (height, width), pages, inputs)
        analog = analog_signals([read], per_frame * len(pages), camera_fps, per_frame)
        metadata["analog"] = "found as by other programs, and not verified with a recording of a known signal"
    return Recording(
        BlockFrames(memory_maps, background, pages, columns),
        path=path,
        format="MiCAM ULTIMA",
        fps=camera_fps,
        metadata=metadata,
        analog=analog,
    )


def _layout_of_files(path: Path, header_path: Path, header: dict[str, str], names: list[str]) -> dict[str, str]:
    """Return the layout of a recording of UltimaAcq; its entry DataXsize may be twice the number of columns."""
    rows, frames = (header_number(header, key, header_path, int) for key in ("DataYsize", "frame_number"))
    blocks = _files_beside(path, header_path, names, ".rsd")
    # Only the last block may be shorter.
    sizes = [file.stat().st_size for file in map(in_any_case, blocks[:2]) if file.is_file()]
    per_block = max(sizes) // (2 * int(LAYOUT["x"]) * rows) if sizes else -(-frames // max(1, len(blocks)))
    return LAYOUT | {"y": str(rows), "blk": str(max(1, per_block))}


def _read_analog(
    files: list[Path], frames: int, per_block: int, shape: tuple[int, int], pages: range, inputs: slice
) -> Array:
    """Return the samples of the analog input, row by row of each frame; they are no differences to the background."""
    memory_maps = _map_blocks(files, frames, per_block, shape)
    watched = [watch(block) for block in memory_maps]
    rows = [block[:, :ANALOG_ROWS] for block in memory_maps]
    samples = BlockFrames(rows, np.zeros(rows[0].shape[1:], np.uint16), pages, inputs).read(range(len(pages)))
    check_whole(*watched)
    return samples.view(np.int16).reshape(-1)


def _lit_columns(layout: dict[str, str], width: int, header_path: Path) -> slice:
    """Return the columns of the image, without those at the sides, which hold no light."""
    skipped = []
    for key in ("lskp", "rskp"):
        text = layout.get(key, "0")
        if not text.isdecimal() or len(text) > MOST_DIGITS:  # Python refuses to read thousands of digits
            problem, cure = f"has {key} = {text[:20]!r}, which is not a number of columns", "repair the header"
            raise ArgumentError("path", header_path, problem, cure, subject=str(header_path))
        skipped.append(int(text))
    left, right = skipped
    if left + right >= width:
        problem = f"has lskp = {left} and rskp = {right}, which leave none of the {width} columns"
        raise ArgumentError("path", header_path, problem, "repair the header", subject=str(header_path))
    return slice(left, width - right)


def _find_camera(path: Path, dual_cam: str, channel: object) -> int | None:
    """Return the camera whose frames are read, None for all frames; raise an error if it is not clear."""
    if dual_cam.strip() in ("", "0"):
        if channel not in (None, 0, ALL) or isinstance(channel, bool):
            problem = f"is not in {path}, which is a recording of one camera"
            raise ArgumentError("channel", channel, problem, "leave channel out")
        return None
    if channel is None:
        problem = f"may hold frames of two cameras in turn, because its header has dual_cam = {dual_cam.strip()}"
        cure = f"choose one of two cameras with channel=, from 0 to 1, or {ALL!r} if there was only one"
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="channel")
    if channel == ALL:
        return None
    if isinstance(channel, bool) or channel not in (0, 1):
        raise ArgumentError.must_be("channel", channel, f"0 or 1 (one of two cameras) or {ALL!r} (a single camera)")
    return int(channel)


def _own_background(blocks: list[Array], pages: range, columns: slice) -> NDArray[np.uint16] | None:
    """Return the background of the second camera, which is its first frame; None if that is a difference as the others.

    The background in a file of its own is that of the first camera.
    """
    if len(pages) < 2:
        return None
    first, second = (np.array(blocks[i // len(blocks[0])][i % len(blocks[0])]) for i in pages[:2])
    far, near = (np.abs(stored[:, columns].astype(float)).sum() for stored in (first, second))
    return first.view("<u2") if FAR_NEARER * near < far else None


def _begins_with_background(blocks: list[Array], pages: range, background: Array, columns: slice) -> bool:
    """Whether the first frame is not a difference to the background, but the background itself.

    Added to the background, it would be a spike at the beginning of every trace.
    """
    if not pages:
        return False
    number, first = divmod(pages[0], len(blocks[0]))
    stored = np.array(blocks[number][first, :, columns])
    from_background = stored - background[:, columns].view("<i2")  # modulo 2**16
    far, near = (np.abs(values.astype(float)).sum() for values in (stored, from_background))
    return bool(FAR_NEARER * near < far)


def _check_files(path: Path, header_path: Path, names: list[str], needed: int) -> tuple[Path, list[Path]]:
    """Return the background and the blocks, or raise an error if files are missing."""
    backgrounds, blocks = (_files_beside(path, header_path, names, suffix) for suffix in (".rsm", ".rsd"))
    if len({file.name.lower() for file in blocks}) < len(blocks):
        problem, cure = "lists a .rsd file twice", "copy the recording again, or repair its header"
        raise ArgumentError("path", path, problem, cure, subject=str(header_path))
    if len(backgrounds) != 1 or len(blocks) != needed:
        raise ArgumentError(
            "path",
            path,
            f"lists {len(backgrounds)} .rsm and {len(blocks)} .rsd files, but its frames need 1 and {needed}",
            "copy the recording again, or repair its header",
            subject=str(header_path),
        )
    found = []
    for file in map(in_any_case, (*backgrounds, *blocks)):
        if not file.exists():
            refuse_missing(path, file, header_path.name)
        refuse_special(file)
        found.append(file)
    return found[0], found[1:]


def _files_beside(path: Path, header_path: Path, names: list[str], suffix: str) -> list[Path]:
    """Return the files with a suffix that the header lists, as it writes them."""
    return [file_beside(header_path, name, path) for name in names if name.lower().endswith(suffix)]


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
    found = (file for file in path.parent.glob("*.[rR][sS][hH]") if file.is_file())  # a pipe would wait for ever
    headers = sorted(found, key=lambda header: not path.name.startswith(header.stem))
    for header in headers:
        if path.name.lower() in (name.lower() for name in _read_header(header)[2]):
            return header
    raise MissingFileError(
        "path", path, "is not listed in any .rsh header next to it", "copy its header there, too", subject=str(path)
    )


def _read_header(path: Path) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return the sensor's layout, the other entries, and the names of the files of the recording."""
    lines = [line.strip() for line in header_text(path).splitlines()]
    if "Data-File-List" not in lines:
        problem = "has no line 'Data-File-List', so it is not a complete header"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    end = lines.index("Data-File-List")
    layout = dict(re.findall(r"/(\w+)=([^/\s]+)", "\n".join(line for line in lines[:end] if line.startswith("//"))))
    entries = [line.split("=", 1) for line in lines[:end] if "=" in line and not line.startswith("//")]
    return layout, {key.strip(): value for key, value in entries}, [line for line in lines[end + 1 :] if line]
