"""MATLAB ``.mat``: versions 4 to 7 through SciPy, version 7.3 as the HDF5 file that it is.

MATLAB users keep time last (rows, columns, frames), Python users first. A file that we wrote says its order in a
variable ``axes``; elsewhere the last axis is time where it is the longest of the three, else the first; the option
``axes`` overrules. Version 7.3 stores axes in reverse.
"""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._recording import Recording
from .._save import frame_blocks, unsupported
from . import hdf5

NUMERIC = {"double", "single", "logical"} | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
DAMAGED = (ValueError, TypeError, OSError, EOFError, IndexError, KeyError, zlib.error)


class LoadedFrames:
    """A variable of a version 5 file, which can only be read whole: when the first frame is asked for."""

    def __init__(self, path: Path, name: str, shape: tuple[int, ...], dtype: Any, order: tuple[int, int, int]) -> None:
        self._path, self._name, self._order = path, name, order
        self._array: NDArray[Any] | None = None
        self.shape = (shape[order[0]], shape[order[1]], shape[order[2]])
        self.dtype = np.dtype(dtype)

    def read(self, frames: range) -> NDArray[Any]:
        """Return a range of frames."""
        if self._array is None:
            self._array = np.transpose(_load(self._path, [self._name])[self._name], self._order)
        block = self._array[frames.start : frames.stop : frames.step]
        return np.asarray(block, block.dtype.newbyteorder("="))

    def close(self) -> None:
        """Let go of the array."""
        self._array = None


def open_recording(path: Path, fieldname: str | None = None, axes: str | None = None) -> Recording:
    """Open a ``.mat`` file."""
    if axes is not None and sorted(str(axes)) != ["T", "X", "Y"]:
        raise ValueError(f"axes = {axes!r}: give the order of the letters T (time), Y (rows), X (columns), as in 'YXT'")
    with open(path, "rb") as file:
        start = file.read(128)
    is_hdf5 = start.startswith((b"MATLAB 7.3", b"\x89HDF"))
    return (_open_hdf5 if is_hdf5 else _open_classic)(path, fieldname, axes)


def time_order(shape: tuple[int, ...], axes: str | None) -> tuple[int, int, int]:
    """Return the places of time, rows and columns among the axes."""
    if axes is None:
        axes = "YXT" if shape[2] > max(shape[:2]) else "TYX"
    return axes.index("T"), axes.index("Y"), axes.index("X")


def _choose(path: Path, shapes: dict[str, tuple[int, ...]], fieldname: str | None) -> str:
    if fieldname is None and "cmosData" in shapes:  # files of the program Rhythm hold other arrays too
        return "cmosData"
    name = hdf5.choose(path, shapes, fieldname, "fieldname")
    if len(shapes[name]) != 3:
        raise ValueError(f"{path}: {name} has shape {shapes[name]}; a recording has three axes")
    return name


def _open_classic(path: Path, fieldname: str | None, axes: str | None) -> Recording:
    from scipy.io import whosmat

    try:
        listed = whosmat(path)
    except DAMAGED as error:
        raise ValueError(f"{path} cannot be read as a MATLAB file, it may be truncated: {error}") from error
    shapes = {name: tuple(shape) for name, shape, kind in listed if kind in NUMERIC and len(shape) >= 3}
    name = _choose(path, shapes, fieldname)
    kind = next(kind for known, _, kind in listed if known == name)
    dtype = {"double": "f8", "single": "f4", "logical": "u1"}.get(kind, kind)
    notes = _load(path, [key for key, _, _ in listed if key in ("axes", "fps")])
    if axes is None and "axes" in notes:
        axes = str(np.squeeze(notes["axes"]))
    frames = LoadedFrames(path, name, shapes[name], dtype, time_order(shapes[name], axes))
    fps = float(np.squeeze(notes["fps"])) if "fps" in notes else None
    metadata = {"fieldname": name, "variables": [key for key, _, _ in listed]}
    return Recording(frames, path=path, format="MATLAB 5", fps=fps, metadata=metadata)


def _load(path: Path, names: list[str]) -> dict[str, Any]:
    if not names:
        return {}
    from scipy.io import loadmat

    try:
        loaded: dict[str, Any] = loadmat(path, variable_names=names)
    except DAMAGED as error:
        raise ValueError(f"{path} cannot be read as a MATLAB file, it may be truncated: {error}") from error
    return {name: loaded[name] for name in names}


def _open_hdf5(path: Path, fieldname: str | None, axes: str | None) -> Recording:
    file = hdf5.open_file(path)
    try:
        found = hdf5.numeric_datasets(file)
        shapes = {key: shape[::-1] for key, shape in found.items() if not key.startswith("#refs#") and len(shape) >= 3}
        name = _choose(path, shapes, fieldname)
        if axes is None and "axes" in file:  # MATLAB keeps text as numbers
            axes = "".join(map(chr, np.ravel(file["axes"][()])))
        time, row, column = time_order(shapes[name], axes)
        order = (2 - time, 2 - row, 2 - column)  # reversed on disk
        fps = float(np.ravel(file["fps"][()])[0]) if "fps" in file else None
        metadata = {"fieldname": name, "variables": list(file.keys())}
        frames = hdf5.DatasetFrames(file, file[name], order)
        return Recording(frames, path=path, format="MATLAB 7.3", fps=fps, metadata=metadata)
    except BaseException:
        file.close()
        raise


def check_dtype(dtype: "np.dtype[Any]") -> None:
    """Integers, float32 and float64 will do."""
    if dtype.kind not in "iuf" or dtype.itemsize not in (1, 2, 4, 8) or dtype == np.float16:
        raise unsupported(dtype, ".mat", "integers, float32 and float64")


def save(path: Path, video: Any, fps: float | None) -> None:
    """Write a version 5 file with the variables ``video``, ``axes`` and, where known, ``fps``."""
    from scipy.io import savemat

    nbytes = int(np.prod(video.shape)) * np.dtype(video.dtype).itemsize
    if nbytes >= 2**31:
        raise ValueError(f"{nbytes} bytes do not fit a .mat file of version 5 (2 GB): save as .h5, which MATLAB reads")
    variables = {"video": np.concatenate(list(frame_blocks(video))), "axes": "TYX"}
    savemat(path, variables if fps is None else {**variables, "fps": fps}, appendmat=False)
