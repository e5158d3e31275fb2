"""Masks, label images and stacks of weights -> runs: neighbouring pixels of one row, of one region, of one weight."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .._base import Array, Floats, Ints


class Runs(NamedTuple):
    """Runs of pixels, each of the region with number ``owners``; not yet clipped to a frame, in no special order."""

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
    kept = values != 0  # of weights, too: zero times NaN is NaN
    rows, starts = np.divmod(at[kept], width)
    return values[kept], rows, starts, starts + (ends - at)[kept]


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
    if labels.dtype.kind == "b":
        labels = labels.view(np.uint8)
    if labels.dtype.kind == "u":
        return labels
    wrong = labels < 0
    if labels.dtype.kind == "f":
        with np.errstate(invalid="ignore", over="ignore"):  # float16 holds no such limit
            wrong |= ~np.isfinite(labels) | (labels != np.floor(labels)) | (labels >= 2.0**63)
    if wrong.any():
        y, x = (int(i) for i in np.argwhere(wrong)[0])
        stack = (1, *labels.shape)
        cure = f"; an image of weights is a stack of one, of shape {stack}" if labels.dtype.kind == "f" else ""
        raise ValueError(
            f"{name}[{y}, {x}] = {labels[y, x].item()!r} (x={x}, y={y}) is no label: "
            f"labels are whole numbers, 0 for the background and up{cure}"
        )
    return labels.astype(np.int64) if labels.dtype.kind == "f" else labels


def stack_runs(images: Any, name: str, names: Sequence[str]) -> Runs:
    """Return the runs of a stack of masks or of weights, one region an image; weights of 0 are left out."""
    parts = []
    for i, image in enumerate(images):
        _check_finite(image, name, f"[{i}]", f", in region {i} ({names[i]!r})")
        weights, rows, starts, stops = value_runs(np.ascontiguousarray(image))
        parts.append(Runs(np.full(len(rows), i), rows, starts, stops, weights.astype(np.float64)))
    return join(parts)


def _check_finite(image: Array, name: str, index: str = "", region: str = "") -> None:
    if image.dtype.kind != "f" or np.isfinite(image).all():
        return
    y, x = (int(i) for i in np.argwhere(~np.isfinite(image))[0])
    raise ValueError(f"{name}{index}[{y}, {x}] = {image[y, x]} (x={x}, y={y}){region}: weights must be finite numbers")
