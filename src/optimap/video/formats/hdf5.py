"""HDF5: the dataset chosen by the option ``dataset``, or the only 3-D one; frames are along its first axis."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._base import ArgumentError, VideoLike, import_extra
from ...kernels import in_background
from ..checks import noted_number
from ..chunked import DatasetFrames, choose
from ..recording import Recording
from ..writing import frame_blocks

if TYPE_CHECKING:
    import h5py

DAMAGED = (OSError,)  # raised by h5py for damaged chunks


def open_file(path: Path) -> "h5py.File":
    """Open an HDF5 file for reading, or raise an error that says what is wrong with it."""
    h5py = import_extra("h5py", "hdf5", f"{path.name} and other HDF5 files")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise ArgumentError(
            "path",
            path,
            f"cannot be read as HDF5 and may be truncated ({error})",
            "copy the recording again",
            subject=str(path),
        ) from error


def numeric_datasets(file: "h5py.File") -> dict[str, tuple[int, ...]]:
    """Return name -> shape of all datasets of real numbers in a file."""
    found: dict[str, tuple[int, ...]] = {}

    def visit(name: str, item: "h5py.Dataset") -> None:
        if getattr(item, "ndim", 0) >= 2 and item.dtype.kind in "biuf":  # groups and types have no ndim
            found[name] = tuple(item.shape)

    file.visititems(visit)
    return found


def open_recording(path: Path, dataset: str | None = None) -> Recording:
    """Open an HDF5 file."""
    file = open_file(path)
    try:
        chosen = file[choose(path, numeric_datasets(file), dataset, "dataset")]
        metadata = {**_attributes(file), **_attributes(chosen)}
        return Recording(
            DatasetFrames(path, chosen, file.close, DAMAGED) if chosen.ndim == 3 else chosen,
            path=path,
            format="HDF5",
            fps=noted_number(metadata.get("fps")),
            pixel_size=noted_number(metadata.get("pixel_size")),
            metadata=metadata,
        )
    except BaseException:
        file.close()
        raise


def _attributes(item: "h5py.File | h5py.Dataset") -> dict[str, Any]:
    """Return attributes, with single values as Python's own types."""
    return {
        key: value.item() if np.ndim(value) == 0 and hasattr(value, "item") else value
        for key, value in item.attrs.items()
    }


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Accept every real dtype."""


def save(path: Path, video: VideoLike, fps: float | None, made: str | None = None) -> None:
    """Write the video as dataset ``video``, the frame rate as its attribute ``fps``."""
    h5py = import_extra("h5py", "hdf5", ".h5 files")
    with h5py.File(path, "w") as file:
        dtype = np.dtype(video.dtype).newbyteorder("=")
        # Every pixel is written, so HDF5 need not fill the file with zeros first, which Ctrl-C could not interrupt.
        dataset = file.create_dataset("video", tuple(video.shape), dtype, fill_time="never")
        dataset.attrs["axes"] = "TYX"
        if fps is not None:
            dataset.attrs["fps"] = fps
        if made is not None:
            dataset.attrs["made"] = made
        start = 0
        with in_background() as submit:
            for block in frame_blocks(video):
                submit(dataset.__setitem__, slice(start, start + len(block)), block)
                start += len(block)
