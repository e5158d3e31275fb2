"""The loops over series, compiled and in NumPy, against the slopes of all pairs, NumPy and SciPy."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from scipy.interpolate import LSQUnivariateSpline
from scipy.stats import theilslopes

from optimap import kernels
from tests.kernels.examples import examples

_numpy_series, _compiled = kernels.twins()["numpy"], kernels.twins().get("compiled")

needs_compiled = pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")
BACKENDS = [pytest.param(_compiled, marks=needs_compiled, id="compiled"), pytest.param(_numpy_series, id="numpy")]


def slopes(module, series, start=0, stop=None, threads=1):
    series = np.ascontiguousarray(np.atleast_2d(series), np.float64)
    count, samples = series.shape
    out = np.empty(count)
    stops = np.full(count, samples if stop is None else stop)
    module.median_slopes(series, np.full(count, start), stops, out, threads)
    return out


def median_of_all_slopes(data):
    first, second = np.triu_indices(len(data), k=1)
    with np.errstate(over="ignore"):
        return np.median((data[second] - data[first]) / (second - first))


@pytest.mark.parametrize("module", BACKENDS)
@pytest.mark.parametrize("name", examples(2))
@pytest.mark.parametrize("samples", [2, 3, 91, 92, 93, 300, 1024])
def test_median_slopes_are_exact(module, name, samples):
    data = examples(samples)[name]
    assert slopes(module, data).tolist() == [median_of_all_slopes(data)]


@pytest.mark.parametrize("module", BACKENDS)
def test_a_slope_that_a_person_can_check(module):
    # Between 0, 1, 5 the slopes are 1, 5 / 2 and 4; only the samples 1 to 3 of the second series are used.
    assert slopes(module, [0.0, 1.0, 5.0]) == 2.5
    assert slopes(module, [9.0, 0.0, 1.0, 5.0, 77.0], 1, 4) == 2.5


@needs_compiled
@settings(max_examples=80)
@given(st.integers(2, 400), st.integers(0, 2**32), st.sampled_from(list(examples(2))), st.integers(0, 3))
def test_median_slopes_of_any_series(samples, seed, name, digits):
    data = examples(samples, seed)[name]
    if np.abs(data).max() < 1e10:
        data = np.round(data, digits)  # equal slopes between numbers that are not binary fractions
    assert slopes(_compiled, data).tolist() == [median_of_all_slopes(data)]


@needs_compiled
@settings(max_examples=40)
@given(st.integers(95, 300), st.integers(0, 2**32), st.integers(1, 12), st.integers(-3, 3))
def test_median_slopes_of_whole_numbers(samples, seed, levels, drift):
    data = np.random.default_rng(seed).integers(0, levels, samples) + drift * np.arange(samples) // 2
    assert slopes(_compiled, data).tolist() == [median_of_all_slopes(data.astype(float))]


@needs_compiled
@pytest.mark.parametrize("name", examples(2))
def test_median_slopes_of_long_series_are_those_of_scipy(name):
    data = examples(3001, 3)[name]
    assert slopes(_compiled, data)[0] == theilslopes(data)[0]


@needs_compiled
def test_slopes_whose_differences_overflow():
    data = examples(200)["noise"]
    data *= 1.7e308 / np.abs(data).max()
    assert slopes(_compiled, data).tolist() == [median_of_all_slopes(data)]


@needs_compiled
@pytest.mark.parametrize("name", ["line", "stairs of tenths"])
def test_where_slopes_differ_only_by_rounding_the_median_is_right_to_rounding(name):
    slope = slopes(_compiled, examples(40_000)[name])[0]
    assert slope == pytest.approx({"line": -0.3, "stairs of tenths": 0.1 / 3}[name], rel=1e-15)


@needs_compiled
@pytest.mark.parametrize("name", ["noise", "counts", "counts and drift", "walk"])
def test_twins_agree_on_long_series(name):
    data = examples(6000)[name]
    assert slopes(_compiled, data) == slopes(_numpy_series, data)


@pytest.mark.parametrize("module", BACKENDS)
@settings(max_examples=100)
@example([2, 1, 1, 2, 2, 0, 1], 1, 2)
@given(st.lists(st.integers(-4, 4), max_size=40), st.integers(0, 5), st.integers(0, 5))
def test_falling_and_level_pairs(module, values, before, after):
    part = np.array(values, float)
    first, second = np.triu_indices(len(part), k=1)
    expected = ((part[second] < part[first]).sum(), (part[second] == part[first]).sum())
    series = np.concatenate((np.arange(before), part, np.arange(after)))[np.newaxis]
    falling, level = np.empty(1, np.int64), np.empty(1, np.int64)
    module.falling_pairs(series, np.array([before]), np.array([before + len(part)]), falling, level, 1)
    assert (falling[0], level[0]) == expected


def medians(module, series, window):
    series = np.ascontiguousarray(np.atleast_2d(series), np.float64)
    out = np.full_like(series, np.nan)
    module.running_medians(series, np.full(len(series), window), out, 1)
    return out


@pytest.mark.parametrize("module", BACKENDS)
@pytest.mark.parametrize("samples", [1, 2, 3, 63, 64, 65, 400])
@pytest.mark.parametrize("name", ["walk", "counts", "constant", "line", "huge", "smallest", "alternating"])
def test_running_medians_are_medians(module, name, samples):
    data = examples(samples)[name]
    for window in {1, 3, 5, 31, samples - 1 + samples % 2}:
        expected = data.copy()
        if window <= samples:
            half = window // 2
            expected[half : samples - half] = np.median(sliding_window_view(data, window), axis=-1)
        np.testing.assert_array_equal(medians(module, data, window), [expected])


@needs_compiled
@pytest.mark.parametrize("window", [3, 101, 20_001])
def test_running_medians_of_long_series(window):
    rng = np.random.default_rng(0)
    data = rng.normal(size=300_000) if window == 3 else rng.integers(-500, 500, 30_000) / 7
    np.testing.assert_array_equal(medians(_compiled, data, window), medians(_numpy_series, data, window))


@pytest.mark.parametrize("module", BACKENDS)
def test_both_zeros_are_one_number(module):
    np.testing.assert_array_equal(medians(module, [0.0, -0.0, 0.0, -0.0, 1.0, -1.0], 3)[0, 1:-1], [0, 0, 0, 0])


@pytest.mark.parametrize("module", BACKENDS)
@pytest.mark.parametrize(("samples", "knots"), [(5, 1), (6, 2), (9, 3), (40, 5), (257, 3), (1000, 70)])
@pytest.mark.parametrize("name", ["walk", "line", "constant", "far from zero", "huge", "tiny"])
def test_splines_are_those_of_fitpack(module, name, samples, knots):
    data = examples(samples)[name]
    x = np.arange(samples)
    inner = np.linspace(0, samples - 1, knots + 3)[1:-2]
    expected = LSQUnivariateSpline(x, data / np.abs(data).max(), inner)(x)
    out = np.empty((1, samples))
    module.coarse_splines(data[np.newaxis].copy(), np.array([knots]), out, 1)
    np.testing.assert_allclose(out[0] / np.abs(data).max(), expected, rtol=1e-11, atol=1e-12)


@needs_compiled
@pytest.mark.parametrize("threads", [1, 2, 7])
def test_a_row_does_not_depend_on_other_rows(threads):
    rng = np.random.default_rng(1)
    series = np.stack([examples(333, 5)[name] for name in ("walk", "noise", "counts", "line", "waves")])
    windows, knots = rng.integers(1, 60, 5) * 2 + 1, np.array([4, 2, 9, 2, 4])
    together = [np.empty_like(series), np.empty_like(series), np.empty(5)]
    _compiled.running_medians(series, windows, together[0], threads)
    _compiled.coarse_splines(series, knots, together[1], threads)
    _compiled.median_slopes(series, windows, 400 - windows // 2 * 2 - 68, together[2], threads)
    for i in range(5):
        row, out, slope = series[i : i + 1].copy(), np.empty((1, 333)), np.empty(1)
        _compiled.running_medians(row, windows[i : i + 1].copy(), out, 1)
        np.testing.assert_array_equal(together[0][i], out[0])
        _compiled.coarse_splines(row, knots[i : i + 1].copy(), out, 1)
        np.testing.assert_array_equal(together[1][i], out[0])
        _compiled.median_slopes(row, windows[i : i + 1].copy(), 400 - windows[i : i + 1] // 2 * 2 - 68, slope, 1)
        assert together[2][i] == slope[0]


@needs_compiled
def test_ranges_outside_the_arrays_are_refused():
    series, two = np.zeros((2, 9)), np.full(2, 3)
    for starts, stops in ((two - 4, two), (two, two - 1), (two, two + 7), (two[:1], two[:1])):
        with pytest.raises(ValueError, match=r"outside its series|for each series"):
            _compiled.median_slopes(series, starts, stops, np.empty(2), 1)
        with pytest.raises(ValueError, match=r"outside its series|for each series"):
            _compiled.falling_pairs(series, starts, stops, np.empty(2, np.int64), np.empty(2, np.int64), 1)
    with pytest.raises(ValueError, match="for each series"):
        _compiled.running_medians(series, two, np.empty((2, 8)), 1)
    with pytest.raises(ValueError, match="too small"):
        _compiled.running_medians(series, two * 0, np.empty((2, 9)), 1)
    with pytest.raises(ValueError, match="too small"):
        _compiled.coarse_splines(series, two - 4, np.empty((2, 9)), 1)


def test_zero_series():
    none, few = np.empty((0, 9)), np.empty(0, np.int64)
    assert kernels.running_medians(none, few).shape == kernels.coarse_splines(none, few).shape == (0, 9)
    assert kernels.median_slopes(none, few, few).shape == kernels.falling_pairs(none, few, few)[0].shape == (0,)
