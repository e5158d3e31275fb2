"""suite2p's ``data.bin``: int16 frames after registration, memory-mapped; sizes and rate are in files beside it.

These are ``ops.npy`` or, from newer versions, ``db.npy`` and ``settings.npy``: pickled dicts, of which only plain data
is loaded. The regions that suite2p finds are read in `_regions`.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ..._base import ArgumentError
from ..._regions import plain, read_objects
from ..checks import check_file_size, counted, noted_number
from ..recognise import SUITE2P_SETTINGS
from ..recording import Recording

KEPT = ("Ly", "Lx", "nframes", "fs", "nplanes", "nchannels", "tau")
LATER = "settings.npy"  # newer versions have the rate there


def open_recording(path: Path) -> Recording:
    """Open a file of frames that suite2p wrote."""
    beside = next(path.with_name(name) for name in SUITE2P_SETTINGS if path.with_name(name).is_file())
    settings = _settings(beside)
    later = path.with_name(LATER)
    if "fs" not in settings and later.is_file():
        settings = {**_settings(later), **settings}
    height, width, frames = (_whole(settings.get(name)) for name in ("Ly", "Lx", "nframes"))
    if not height or not width:
        problem = f"does not state the size of a frame (Ly, Lx), which {path.name} needs"
        cure = "copy both files again, or run suite2p again"
        raise ArgumentError("path", path, problem, cure, subject=str(beside))
    frame_bytes = 2 * height * width
    if not frames:
        frames, over = divmod(path.stat().st_size, frame_bytes)
        if over or not frames:
            problem = f"is truncated (frames of {width} x {height} pixels take {frame_bytes} bytes each)"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    what = f"{counted(frames, 'frame')} of {width} x {height} pixels by {beside.name}"
    check_file_size(path, frames * frame_bytes, what)
    pixels = np.memmap(path, "<i2", mode="r", shape=(frames, height, width))
    metadata = {name: settings[name] for name in KEPT if noted_number(settings.get(name))}
    return Recording(pixels, path=path, format="suite2p", fps=noted_number(settings.get("fs")), metadata=metadata)


def _settings(path: Path) -> dict[str, Any]:
    """Return the dict in a settings file."""
    stored = read_objects(path, "path")
    loaded = stored.item() if stored.shape == () else None
    if not isinstance(loaded, dict):
        problem = "does not hold the settings of suite2p"
        raise ArgumentError("path", path, problem, "copy the file again", subject=str(path))
    return {str(name): plain(value) for name, value in loaded.items()}


def _whole(value: object) -> int:
    """Return a positive whole number, 0 for anything else."""
    number = noted_number(value)
    return int(number) if number is not None and number.is_integer() else 0
