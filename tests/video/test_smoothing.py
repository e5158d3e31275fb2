"""smooth_spatiotemporal: the numbers of SciPy in blocks of any size, and means of what is there."""

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

import optimap
from optimap._base import budgeted
from optimap.video import open_video, save_video, smooth_spatiotemporal
from tests import makers
from tests.arrays import torch as torch
from tests.errors import check_error
from tests.readers import Chunked, Sliceable, Untouchable, mapped
from tests.strategies import videos

RNG = np.random.default_rng(0)
SIGMAS = [(1, 1), (0, 2), (2, 0), (0.3, 0.7), (9, 1), (40, 15), (0, 0)]


@pytest.fixture(params=[1, 5, 1000], ids="blocks of {} frames".format)
def frames_at_once(request):
    with budgeted(read_bytes=request.param * 8 * 12 * 13):
        yield request.param


def oracle(video, in_time, in_space):
    """Smooth what is there and its weights with SciPy, and divide."""
    video = np.ma.filled(video.astype(float), np.nan) if isinstance(video, np.ma.MaskedArray) else video.astype(float)
    there = np.isfinite(video)
    sums, weights = (
        gaussian_filter(np.where(there, values, 0.0), (in_time, in_space, in_space)) for values in (video, there * 1.0)
    )
    return np.divide(sums, weights, out=np.full(video.shape, np.nan), where=there)


@pytest.mark.parametrize(("in_time", "in_space"), SIGMAS)
@pytest.mark.parametrize("dtype", ["u2", "i4", "f4", "f8", ">u2", "?"])
def test_whole_videos_are_smoothed_as_by_scipy(in_time, in_space, dtype, frames_at_once):
    video = makers.random_video((60, 12, 13), dtype)
    before = video.copy()
    result = smooth_spatiotemporal(video, in_time, in_space)
    expected = gaussian_filter(video.astype(float), (in_time, in_space, in_space))
    assert result.dtype == (np.float32 if dtype == "f4" else np.float64)
    tolerance = (1e-6 if dtype == "f4" else 1e-12) * np.abs(expected).max()
    np.testing.assert_allclose(result, expected, rtol=0, atol=tolerance)
    np.testing.assert_array_equal(video, before)


@pytest.mark.parametrize(("in_time", "in_space"), SIGMAS)
@pytest.mark.parametrize("where", ["a pixel", "the background", "one frame", "scattered", "early", "late"])
def test_missing_pixels_are_left_out(in_time, in_space, where, frames_at_once):
    video = RNG.normal(size=(60, 12, 13))
    missing = {
        "a pixel": np.s_[30, 5, 5],
        "the background": np.s_[:, :7],
        "one frame": np.s_[20],
        "scattered": RNG.random(video.shape) < 0.3,
        "early": np.s_[:3, 4],
        "late": np.s_[58:, :, 4],
    }[where]
    video[missing] = np.nan
    result = smooth_spatiotemporal(video, in_time, in_space)
    np.testing.assert_array_equal(np.isnan(result), np.isnan(video))
    np.testing.assert_allclose(result, oracle(video, in_time, in_space), rtol=1e-9, atol=1e-12)
    hidden = np.ma.masked_array(np.where(np.isnan(video), 1e9, video), np.isnan(video))
    np.testing.assert_array_equal(smooth_spatiotemporal(hidden, in_time, in_space), result)


def test_a_mean_that_a_person_can_check():
    # Of three pixels in a row, the middle one is missing: the others are means of both, in which their own value counts
    # with its mirror image, and the other one, two steps away, with little weight.
    row = np.array([[[4.0, np.nan, 8.0]]])
    own, other = 1 + np.exp(-2), np.exp(-8)
    left = (4 * own + 8 * other) / (own + other)
    np.testing.assert_allclose(smooth_spatiotemporal(row, 0, 0.5), [[[left, np.nan, 12 - left]]])


def test_a_constant_stays_whatever_is_missing(frames_at_once):
    video = np.full((60, 12, 13), 7.1)
    video[RNG.random(video.shape) < 0.8] = np.nan
    result = smooth_spatiotemporal(video, 2, 2)
    np.testing.assert_allclose(result[~np.isnan(video)], 7.1, rtol=1e-12)


def test_infinite_pixels_and_masked_counts_are_missing():
    video = RNG.normal(size=(9, 8, 7))
    holed = video.copy()
    video[4, 3, 2], holed[4, 3, 2] = np.inf, np.nan
    np.testing.assert_array_equal(smooth_spatiotemporal(video, 1, 1), smooth_spatiotemporal(holed, 1, 1))
    counts = np.ma.masked_array(np.arange(504).reshape(9, 8, 7), np.arange(504).reshape(9, 8, 7) % 5 == 0)
    np.testing.assert_allclose(smooth_spatiotemporal(counts, 1, 1), oracle(counts, 1, 1))


@settings(max_examples=60)
@given(videos(), st.sampled_from([0, 1e-300, 0.1, 0.4, 1, 3]), st.sampled_from([0, 1e-300, 0.2, 1, 2]))
def test_any_video_in_any_layout(video, in_time, in_space):
    result = smooth_spatiotemporal(video, in_time, in_space)
    expected = oracle(video, in_time, in_space)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(result / scale if scale else result, expected / (scale or 1), atol=1e-6)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_videos_shorter_than_the_gaussian(frames, frames_at_once):
    video = RNG.normal(size=(frames, 2, 1))
    np.testing.assert_allclose(smooth_spatiotemporal(video, 3, 2), gaussian_filter(video, (3, 2, 2)), atol=1e-12)


