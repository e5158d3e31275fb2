"""Regions of any shape: a `Regions` object returns its `Spans` for a frame, which is all that extraction needs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Floats, FrameShape, Ints, counted
from .masks import Runs
from .polygons import Outlines
from .spans import Spans

Maker = Callable[[FrameShape | None], Runs]

WEIGHTS = ("mean", "sum")

# The frame used if none is known: large enough for every image.
ANY_FRAME = (2**31, 2**31)


class Regions:
    """Regions of a frame, made by `optimap.trace.regions`, for `extract_traces`, `show_regions` and other functions.

    ``len(r)`` is their number. ``r[2]``, ``r["cell 3"]``, ``r[:5]``, ``r[[4, 1]]``, ``r[["cell 3", "cell 9"]]`` and
    ``r[kept]``, with True or False for each region, are also `Regions`.

    Attributes
    ----------
    names : list of str
        One for each region, in order; names may repeat.
    frame_shape : (H, W) or None
        Shape of the frames that they belong to; None for outlines that fit frames of any size.
    single : bool
        Whether one region was given alone, so that `extract_traces` returns ``(T,)``.
    weights : {'mean', 'sum'}
        Whether traces are weighted means or weighted sums of the pixels.

    Examples
    --------
    >>> from optimap.trace import regions
    >>> cells = regions([[(0, 0), (3, 0), (3, 2)], [(5, 5), (8, 5), (8, 8), (5, 8)]], names=["left", "right"])
    >>> cells
    <Regions: 'left', 'right'>
    >>> cells["right"].centers()
    array([[6., 6.]])
    """

    def __init__(
        self,
        make: Maker,
        names: Sequence[str],
        *,
        single: bool = False,
        frame_shape: FrameShape | None = None,
        weights: str = "mean",
        chosen: Sequence[int] | None = None,
        outlines: Outlines | None = None,
    ) -> None:
        self._make = make
        self._chosen = list(range(len(names))) if chosen is None else list(chosen)
        self._outlines = outlines
        self._total = len(names)
        # Names of files in another encoding, or in JSON, may have halves of characters, which cannot be written.
        self._all_names = [name.encode(errors="backslashreplace").decode() for name in names]
        self._known: tuple[FrameShape | None, Spans] | None = None
        self.single = single
        self.frame_shape = frame_shape
        self.weights = weights

    @property
    def names(self) -> list[str]:
        """The names, in order."""
        return [self._all_names[i] for i in self._chosen]

    @property
    def outlines(self) -> Outlines | None:
        """The outlines that they were made from, in their order; None if they were made from anything else."""
        if self._outlines is None:
            return None
        shapes = [self._outlines.shapes[i] for i in self._chosen]
        return self._outlines._replace(shapes=shapes, names=self.names, single=self.single)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """The numbers of the regions that have each name."""
        places: dict[str, list[int]] = {}
        for i, name in enumerate(self.names):
            places.setdefault(name, []).append(i)
        return places

    def __len__(self) -> int:
        return len(self._chosen)

    def __repr__(self) -> str:
        few = [repr(self._all_names[i]) for i in self._chosen[:4]] + ["..."] * (len(self) > 4)
        frames = f" in frames of {self.frame_shape[0]} x {self.frame_shape[1]}" if self.frame_shape else ""
        return f"<Regions{frames}: {', '.join(few) or 'none'}>"

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, which: object) -> Regions:
        numbers, single = _chosen(which, self)
        return Regions(
            self._make,
            self._all_names,
            single=single,
            frame_shape=self.frame_shape,
            weights=self.weights,
            chosen=[self._chosen[i] for i in numbers],
            outlines=self._outlines,
        )

    def weighted(self, weights: str) -> Regions:
        """Return the same regions with traces that are means or sums of their pixels."""
        return Regions(
            self._make,
            self._all_names,
            single=self.single,
            frame_shape=self.frame_shape,
            weights=check_weights(weights),
            chosen=self._chosen,
            outlines=self._outlines,
        )

    def spans(self, frame_shape: FrameShape | None = None, argument: str = "regions") -> Spans:
        """Return the regions, clipped to a frame, as runs of pixels with weights.

        Parameters
        ----------
        frame_shape : (H, W), optional
            By default the regions' own; if they have none, they are only clipped on the left and at the top.
        argument : str
            Name of these regions in errors.

        Returns
        -------
        Spans
            Input for the kernels: ``rows``, ``starts``, ``stops``, ``weights`` of runs, ``first`` run of each region.

        Raises
        ------
        ValueError
            If the regions belong to frames of another shape, a region has no pixel in the frame, or its weights sum
            to 0.
        """
        if frame_shape is None:
            frame_shape = self.frame_shape
        elif self.frame_shape is not None and tuple(frame_shape) != self.frame_shape:
            problem = f"belong to frames of shape {self.frame_shape} (H, W)"
            cure = f"make regions for the shape of these frames, {tuple(frame_shape)}"
            raise ArgumentError(argument, self, problem, cure, subject=argument)
        if self._known is None or self._known[0] != frame_shape:
            self._known = frame_shape, self._spans(frame_shape, argument)
        return self._known[1]

    def _spans(self, frame_shape: FrameShape | None, argument: str) -> Spans:
        """Return the spans, made for a frame and checked."""
        runs = _clip(self._make(frame_shape), frame_shape or ANY_FRAME)
        order = np.argsort(runs.owners, kind="stable")  # rows of a region are already in order
        counts = np.bincount(runs.owners, minlength=self._total)
        begins = np.cumsum(counts) - counts
        chosen = np.asarray(self._chosen, np.int64)
        counts = counts[chosen]
        first = np.concatenate(([0], np.cumsum(counts)))
        places = np.arange(first[-1]) + np.repeat(begins[chosen] - first[:-1], counts)
        _, rows, starts, stops, weights = (column[order][places] for column in runs)
        if not counts.all():
            i = int(np.argmin(counts != 0))
            problem, cure = self._why_empty(int(chosen[i]), frame_shape or ANY_FRAME)
            subject = f"{argument}: region {i} ({self.names[i]!r})"
            raise ArgumentError(argument, self, problem, cure, subject=subject)
        spans = Spans(rows, starts, stops, weights, first, sums=self.weights == "sum", names=tuple(self.names))
        if not spans.sums:
            spans = replace(spans, weights=_mean_weights(spans, self.names, argument))
        return replace(spans, boxes=_boxes(spans))

    def _why_empty(self, region: int, frame_shape: FrameShape) -> tuple[str, str]:
        """Return why a region has no pixel in the frame, and the cure."""
        anywhere = self._make(None)
        if ((anywhere.stops > anywhere.starts) & (anywhere.owners == region)).any():
            height, width = frame_shape
            return f"lies wholly outside the frame (width {width}, height {height})", "move it, or leave it out"
        return "is empty", "enlarge it until it contains the centre of a pixel, or leave it out"

    def pixels(self, i: int | str) -> tuple[Ints, Ints, Floats]:
        """Return the pixels of region `i`.

        Parameters
        ----------
        i : int or str
            Number of the region, or its name.

        Returns
        -------
        x, y, weight : arrays
            Columns, rows, and the weight of each pixel; the weights of a mean sum to 1.

        Examples
        --------
        >>> from optimap.trace import regions
        >>> regions([(0, 0), (2, 0), (2, 1), (0, 1)], kind="polygons").pixels(0)
        (array([0, 1]), array([0, 0]), array([0.5, 0.5]))
        """
        i = _number(i, self)
        spans = self.spans()
        own = slice(spans.first[i], spans.first[i + 1])
        starts, lengths = spans.starts[own], spans.stops[own] - spans.starts[own]
        weights = np.repeat(spans.weights[own], lengths)
        x = np.arange(lengths.sum()) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
        return x, np.repeat(spans.rows[own], lengths), weights if spans.sums else weights / weights.sum()

    def centers(self) -> Floats:
        """Return the centres of mass.

        Returns
        -------
        (N, 2) array
            One (x, y) for each region, its pixels weighted by the absolute value of their weights.
        """
        spans = self.spans()
        if not len(self):
            return np.empty((0, 2))
        mass = np.abs(spans.weights) * (spans.stops - spans.starts)
        places = np.stack([(spans.starts + spans.stops - 1) / 2, spans.rows], axis=1)
        sums = np.add.reduceat(np.column_stack([places * mass[:, None], mass]), spans.first[:-1])
        return np.asarray(sums[:, :2] / sums[:, 2:])


def _chosen(which: object, regions: Regions) -> tuple[list[int], bool]:
    """Return the numbers of the regions that an index selects, and whether it selects one alone."""
    if isinstance(which, slice):
        try:
            return list(range(len(regions))[which]), False
        except TypeError:
            problem, cure = "cannot select regions", "give whole numbers as the ends of a slice"
            index = f"regions[{which}]"
            raise ArgumentTypeError(index, which, problem, cure, subject=index, plain=True) from None
    if (
        not isinstance(which, Iterable)
        or isinstance(which, (str, bytes, Mapping, Set))
        or getattr(which, "ndim", 1) == 0
    ):
        return [_number(which, regions)], True
    listed = list(which)
    if listed and all(isinstance(one, (bool, np.bool_)) for one in listed):
        if len(listed) != len(regions):
            raise IndexError(f"regions[...] holds True or False {len(listed)} times: {_there_are(len(regions))}")
        return np.flatnonzero(listed).tolist(), False
    return [_number(one, regions) for one in listed], False


def _there_are(count: int) -> str:
    return f"there {'is' if count == 1 else 'are'} {counted(count, 'region')}"


def _number(which: Any, regions: Regions) -> int:
    """Return the number of a region, given its number, which may be counted from the end, or its name."""
    count = len(regions)
    if isinstance(which, str):
        places = regions._places.get(which, [])
        if not places:
            few = ", ".join(map(repr, regions.names[:20])) + (", ..." if count > 20 else "")
            raise KeyError(f"there is no region named {which!r}; names are {few}")
        if len(places) > 1:
            few = ", ".join(map(str, places[:20])) + (", ..." if len(places) > 20 else "")
            raise KeyError(f"{len(places)} regions are named {which!r}; choose by number, these are {few}")
        return places[0]
    try:
        if isinstance(which, (bool, np.bool_)):
            raise TypeError
        number = operator.index(which)
    except TypeError:
        index, problem = f"regions[{which!r}]", "cannot select regions"
        cure = "choose regions by number, name, slice, a list of numbers or names, or True or False for each"
        raise ArgumentTypeError(index, which, problem, cure, subject=index, plain=True) from None
    if not -count <= number < count:
        there = f"{_there_are(count)}, 0 to {count - 1}" if count else "there are no regions"
        raise IndexError(f"regions[{number}]: {there}")
    return number % count


def check_weights(weights: object) -> str:
    """Return ``'mean'`` or ``'sum'``, or raise an error."""
    if not isinstance(weights, str) or weights not in WEIGHTS:
        raise ArgumentError.must_be("weights", weights, "'mean' or 'sum'")
    return weights


def _clip(runs: Runs, frame_shape: FrameShape) -> Runs:
    """Return the parts of runs that lie in the frame."""
    height, width = frame_shape
    starts, stops = np.clip(runs.starts, 0, width), np.clip(runs.stops, 0, width)
    keep = (runs.rows >= 0) & (runs.rows < height) & (stops > starts)
    return Runs(runs.owners[keep], runs.rows[keep], starts[keep], stops[keep], runs.weights[keep])


def _mean_weights(spans: Spans, names: Sequence[str], argument: str) -> Floats:
    """Return the weights of means: 1 for regions of uniform weight, so that sums of integers are exact."""
    first = spans.first[:-1]
    if not len(first) or (spans.weights == 1).all():
        return spans.weights
    # Scaled by the largest weight of each region, which leaves the mean unchanged: sums of huge weights would overflow.
    largest = np.repeat(np.maximum.reduceat(np.abs(spans.weights), first), np.diff(spans.first))
    masses = spans.weights / largest * (spans.stops - spans.starts)
    totals = np.add.reduceat(masses, first)
    vanish = np.abs(totals) <= 1e-12 * np.add.reduceat(np.abs(masses), first)
    if vanish.any():
        i = int(np.argmax(vanish))
        subject, problem = f"{argument}: the weights of region {i} ({names[i]!r})", "sum to 0, so there is no mean"
        raise ArgumentError(argument, spans.weights, problem, "use weights='sum'", subject=subject, keyword="weights")
    same = np.minimum.reduceat(spans.weights, first) == np.maximum.reduceat(spans.weights, first)
    huge = largest > 1e100  # products with pixels would overflow
    weights = np.where(huge, spans.weights / largest, spans.weights)
    return np.where(np.repeat(same, np.diff(spans.first)), 1.0, weights)


def _boxes(spans: Spans) -> Ints | None:
    """Return top, bottom, left, right if all regions are boxes of whole pixels, for running sums; else None."""
    first = spans.first[:-1]
    if not len(first) or (spans.weights != 1).any():
        return None
    top, bottom = np.minimum.reduceat(spans.rows, first), np.maximum.reduceat(spans.rows, first) + 1
    left, right = np.minimum.reduceat(spans.starts, first), np.maximum.reduceat(spans.stops, first)
    inner = np.maximum.reduceat(spans.starts, first), np.minimum.reduceat(spans.stops, first)
    # As many runs as rows, and all of them the same.
    whole = (bottom - top == np.diff(spans.first)) & (inner[0] == left) & (inner[1] == right)
    return np.stack([top, bottom, left, right]) if whole.all() else None
