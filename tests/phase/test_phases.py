"""Phases: those of oscillations that are known, the analytic signal of SciPy, whatever holds the video."""

import gc

import numpy as np
import pytest

import optimap
from optimap import ArgumentError, ArgumentTypeError
from optimap.phase import compute_phase
from tests.errors import check_error

T = np.arange(200)


def turned(phase, expected):
    """Return differences of phases the short way round."""
    return np.abs((phase - expected + np.pi) % (2 * np.pi) - np.pi)


@pytest.fixture(scope="module")
def video():
    """Oscillations of 25 frames, each pixel with its own phase, level and drift."""
    delay = np.arange(24).reshape(4, 6) / 4
    return 1000 + 100 * delay + 30 * np.cos(2 * np.pi * T[:, None, None] / 25 - delay) + 0.3 * T[:, None, None]


@pytest.mark.parametrize("options", [{}, {"method": "delay"}, {"method": "delay", "delay": 6}])
def test_phases_of_oscillations(video, options):
    delay = np.arange(24).reshape(4, 6) / 4
    phase = compute_phase(video, **options)
    assert phase.dtype == np.float32
    known = phase[20:-20]
    assert turned(known, 2 * np.pi * T[20:-20, None, None] / 25 - delay).max() < 0.1
    assert np.abs(phase[np.isfinite(phase)]).max() <= np.float32(np.pi)


@pytest.mark.parametrize("scale", [1e-300, 1e-40, 1e30, 1e200, 1e300])
@pytest.mark.parametrize("shape", [(200, 24), (200, 4, 6)])
def test_numbers_that_float32_cannot_hold(video, scale, shape):
    given = video.reshape(shape)
    assert turned(compute_phase(scale * given, center="mean"), compute_phase(given)).max() < 1e-3


@pytest.mark.parametrize("dtype", ["f8", "i4", "u8", "longdouble"])
def test_small_oscillations_on_a_high_level(video, dtype):
    high = (2.0**31 - 1e6 + 10 * video).astype(dtype)
    low = (10 * video).astype(dtype)
    assert turned(compute_phase(high), compute_phase(low)).max() < 1e-3


def test_one_is_normalized_and_a_little_more_is_not():
    values = np.random.default_rng(0).random((60, 3, 4))
    values[5, 1, 1] = 1.0
    np.testing.assert_array_equal(compute_phase(values), compute_phase(values, center="offset"))
    values[5, 1, 1] = 1 + 1e-12
    np.testing.assert_array_equal(compute_phase(values), compute_phase(values, center="mean"))


def test_the_copy_that_is_later_ends_before_the_video(video):
    phase = compute_phase(video, method="delay", delay=7)
    assert np.isnan(phase[-7:]).all()
    assert np.isfinite(phase[:-7]).all()


@pytest.mark.parametrize("frames", [200, 199])
def test_normalized_videos_have_the_analytic_signal_of_scipy(frames):
    from scipy.signal import hilbert

    normalized = np.random.default_rng(0).random((frames, 3, 4))
    for options, offset in (({}, -0.5), ({"offset": -0.3}, -0.3)):
        expected = np.angle(hilbert(normalized + offset, axis=0))
        assert turned(compute_phase(normalized, **options), expected).max() < 1e-4
    centred = compute_phase(normalized, center="mean")
    assert turned(centred, np.angle(hilbert(normalized - 0.5, axis=0))).max() > 0.01
    wide = 10 * normalized
    assert turned(compute_phase(wide, center="offset"), np.angle(hilbert(wide - 0.5, axis=0))).max() < 1e-4


def test_whatever_holds_the_video(video, tmp_path, allow):
    import dask.array

    counts = video.astype(np.uint16)
    expected = compute_phase(counts)
    optimap.video.save_video(tmp_path / "video.npy", counts)
    allow(read_bytes=1000, block_bytes=1000)
    for other in (
        optimap.open_video(tmp_path / "video.npy"),
        np.load(tmp_path / "video.npy", mmap_mode="r"),
        counts.astype(">u2"),
        np.asfortranarray(counts),
    ):
        np.testing.assert_array_equal(compute_phase(other), expected)
    lazy = compute_phase(dask.array.from_array(counts, chunks=(30, 2, 3)))
    assert turned(lazy.compute(), expected).max() < 1e-4
    assert lazy.dtype == np.float32
    signals = compute_phase(counts.reshape(200, -1))
    np.testing.assert_array_equal(signals.reshape(counts.shape), expected)
    assert turned(compute_phase(counts[:, 1, 2].tolist()), expected[:, 1, 2]).max() < 1e-4


