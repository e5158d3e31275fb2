"""Activation maps: exact on clean upstrokes, none in noise, the same whatever holds the frames, and old calls."""

import inspect

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimap
from optimap import ArgumentError, ArgumentTypeError
from optimap.activation import compute_activation_map, find_activations
from optimap.datasets import simulated_tissue
from tests import noises
from tests.errors import check_error

from .waves import elliptical, plane, upstrokes

METHODS = ["maximum_derivative", "threshold_crossing"]
TIMES = plane(30, 2.0, (12, 40))[0]


def exact(video, method="maximum_derivative", **options):
    return compute_activation_map(video, method, interpolate=True, normalize_time=False, show=False, **options)


@pytest.mark.parametrize("method", METHODS)
def test_times_of_upstrokes(method):
    video = upstrokes(TIMES)
    np.testing.assert_allclose(exact(video, method), 15 + TIMES, atol=0.03)
    np.testing.assert_allclose(exact(1000 - 50 * video, falling_edge=True), 15 + TIMES, atol=0.03)
    whole = compute_activation_map(video, method, show=False)
    np.testing.assert_array_equal(whole, np.rint(exact(video, method)) - np.rint(exact(video, method)).min())
    relative = compute_activation_map(video, method, interpolate=True, show=False)
    np.testing.assert_allclose(relative, TIMES - TIMES.min(), atol=0.05)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=10)
@given(st.integers(0, 2**32), st.sampled_from([25, 60, 400]))
def test_noise_has_no_activations(method, seed, frames):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(frames, 6, 7))
    noise = (noise - noise.min(axis=0)) / np.ptp(noise, axis=0)
    assert np.isnan(exact(noise, method)).all()
    assert np.isinf(compute_activation_map(noise, method, show=False, set_nan_for_inactive=False)).all()
    assert np.isnan(compute_activation_map(noise, 0.5, show=False)).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", noises.kinds(100, 1))
def test_noise_that_is_not_white_has_hardly_any_activations(method, kind):
    noise = noises.kinds(400, 400)[kind].reshape(400, 20, 20).astype(float)
    noise = (noise - noise.min(axis=0)) / np.ptp(noise, axis=0)
    assert np.isfinite(exact(noise, method)).mean() < 0.03


@pytest.mark.parametrize("shape", [(8, 9), (72, 1)])
def test_long_recordings_are_looked_at_around_the_activation(shape, tmp_path):
    frames = 17_000
    noise = noises.coloured(frames, 72).reshape(frames, *shape)
    assert np.isnan(exact(noise)).all()
    wave = (noise[::-1] + 40 * np.exp(-(((np.arange(frames) - 16_900) / 3) ** 2))[:, None, None]).astype(np.float32)
    found = exact(wave)
    np.testing.assert_allclose(found, 16_897.9, atol=1.5)
    np.save(tmp_path / "wave.npy", wave)
    np.testing.assert_array_equal(exact(np.load(tmp_path / "wave.npy", mmap_mode="r")), found)


def test_waves_that_look_like_noise_in_single_pixels_are_waves():
    t, x = np.arange(150)[:, np.newaxis, np.newaxis], np.arange(20)
    wave = np.sin(2 * np.pi * (t - x / 2) / 30) + np.zeros((20, 1))
    for noise in (0.0, 0.2):
        found = exact(wave + noise * np.random.default_rng(0).normal(size=wave.shape))
        assert np.isfinite(found).all()
    late = np.random.default_rng(1).uniform(30, 90, (8, 9))  # pixels that have nothing in common, but beats
    pulses = np.exp(-(((t - late) / 5) ** 2)) + 0.02 * np.random.default_rng(2).normal(size=(150, 8, 9))
    np.testing.assert_allclose(exact(pulses), late - 3.5, atol=2)


