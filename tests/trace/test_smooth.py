"""Slopes of long series, by ranks: the numbers of SciPy and NumPy, without holding all pairs."""

import numpy as np
import pytest
from scipy.stats import theilslopes

from optimap.trace import _smooth as module

SERIES = {
    "walk": np.cumsum(np.random.default_rng(0).normal(size=700)),
    "noise": np.random.default_rng(1).normal(size=501),
    "counts": np.random.default_rng(2).integers(0, 4, 600).astype(float),
    "steps": np.repeat([1.0, 5.0, 2.0], 150),
    "constant": np.full(300, 3.0),
    "line": 2.0 - 0.5 * np.arange(400),
    "short": np.array([3.0, 1.0, 4.0, 1.0, 5.0]),
}


def all_slopes(data):
    first, second = np.triu_indices(len(data), k=1)
    return np.sort((data[second] - data[first]) / (second - first))


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("sampled", [64, 2**16])
def test_slopes_of_ranks_are_exact(name, sampled, monkeypatch):
    monkeypatch.setattr(module, "SAMPLED_PAIRS", sampled)
    slopes = all_slopes(SERIES[name])
    ranks = [0, 1, len(slopes) // 3, len(slopes) // 2, len(slopes) - 1]
    assert module.slopes_of_ranks(SERIES[name], ranks) == slopes[ranks].tolist()


@pytest.mark.parametrize("name", SERIES)
def test_slope_and_interval_are_those_of_scipy(name, monkeypatch):
    data = SERIES[name]
    slope, _, low, high = theilslopes(data)
    monkeypatch.setattr(module, "LONG", 4)
    np.testing.assert_allclose(module.slope_with_interval(data), (slope, low, high), rtol=1e-14, atol=0)
    assert module.median_slope(data) == np.median(all_slopes(data))
