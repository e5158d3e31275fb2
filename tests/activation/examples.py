"""Videos in which the activation of every pixel is known, for the tests of this room."""

import numpy as np

from tests.beats.examples import action_potentials

HEIGHT, WIDTH = 9, 11


def delays(height=HEIGHT, width=WIDTH):
    """Return when a plane wave arrives at each pixel, in frames: three rows and two columns in a frame."""
    rows, columns = np.indices((height, width))
    return rows / 3 + columns / 2


def wave(samples=420, noise=0.05, seed=0, height=HEIGHT, width=WIDTH):
    """Return upright beats that arrive at each pixel after its delay, with noise; the amplitude is 1 everywhere."""
    late = delays(height, width)
    columns = [action_potentials(samples, first=40 + late[y, x]) for y in range(height) for x in range(width)]
    video = np.stack(columns, axis=1).reshape(samples, height, width)
    return video + noise * np.random.default_rng(seed).normal(size=video.shape)


def assert_same(maps, others):
    """Assert that maps are the same in every bit, with their names, units and reasons."""
    assert list(maps) == list(others)
    for name in maps:
        np.testing.assert_array_equal(maps[name], others[name], err_msg=name)
    assert maps.units == others.units
    np.testing.assert_array_equal(maps.mask, others.mask)
    if maps.why is None:
        assert others.why is None
    else:
        np.testing.assert_array_equal(maps.why, others.why)
