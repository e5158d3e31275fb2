"""Drawing of beats: many bars without numbers, marks of signals that point down, faint beats of large ensembles."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap._draw import Marks, draw_beats, draw_ensemble, draw_restitution


@pytest.fixture
def ax():
    return plt.figure().add_subplot()


def marks(count, height=1.0):
    starts = 10.0 * np.arange(count)
    ones = np.ones(count)
    return Marks(starts, 0 * ones, height * ones, starts, starts + 4, 80, 4 * ones)


@pytest.mark.parametrize(("count", "numbers"), [(12, 12), (13, 0)])
def test_numbers_are_written_if_there_is_room(ax, count, numbers):
    draw_beats(ax, np.arange(200), np.zeros(200), marks(count))
    assert len(ax.texts) == numbers


@pytest.mark.parametrize(("height", "below"), [(1.0, True), (-1.0, False)])
def test_ticks_are_on_the_side_away_from_the_beats(ax, height, below):
    draw_beats(ax, np.arange(50), np.zeros(50), marks(3, height))
    segments = np.array(ax.collections[0].get_segments())
    assert ((segments[:, :, 1] < 0) == below).all()


def test_beats_of_large_ensembles_are_faint(ax):
    time = np.arange(5.0)
    draw_ensemble(ax, time, np.zeros((120, 5)), np.zeros(5), np.ones(5), "ms")
    assert ax.collections[0].get_alpha() == pytest.approx(0.1)
    assert ax.get_xlim() == (0, 4)


def test_each_of_a_few_series_has_its_colour(ax):
    values = np.arange(4.0)
    draw_restitution(ax, values, values, np.array([0, 0, 3, 3]), ["a", "b"], 50, "ms")
    assert len(ax.collections) == 2
    assert not np.array_equal(ax.collections[0].get_facecolor(), ax.collections[1].get_facecolor())