@pytest.mark.parametrize("sigma", [20, 300.5, 9000])
def test_gaussians_much_wider_than_the_video(sigma, frames_at_once):
    video = makers.random_video((5, 7, 4), "f8")
    for in_time, in_space in [(sigma, 0), (0, sigma), (sigma, sigma), (0.8, sigma)]:
        expected = gaussian_filter(video, (in_time, in_space, in_space))
        np.testing.assert_allclose(smooth_spatiotemporal(video, in_time, in_space), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("sigma", [10**6, 10**9, 2**64, 1e300])
def test_the_widest_gaussians_are_means(sigma):
    video = makers.random_video((5, 7, 4), "f8")
    np.testing.assert_allclose(
        smooth_spatiotemporal(video, sigma, sigma), np.full_like(video, video.mean()), atol=1e-12
    )


def test_recordings_memory_maps_lists_and_anything_with_slices(tmp_path, frames_at_once):
    video = makers.random_video((60, 12, 13), "u2")
    expected = smooth_spatiotemporal(video, 2, 1)
    save_video(tmp_path / "recording.tif", video)
    with open_video(tmp_path / "recording.tif") as recording:
        np.testing.assert_array_equal(smooth_spatiotemporal(recording, 2, 1), expected)
    for same in (mapped(tmp_path, video), video.tolist(), Chunked(video, (20, 6, 7))):
        np.testing.assert_allclose(smooth_spatiotemporal(same, 2, 1), expected, rtol=1e-12)
    reader = Sliceable(video)
    np.testing.assert_array_equal(smooth_spatiotemporal(reader, 2, 1), expected)
    assert sum(stop - start for start, stop in reader.read) == 60  # each frame once


def test_frames_that_are_stored_together_are_read_together():
    video = Chunked(makers.random_video((60, 12, 13), "u2"), (20, 12, 13))
    with budgeted(read_bytes=25 * 8 * 12 * 13):
        smooth_spatiotemporal(video, 1, 1)
    assert [key[0] for key in video.read] == [(0, 40), (40, 60)]


def test_a_published_script_runs():
    video = makers.random_video((20, 12, 13), "u2")
    result = optimap.video.smooth_spatiotemporal(video, sigma_temporal=1, sigma_spatial=1)
    published = gaussian_filter(video, sigma=(1, 1, 1), order=0)  # of the same integer type, rounded down on each axis
    assert np.abs(result - published).max() < 3


@pytest.mark.parametrize("threads", ["1", "3"])
def test_threads_change_nothing(threads, monkeypatch):
    video = RNG.normal(size=(50, 60, 70))
    expected = smooth_spatiotemporal(video, 1, 2)
    monkeypatch.setenv("OPTIMAP_THREADS", threads)
    np.testing.assert_array_equal(smooth_spatiotemporal(video, 1, 2), expected)


@pytest.mark.parametrize("chunks", [(60, 12, 13), (7, 5, 13), (13, 12, 4), (1, 1, 1)])
@pytest.mark.parametrize(("in_time", "in_space"), [(1, 1), (0, 2), (2, 0), (9, 1), (40, 15)])
def test_dask_arrays_are_smoothed_lazily(chunks, in_time, in_space):
    video = RNG.normal(size=(60, 12, 13)).astype(np.float32)
    video[RNG.random(video.shape) < 0.2] = np.nan
    video = video if max(chunks) > 1 else video[:15, :4, :5]
    with dask.config.set(scheduler="synchronous"):
        result = smooth_spatiotemporal(da.from_array(video, chunks=chunks), in_time, in_space)
        assert (isinstance(result, da.Array), result.dtype, result.shape) == (True, np.float32, video.shape)
        np.testing.assert_allclose(
            result.compute(), smooth_spatiotemporal(video, in_time, in_space), rtol=1e-4, atol=1e-6
        )


def test_an_empty_video():
    assert smooth_spatiotemporal(np.zeros((0, 3, 4)), 1, 1).shape == (0, 3, 4)
    assert smooth_spatiotemporal(np.zeros((3, 0, 4)), 1, 1).shape == (3, 0, 4)


UNREAD = Untouchable(np.zeros((5, 4, 3)))
WRONG = [
    (UNREAD, (-1, 1), ValueError, "sigma_temporal", "sigma_temporal = -1: it must be a finite number, 0 or more"),
    (UNREAD, (np.nan, 1), ValueError, "sigma_temporal", "sigma_temporal = nan"),
    (UNREAD, (1, np.inf), ValueError, "sigma_spatial", "sigma_spatial = inf"),
    (UNREAD, (1, "2"), ValueError, "sigma_spatial", "sigma_spatial = '2'"),
    (UNREAD, (1, (1, 1)), ValueError, "sigma_spatial", r"sigma_spatial = \(1, 1\)"),
    (UNREAD, (None, 1), ValueError, "sigma_temporal", "sigma_temporal = None"),
    (np.zeros((5, 4)), (1, 1), ValueError, "video", r"video has shape \(5, 4\), a single image"),
    (np.zeros((5, 4, 3), complex), (1, 1), TypeError, "video", "video has dtype complex128"),
    ("recording.tif", (1, 1), TypeError, "video", "video is not an array: open a recording first"),
]


@pytest.mark.parametrize(("video", "sigmas", "kind", "argument", "message"), WRONG)
def test_wrong_arguments_are_refused_before_anything_is_read(video, sigmas, kind, argument, message):
    check_error(lambda: smooth_spatiotemporal(video, *sigmas), kind, argument, message)


def test_videos_must_be_on_the_host(torch):
    check_error(
        lambda: smooth_spatiotemporal(torch.zeros((5, 4, 3)), 1, 1), TypeError, "video", r"video\.cpu\(\)\.numpy\(\)"
    )