@pytest.mark.parametrize("chunks", [(200, 4, 6), (200, 2, 5), (30, 2, 3), (1, 4, 6)])
@pytest.mark.parametrize(("scale", "options"), [(1, {}), (1 / 2000, {}), (1e200, {"method": "delay", "delay": 6})])
def test_dask_arrays_are_lazy_and_give_the_same_phases(video, chunks, scale, options, allow):
    import dask
    import dask.array

    read = []

    def look(block):
        read.append(block.shape)
        return scale * block

    # Meta is given, so that dask does not try the function.
    lazy = dask.array.from_array(video, chunks=chunks).map_blocks(look, dtype=float, meta=np.empty((0, 0, 0)))
    expected = compute_phase(scale * video, **options)
    allow(tile_bytes=8 * 200 * 5)
    phase = compute_phase(lazy, **options)
    assert phase.shape == video.shape
    assert phase.dtype == np.float32
    assert not read
    for scheduler in ("threads", "synchronous"):
        read.clear()
        found = phase.compute(scheduler=scheduler)
        assert turned(found, expected)[np.isfinite(expected)].max() < 1e-4
        np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
        whole = np.prod(lazy.numblocks)
        assert len(read) <= (whole if chunks[0] < 200 else 2 * whole)


def test_frames_of_dask_arrays_are_kept_no_longer_than_their_phases(video, tmp_path, monkeypatch):
    import dask.array

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    phase = compute_phase(dask.array.from_array(video, chunks=(30, 2, 3)))
    phase.compute(scheduler="processes", num_workers=1)
    assert len(list(tmp_path.glob("optimap-*"))) == 1
    del phase
    gc.collect()
    assert not list(tmp_path.glob("optimap-*"))


def test_pixels_without_a_phase(video):
    expected = compute_phase(video)
    changed = video.copy()
    changed[50, 1, 2], changed[:, 0, 0], changed[7, 3, 3] = np.nan, 5, np.inf
    given = changed.copy()
    phase = compute_phase(changed)
    np.testing.assert_array_equal(changed, given)
    lost = np.zeros((4, 6), bool)
    lost[1, 2] = lost[0, 0] = lost[3, 3] = True
    assert np.isnan(phase[:, lost]).all()
    np.testing.assert_allclose(phase[:, ~lost], expected[:, ~lost], atol=1e-5)
    masked = compute_phase(np.ma.masked_invalid(changed))
    np.testing.assert_array_equal(np.isnan(masked), np.isnan(phase))
    for shape in ((5, 0, 3), (0, 4, 3), (0, 0, 0)):
        assert compute_phase(np.zeros(shape)).shape == shape
    assert np.isnan(compute_phase(np.full((9, 2, 2), np.nan))).all()


@pytest.mark.parametrize(
    ("options", "kind", "argument", "match"),
    [
        ({"offset": "a"}, ArgumentError, "offset", "finite"),
        ({"offset": np.inf}, ArgumentError, "offset", "finite"),
        ({"method": "fourier"}, ArgumentError, "method", "'hilbert' or 'delay'"),
        ({"center": None}, ArgumentError, "center", "'mean'"),
        ({"delay": 5}, ArgumentError, "delay", "method='delay'"),
        ({"method": "delay", "delay": 0}, ArgumentError, "delay", "1 or more"),
        ({"method": "delay", "delay": 200}, ArgumentError, "delay", "200 frames"),
    ],
)
def test_wrong_arguments(video, options, kind, argument, match):
    check_error(lambda: compute_phase(video, **options), kind, argument, match)


def test_wrong_videos():
    check_error(lambda: compute_phase(np.zeros((3, 2, 2, 2))), ArgumentError, "video", "shape")
    check_error(lambda: compute_phase(np.zeros((3, 2, 2)) + 1j), ArgumentTypeError, "video", "real")
    check_error(lambda: compute_phase(np.ones((9, 2, 2)), method="delay"), ArgumentError, "delay", "oscillates")
    dask = pytest.importorskip("dask.array")
    lazy = dask.zeros((9, 2, 2))
    check_error(lambda: compute_phase(lazy, method="delay"), ArgumentError, "delay", "frames")


@pytest.mark.parametrize("dtype", ["f8", "longdouble"])
@pytest.mark.parametrize("later", [False, True])
def test_pixels_of_numbers_that_float32_cannot_hold(allow, dtype, later):
    """Also where they come only in a later block of frames, and not in all pixels."""
    allow(block_bytes=5 * 2 * 3 * 16, read_bytes=5 * 2 * 3 * 16)
    t = np.arange(80.0)[:, np.newaxis, np.newaxis]
    video = np.cos(2 * np.pi * (t / 10 + np.arange(6).reshape(2, 3) / 7)) * (1 + (t / 40 if later else 0))
    scales = np.array([[1, 1e30, 1e40], [1e300, 1e-3, 1.5e308 / video.max()]], dtype)
    expected = compute_phase(video, center="mean")
    assert turned(compute_phase(video * scales, center="mean"), expected).max() < 1e-5


def test_dask_arrays_of_numbers_that_float32_cannot_hold():
    da = pytest.importorskip("dask.array")
    video = np.cos(2 * np.pi * np.arange(40.0) / 8)[:, np.newaxis, np.newaxis] * np.array([[1, 1e200, 1e308]])
    found = compute_phase(da.from_array(video, chunks=(40, 1, 1)), center="mean").compute()
    assert turned(found, compute_phase(video, center="mean")).max() < 1e-5
