"""Image files that hold a mask, labels or a stack: PNG, TIFF and ``.npy``; and overlays inside a TIFF of ImageJ.

What an array means is found in `kinds`. A TIFF is looked at before its pixels are read: one with a frame rate is a
recording, and one with an overlay, or a selection, is used for the outlines in it.
"""

from pathlib import Path
from typing import Any

import numpy as np

from .._base import ArgumentError, Array
from .._files import check_npy, reading
from .._images import open_png, png_pixels, read_directories, reading_image, series_pixels
from .file_request import Request
from .imagej import overlay_outlines
from .likeness import check_looks_like_labels, is_mask, recording_error
from .pickles import npy_shape
from .polygons import Outlines

SHAPES = "give masks and labels as images (H, W), stacks as (N, H, W)"
PROBLEM, SAVE_AGAIN = "cannot be read as a TIFF image, or is damaged", "save the image again"


def read_npy(path: Path, request: Request) -> Array:
    """Return the array in a ``.npy`` file."""
    name = request.name
    problem, cure = "cannot be read as a .npy file of numbers", "save an array of numbers with numpy.save"
    with reading(path, "numpy", problem, cure, argument=name):
        # Mapped if it may be a recording, which is refused before more than a few images are read.
        with open(path, "rb") as file:
            check_npy(file, path.stat().st_size, path, name)
        shape = npy_shape(path, name)
        mapped = len(shape) == 3 and 0 not in shape
        array: Array = np.load(path, allow_pickle=False, mmap_mode="r" if mapped else None)
    if array.ndim not in (2, 3) and array.shape != (2,):
        cure = f"{SHAPES}, positions (N, 2)"
        raise ArgumentError(name, path, f"has shape {array.shape}", cure, subject=str(path))
    return array


def read_png(path: Path, request: Request) -> Array:
    """Return the grey values of a PNG image; for a palette image, the palette indices, which are the labels."""
    problem = "cannot be read as a PNG image, or is damaged"
    with open_png(path, problem, SAVE_AGAIN, request.name) as image:
        if image.mode not in ("1", "L", "P", "I", "I;16", "F"):
            raise _colour_error(path, request.name, f" ({image.mode})")
        return png_pixels(image, path, problem, SAVE_AGAIN, request.name)


def read_tiff(path: Path, request: Request) -> Array | Outlines:
    """Return the overlay of a TIFF if it has one, else its grey values."""
    import tifffile

    with reading_image(path, request.name, PROBLEM, SAVE_AGAIN), tifffile.TiffFile(path) as file:
        directories = read_directories(path)
        if request.kind in (None, "imagej"):
            found = _overlay(file, path, request)
            if found is not None:
                return found
        if file.pages.first.photometric == tifffile.PHOTOMETRIC.RGB:
            _check_colours(file, path, request)
        if request.kind is None:
            _check_not_a_recording(file, path, request.name)
        image = series_pixels(file, directories)
    if image.ndim not in (2, 3):
        raise ArgumentError(request.name, path, f"has shape {image.shape}", SHAPES, subject=str(path))
    return image


def overlay_of(path: Path) -> list[str]:
    """Return the names of the outlines in the overlay of a TIFF of ImageJ; empty if there are none."""
    import tifffile

    if path.suffix.lower() not in (".tif", ".tiff") or not path.is_file():
        return []
    try:
        with reading_image(path, "path", PROBLEM, SAVE_AGAIN), tifffile.TiffFile(path) as file:
            found = _stored(file)
            return overlay_outlines(found, path, "path").names if found else []
    except (ArgumentError, ImportError):
        return []


def _stored(file: Any) -> list[bytes]:
    """Return the regions of the overlay in a TIFF, or else its selection, as ImageJ stores them."""
    metadata = file.imagej_metadata or {}
    for key in ("Overlays", "ROI"):
        found = metadata.get(key)
        if found:
            return [bytes(one) for one in (found if isinstance(found, (list, tuple)) else [found])]
    return []


def _overlay(file: Any, path: Path, request: Request) -> Outlines | None:
    """Return the overlay in a TIFF, or None if there is none; one on an image of labels is ambiguous."""
    stored = _stored(file)
    if not stored:
        if request.kind == "imagej":
            problem, cure = "holds no overlay and no selection", "add the regions to the overlay in ImageJ, and save it"
            raise ArgumentError(request.name, path, problem, cure, subject=str(path))
        return None
    if request.kind is None and len(file.pages) == 1 and _may_be_labels(file.pages.first.asarray()):
        problem = "holds an overlay, and its pixels may be a mask or labels"
        cure = f"choose one with optimap.trace.regions({request.name}, kind='imagej') or 'labels'"
        raise ArgumentError(request.name, path, problem, cure, subject=str(path), keyword="kind")
    return overlay_outlines(stored, path, request.name)


def _may_be_labels(image: Array) -> bool:
    """Return whether pixels may be a mask or labels rather than a picture."""
    if image.ndim != 2 or image.dtype.kind not in "biu" or not image.any():
        return False
    try:
        check_looks_like_labels(image, "image")
    except ArgumentError:
        return False
    return True


def _check_not_a_recording(file: Any, path: Path, name: str) -> None:
    """Raise an error for a TIFF that looks like a recording, before all of its pixels are read."""
    series = file.series[0]
    shape, first = tuple(series.shape), file.pages.first
    if len(shape) < 3 or shape[0] < 2:
        return
    why = None
    if _is_timed(file):
        why = "it has a frame rate"
    elif first.dtype is not None and first.dtype.kind in "iu":
        few = sorted({0, len(file.pages) // 2, len(file.pages) - 1})
        wrong = next((i for i in few if not is_mask(file.pages[i].asarray())), None)
        why = None if wrong is None else f"image {wrong} holds several values above 0"
    elif "T" in series.axes and shape[series.axes.index("T")] > 1:
        why = "its images are frames in time"
    if why is not None:
        raise recording_error(why, shape, series.dtype, name, path, str(path))


def _is_timed(file: Any) -> bool:
    """Return whether a TIFF states a time between its images."""
    metadata = file.imagej_metadata or {}
    rates = [metadata.get("finterval"), metadata.get("fps")]
    return any(isinstance(rate, (int, float)) and rate > 0 for rate in rates) or (
        bool(file.is_ome) and "TimeIncrement=" in str(file.ome_metadata)
    )


def _check_colours(file: Any, path: Path, request: Request) -> None:
    """Raise an error for a colour image; three planes are what programs also call three images, if it is said so."""
    is_planes = file.series[0].axes == "SYX"
    if is_planes and request.kind == "stack":
        return
    error = _colour_error(path, request.name, "")
    if is_planes:
        cure = f"{error.cure}; if its {file.series[0].shape[0]} planes are masks or weights, "
        cure += f"give optimap.trace.regions({request.name}, kind='stack')"
        raise ArgumentError(request.name, path, error.problem, cure, subject=str(path), keyword="kind")
    raise error


def _colour_error(path: Path, name: str, mode: str) -> ArgumentError:
    cure = "save it as a grey image, since masks and labels are grey values"
    return ArgumentError(name, path, f"is a colour image{mode}", cure, subject=str(path))
