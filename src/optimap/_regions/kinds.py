"""Determine the kind of regions that was given, without guessing.

Images are arrays of the frame's size, single or stacked; positions are pairs; polygons are sequences of vertices; files
are recognised in `files`. Lists of numbers are never images. An ambiguous array is an error, and so is one that does
not look like its kind (see `likeness`).
"""

import os
from collections.abc import Iterable, Sequence

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Array, FrameShape, check_order
from .footprints import Footprints, is_sparse
from .imagej import is_roi
from .likeness import check_looks_like_labels, check_looks_like_stack
from .napari import is_points, is_shapes, positions_in
from .polygons import Outlines
from .region_set import Regions

KINDS = ("mask", "labels", "stack", "polygons", "positions", "imagej", "footprints")

# What to do with a dict of regions.
OF_DICT = "with the keys as names, optimap.trace.regions(list({0}.values()), names=list({0}))"

_WORDS = {
    "imagej": "a region of roifile",
    "positions": "neither an image (H, W) nor a polygon (M, 2)",
    "polygons": "a polygon (M, 2)",
    "stack": "an image (H, W)",
}


def find_kind(source: object, frame_shape: FrameShape | None, name: str) -> tuple[str, object]:
    """Return the kind of `source` (one of `KINDS`, or 'file'), and `source`, as a list if it was an iterator."""
    if isinstance(source, (str, os.PathLike)):
        return "file", source
    if isinstance(source, (Outlines, Footprints)):
        return source.kind, source
    if is_roi(source):
        return "imagej", source
    if is_shapes(source):
        return "polygons", source
    if is_points(source):
        return "positions", positions_in(source)
    if is_sparse(source):
        return "footprints", source
    _check_not_loaded(source, name)
    if hasattr(source, "__array__"):
        array = np.asanyarray(source)
        if array.ndim == 3 and len(array) == 1 and array.dtype.kind in "iu" and array.shape[2] != 2:
            array = source = array[0]  # integers are labels, floats weights
        return _kind_of_array(array, frame_shape, name), source
    if not isinstance(source, Iterable) or isinstance(source, (bytes, bytearray)):
        cure = "give one position (x, y) or a sequence of positions, or regions, as optimap.trace.regions takes them"
        raise ArgumentTypeError(name, source, "is neither a position nor a region", cure, plain=True)
    check_order(source, name, OF_DICT.format(name))
    if not isinstance(source, Sequence):
        source = list(source)
    return _kind_of_sequence(source, frame_shape, name), source


def _check_not_loaded(source: object, name: str) -> None:
    """Raise an error for what NumPy loads from the files of suite2p and cellpose, which are read by their paths."""
    if isinstance(source, np.ndarray) and source.dtype == object and source.shape == ():
        source = source.item()
    many = source if isinstance(source, (list, tuple, np.ndarray)) and _length(source) else [None]
    if isinstance(many[0], dict) and "ypix" in many[0]:
        problem, cure = "holds regions of suite2p", "give the path of the file, 'stat.npy', instead of its contents"
    elif isinstance(source, dict) and "masks" in source:
        problem, cure = "is a dictionary of cellpose", "give the path of the file, or its masks alone, ['masks']"
    else:
        return
    raise ArgumentTypeError(name, source, problem, cure, subject=name)


def _length(sequence: "Sequence[object] | Array") -> int:
    """Return the length of a list or an array, 0 for an array of one number."""
    return 0 if isinstance(sequence, np.ndarray) and sequence.ndim == 0 else len(sequence)


def _kind_of_array(array: Array, frame_shape: FrameShape | None, name: str) -> str:
    """Return the kind of one array, by its shape and dtype."""
    shape = array.shape
    if array.ndim not in (2, 3) or array.dtype.kind not in "biuf":
        return "positions"
    is_bool = array.dtype.kind == "b"
    fits = frame_shape is None or shape[-2:] == frame_shape
    if shape[-1] == 2 and fits and not is_bool and array.size:
        raise _ambiguous(array, shape, frame_shape, name)
    if array.ndim == 2:
        if is_bool:
            return "mask"
        if shape[1] == 2 or (shape[1] <= 3 and not fits):
            return "positions"
        if fits:  # else the shape is the error
            check_looks_like_labels(array, name)
        return "labels"
    if shape[-1] == 2 and not is_bool and not fits:
        return "polygons"
    if fits:
        check_looks_like_stack(array, name)
    return "stack"


