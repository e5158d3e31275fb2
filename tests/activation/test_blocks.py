"""Dask arrays: each chunk is computed once, few of them at a time, and no block depends on how the array is cut."""

from threading import Lock

import numpy as np
import pytest

from optimap.activation import compute_activation_map, compute_beat_maps, compute_dominant_frequency_map
from tests.activation.waves import upstrokes

TIMES = 20 + np.add.outer(np.arange(12), np.arange(15)) / 4
SPACE, TIME, BOTH, ONE = (-1, 4, 5), (8, -1, -1), (25, 6, 7), (-1, -1, -1)


@pytest.fixture(scope="module")
def video():
    return upstrokes(TIMES) + np.random.default_rng(0).normal(size=(60, 12, 15)) / 30


class Watched:
    """An array that counts how often each part of it is read."""

    def __init__(self, video):
        self.video, self.shape, self.dtype, self.ndim = video, video.shape, video.dtype, 3
        self.reads, self.lock = np.zeros(video.shape, int), Lock()

    def __getitem__(self, key):
        with self.lock:
            self.reads[key] += 1
        return self.video[key]


@pytest.mark.parametrize("chunks", [SPACE, TIME, BOTH, ONE])
@pytest.mark.parametrize("tile_bytes", [60 * 8 * 7, 64 * 2**20])
def test_activation_and_frequency_maps_compute_each_chunk_once(video, chunks, tile_bytes, allow):
    da = pytest.importorskip("dask.array")
    allow(tile_bytes=tile_bytes, held_bytes=1000)
    options = {"interpolate": True, "show": False}
    for work in (
        lambda frames: compute_activation_map(frames, **options),
        lambda frames: compute_activation_map(frames, "threshold_crossing", **options),
        lambda frames: compute_dominant_frequency_map(frames, 100),
    ):
        watched = Watched(video)
        lazy = da.from_array(watched, chunks=chunks, asarray=False, fancy=False)
        np.testing.assert_array_equal(work(lazy), work(video))
        assert (watched.reads == 1).all()


@pytest.mark.parametrize("chunks", [SPACE, TIME])
def test_beat_maps_keep_chunks_of_time_and_nothing_else(video, chunks, allow):
    da = pytest.importorskip("dask.array")
    allow(tile_bytes=60 * 8 * 7, held_bytes=1000)
    watched = Watched(video)
    lazy = da.from_array(watched, chunks=chunks, asarray=False, fancy=False)
    options = {"beats": [22], "polarity": "up", "levels": ()}
    found, expected = compute_beat_maps(lazy, **options), compute_beat_maps(video, **options)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    np.testing.assert_array_equal(found.why, expected.why)
    assert (watched.reads == 1).all()


def test_masked_pixels_are_gaps(video):
    da = pytest.importorskip("dask.array")
    masked = np.ma.masked_greater(video, 1.05)
    expected = compute_activation_map(masked, show=False)
    for chunks in (SPACE, TIME):
        lazy = da.from_array(masked, chunks=chunks)
        np.testing.assert_array_equal(compute_activation_map(lazy, show=False), expected)
