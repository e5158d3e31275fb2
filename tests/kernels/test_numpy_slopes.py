"""The median slope in NumPy, against the slopes of all pairs."""

import numpy as np
import pytest

from optimap.kernels import median_slope, side_changes, slopes_of_ranks
from tests.kernels.examples import examples


@pytest.mark.parametrize("name", examples(2))
@pytest.mark.parametrize("sampled", [64, 2**14])
def test_slopes_of_ranks_are_exact(name, sampled):
    data = examples(301)[name]
    first, second = np.triu_indices(len(data), k=1)
    expected = np.sort((data[second] - data[first]) / (second - first))
    ranks = [0, 1, len(expected) // 3, len(expected) // 2, len(expected) - 1]
    assert slopes_of_ranks(data, ranks, sampled) == expected[ranks].tolist()
    assert median_slope(data, long=4, sampled=sampled) == np.median(expected)


@pytest.mark.parametrize(("long", "at_once"), [(301, 45_150), (300, 16 * 301)])
def test_long_series_are_not_compared_pair_by_pair(long, at_once):
    sizes = []

    class Watched(np.ndarray):
        """Samples that note how many of them are used at once."""

        def __getitem__(self, key):
            part = super().__getitem__(key)
            sizes.append(np.size(part))
            return part

    data = examples(301)["noise"]
    assert median_slope(data.view(Watched), long=long) == median_slope(data)
    assert max(sizes) <= at_once
    assert (max(sizes) == 45_150) == (long == 301)


@pytest.mark.parametrize("places", [[0, 1, 2], [2, 1, 0], [1, 3, 0, 2, 4], [3, 0, 2, 1], [0], []])
def test_pairs_that_change_sides_are_found_once_each(places):
    found = [
        (int(left), int(right))
        for lefts, first, counts, rights in side_changes(np.array(places, int))
        for start, count, right in zip(first, counts, rights, strict=True)
        for left in lefts[start : start + count]
    ]
    pairs = [(i, k) for k in range(len(places)) for i in range(k) if places[k] < places[i]]
    assert sorted(found) == sorted(pairs)


@pytest.mark.parametrize("samples", [401, 700])
def test_long_series_are_sorted_and_give_the_same_median(samples):
    data = examples(samples)["noise"]
    first, second = np.triu_indices(samples, k=1)
    assert median_slope(data) == np.median((data[second] - data[first]) / (second - first))
