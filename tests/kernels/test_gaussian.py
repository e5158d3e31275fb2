"""Frames smoothed in space and in time: SciPy's numbers to the last bit, from both twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate1d, gaussian_filter1d

from optimap import kernels

needs_compiled = pytest.mark.skipif("compiled" not in kernels.twins(), reason="installed without a C++ compiler")
DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]


@pytest.fixture(params=list(kernels.twins()))
def module(request):
    return kernels.twins()[request.param]


def weights_of(reach, seed=0):
    half = np.random.default_rng(seed).random(reach + 1)
    return half / (half[0] + 2 * half[1:].sum())


def both_halves(half):
    return np.concatenate((half[:0:-1], half))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "reach"), [((3, 20, 37), 4), ((2, 5, 3), 9), ((5, 1, 1), 2), ((1, 33, 16), 0), ((2, 4, 50), 17)]
)
def test_space_is_scipy(module, dtype, shape, reach):
    frames = np.random.default_rng(1).normal(60, 20, shape).clip(0, 120).astype(dtype)
    half, out = weights_of(reach), np.full(shape, -1.0)
    module.smooth_in_space(frames, half, out, 2)
    down = correlate1d(frames.astype(np.float64), both_halves(half), axis=1)
    np.testing.assert_array_equal(out, correlate1d(down, both_halves(half), axis=2))


def test_frames_that_are_parts_of_others(module):
    larger = np.random.default_rng(2).integers(0, 4000, (8, 30, 40), np.uint16)
    part, half = larger[1::3, 4:20:2, 5:30], weights_of(3)
    out, copied = np.empty(part.shape), np.empty(part.shape)
    module.smooth_in_space(part, half, out, 1)
    module.smooth_in_space(part.copy(), half, copied, 1)
    np.testing.assert_array_equal(out, copied)


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(1, 40),
    pixels=st.sampled_from([1, 3, 16, 495, 496, 1100]),
    reach=st.integers(0, 50),
    place=st.data(),
    name=st.sampled_from(list(kernels.twins())),
    dtype=st.sampled_from(["f4", "f8"]),
    threads=st.integers(1, 3),
)
def test_time_is_scipy(length, pixels, reach, place, name, dtype, threads):
    first = place.draw(st.integers(0, length - 1))
    out = np.full((place.draw(st.integers(1, length - first)), pixels), -1, dtype)
    frames, half = np.random.default_rng(length).normal(size=(length, pixels)), weights_of(reach)
    kernels.twins()[name].smooth_in_time(frames, half, first, out, threads)
    expected = correlate1d(frames, both_halves(half), axis=0)[first : first + len(out)]
    np.testing.assert_array_equal(out, expected.astype(dtype))


def test_a_mean_that_a_person_can_check(module):
    frames, half = np.array([[[0.0, 0, 4, 0]]]), np.array([0.5, 0.25])
    out = np.empty((1, 1, 4))
    module.smooth_in_space(frames, half, out, 1)
    assert out.tolist() == [[[0, 1, 2, 1]]]
    times = np.empty((4, 1))
    module.smooth_in_time(frames[0].T.copy(), half, 0, times, 1)
    assert times[:, 0].tolist() == [0, 1, 2, 1]


def test_weights_of_a_gaussian_are_those_of_scipy():
    series = np.random.default_rng(3).normal(size=(1, 1, 200))
    half = gaussian_filter1d(np.eye(1, 33, 16)[0], 4.0, mode="constant")[16:]
    out = np.empty(series.shape)
    kernels.smooth_in_space(series, half, out)
    both = gaussian_filter1d(gaussian_filter1d(series, 4.0, axis=1), 4.0, axis=2)
    np.testing.assert_array_equal(out, both)


@needs_compiled
@pytest.mark.parametrize(
    ("frames", "half", "out"),
    [
        (np.zeros((2, 3, 4)), np.ones(2), np.zeros((2, 3, 5))),
        (np.zeros((2, 3, 4)), np.zeros(0), np.zeros((2, 3, 4))),
        (np.zeros((2, 0, 4)), np.ones(2), np.zeros((2, 0, 4))),
        (np.zeros((2, 3, 4))[:, :, ::-1], np.ones(2), np.zeros((2, 3, 4))),
    ],
)
def test_frames_and_results_that_do_not_fit_are_refused(frames, half, out):
    with pytest.raises((ValueError, TypeError)):
        kernels.twins()["compiled"].smooth_in_space(frames, half, out, 1)


@needs_compiled
@pytest.mark.parametrize(
    ("half", "first", "out"),
    [
        (np.ones(2), 3, np.zeros((3, 4))),
        (np.ones(2), -1, np.zeros((2, 4))),
        (np.ones(2), 6, np.zeros((0, 4))),
        (np.zeros(0), 0, np.zeros((5, 4))),
        (np.ones(2), 0, np.zeros((5, 3))),
        (np.ones(2), 0, np.zeros((5, 4), np.int64)),
        (np.ones(2), 0, np.zeros((4, 5)).T),
    ],
)
def test_moments_outside_the_frames_are_refused(half, first, out):
    with pytest.raises(ValueError, match="out"):
        kernels.twins()["compiled"].smooth_in_time(np.zeros((5, 4)), half, first, out, 1)
