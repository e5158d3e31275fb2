"""The simulated recording, and results of the library compared with its ground truth."""

import sys

import numpy as np
import pytest

from optimap.datasets import simulated_tissue
from optimap.trace import detrend_timeseries, estimate_period, extract_traces, normalize
from tests.errors import check_error


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def tissue(cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMAP_CACHE", str(cache))
        return simulated_tissue()


def put_marked(cache, folder):
    """Write the recording in a cache to another folder, marked by an impossible rate."""
    folder.mkdir(parents=True, exist_ok=True)
    (path,) = cache.iterdir()
    with np.load(path) as stored:
        np.savez(folder / path.name, **{**stored, "fps": 999.0})


def positions(tissue, count=12):
    inside = np.argwhere(tissue.tissue[8:-8:8, 8:-8:8]) * 8 + 8
    picked = inside[np.linspace(0, len(inside) - 1, count).astype(int)]
    return [(int(x), int(y)) for y, x in picked]


def test_the_recording_looks_like_that_of_a_camera(tissue):
    assert tissue.video.shape == tissue.signal.shape == (600, 128, 128)
    assert tissue.video.dtype == np.uint16
    assert (tissue.fps, tissue.pixel_size) == (500.0, 0.1)
    assert tissue.video.max() < 65535  # not saturated
    trace = extract_traces(tissue.video, (64, 64))
    depth = (trace[:20].max() - trace[20:100].min()) / trace[0]
    assert 0.02 < depth < 0.1  # a few percent, downward
    beat = 100
    assert trace[-beat:].mean() < 0.97 * trace[:beat].mean()  # bleaching


def test_waves_travel_away_from_the_pacing_site(tissue):
    times = tissue.activation_times
    assert np.isnan(times[:, ~tissue.tissue]).all()
    assert np.isfinite(times[:, tissue.tissue]).all()
    row = times[0, 64, 10:118]
    assert (np.diff(row) > 0).all()
    delays = times[:, 64, 20] - tissue.stimulus_times
    assert ((delays > 0) & (delays < 0.05)).all()
    np.testing.assert_allclose(np.diff(times[:, 64, 64]), 0.2, atol=0.002)


def test_the_detrended_normalised_trace_follows_the_true_signal(tissue):
    where = positions(tissue)
    clean = normalize(detrend_timeseries(extract_traces(tissue.video, where)), ymin=1, ymax=0)
    truth = extract_traces(tissue.signal, where)
    for i in range(len(where)):
        assert np.corrcoef(clean[:, i], truth[:, i])[0, 1] > 0.97


def test_beats_come_at_the_true_times(tissue):
    where = positions(tissue)
    clean = normalize(detrend_timeseries(extract_traces(tissue.video, where)), ymin=1, ymax=0)
    for (x, y), trace in zip(where, clean.T, strict=True):
        rises = np.flatnonzero((trace[:-1] < 0.5) & (trace[1:] >= 0.5))
        times = (rises + (0.5 - trace[rises]) / (trace[rises + 1] - trace[rises])) / tissue.fps
        np.testing.assert_allclose(times, tissue.activation_times[:, y, x], atol=1.5 / tissue.fps)


def test_the_estimated_period_is_that_of_the_pacing(tissue):
    periods = estimate_period(extract_traces(tissue.video, positions(tissue)))
    np.testing.assert_allclose(periods / tissue.fps, 0.2, rtol=0.06)


def test_the_recording_is_read_from_the_cache_next_time(tissue, cache, tmp_path, monkeypatch):
    put_marked(cache, tmp_path)
    monkeypatch.setenv("OPTIMAP_CACHE", str(tmp_path))
    again = simulated_tissue()
    assert again.fps == 999
    np.testing.assert_array_equal(again.video, tissue.video)


def test_a_damaged_cache_is_replaced(tissue, cache, tmp_path, monkeypatch, caplog):
    (path,) = cache.iterdir()
    (tmp_path / path.name).write_bytes(path.read_bytes()[:1000])
    monkeypatch.setenv("OPTIMAP_CACHE", str(tmp_path))
    np.testing.assert_array_equal(simulated_tissue().video, tissue.video)  # and the same seed gives the same recording
    assert "is damaged; simulating the recording again" in caplog.text
    assert (tmp_path / path.name).stat().st_size > 1000


def test_a_cache_that_cannot_be_written_is_ignored_and_the_seed_determines_the_noise(
    tissue, tmp_path, monkeypatch, caplog
):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("OPTIMAP_CACHE", str(blocked / "cache"))
    other = simulated_tissue(1)
    assert "the recording is not cached" in caplog.text
    np.testing.assert_array_equal(other.signal, tissue.signal)
    assert (other.video != tissue.video).mean() > 0.5


@pytest.mark.parametrize(
    ("platform", "variable", "folder"),
    [
        ("win32", "LOCALAPPDATA", "optimap"),
        ("linux", "XDG_CACHE_HOME", "optimap"),
        ("darwin", "HOME", "Library/Caches/optimap"),
    ],
)
def test_the_cache_is_where_the_system_keeps_caches(cache, tmp_path, monkeypatch, platform, variable, folder):
    monkeypatch.delenv("OPTIMAP_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    put_marked(cache, tmp_path / folder)
    assert simulated_tissue().fps == 999


@pytest.mark.parametrize("seed", [-1, 1.5, "a"])
def test_a_wrong_seed_is_refused(seed):
    check_error(lambda: simulated_tissue(seed), ValueError, "seed", "seed = .*: it must be a whole number", seed)


def noise_of(video):
    return 1.4826 * np.median(np.abs(np.diff(video.astype(float), 2, axis=0)), axis=0) / np.sqrt(6)


@pytest.mark.parametrize("snr", [5, 20])
def test_the_noise_has_the_ratio_that_was_asked_for(tissue, snr):
    noisy = simulated_tissue(3, cache=False, snr=snr, bleaching=0)
    inside = np.zeros_like(noisy.tissue)
    inside[30:100, 30:100] = True
    depth = simulated_tissue(3, cache=False, snr=1e6, bleaching=0).video
    depth = depth.max(axis=0).astype(float) - depth.min(axis=0)
    inside &= noisy.tissue
    ratios = depth[inside] / noise_of(noisy.video)[inside]
    assert np.median(ratios) == pytest.approx(snr, rel=0.05)
    np.testing.assert_array_equal(noisy.signal, tissue.signal)


def test_polarity_and_bleaching():
    up = simulated_tissue(cache=False, polarity="up", bleaching=0, snr=50).video[:, 64, 64].astype(float)
    assert up.max() - np.median(up) > 5 * (np.median(up) - up.min())
    assert up[-50:].mean() > 0.99 * up[:25].mean()
    faded = simulated_tissue(cache=False, bleaching=0.5, snr=50).video[:, 64, 64].astype(float)
    assert faded[-20:].mean() < 0.75 * faded[:20].mean()


def test_other_options_have_another_place_in_the_cache(cache, tissue, tmp_path, monkeypatch):
    put_marked(cache, tmp_path)
    monkeypatch.setenv("OPTIMAP_CACHE", str(tmp_path))
    first = simulated_tissue(polarity="up")
    assert first.fps == 500
    np.testing.assert_array_equal(simulated_tissue(polarity="up").video, first.video)
    assert len(list(tmp_path.iterdir())) == 2
    assert simulated_tissue(polarity="down", bleaching=0.15).fps == 999  # these are the defaults


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("snr", 0, "a positive number"),
        ("snr", "high", "a positive number"),
        ("polarity", "auto", "'down' or 'up'"),
        ("polarity", 1, "'down' or 'up'"),
        ("bleaching", 1, "a number from 0 to below 1"),
        ("bleaching", -0.1, "a number from 0 to below 1"),
        ("alternans", False, "a number from 0 to below 1"),
        ("s1s2", 0.21, "a number of seconds, up to 0.2"),
        ("s1s2", 0, "a number of seconds, up to 0.2"),
    ],
)
def test_wrong_options(name, value, allowed):
    call = lambda: simulated_tissue(**{name: value})  # noqa: E731
    check_error(call, ValueError, name, f"{name} = .*: it must be {allowed}", value)