@pytest.mark.parametrize(("snr", "allowed"), [(5, 0.75), (10, 0.36), (20, 0.22)])
def test_the_tissue(snr, allowed):
    """The bars of the definitions, in frames."""
    recording = simulated_tissue(snr=snr)
    true = recording.true_beats([80]).activation[2] * recording.fps
    start, stop = int(np.nanmin(true)) - 15, int(np.nanmax(true)) + 20
    found = exact(recording.video[start:stop], falling_edge=True)[recording.tissue] + start
    assert np.isfinite(found).all()
    assert np.sqrt(np.mean((found - true[recording.tissue]) ** 2)) < allowed


@pytest.mark.parametrize("method", METHODS)
def test_maps_are_made_of_the_activations_of_signals(method):
    noise = np.random.default_rng(0).normal(size=(60, *TIMES.shape)) / 50
    video = upstrokes(TIMES) + noise
    found = exact(video, method)
    for y, x in ((0, 0), (3, 17), (11, 39)):
        (time,) = find_activations(video[:, y, x], method, interpolate=True, show=False)
        assert found[y, x] == pytest.approx(time)


@pytest.mark.parametrize("method", METHODS)
def test_videos_that_are_turned_turn_the_map(method):
    video = upstrokes(elliptical(20, 2.0, 1.0)[0]) + np.random.default_rng(0).normal(size=(60, 40, 50)) / 20
    found = exact(video, method)
    np.testing.assert_array_equal(exact(video[:, ::-1], method), found[::-1])
    np.testing.assert_array_equal(exact(video[:, :, ::-1], method), found[:, ::-1])
    np.testing.assert_array_equal(exact(video.swapaxes(1, 2), method), found.T)


@pytest.mark.parametrize("method", METHODS)
def test_whatever_holds_the_frames(method, tmp_path, allow):
    import dask.array

    video = (1000 * upstrokes(TIMES)).astype("u2")
    options = {} if method == "maximum_derivative" else {"threshold": 500}
    expected = exact(video, method, **options)
    assert np.isfinite(expected).all()
    optimap.video.save_video(tmp_path / "video.npy", video)
    optimap.video.save_video(tmp_path / "video.zarr", video)
    allow(read_bytes=5000)
    videos = {
        "list": video[:, :1].tolist(),
        "swapped": video.astype(">u2"),
        "float16": video.astype("f2"),
        "map": np.load(tmp_path / "video.npy", mmap_mode="r"),
        "recording": optimap.open_video(tmp_path / "video.npy"),
        "zarr": optimap.open_video(tmp_path / "video.zarr"),
        "dask": dask.array.from_array(video, chunks=(7, 5, 9)),
        "strided": np.repeat(np.repeat(video, 2, axis=1), 2, axis=2)[:, ::2, ::2],
    }
    for name, other in videos.items():
        found = exact(other, method, **options)
        want = exact(video.astype("f2"), method, **options) if name == "float16" else expected[: found.shape[0]]
        np.testing.assert_array_equal(found, want, err_msg=name)


def test_pixels_with_a_gap_are_nan_and_no_other_changes():
    video = upstrokes(TIMES)
    expected = exact(video)
    video[40, 2, 3], video[:, 5:7] = np.nan, np.nan
    gaps = np.isnan(video).any(axis=0)
    np.testing.assert_array_equal(exact(video), np.where(gaps, np.nan, expected))
    masked = np.ma.masked_invalid(video)
    np.testing.assert_array_equal(exact(masked), np.where(gaps, np.nan, expected))


def first_passage(video, threshold=0.5, inverted=False, fps=None):
    """Return what 0.3.1 computed."""
    beyond = video < threshold if inverted else video > threshold
    return beyond.argmax(axis=0) * (1.0 if fps is None else 1000 / fps)


@pytest.mark.parametrize(
    ("args", "options", "expected"),
    [
        ((), {"threshold": 0.4}, {"threshold": 0.4}),
        ((), {"threshold": 0.5, "fps": 500.0}, {"fps": 500}),
        ((), {"inverted": True, "fps": 500}, {"inverted": True, "fps": 500}),
        ((), {"inverted": True, "fps": 500, "cmap": "jet"}, {"inverted": True, "fps": 500}),
        ((0.5,), {}, {}),
        ((0.4, True, 500), {}, {"threshold": 0.4, "inverted": True, "fps": 500}),
        ((0.4, False, None, True, False, "jet"), {}, {"threshold": 0.4}),
    ],
)  # fmt: skip
def test_calls_of_the_released_package(args, options, expected):
    rising = upstrokes(TIMES)
    video = 1 - rising if expected.get("inverted") else rising
    options = {"show": False, **options} if len(args) < 5 else options
    np.testing.assert_allclose(compute_activation_map(video, *args, **options), first_passage(video, **expected))