def _kind_of_sequence(source: Sequence[object], frame_shape: FrameShape | None, name: str) -> str:
    """Return the kind that all items of a list have."""
    if len(source) == 0:
        return "positions"
    for i, item in enumerate(source):
        if isinstance(item, Regions):
            problem = f"is a set of regions, {item!r}"
            cure = "give one set, not a list of them"
            raise ArgumentTypeError(f"{name}[{i}]", item, problem, cure, subject=f"{name}[{i}]")
    kind = _kind_of_item(source[0], frame_shape, f"{name}[0]")
    if kind == "positions":  # items that are not are found when they become one array
        return kind
    shape = np.shape(source[0]) if hasattr(source[0], "__array__") else ()
    if kind == "stack" and shape == frame_shape and shape[1] == 2 and np.asanyarray(source[0]).dtype.kind != "b":
        raise _ambiguous(source, (len(source), *shape), frame_shape, name)
    for i, item in enumerate(source):
        other = _kind_of_item(item, frame_shape, f"{name}[{i}]")
        if other != kind:
            problem = f"is {_WORDS[other]}, but {name}[0] is {_WORDS[kind]}"
            cure = "give regions of one kind at a time, and join their traces with numpy.column_stack([...])"
            raise ArgumentTypeError(f"{name}[{i}]", item, problem, cure, subject=f"{name}[{i}]")
    images = [np.asanyarray(item) for item in source] if kind == "stack" else []
    if len({image.shape for image in images}) == 1:  # else the shapes are the error
        check_looks_like_stack(images, name)
    return kind


def _kind_of_item(item: object, frame_shape: FrameShape | None, name: str) -> str:
    """Return the kind of a sequence that contains this item."""
    if is_roi(item):
        return "imagej"
    if isinstance(item, (str, os.PathLike)):
        cure = (
            "give one path alone; for several .roi files, give their folder, or a list, "
            "[roifile.ImagejRoi.fromfile(path) for path in paths]"
        )
        raise ArgumentTypeError(name, item, "is text in a list", cure, subject=f"{name} = {os.fspath(item)!r}")
    deep = depth(item)
    if deep > 2:
        cure = "give polygons as vertices (x, y), (M, 2), and images as arrays (H, W)"
        raise ArgumentError(name, item, f"is nested {deep} levels deep", cure, subject=name)
    if deep < 2:
        return "positions"
    if not hasattr(item, "__array__"):
        return "polygons"  # a sequence of pairs
    image = np.asanyarray(item)
    pairs = image.shape[1] == 2 and image.dtype.kind != "b"
    return "polygons" if pairs and image.shape != frame_shape else "stack"


def depth(thing: object) -> int:
    """Return how many indices lead to a number: 0 for a number, 1 for a pair, 2 for a sequence of pairs."""
    if hasattr(thing, "__array__"):
        return np.asanyarray(thing).ndim
    if not isinstance(thing, Sequence) or isinstance(thing, (str, bytes)):
        return 0
    return 1 + (depth(thing[0]) if len(thing) else 0)


def _ambiguous(value: object, shape: tuple[int, ...], frame_shape: FrameShape | None, name: str) -> ArgumentError:
    """Return the error for an array that could be of two kinds."""
    images, pairs = ("labels", "positions") if len(shape) == 2 else ("stack", "polygons")
    picture = "a label image" if images == "labels" else "a stack of images"
    frames = "the frame is two pixels wide" if frame_shape is not None else "frame_shape is not given"
    problem = f"has shape {tuple(shape)}, which could be {pairs} or {picture}, because {frames}"
    cure = f"choose one with optimap.trace.regions({name}, kind={pairs!r}) or {images!r}"
    return ArgumentError(name, value, problem, cure, subject=name, keyword="kind")


def check_fits(kind: str | None, source: object, name: str) -> None:
    """Raise an error if what a file holds is of another kind than the one that was given, if there is one."""
    if kind is not None and isinstance(source, (Outlines, Footprints)) and kind != source.kind:
        what = "outlines" if isinstance(source, Outlines) else source.kind
        problem = f"does not fit {name}, a file of {what}"
        raise ArgumentError("kind", kind, problem, f"leave it out, or give {source.kind!r}")


def check_kind(kind: object) -> str:
    """Return the kind, or raise an error."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise ArgumentError.must_be("kind", kind, f"one of {', '.join(map(repr, KINDS))}, or left out")
    return kind
