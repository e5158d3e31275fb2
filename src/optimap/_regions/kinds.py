"""Which kind of regions something is, without guessing.

Images are arrays of the frame's size, one or a stack; positions are pairs; polygons are sequences of vertices; files
are known by their suffix. Lists of numbers are never images. What could be meant in two ways is refused.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .._base import FrameShape, check_order
from .imagej import Drawn, is_roi
from .region_set import Regions

KINDS = ("mask", "labels", "stack", "polygons", "positions", "imagej")


ROI_SUFFIXES = (".roi", ".zip")


IMAGE_SUFFIXES = (".png", ".tif", ".tiff", ".npy")


# What to do with a dict of regions.
OF_DICT = "with the keys as names, optimap.trace.regions(list({0}.values()), names=list({0}))"


_WORDS = {
    "imagej": "a region of roifile",
    "positions": "neither an image (H, W) nor a polygon (M, 2)",
    "polygons": "a polygon (M, 2)",
    "stack": "an image (H, W)",
}


def find_kind(source: Any, frame_shape: FrameShape | None, name: str) -> tuple[str, Any]:
    """Return the kind of `source` (one of `KINDS`, or 'file'), and `source`, as a list where it was an iterator."""
    if isinstance(source, (str, os.PathLike)):
        return "file", source
    if is_roi(source) or isinstance(source, Drawn):
        return "imagej", source
    if hasattr(source, "__array__"):
        return _kind_of_array(np.asanyarray(source), frame_shape, name), source
    if not isinstance(source, Iterable) or isinstance(source, (bytes, bytearray)):
        raise TypeError(
            f"{name} = {source!r}: give one position (x, y) or a sequence of positions, or regions, as "
            "optimap.trace.regions takes them"
        )
    check_order(source, name, OF_DICT.format(name))
    if not isinstance(source, Sequence):
        source = list(source)
    return _kind_of_sequence(source, frame_shape, name), source


def _kind_of_array(array: Any, frame_shape: FrameShape | None, name: str) -> str:
    shape = array.shape
    if array.ndim not in (2, 3) or array.dtype.kind not in "biuf":
        return "positions"
    is_bool = array.dtype.kind == "b"
    fits = shape[-2:] == frame_shape if frame_shape is not None else True
    if shape[-1] == 2 and fits and not is_bool and array.size:
        raise ValueError(_ambiguous(shape, frame_shape, name))
    if array.ndim == 2:
        if is_bool:
            return "mask"
        if shape[1] == 2 or (shape[1] <= 3 and not fits):
            return "positions"
        return "labels"
    return "polygons" if shape[-1] == 2 and not is_bool and not fits else "stack"


def _kind_of_sequence(source: Sequence[Any], frame_shape: FrameShape | None, name: str) -> str:
    if len(source) == 0:
        return "positions"
    for i, item in enumerate(source):
        if isinstance(item, Regions):
            raise TypeError(f"{name}[{i}] is a set of regions, {item!r}: give one set, not a list of them")
    kind = _kind_of_item(source[0], frame_shape, f"{name}[0]")
    if kind == "positions":  # what is none among them is found when they become one array
        return kind
    shape: Any = getattr(source[0], "shape", ())
    if kind == "stack" and shape == frame_shape and shape[1] == 2 and np.asanyarray(source[0]).dtype.kind != "b":
        raise ValueError(_ambiguous((len(source), *shape), frame_shape, name))
    for i, item in enumerate(source):
        other = _kind_of_item(item, frame_shape, f"{name}[{i}]")
        if other != kind:
            raise TypeError(
                f"{name}[{i}] is {_WORDS[other]}, but {name}[0] {_WORDS[kind]}: give regions of one kind at a time, "
                "and put their traces side by side, numpy.column_stack([...])"
            )
    return kind


def _kind_of_item(item: Any, frame_shape: FrameShape | None, name: str) -> str:
    """Return the kind of a sequence that has such an item."""
    if is_roi(item):
        return "imagej"
    if isinstance(item, (str, os.PathLike)):
        raise TypeError(
            f"{name} = {os.fspath(item)!r} is text in a list: give one path alone; of several .roi files make a list, "
            "[roifile.ImagejRoi.fromfile(path) for path in paths]"
        )
    deep = depth(item)
    if deep > 2:
        raise ValueError(
            f"{name} is nested {deep} deep: a polygon is (M, 2), vertices (x, y), an image an array (H, W)"
        )
    if deep < 2:
        return "positions"
    if not hasattr(item, "__array__"):
        return "polygons"  # a sequence of pairs
    pairs = item.shape[1] == 2 and np.asanyarray(item).dtype.kind != "b"
    return "polygons" if pairs and item.shape != frame_shape else "stack"


def depth(thing: Any) -> int:
    """Return how many indices lead to a number: 0 for a number, 1 for a pair, 2 for a sequence of pairs."""
    if hasattr(thing, "__array__"):
        return int(np.ndim(thing))
    if not isinstance(thing, Sequence) or isinstance(thing, (str, bytes)):
        return 0
    return 1 + (depth(thing[0]) if len(thing) else 0)


def _ambiguous(shape: tuple[int, ...], frame_shape: FrameShape | None, name: str) -> str:
    images, pairs = ("labels", "positions") if len(shape) == 2 else ("stack", "polygons")
    frames = "the frame is two pixels wide" if frame_shape is not None else "frame_shape is not given"
    return (
        f"{name} has shape {tuple(shape)}, which could be {pairs} or "
        f"{'a label image' if images == 'labels' else 'a stack of images'} as {frames}: say which with "
        f"optimap.trace.regions({name}, kind={pairs!r}) or kind={images!r}"
    )


def check_kind(kind: Any) -> str:
    """Return the kind, or raise an error."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind = {kind!r}: it must be one of {', '.join(map(repr, KINDS))}, or left out")
    return kind
