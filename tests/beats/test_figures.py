"""show_beats, show_ensemble, show_restitution: what is on the axes, and what cannot be drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap.beats import (
    BeatTable,
    Restitution,
    ensemble_average,
    measure_beats,
    restitution,
    show_beats,
    show_ensemble,
    show_restitution,
)
from tests.beats.examples import action_potentials, with_noise
from tests.errors import check_error


@pytest.fixture
def signal():
    return with_noise(action_potentials(), 20)


@pytest.fixture
def table(signal):
    return measure_beats(signal, fps=500)


def marks(ax, label):
    """Return the segments of the marks with a label, as (marks, 2, 2)."""
    (found,) = [part for part in ax.collections if part.get_label() == label]
    return np.array(found.get_segments())


def test_a_trace_with_ticks_baselines_and_bars(signal, table):
    ax = show_beats(signal, table)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), signal)
    assert ax.get_xlabel() == "Time [s]"
    ticks, bars, lines = (marks(ax, label) for label in ("activation", "duration at 80 %", "baseline"))
    np.testing.assert_allclose(ticks[:, 0, 0], table["activation_ms"] / 1000)
    np.testing.assert_allclose(bars[:, 1, 0] - bars[:, 0, 0], table["apd80_ms"] / 1000)
    np.testing.assert_allclose(bars[:, 0, 1], table["baseline"] + 0.2 * table["amplitude"])
    np.testing.assert_allclose(lines[:, 0, 1], table["baseline"])
    assert (ticks[:, :, 1] < table["baseline"][:, np.newaxis]).all()
    assert [text.get_text() for text in ax.texts] == [f"{number:.3g}" for number in table["apd80_ms"]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["activation", "baseline", "duration at 80 %"]


def test_bars_of_durations_that_start_at_the_level_are_on_the_trace(signal):
    table = measure_beats(signal, start="level")
    bars = marks(show_beats(signal, table, level=50), "duration at 50 %")
    np.testing.assert_allclose(bars[:, 1, 0] - bars[:, 0, 0], table["apd50"])
    np.testing.assert_allclose(bars[:-1, 1, 0], (table["activation"] + table["cycle_length"] - table["di50"])[:-1])


def test_what_could_not_be_measured_is_not_drawn(signal):
    table = measure_beats(signal[:960], polarity="up")
    ax = show_beats(signal[:960], table)
    assert len(marks(ax, "activation")) == 10
    assert len(marks(ax, "duration at 80 %")) == 9
    empty = np.full(50, np.nan)
    assert len(marks(show_beats(empty, measure_beats(empty)), "activation")) == 0


def test_several_series_are_below_each_other(signal):
    signals = np.stack([signal, -signal], axis=1)[:, [0, 0]]
    table = measure_beats(signals, names=["left", "right"])
    axes = show_beats(signals, table)
    assert [ax.get_ylabel() for ax in axes] == ["left", "right"]
    assert axes[1].get_xlabel() == "Frame"
    placed = show_beats(signals, measure_beats(signals, positions=[(3, 4.5), (5, 6)]))
    assert [ax.get_ylabel() for ax in placed] == ["x3_y4.5", "x5_y6"]
    assert [ax.get_ylabel() for ax in show_beats(signals, measure_beats(signals))] == ["series 0", "series 1"]
    own = plt.figure().add_subplot()
    assert show_beats(signals, table, series=1, ax=own) is own


def test_aligned_beats_with_mean_and_sd(signal, table):
    average = ensemble_average(signal, table, before=40, after=120)
    ax = show_ensemble(average)
    (line,) = [line for line in ax.lines if line.get_label() == "mean of 9 beats"]
    np.testing.assert_array_equal(line.get_ydata(), average.mean)
    assert len(ax.collections[0].get_segments()) == 9
    assert ax.get_xlabel() == "Time from activation [ms]"
    single = show_ensemble(ensemble_average(signal, [42.0], before=5, after=5))
    assert "mean of 1 beat" in [line.get_label() for line in single.lines]
    nothing = show_ensemble(ensemble_average(signal, [2.0], before=5, after=5))
    assert "mean of 0 beats" in [line.get_label() for line in nothing.lines]


def test_one_of_several_averages(signal):
    signals = np.stack([signal, 2 * signal], axis=1)
    average = ensemble_average(signals, [42.0, 142.0], before=5, after=5)
    ax = show_ensemble(average, series=1)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), average.mean[:, 1])


def test_restitution(table):
    pairs = restitution(table)
    ax = show_restitution(table)
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), np.stack([pairs.interval, pairs.duration], axis=1))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Diastolic interval at 80 % [ms]", "Duration at 80 % [ms]")
    many = Restitution(np.arange(12.0), np.arange(12.0), np.arange(12), np.zeros(12, int), 80, "ms")
    assert len(show_restitution(many).collections) == 1
    few = Restitution(np.arange(3.0), np.arange(3.0), np.arange(3), np.zeros(3, int), 80, "ms")
    assert [text.get_text() for text in show_restitution(few).get_legend().get_texts()] == [
        f"series {i}" for i in range(3)
    ]


def test_wrong_arguments(signal, table):
    check_error(lambda: show_beats(signal, table, level=75), ValueError, "level", r"was not measured; .* levels=\[75\]")
    check_error(
        lambda: show_beats(signal, table, series=1), ValueError, "series", "it must be a whole number from 0 to 0"
    )
    check_error(lambda: show_beats(signal, [42]), TypeError, "beats", "give what measure_beats returns")
    check_error(lambda: show_beats(signal, table, ax=3), TypeError, "ax", "give matplotlib Axes")
    many = np.stack([signal] * 9, axis=1)
    check_error(lambda: show_beats(many, measure_beats(many)), ValueError, "signals", "at most 8 are drawn: .* series=")
    two = ensemble_average(many, [42.0], 5, 5)
    check_error(lambda: show_ensemble(two), ValueError, "ensemble", "has 9 series, but one is drawn: .* series=")
    check_error(lambda: show_ensemble(two, series=9), ValueError, "series", "from 0 to 8")
    check_error(lambda: show_ensemble(table), TypeError, "ensemble", "give what ensemble_average returns")
    check_error(lambda: show_restitution([1]), TypeError, "pairs", "give what restitution or measure_beats returns")
    check_error(lambda: show_restitution(BeatTable({"series": np.zeros(0)})), ValueError, "level", "was not measured")
    assert plt.get_fignums() == []
