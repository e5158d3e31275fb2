"""The loops that find and measure beats: compiled and in NumPy, with the same numbers, whatever the series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import kernels

_numpy, _compiled = kernels.twins()["numpy"], kernels.twins().get("compiled")

needs_compiled = pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")
LEVELS = np.array([30.0, 50.0, 80.0, 90.0])
OPTIONS = (LEVELS, 2.0, 1.5, 3.0)


def examples(samples=600, seed=0):
    """Series of all kinds: beats in noise, beats without, drift, steps, noise, walks, whole numbers, NaN."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples, dtype=float)
    phase = (t + rng.uniform(0, 100)) % rng.uniform(60, 150)
    beats = np.where(phase < 4, phase / 4, np.exp(-(phase - 4) / rng.uniform(5, 30)))
    noise = rng.normal(size=samples)
    rows = [scale * beats + noise for scale in (2, 4, 8, 30)]
    rows += [beats, np.round(6 * beats), 10 * beats + t / 50 + noise, -beats + noise / 20]
    rows += [
        50.0 * (t > samples / 2) + 10 * beats + noise,
        noise,
        np.cumsum(noise),
        np.sin(t / 9),
        np.zeros(samples),
        t,
    ]
    rows += [np.where(t == samples // 2, np.nan, beats), 1e6 + beats + noise / 10]
    spikes = rng.random(samples) < 0.02
    waves = np.sin(2 * np.pi * np.cumsum(rng.normal(1 / 40, 1 / 100, samples))) + noise / 2  # as in fibrillation
    rows += [waves, coloured(rng, samples), beats + np.where(spikes, 9.0, noise / 20), 1.0 * rng.poisson(0.1, samples)]
    return np.ascontiguousarray(rows)


def coloured(rng, samples):
    """Noise of 1/f."""
    spectrum = np.fft.rfft(rng.normal(size=2 * samples)) / np.sqrt(np.arange(samples + 1) + 1)
    return np.fft.irfft(spectrum, 2 * samples)[:samples]


def found(module, series, threads=1):
    slopes, scales = np.full_like(series, 7.0), np.full(len(series), 7.0)
    module.find_beats(series, 5.0, 0.2, slopes, scales, threads)
    return slopes, scales


def windows(slopes, reach=8):
    series, frames = np.nonzero(slopes)
    first = np.concatenate([[0], np.cumsum(np.bincount(series, minlength=len(slopes)))])
    return first, np.maximum(frames - reach, 0), frames + reach + 1


def measured(module, series, where, flags, threads=1):
    shape = (len(where[1]), 10 + 2 * len(LEVELS))
    out, reasons = np.full(shape, 7.0), np.full(shape, 77, np.uint8)
    where = [np.asarray(part, np.int64) for part in where]
    module.measure_beats(series, *where, *OPTIONS, *flags, out, reasons, threads)
    return out, reasons


@needs_compiled
@settings(max_examples=30)
@given(st.integers(40, 700), st.integers(0, 2**32), st.tuples(*[st.booleans()] * 4))
def test_twins_agree(samples, seed, flags):
    series = examples(samples, seed)
    slopes, scales = found(_numpy, series)
    others, other_scales = found(_compiled, series, threads=3)
    np.testing.assert_array_equal(scales, other_scales)
    np.testing.assert_allclose(others, slopes, rtol=1e-9)
    where = windows(slopes)
    (expected, reasons), (values, codes) = (
        measured(module, series, where, flags, threads) for module, threads in ((_numpy, 1), (_compiled, 3))
    )
    np.testing.assert_array_equal(codes, reasons)
    np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-6 * np.abs(series[0]).max())


MODULES = [pytest.param(_compiled, marks=needs_compiled, id="compiled"), pytest.param(_numpy, id="numpy")]


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("samples", [1, 2, 3, 5, 8])
def test_short_series(module, samples):
    series = np.ascontiguousarray([np.arange(samples), np.ones(samples)], float)
    slopes, _ = found(module, series)
    assert not slopes.any()
    where = (np.array([0, 1, 2]), np.zeros(2, np.int64), np.full(2, samples))
    out, reasons = measured(module, series, where, (False, False, False, True))
    assert np.isnan(out).all()
    assert (reasons > 0).all()


@pytest.mark.parametrize("module", MODULES)
def test_every_nan_has_a_reason_and_no_other_value_has(module):
    series = examples()
    out, reasons = measured(module, series, windows(found(module, series)[0]), (False,) * 4)
    np.testing.assert_array_equal(np.isnan(out), reasons > 0)


@pytest.mark.parametrize("module", MODULES)
def test_windows_without_a_significant_upstroke(module):
    series = np.random.default_rng(0).normal(size=(1, 500))
    where = (np.array([0, 2]), np.array([0, 250]), np.array([250, 500]))
    out, reasons = measured(module, series, where, (False, False, False, True))
    assert np.isnan(out).all()
    assert (reasons[:, 0] == 2).all()
    assert np.isfinite(measured(module, series, where, (False,) * 4)[0][:, 0]).all()


@needs_compiled
def test_twins_agree_about_signals_that_fall_and_rise_by_much():
    # A fall before a small upstroke once moved the window of the baseline far behind the end of the series.
    rng = np.random.default_rng(0)
    t = np.arange(300)
    rows, edges = [], []
    for _ in range(150):
        step = 10.0 ** rng.integers(0, 9) * rng.choice([-1, 1]) * (t < rng.integers(10, 290))
        walk = np.cumsum(rng.normal(size=300) * rng.choice([0, 0, 1], 300))
        rows.append(step + walk + 0.01 * rng.normal(size=300))
        edges.append(np.sort(rng.choice(np.arange(5, 295), 4, replace=False)))
    spectrum = np.fft.rfft(rng.normal(size=(150, 300))) / np.sqrt(np.arange(151) + 1)
    rows[1::2] = np.fft.irfft(spectrum, 300)[1::2]  # activations before onsets: the search for the lowest sample
    where = np.arange(0, 451, 3), np.ravel([own[:-1] for own in edges]), np.ravel([own[1:] for own in edges])
    series = np.array(rows)
    (expected, reasons), (values, codes) = (
        measured(module, series, where, (False, False, False, True)) for module in (_numpy, _compiled)
    )
    np.testing.assert_array_equal(codes, reasons)
    np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("module", MODULES)
def test_other_series_change_no_bit(module):
    series = examples(700)
    where = windows(found(module, series)[0])
    for flags in ((False, False, False, True), (True, True, True, False)):
        together = measured(module, np.tile(series, (9, 1)), tiled(where, 9), flags)
        alone = measured(module, series, where, flags)
        for several, one in zip(together, alone, strict=True):
            np.testing.assert_array_equal(several, np.tile(one, (9, 1)))
        for m in range(len(series)):
            own = slice(*where[0][m : m + 2])
            single = [0, own.stop - own.start], where[1][own], where[2][own]
            for several, one in zip(alone, measured(module, series[m : m + 1], single, flags), strict=True):
                np.testing.assert_array_equal(several[own], one)


def tiled(where, times):
    """Return the windows of series that are repeated."""
    counts = np.tile(np.diff(where[0]), times)
    return np.concatenate([[0], np.cumsum(counts)]), np.tile(where[1], times), np.tile(where[2], times)


@needs_compiled
def test_arguments_that_would_read_or_write_outside_memory():
    series, where = np.zeros((2, 50)), (np.array([0, 1, 1]), np.array([5]), np.array([9]))
    flags, out = (False,) * 4, (np.zeros((1, 18)), np.zeros((1, 18), np.uint8))
    good = (series, *where, *OPTIONS, *flags, *out, 1)
    _compiled.measure_beats(*good)
    for position, wrong in [(0, np.zeros((3, 50))), (1, np.array([0, 2, 1])), (3, np.array([9, 9])), (5, 0.0)]:
        with pytest.raises(ValueError, match=r"beat|empty"):
            _compiled.measure_beats(*good[:position], wrong, *good[position + 1 :])
    for position in (-3, -2):
        wrong = good[position][:, :17].copy()
        with pytest.raises(ValueError, match="row of results"):
            _compiled.measure_beats(*good[:position], wrong, *good[position + 1 :])
    for slopes, scales in [(np.zeros((2, 49)), np.zeros(2)), (np.zeros((2, 50)), np.zeros(3))]:
        with pytest.raises(ValueError, match="one slope for each sample"):
            _compiled.find_beats(series, 5.0, 0.2, slopes, scales, 1)


@needs_compiled
@pytest.mark.parametrize("samples", [90, 150, 800])
def test_twins_agree_about_noise_that_is_not_white(samples):
    rng = np.random.default_rng(samples)
    rows = [coloured(rng, samples) + share * rng.normal(size=samples) for share in (0, 0, 0.05, 0.1) for _ in range(15)]
    rows += [np.cumsum(rng.normal(size=samples)) for _ in range(15)]
    series = np.ascontiguousarray(rows)
    slopes, _ = found(_numpy, series)
    np.testing.assert_allclose(found(_compiled, series)[0], slopes, rtol=1e-9)
    count = max(4, samples // 100)
    edges = np.linspace(0, samples, count + 1).astype(np.int64)
    where = np.arange(len(series) + 1) * count, np.tile(edges[:-1], len(series)), np.tile(edges[1:], len(series))
    (expected, reasons), (values, codes) = (
        measured(module, series, where, (False, False, False, True)) for module in (_numpy, _compiled)
    )
    np.testing.assert_array_equal(codes, reasons)
    np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-6)
    assert (reasons[:, 0] > 0).mean() > (0 if samples < 100 else 0.9)
