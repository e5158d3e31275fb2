"""Phase singularities: of vortices drawn by hand, and of spiral waves, against the tips of the model."""

import numpy as np
import pytest

from optimap import ArgumentError, ArgumentTypeError
from optimap.datasets import simulated_spiral
from optimap.phase import PhaseSingularities, compute_phase, detect_phase_singularities
from optimap.video import smooth_spatiotemporal
from tests.errors import check_error


def vortices(*points, shape=(30, 40)):
    """Return the phase of vortices (x, y, charge)."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return sum(charge * np.arctan2(y - row, x - column) for column, row, charge in points)


def test_vortices_are_found_with_their_charge():
    frames = [vortices((10.2, 8.7, 1)), vortices(), vortices((10.2, 8.7, -1), (30.4, 20.3, 1))]
    frames[1] = np.zeros((30, 40))
    found = detect_phase_singularities(np.array(frames))
    assert found.frame.tolist() == [0, 2, 2]
    assert found.charge.tolist() == [1, 1, -1]
    assert found.positions.tolist() == [[10.5, 8.5], [30.5, 20.5], [10.5, 8.5]]
    assert len(found) == 3
    assert list(found) == [[(10.5, 8.5)], [], [(30.5, 20.5), (10.5, 8.5)]]
    assert found[-1] == found[2]
    assert found[1:] == [found[1], found[2]]
    assert "2 positive, 1 negative" in repr(found)
    positive, negative = detect_phase_singularities(np.array(frames), separate_by_charge=True)
    assert [p.tolist() for p in positive] == [[[10.5, 8.5]], [], [[30.5, 20.5]]]
    assert [p.tolist() for p in negative] == [[], [], [[10.5, 8.5]]]


@pytest.mark.parametrize("offset", [0, 1.3, 100])
def test_any_range_of_phases(offset):
    phase = vortices((10.2, 8.7, 1))[np.newaxis] + offset
    assert detect_phase_singularities(phase).positions.tolist() == [[10.5, 8.5]]
    wrapped = phase % (2 * np.pi)
    assert detect_phase_singularities(wrapped.astype("f4")).charge.tolist() == [1]


def test_phases_that_are_turned():
    phase = vortices((10.2, 8.7, 1), (30.4, 20.3, -1))[np.newaxis]
    mirrored = detect_phase_singularities(phase[:, ::-1])
    assert sorted(zip(mirrored.charge.tolist(), mirrored.positions.tolist(), strict=True)) == [
        (-1, [10.5, 20.5]),
        (1, [30.5, 8.5]),
    ]
    turned = detect_phase_singularities(phase.swapaxes(1, 2))
    assert sorted(zip(turned.charge.tolist(), turned.positions.tolist(), strict=True)) == [
        (-1, [8.5, 10.5]),
        (1, [20.5, 30.5]),
    ]


def test_the_charges_in_a_region_add_up_to_the_turns_around_it():
    phase = np.random.default_rng(0).uniform(-np.pi, np.pi, (5, 12, 14))
    found = detect_phase_singularities(phase)
    for t in range(5):
        ring = [phase[t, 0, :-1], phase[t, :-1, -1], phase[t, -1, :0:-1], phase[t, :0:-1, 0]]
        loop = np.concatenate(ring)
        steps = np.angle(np.exp(1j * np.diff(np.append(loop, loop[0]))))
        assert found.charge[found.frame == t].sum() == round(steps.sum() / 2 / np.pi)


def test_gaps_have_none():
    phase = vortices((10.2, 8.7, 1), (30.4, 20.3, -1))[np.newaxis].copy()
    phase[0, 9, 10] = np.nan
    assert detect_phase_singularities(phase).positions.tolist() == [[30.5, 20.5]]
    assert len(detect_phase_singularities(np.full((2, 5, 5), np.nan)).charge) == 0
    assert len(detect_phase_singularities(np.zeros((2, 1, 5))).charge) == 0


@pytest.mark.parametrize(("spirals", "mirrored"), [(1, False), (1, True), (2, False)])
@pytest.mark.parametrize("method", ["hilbert", "delay"])
def test_spiral_waves(spirals, mirrored, method):
    """Number, charge and path of the tips, which the model knows from its own variables."""
    recording = simulated_spiral(spirals=spirals, mirrored=mirrored)
    phase = compute_phase(smooth_spatiotemporal(recording.video, 1, 1.5), method=method)
    found = detect_phase_singularities(phase)
    for t in range(10, 370):
        for charge in (1, -1):
            tips = recording.positions[(recording.frame == t) & (recording.charge == charge)]
            ours = found.positions[(found.frame == t) & (found.charge == charge)]
            assert len(ours) == len(tips)
            if len(tips):
                assert np.hypot(*(ours - tips).T).max() < 3.5


def test_the_phase_of_the_potential_itself():
    recording = simulated_spiral()
    found = detect_phase_singularities(compute_phase(recording.signal))
    inner = (found.frame >= 10) & (found.frame < 390)
    assert inner.sum() == 380
    assert (found.charge[inner] == -1).all()
    apart = found.positions[inner] - recording.positions[(recording.frame >= 10) & (recording.frame < 390)]
    assert np.median(np.hypot(*apart.T)) < 1


def test_wrong_arguments():
    phase = np.zeros((2, 4, 4))
    check_error(lambda: detect_phase_singularities(phase, 1), ArgumentTypeError, "separate_by_charge", "True or False")
    check_error(lambda: detect_phase_singularities(phase[0]), ArgumentError, "phase", "shape")
    check_error(lambda: detect_phase_singularities(phase[:0]), ArgumentError, "phase", "no frames")
    assert isinstance(detect_phase_singularities(phase), PhaseSingularities)
