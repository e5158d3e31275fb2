"""Masks, label images and stacks of weights -> runs: neighbouring pixels in one row with the same region and weight."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from .._base import ArgumentError, Array, Floats, Ints, in_doubles


class Runs(NamedTuple):
    """Runs of pixels, each of the region with number ``owners``; not yet clipped to a frame, in any order."""

    owners: Ints
    rows: Ints
    starts: Ints
    stops: Ints
    weights: Floats


def join(parts: list[Runs]) -> Runs:
    """Return all runs of several sets."""
    if not parts:
        none = np.zeros(0, np.int64)
        return Runs(none, none, none, none, np.zeros(0))
    return Runs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def value_runs(image: Array) -> tuple[Array, Ints, Ints, Ints]:
    """Return value, row, start and stop of each run of equal pixels other than 0, row by row."""
    height, width = image.shape
    if image.size == 0:
        none = np.zeros(0, np.int64)
        return image.ravel(), none, none, none
    begins = np.ones((height, width), bool)  # each row begins a run
    np.not_equal(image[:, 1:], image[:, :-1], out=begins[:, 1:])
    at = np.flatnonzero(begins)
    values = image.ravel()[at]
    ends = np.append(at[1:], image.size)
    kept = values != 0  # also for weights: zero times NaN is NaN
    rows, starts = np.divmod(at[kept], width)
    return values[kept], rows, starts, starts + (ends - at)[kept]


def pixel_runs(owners: Ints, rows: Ints, columns: Ints, weights: Floats) -> Runs:
    """Return the runs of pixels that are given one by one, in any order; pixels of weight 0 are omitted."""
    kept = np.flatnonzero(weights)
    order = kept[np.lexsort((columns[kept], rows[kept], owners[kept]))]
    owners, rows, columns, weights = owners[order], rows[order], columns[order], weights[order]
    begins = np.ones(len(order), bool)
    goes_on = (np.diff(columns) == 1) & (np.diff(rows) == 0) & (np.diff(owners) == 0) & (np.diff(weights) == 0)
    begins[1:] = ~goes_on
    at = np.flatnonzero(begins)
    lengths = np.diff(np.append(at, len(order)))
    return Runs(owners[at], rows[at], columns[at], columns[at] + lengths, weights[at])


def mask_runs(mask: Array, name: str) -> Runs:
    """Return the runs of one mask: every pixel but those of value 0 (or False)."""
    _check_finite(mask, name)
    _, rows, starts, stops = value_runs(np.ascontiguousarray(mask != 0))
    return Runs(np.zeros_like(rows), rows, starts, stops, np.ones(len(rows)))


def label_runs(labels: Array, name: str) -> tuple[Runs, list[int]]:
    """Return the runs of each label of a label image, and the labels in order."""
    labels = np.ascontiguousarray(_whole_labels(labels, name))
    values, rows, starts, stops = value_runs(labels)
    found, owners = np.unique(values, return_inverse=True)
    return Runs(owners.astype(np.int64), rows, starts, stops, np.ones(len(rows))), found.tolist()


def _whole_labels(labels: Array, name: str) -> Array:
    """Return labels as integers, or raise an error for the first pixel whose value cannot be a label."""
    if labels.dtype.kind == "b":
        labels = labels.view(np.uint8)
    if labels.dtype.kind == "u":
        return labels
    wrong = labels < 0
    if labels.dtype.kind == "f":
        with np.errstate(invalid="ignore", over="ignore"):  # the limit is beyond float16
            wrong |= ~np.isfinite(labels) | (labels != np.floor(labels)) | (labels >= 2.0**63)
    if wrong.any():
        y, x = (int(i) for i in np.argwhere(wrong)[0])
        cure = "give labels as whole numbers, 0 for the background and up"
        if labels.dtype.kind == "f":
            cure += f"; an image of weights is a stack of one, of shape {(1, *labels.shape)}"
        pixel, value = f"{name}[{y}, {x}]", labels[y, x].item()
        raise ArgumentError(pixel, value, "is not a label", cure, subject=f"{pixel} = {value!r} (x={x}, y={y})")
    return labels.astype(np.int64) if labels.dtype.kind == "f" else labels


def stack_runs(images: Iterable[Array], name: str, names: Sequence[str]) -> Runs:
    """Return the runs of a stack of masks or of weights, one region for each image; weights of 0 are omitted."""
    parts = []
    for i, image in enumerate(map(in_doubles, images)):
        _check_finite(image, name, f"[{i}]", f", in region {i} ({names[i]!r})")
        weights, rows, starts, stops = value_runs(np.ascontiguousarray(image))
        parts.append(Runs(np.full(len(rows), i), rows, starts, stops, weights.astype(np.float64)))
    return join(parts)


def _check_finite(image: Array, name: str, index: str = "", region: str = "") -> None:
    """Raise an error for the first pixel of NaN or infinity."""
    if image.dtype.kind != "f" or np.isfinite(image).all():
        return
    y, x = (int(i) for i in np.argwhere(~np.isfinite(image))[0])
    pixel, value = f"{name}{index}[{y}, {x}]", image[y, x].item()
    subject = f"{pixel} = {value} (x={x}, y={y}){region}"
    problem, cure = "is not a finite number", "weights must be finite numbers"
    raise ArgumentError(pixel, value, problem, cure, subject=subject, plain=True)