def test_inverted_is_another_name_of_falling_edge():
    video = 1 - upstrokes(TIMES)
    expected = compute_activation_map(video, falling_edge=True, show=False)
    np.testing.assert_array_equal(compute_activation_map(video, inverted=True, show=False), expected)


def test_old_calls_and_pixels_without_activation():
    video = upstrokes(TIMES)
    video[:, 0] = 0.1
    video[:, 1] = 0.9
    video[:, 2] = np.nan
    found = compute_activation_map(video, 0.5, show=False)
    assert np.isnan(found[[0, 2]]).all()
    assert (found[1] == 0).all()  # from the beginning
    found = compute_activation_map(video, threshold=0.5, set_nan_for_inactive=False, show=False)
    assert (found[:2] == 0).all()


def test_the_documented_signature():
    parameters = inspect.signature(compute_activation_map).parameters
    assert {name: p.default for name, p in parameters.items() if p.default is not p.empty} == {
        "method": "maximum_derivative",
        "falling_edge": False,
        "interpolate": False,
        "threshold": 0.5,
        "normalize_time": True,
        "set_nan_for_inactive": True,
        "show": True,
    }


def test_the_figure():
    video = upstrokes(TIMES)
    ax = plt.figure().add_subplot()
    compute_activation_map(video, fps=500, ax=ax, vmax=30, show_contours=True, title="a beat")
    assert ax.get_title() == "a beat"
    assert ax.images[0].get_clim() == (0, 30)
    assert ax.texts
    compute_activation_map(video, threshold=0.5, fps=500)
    assert plt.gcf().axes[1].get_ylabel() == "Activation Time [ms]"
    assert plt.gcf().axes[0].images[0].get_cmap().name == "jet"


@pytest.mark.parametrize(
    ("options", "kind", "argument", "match"),
    [
        ({"method": "other"}, ArgumentError, "method", "threshold_crossing"),
        ({"limit": 0.4}, ArgumentTypeError, "limit", "contour_levels"),
        ({"single_activation": True}, ArgumentTypeError, "single_activation", "not a keyword"),
        ({"falling_edge": 1}, ArgumentTypeError, "falling_edge", "True or False"),
        ({"falling_edge": True, "inverted": True}, ArgumentError, "inverted", "falling_edge alone"),
        ({"method": "threshold_crossing", "threshold": np.nan}, ArgumentError, "threshold", "finite"),
        ({"threshold": "high"}, ArgumentError, "threshold", "finite"),
        ({"threshold": 0.5, "inverted": 3}, ArgumentTypeError, "inverted", "True or False"),
        ({"fps": -1}, ArgumentError, "fps", "positive"),
        ({"cmap": "no"}, ArgumentError, "cmap", "colour map"),
        ({"vmin": 3, "vmax": 1}, ArgumentError, "vmin", "swap"),
        ({"ax": 1}, ArgumentTypeError, "ax", "Axes"),
    ],
)
def test_wrong_arguments(options, kind, argument, match):
    check_error(lambda: compute_activation_map(upstrokes(TIMES), show=False, **options), kind, argument, match)


def test_wrong_videos_and_calls():
    check_error(lambda: compute_activation_map(np.zeros((5, 5))), ArgumentError, "video", "single image")
    check_error(lambda: compute_activation_map(np.zeros((0, 5, 5))), ArgumentError, "video", "no frames")
    video = np.zeros((5, 2, 2))
    check_error(lambda: compute_activation_map(video, 0.5, threshold=1), ArgumentError, "threshold", "twice")
    many = (0.5, False, None, True, False, "jet", 7)
    check_error(lambda: compute_activation_map(video, *many), ArgumentError, "*args", "at most 7")
