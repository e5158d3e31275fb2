"""Figures of phases and singularities."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap import ArgumentError, ArgumentTypeError
from optimap.phase import detect_phase_singularities, show_phase, show_phase_singularities
from tests.errors import check_error

from .test_singular import vortices

PHASE = np.array([vortices((10.2, 8.7, 1)), vortices((12.2, 8.7, 1), (30.4, 20.3, -1))])
FOUND = detect_phase_singularities(PHASE)


def test_the_phase_of_a_frame():
    ax = show_phase(PHASE, 1, FOUND)
    assert ax.images[0].get_clim() == (-np.pi, np.pi)
    np.testing.assert_array_equal(ax.images[0].get_array(), PHASE[1])
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[12.5, 8.5]], [[30.5, 20.5]]]
    assert ax.get_title() == "frame 1"
    own = plt.figure().add_subplot()
    assert show_phase(PHASE[0], title="now", show_colorbar=False, ax=own) is own
    assert own.get_title() == "now"
    assert not own.lines


def test_the_paths_of_tips():
    ax = show_phase_singularities(FOUND, np.zeros((30, 40)))
    positive, negative = ax.collections
    assert positive.get_offsets().tolist() == [[10.5, 8.5], [12.5, 8.5]]
    assert positive.get_array().tolist() == [0, 1]
    assert negative.get_offsets().tolist() == [[30.5, 20.5]]
    assert show_phase_singularities(FOUND).yaxis_inverted()


@pytest.mark.parametrize(
    ("call", "kind", "argument", "match"),
    [
        (lambda: show_phase(PHASE, 2), ArgumentError, "frame", "0 to 1"),
        (lambda: show_phase(PHASE, -1), ArgumentError, "frame", "0 or more"),
        (lambda: show_phase(PHASE, 0, [(1, 2)]), ArgumentTypeError, "singularities", "detect_phase_singularities"),
        (lambda: show_phase(PHASE, cmap="no"), ArgumentError, "cmap", "colour map"),
        (lambda: show_phase(PHASE[0, 0]), ArgumentError, "phase", "shape"),
        (lambda: show_phase_singularities(PHASE), ArgumentTypeError, "singularities", "detect_phase_singularities"),
        (lambda: show_phase_singularities(FOUND, ax=3), ArgumentTypeError, "ax", "Axes"),
    ],
)
def test_wrong_arguments(call, kind, argument, match):
    check_error(call, kind, argument, match)
