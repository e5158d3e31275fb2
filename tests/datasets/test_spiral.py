"""The simulated spiral waves: their tips, and what the camera sees of them."""

import numpy as np
import pytest

from optimap import ArgumentError
from optimap.datasets import simulated_spiral
from tests.errors import check_error


@pytest.mark.parametrize(("options", "charges"), [({}, {-1}), ({"mirrored": True}, {1}), ({"spirals": 2}, {-1, 1})])
def test_there_is_a_tip_of_each_spiral_in_every_frame(options, charges):
    recording = simulated_spiral(**options)
    assert recording.video.shape == recording.signal.shape == (400, 96, 96)
    for charge in charges:
        own = recording.charge == charge
        assert recording.frame[own].tolist() == list(range(400))
        steps = np.hypot(*np.diff(recording.positions[own], axis=0).T)
        assert steps.max() < 1  # it moves little from frame to frame
    assert set(recording.charge.tolist()) == charges


def test_the_potential_turns_around_the_tip():
    """At a tip the potential is half of the excited one, and all phases of a cycle are around it."""
    recording = simulated_spiral()
    for t in (0, 150, 399):
        x, y = recording.positions[t].round().astype(int)
        assert recording.signal[t, y, x] == pytest.approx(0.5, abs=0.35)
        around = recording.signal[t, y - 10 : y + 11, x - 10 : x + 11]
        assert around.min() < 0.1
        assert around.max() > 0.8


def test_noise_and_seed():
    recording = simulated_spiral(snr=10)
    noise = recording.video / 20_000 - 1 - 0.1 * recording.signal
    assert noise.std() == pytest.approx(0.01, rel=0.02)
    np.testing.assert_array_equal(simulated_spiral(snr=10).video, recording.video)
    assert (simulated_spiral(1, snr=10).video != recording.video).any()
    recording.positions[:] = 0  # the caller's own
    assert simulated_spiral(snr=10).positions.min() > 0


def test_wrong_arguments():
    check_error(lambda: simulated_spiral(spirals=3), ArgumentError, "spirals", "1 or 2")
    check_error(lambda: simulated_spiral(snr=0), ArgumentError, "snr", "positive")
    check_error(lambda: simulated_spiral(-1), ArgumentError, "seed", "0 or more")
