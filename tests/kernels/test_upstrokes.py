"""The loops that find one activation of each pixel: compiled and in NumPy, with the same numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimap import kernels

_numpy, _compiled = kernels.twins()["numpy"], kernels.twins().get("compiled")

needs_compiled = pytest.mark.skipif(_compiled is None, reason="installed without a C++ compiler")
MODULES = [pytest.param(_compiled, marks=needs_compiled, id="compiled"), pytest.param(_numpy, id="numpy")]


def examples(samples, seed, width=35):
    """Pixels of all kinds: upstrokes fast and slow, in noise, falling, early, NaN, whole numbers, noise alone."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples)[:, np.newaxis, np.newaxis]
    starts = rng.uniform(-5, samples + 5, (3, width))
    speeds = rng.choice([0.3, 1, 3, 12], (3, width))
    video = np.tanh((t - starts) / speeds) * rng.choice([-1, 1, 1, 0], (3, width)) + rng.choice([0, 7e4], (3, width))
    video += rng.normal(size=video.shape) * rng.choice([0, 0.02, 0.2, 1], (3, width))
    video[:, 1, 3] = np.round(3 * video[:, 1, 3])
    video[samples // 2, 2, 5], video[0, 2, 6] = np.nan, np.inf
    return video


def both(name, video, *options):
    found = []
    for module, threads in ((_numpy, 1), (_compiled, 3)):
        out = np.full(video.shape[1:], 7.0)
        getattr(module, name)(video, *options, out, threads)
        found.append(out)
    return found


@needs_compiled
@settings(max_examples=25)
@given(st.sampled_from([3, 4, 9, 30, 127, 300, 700]), st.integers(0, 2**32), st.sampled_from([1, -1]))
def test_twins_agree(samples, seed, sign):
    video = examples(samples, seed)
    expected, found = both("upstroke_times", video, sign, 2.0, 6.0)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    for lasting, is_first in ((4, False), (0, False), (0, True)):
        expected, found = both("crossing_times", video, sign, 0.1, lasting, 6.0, is_first)
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_all_types_give_the_same(module, dtype):
    t = np.arange(80)[:, np.newaxis, np.newaxis]
    video = np.round(50 + 40 * np.tanh((t - 30 - np.arange(70).reshape(2, 35) / 7) / 3))
    for name, options in (("upstroke_times", (1, 2.0, 6.0)), ("crossing_times", (1, 50.5, 4, 6.0, False))):
        expected, found = np.empty((2, 35)), np.empty((2, 35))
        getattr(module, name)(video, *options, expected, 1)
        getattr(module, name)(video.astype(dtype), *options, found, 2)
        assert np.isfinite(expected).all()
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("samples", [1, 2, 3, 5])
def test_short_videos(module, samples):
    video = np.arange(samples, dtype=float)[:, np.newaxis, np.newaxis] + np.zeros((1, 2, 3))
    out = np.empty((2, 3))
    module.upstroke_times(video, 1, 2.0, 6.0, out, 1)
    assert np.isnan(out).all() or samples > 2
    module.crossing_times(video, 1, 0.5, 4, 6.0, False, out, 1)
    assert out[0, 0] == 0.5 or np.isnan(out).all()


@pytest.mark.parametrize("module", MODULES)
def test_rows_of_a_larger_array(module):
    video = np.asfortranarray(examples(60, 5).astype("f4"))
    whole = np.ascontiguousarray(np.pad(video, ((0, 0), (2, 2), (3, 3))))
    part = whole[:, 2:-2, 3:-3]
    expected, found = np.empty(part.shape[1:]), np.empty(part.shape[1:])
    module.upstroke_times(np.ascontiguousarray(part), 1, 2.0, 6.0, expected, 1)
    module.upstroke_times(part, 1, 2.0, 6.0, found, 1)
    np.testing.assert_array_equal(found, expected)


def test_the_noise_of_the_slope_at_every_frame():
    rng = np.random.default_rng(0)
    for sigma in (2.0, 8.0):
        slopes = [kernels.gaussian_slopes(signal, sigma) for signal in rng.normal(size=(3000, 40))]
        np.testing.assert_allclose(np.std(slopes, axis=0), kernels.slope_noise(sigma, 40), rtol=0.06)


def test_white_noise_of_one_signal():
    signal = np.random.default_rng(0).normal(size=5000) * 3
    assert kernels.noise_limits(signal)[0] == pytest.approx(3, rel=0.15)
    step = np.repeat([0.0, 1.0], 100)  # most differences are 0, which is not noise
    assert kernels.is_steep(step, 99, 6.0)
    assert not kernels.is_steep(step, 5, 6.0)


@needs_compiled
@pytest.mark.parametrize(
    ("name", "options", "match"),
    [
        ("upstroke_times", (1, 0.0, 6.0), "filter"),
        ("crossing_times", (1, 0.5, -1, 6.0, False), "lasting"),
    ],
)
def test_reads_outside_memory_are_refused(name, options, match):
    video = np.zeros((9, 4, 5))
    with pytest.raises(ValueError, match=match):
        getattr(_compiled, name)(video, *options, np.empty((4, 5)), 1)
    good = (1, 2.0, 6.0) if name == "upstroke_times" else (1, 0.5, 4, 6.0, False)
    for wrong, out, why in (
        (video, np.empty((5, 4)), "out"),
        (video, np.empty((4, 5), "f4"), "out"),
        (video[..., ::2], np.empty((4, 3)), "adjacent"),
        (video[:0], np.empty((4, 5)), "empty"),
        (video.astype(complex), np.empty((4, 5)), "dtype"),
    ):
        with pytest.raises(ValueError, match=why):
            getattr(_compiled, name)(wrong, *good, out, 1)
