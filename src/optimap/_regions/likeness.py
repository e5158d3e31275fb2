"""Whether an array looks like what it would be taken for: labels and not a picture, weights and not a recording.

A frame taken for labels would give a trace for every grey value, and a recording taken for weights one for every frame:
numbers that look plausible. What is found here is an error that says how to insist.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from .._base import ArgumentError, Array, budget, counted

MANY_LABELS = 16  # fewer may be classes of tissue, each in many places
MANY_PLANES = 100  # of weights that are zero nowhere, or all at the same pixels
FULL = 0.95  # share of the pixels that are ever other than 0, in a frame of a recording
ALIKE = 0.9  # correlation of neighbouring frames


def check_looks_like_labels(image: Array, name: str) -> None:
    """Raise an error for a grey picture: one in which most values are scattered among others."""
    if image.dtype.kind == "f" and not (image == np.floor(image)).all():
        return  # no labels, and reported as such
    touching, different = _neighbours(image[:, 1:], image[:, :-1])
    if np.count_nonzero(touching) > 4 * np.count_nonzero(different):
        return  # within regions, neighbours have the same label
    labels = distinct(image)
    pixels, joined, touched = np.zeros((3, len(labels)), np.int64)
    for rows in _few_rows(image):
        numbers = np.searchsorted(labels, image[rows.start : rows.stop + 1])  # with the row that they touch
        own = numbers[: rows.stop - rows.start]
        pixels += np.bincount(own.ravel(), minlength=len(labels))
        for one, other in ((own[:, 1:], own[:, :-1]), (numbers[1:], numbers[:-1])):
            joined += np.bincount(one[one == other], minlength=len(labels))
            apart = (labels[one] != 0) & (labels[other] != 0) & (one != other)
            touched += np.bincount(one[apart], minlength=len(labels)) + np.bincount(other[apart], minlength=len(labels))
    # A region of n pixels in one piece has at least n - 1 neighbours within it, most have almost 2 n.
    inside = labels != 0
    scattered = inside & (touched > 0) & ((pixels == 1) | (joined < np.minimum(pixels - 1, 0.75 * pixels)))
    count = int(np.count_nonzero(inside))
    if count < MANY_LABELS or 2 * np.count_nonzero(scattered) <= count:
        return
    if (pixels[inside] == 1).all() and np.ptp(labels[inside]) == count - 1:
        return  # numbers without gaps, each once: every pixel is meant to be a region
    few = f"{np.count_nonzero(scattered)} of its {counted(count, 'value')} above 0"
    problem = f"looks like a grey picture, not like labels, because {few} are scattered pixels"
    cure = (
        "give an image in which the pixels of a region have the same number; if these are labels, "
        f"optimap.trace.regions({name}, kind='labels')"
    )
    raise ArgumentError(name, image, problem, cure, subject=name, keyword="kind")


def distinct(image: Array) -> Array:
    """Return the values in an image in order; sorting takes many times the memory of what is sorted."""
    return np.unique(np.concatenate([np.unique(image[rows.start : rows.stop]) for rows in _few_rows(image)]))


def _few_rows(image: Array) -> Iterator[range]:
    """Yield the numbers of some rows after the others; of an image without rows, none of them."""
    count = max(1, budget().series_values // max(1, image.shape[1]))
    for first in range(0, max(1, len(image)), count):
        yield range(first, min(first + count, len(image)))


def _neighbours(one: Array, other: Array) -> tuple[Array, Array]:
    """Return where two neighbouring pixels both have a label, and where these differ."""
    touching = (one != 0) & (other != 0)
    return touching, touching & (one != other)


def check_looks_like_stack(stack: Sequence[Array] | Array, name: str) -> None:
    """Raise an error for a recording: many values in a plane of integers, or planes with the same zeros."""
    if not len(stack) or not stack[0].size:
        return
    shape, dtype = (len(stack), *stack[0].shape), stack[0].dtype
    if dtype.kind in "iu":
        wrong = next((i for i, plane in enumerate(stack) if not is_mask(plane)), None)
        if wrong is not None:
            raise recording_error(f"image {wrong} holds several values above 0", shape, dtype, name, stack)
    elif dtype.kind == "f" and len(stack) > 2:
        few = (stack[0], stack[len(stack) // 2], stack[-1])
        inside = np.count_nonzero((few[0] != 0) | (few[1] != 0) | (few[2] != 0))
        if inside and all(np.count_nonzero(plane) >= FULL * inside for plane in few):
            why = "its images are zero nowhere"
            if inside < FULL * few[0].size:  # a heart whose surroundings were masked
                why = "its images are zero at the same pixels"
            if len(stack) < MANY_PLANES:
                why += ", and each is like the one before it"
            if len(stack) >= MANY_PLANES or _are_alike(stack):
                raise recording_error(why, shape, dtype, name, stack)


def _are_alike(stack: Sequence[Array] | Array) -> bool:
    """Return whether a few images are each like the next one, as frames of a recording are."""
    middle = len(stack) // 2
    return all(_correlation(stack[i], stack[j]) > ALIKE for i, j in ((0, 1), (middle - 1, middle), (-2, -1)))


def _correlation(one: Array, other: Array) -> float:
    """Return the correlation of two images; 0 if one of them is constant or not finite."""
    x, y = (plane.astype(np.float64).ravel() for plane in (one, other))
    with np.errstate(invalid="ignore", over="ignore"):
        x, y = x - x.mean(), y - y.mean()
        scale = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / scale) if np.isfinite(scale) and scale > 0 else 0.0


def is_mask(plane: Array) -> bool:
    """Return whether all pixels other than 0 have the same value."""
    inside = plane[plane != 0]
    return bool((inside == inside[:1]).all())


def recording_error(
    why: str, shape: tuple[int, ...], dtype: object, name: str, value: object, subject: str | None = None
) -> ArgumentError:
    """Return the error for a recording in the place of masks or weights."""
    what = f"{counted(shape[0], 'image')} of {dtype}"
    problem = f"looks like a recording ({what}), not like masks or weights, because {why}"
    cure = (
        "give the recording as the video, and regions here; if these are weights, "
        f"optimap.trace.regions({name}, kind='stack')"
    )
    return ArgumentError(name, value, problem, cure, subject=subject or name, keyword="kind")
