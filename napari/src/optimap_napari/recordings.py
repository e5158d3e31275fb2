"""Recordings as layers of napari: the reader that napari calls, and `add_recording`, which takes reading options.

The data of a layer is the `optimap.video.Recording` itself: napari asks it for one frame after the other, so that
opening reads nothing, and `extract_traces` reads it as fast as from a script. Nothing is decoded here.
"""

from collections.abc import Callable, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimap import ArgumentError, open_video
from optimap.video import FORMATS, Recording, other_formats

if TYPE_CHECKING:
    from napari.layers import Image
    from napari.viewer import Viewer

LayerData = tuple[Any, dict[str, Any], str]

AXES = ("frame", "y", "x")


def get_reader(path: str | Sequence[str]) -> Callable[[str | Sequence[str]], list[LayerData]] | None:
    """Return the function that reads a file or folder; None for other files, and for several paths as a stack."""
    paths = [path] if isinstance(path, (str, PathLike)) else list(path)
    if len(paths) != 1:
        return None
    one = Path(paths[0])
    known = {suffix for row in (*FORMATS, *other_formats()) for suffix in row.suffixes}
    return read if one.is_dir() or one.suffix.lower() in known else None


def read(path: str | Sequence[str]) -> list[LayerData]:
    """Return the layer of a recording, of which no frame is read yet."""
    one = path if isinstance(path, (str, PathLike)) else path[0]
    try:
        return [as_layer(open_video(one))]
    except ArgumentError as error:
        if error.keyword is None:
            raise
        # napari has no place for options, so the cure is where there is one.
        call = f"from optimap_napari import add_recording; add_recording(viewer, {fspath(one)!r}, {error.keyword}=...)"
        cure = f"{error.cure}; in napari's console: {call}"
        raise type(error)(error.argument, error.value, error.problem, cure, subject=error.subject) from error


def as_layer(recording: Recording) -> LayerData:
    """Return a recording as a layer: its name, its scale, and what is known of it as metadata."""
    known = {"fps": recording.fps, "pixel_size": recording.pixel_size, "path": str(recording.path)}
    metadata = {key: value for key, value in known.items() if value is not None} | {"header": recording.metadata}
    about: dict[str, Any] = {"name": recording.path.stem, "metadata": metadata, "rgb": False, "multiscale": False}
    about["axis_labels"] = AXES
    if recording.pixel_size is not None:
        about["scale"] = (1, recording.pixel_size, recording.pixel_size)
        about["units"] = ("pixel", "mm", "mm")  # of frames, there is no better unit
    return recording, about, "image"


def add_recording(viewer: "Viewer", path: str | PathLike[str], **options: Any) -> "Image":
    """Open a recording with the options of `optimap.open_video`, and add it to a viewer.

    Parameters
    ----------
    viewer : napari.Viewer
    path : path-like
    **options
        As for `optimap.open_video`: ``dataset="name"``, ``channel=1``, ``axes="YXT"`` and others.

    Returns
    -------
    napari.layers.Image
        Its data is the recording.

    Raises
    ------
    ValueError, OSError, ImportError
        As `optimap.open_video` does.
    """
    data, about, _ = as_layer(open_video(path, **options))
    return viewer.add_image(data, **about)
