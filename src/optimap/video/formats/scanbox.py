"""Scanbox ``.sbx``: 16-bit samples of a two-photon microscope, and a ``.mat`` file next to it with the header ``info``.

Samples are stored as 65535 minus the value, the channels of a pixel side by side, and the planes of a volume as frames
one after the other. The file is mapped; values are turned upright as they are read. Columns at the edge in which the
digitizer was not ready are kept, because their number is not stated.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError
from ..._files import check_matlab, reading
from ..._reading import release
from ..axes import channel_number, numbered
from ..checks import check_file_size, noted_number
from ..recording import Recording
from ..units import MM, interval
from .matlab import is_matlab_hdf5
from .micam05 import companion

HIGHEST = 2**16 - 1
CHANNELS = {1: 2, 2: 1, 3: 1}  # before version 3: a code for both detectors, the first, the second
PER_SWING = {0.0: 2, 1.0: 1}  # lines that the mirror draws, by the entry scanmode


class InvertedFrames:
    """Frames stored as the highest value minus the value, with the values of all channels side by side."""

    def __init__(self, samples: NDArray[np.uint16]) -> None:
        self._samples = samples
        self.shape: tuple[int, int, int] = (samples.shape[0], samples.shape[1], samples.shape[2])
        self.dtype = np.dtype(np.uint16)

    def read(self, frames: range) -> NDArray[np.uint16]:
        """Return a range of frames."""
        block = self._samples[frames.start : frames.stop : frames.step]
        result = np.subtract(HIGHEST, block, dtype=np.uint16)
        release(block)
        return result

    def close(self) -> None:
        """Do nothing: memory maps close themselves."""


def open_recording(path: Path, channel: object = None, z: object = None) -> Recording:
    """Open a Scanbox recording."""
    header_path = companion(path, ".mat")
    info = _read_info(header_path)
    rows, columns, channels, planes = _sizes(header_path, info)
    chosen = channel_number(path, channel, channels)
    plane = numbered(path, z, planes, "z", "plane")
    stored = _count_frames(path, info, (rows, columns, channels))
    samples = np.memmap(path, "<u2", mode="r", shape=(stored, rows, columns, channels))
    return Recording(
        InvertedFrames(samples[plane::planes, :, :, chosen]),
        path=path,
        format="Scanbox",
        fps=_rate(info, rows, planes),
        pixel_size=interval(info.get("dxcal"), "µm", MM) or None,
        metadata=_entries(info),
    )


def _read_info(path: Path) -> dict[str, Any]:
    """Return the header as nested dictionaries."""
    from scipy.io import loadmat

    if is_matlab_hdf5(path):
        cure = "load it in MATLAB, and save its variable info as version 7"
        raise ArgumentError("path", path, "is of version 7.3", cure, subject=str(path))
    with reading(path, "scipy", "cannot be read as the header of a Scanbox recording", "copy it again"):
        check_matlab(path, ["info"])
        info: dict[str, Any] = dict(loadmat(path, variable_names=["info"], simplify_cells=True)["info"])
    return info


def _sizes(path: Path, info: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return rows, columns, channels and planes."""
    size = [noted_number(number) or 0 for number in np.ravel(info.get("sz", ()))]
    rows, columns = (int(number) for number in size) if len(size) == 2 else (0, 0)
    detectors = info["chan"].get("nchan") if isinstance(info.get("chan"), dict) else None
    code = noted_number(info.get("channels"))
    channels = int(noted_number(detectors) or CHANNELS.get(int(code or 0), 0))
    if not (rows and columns and channels):
        problem = "does not state the number of rows, columns and channels (sz, channels, chan), as Scanbox writes them"
        raise ArgumentError("path", path, problem, "copy it again", subject=str(path))
    # A lens of variable focus visits the planes in turn.
    levels = max(np.size(info.get("otwave", ())), len(np.atleast_1d(info.get("etl_table", ()))))
    volscan = info.get("volscan", levels > 1)
    return rows, columns, channels, max(1, levels) if np.isscalar(volscan) and volscan else 1


def _count_frames(path: Path, info: dict[str, Any], shape: tuple[int, int, int]) -> int:
    """Return the number of stored frames, or raise an error if the file ends within one, or has others than stated."""
    rows, columns, channels = shape
    frame_bytes = 2 * rows * columns * channels
    size = path.stat().st_size
    last = noted_number(info.get("max_idx"))
    frames = -(-size // frame_bytes) if last is None else int(last) + 1
    of = f"of {columns} x {rows} pixels" + (f" and {channels} channels" if channels > 1 else "")
    check_file_size(path, max(1, frames) * frame_bytes, f"{max(1, frames)} frames {of}")
    return frames


def _rate(info: dict[str, Any], rows: int, planes: int) -> float | None:
    """Return frames per second: the mirror draws a line with each swing, or two if it also draws on its way back."""
    swings = noted_number(info.get("resfreq"))
    config = info.get("config")
    lines = noted_number(config.get("lines")) if isinstance(config, dict) else None
    mode = info.get("scanmode")
    per_swing = PER_SWING.get(float(mode)) if isinstance(mode, (int, float, np.number)) else None
    return None if swings is None or per_swing is None else per_swing * swings / (lines or rows) / planes


def _entries(info: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of the header that are a number or text, those of its parts under ``part.entry``."""
    found = {"sz": np.ravel(info["sz"]).tolist()}
    for name, value in info.items():
        inner = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {name: value}
        found |= {key: part for key, part in inner.items() if isinstance(part, (int, float, str))}
    return found
