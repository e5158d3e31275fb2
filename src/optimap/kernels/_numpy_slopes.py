"""The median slope between all pairs of samples (``slopes.hpp``) in NumPy."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Samples = NDArray[np.float64]

LONG = 400  # samples; up to here computing all slopes at once is faster than sorting
SAMPLED_PAIRS = 2**18
MOST_WALKED, LARGE_SAMPLE = 2**26, 2**21  # pairs: beyond the first number, not all of them are computed


def median_slope(data: Samples, *, long: int = LONG, sampled: int = SAMPLED_PAIRS) -> float:
    """Theil-Sen slope: the median of the slopes between all pairs of samples.

    Up to `long` samples, all slopes are computed; more are sorted, guided by `sampled` pairs at a time.
    """
    if not np.isfinite(data).all():
        return np.nan
    if len(data) <= long:
        first, second = np.triu_indices(len(data), k=1)
        return float(np.median((data[second] - data[first]) / (second - first)))
    pairs = len(data) * (len(data) - 1) // 2
    ranks = [(pairs - 1) // 2, pairs // 2]
    found = _slopes_by_sorting(data, ranks, sampled)
    sizes = np.abs(data[data != 0])
    if not found and pairs > MOST_WALKED and sizes.max() * np.finfo(float).eps > sizes.min():
        # Samples differ by more than all digits of a double, and few of them have a say in the median.
        first, lag = np.random.default_rng(0).integers([[0], [1]], len(data), (2, LARGE_SAMPLE))
        second = (first + lag) % len(data)
        return float(np.median((data[second] - data[first]) / (second - first)))
    return float(np.mean(found or slopes_of_ranks(data, ranks, sampled)))


def side_changes(places: Array) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Find all pairs with a lower later place: merge sort, all merges of a level at once.

    Yields (lefts, first, counts, rights) for each level: the sample ``rights[k]`` comes before ``counts[k]`` samples of
    ``lefts[first[k]:]``. Samples are numbers from 0, in the order in which their places are given.
    """
    samples, span, width = np.arange(len(places)), int(places.max(initial=0)) + 1, 1
    while width < len(places):
        # All left halves are sorted at once, each in its own range of numbers, in which the right halves are found.
        block = samples // width
        keys = block // 2 * span + places
        lefts, rights = samples[block % 2 == 0], samples[block % 2 == 1]
        lefts = lefts[np.argsort(keys[lefts])]
        first = np.searchsorted(keys[lefts], keys[rights], side="right")
        yield lefts, first, np.searchsorted(keys[lefts], (block[rights] // 2 + 1) * span) - first, rights
        width *= 2


def _slopes_by_sorting(data: Samples, ranks: list[int], most: int) -> list[float]:
    """Return the slopes of two neighbouring ranks, or an empty list if very many slopes are equal or nearly so."""
    n, rng = len(data), np.random.default_rng(0)
    sampled = min(most, 16 * n)
    first, lag = rng.integers(0, n, sampled), rng.integers(1, n, sampled)
    pairs = np.stack([first, (first + lag) % n])
    below, inside = 0, n * (n - 1) // 2  # pairs that are too low, and the candidates
    while True:
        slopes = np.sort((data[pairs[1]] - data[pairs[0]]) / (pairs[1] - pairs[0]))
        reach = 2 * np.sqrt(len(slopes))  # four standard deviations
        place = [(rank - below) / inside * len(slopes) for rank in ranks]
        low, high = slopes[[max(0, int(place[0] - reach)), min(len(slopes) - 1, int(place[1] + reach))]]
        # Pairs are separated where rounding of keys and quotients cannot move any to the other side.
        margins = [8 * np.finfo(float).eps * (np.abs(data).max() + abs(end) * n) for end in (low, high)]
        lower = _places(data, low - margins[0])
        below = sum(int(counts.sum()) for _, _, counts, _ in side_changes(lower))
        order = np.argsort(lower)
        upper = _places(data, high + margins[1])[order]
        before, inside = inside, sum(int(counts.sum()) for _, _, counts, _ in side_changes(upper))
        if not (below <= ranks[0] and ranks[1] < below + inside <= below + before // 2):
            return []
        last = inside <= 16 * n
        picked = np.arange(inside) if last else rng.integers(0, inside, sampled)
        pairs = order[_pairs_inside(upper, picked)]
        if last:
            slopes = (data[pairs[1]] - data[pairs[0]]) / (pairs[1] - pairs[0])
            found = np.partition(slopes, [rank - below for rank in ranks])[[rank - below for rank in ranks]]
            return found.tolist() if low <= found[0] and found[1] <= high else []


def _places(data: Samples, slope: float) -> Array:
    """Return the place of each sample after subtracting a line and sorting."""
    places = np.empty(len(data), np.int64)
    places[np.argsort(data - slope * np.arange(len(data)), kind="stable")] = np.arange(len(data))
    return places


def _pairs_inside(places: Array, picked: Array) -> Array:
    """Return (2, N) samples of the picked pairs among those that change sides, numbered from 0."""
    pairs, seen, picked = [], 0, np.sort(picked)
    for lefts, first, counts, rights in side_changes(places):
        ends = seen + np.cumsum(counts)
        here = picked[np.searchsorted(picked, seen) : np.searchsorted(picked, ends[-1])]
        k = np.searchsorted(ends, here, side="right")
        pairs.append(np.stack([lefts[first[k] + here - (ends[k] - counts[k])], rights[k]]))
        seen = int(ends[-1])
    return np.concatenate(pairs, axis=1)


def slopes_of_ranks(data: Samples, ranks: list[int], sampled: int = SAMPLED_PAIRS, spread: float = 5.0) -> list[float]:
    """Return the slopes of some ranks (from 0) among those between all pairs of samples, by computing all of them.

    A random sample of pairs gives two values that each must lie between; one walk over all pairs counts the slopes
    below and keeps those in between. Memory stays small for any number of pairs.
    """
    n = len(data)
    pairs = n * (n - 1) // 2
    rng = np.random.default_rng(0)
    first, lag = rng.integers(0, n, sampled), rng.integers(1, n, sampled)
    second = (first + lag) % n
    sample = np.sort((data[second] - data[first]) / (second - first))
    reach = int(spread * np.sqrt(sampled) / 2)
    brackets = []
    for rank in ranks:
        place = int(rank / pairs * sampled)
        low = sample[place - reach] if place >= reach else -np.inf
        high = sample[place + reach] if place + reach < sampled else np.inf
        brackets.append((low, high))
    below, equal = np.zeros(len(ranks), np.int64), np.zeros(len(ranks), np.int64)
    inside: list[list[Samples]] = [[] for _ in ranks]
    for step in range(1, n):
        slopes = (data[step:] - data[:-step]) / step
        for i, (low, high) in enumerate(brackets):
            below[i] += np.count_nonzero(slopes < low)
            equal[i] += np.count_nonzero(slopes == low)
            between = slopes[(slopes > low) & (slopes < high)]
            if len(between):
                inside[i].append(between)
    found = []
    for i, rank in enumerate(ranks):
        kept = np.concatenate(inside[i]) if inside[i] else np.empty(0)
        place = rank - below[i]
        if place < 0:  # the sample was off: repeat with values further apart
            found.append(slopes_of_ranks(data, [rank], sampled, 4 * spread)[0])
        elif place < equal[i]:
            found.append(float(brackets[i][0]))
        elif place - equal[i] < len(kept):
            found.append(float(np.partition(kept, place - equal[i])[place - equal[i]]))
        else:
            found.append(_at_or_above(data, brackets[i][1], rank, place - equal[i] - len(kept), sampled, spread))
    return found


def _at_or_above(data: Samples, high: float, rank: int, place: int, sampled: int, spread: float) -> float:
    """Return the slope at a place among those not below `high`, which is `high` itself if many are equal."""
    equal = sum(np.count_nonzero((data[step:] - data[:-step]) / step == high) for step in range(1, len(data)))
    return float(high) if place < equal else slopes_of_ranks(data, [rank], sampled, 4 * spread)[0]
