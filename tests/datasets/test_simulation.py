"""The simulated recording, and what the library makes of it against its truth."""

import numpy as np
import pytest

from optimap.datasets import simulated_tissue
from optimap.datasets import simulation as _simulation
from optimap.trace import detrend_timeseries, estimate_period, extract_traces, normalize
from tests.errors import check_error


@pytest.fixture(scope="module")
def tissue(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMAP_CACHE", str(folder))
        first = simulated_tissue()
        assert len(list(folder.iterdir())) == 1
        patch.setattr(_simulation, "_simulate", lambda seed: pytest.fail("the cache was not used"))
        second = simulated_tissue()
    np.testing.assert_array_equal(first.video, second.video)
    return second


def positions(tissue, count=12):
    inside = np.argwhere(tissue.tissue[8:-8:8, 8:-8:8]) * 8 + 8
    picked = inside[np.linspace(0, len(inside) - 1, count).astype(int)]
    return [(int(x), int(y)) for y, x in picked]


def test_the_recording_is_what_a_camera_gives(tissue):
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


def test_a_damaged_cache_is_made_anew_and_an_unwritable_one_does_not_matter(tissue, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(_simulation, "_simulate", lambda seed: tissue)
    monkeypatch.setenv("OPTIMAP_CACHE", str(tmp_path / "cache"))
    simulated_tissue()
    (path,) = (tmp_path / "cache").iterdir()
    path.write_bytes(path.read_bytes()[:1000])
    np.testing.assert_array_equal(simulated_tissue().video, tissue.video)
    assert "damaged" in caplog.text
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("OPTIMAP_CACHE", str(blocked / "cache"))
    np.testing.assert_array_equal(simulated_tissue().video, tissue.video)
    assert "not kept" in caplog.text


def test_the_seed_makes_the_noise(tissue, monkeypatch):
    monkeypatch.setattr(_simulation, "_excitation", lambda: tissue.signal[:, ::2, ::2])
    monkeypatch.setattr(_simulation, "FRAMES", 3)
    monkeypatch.setattr(_simulation, "_camera_view", lambda potential: tissue.signal[:3])
    same, again, other = (simulated_tissue(seed, cache=False).video for seed in (0, 0, 1))
    np.testing.assert_array_equal(same, again)
    assert (same != other).mean() > 0.5


@pytest.mark.parametrize("seed", [-1, 1.5, "a"])
def test_a_wrong_seed_is_refused(seed):
    check_error(lambda: simulated_tissue(seed), ValueError, "seed", "seed = .*: it must be a whole number", seed)
