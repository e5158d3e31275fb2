"""Many traces one above the other, numbered or named where they end."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap._draw import LONG, ranges_of, stack_traces
from optimap.trace import extract_traces, show_positions_and_traces, show_traces
from tests.errors import check_error

TRACES = np.random.default_rng(0).normal(size=(50, 30)) + 100 * np.arange(30)


def names(ax):
    """Return the texts at the ends of lines, without that of the bar."""
    return [text.get_text() for text in ax.texts if text.get_position()[0] > 0]


def test_more_than_eight_are_stacked_the_first_on_top():
    assert show_traces(TRACES[:, :8]).get_yticks().size > 0
    ax = show_traces(TRACES[:, :9])
    drawn = np.array([line.get_ydata() for line in ax.lines])
    np.testing.assert_allclose(np.diff(drawn, axis=1), np.diff(TRACES[:, :9].T, axis=1))  # shifted, not scaled
    assert (drawn[:-1].min(axis=1) > drawn[1:].min(axis=1)).all()
    steps = -np.diff((drawn.min(axis=1) + drawn.max(axis=1)) / 2)
    np.testing.assert_allclose(steps, steps[0])
    low, high = ax.get_ylim()
    assert low < drawn.min() < drawn.max() < high
    assert names(ax) == [str(i) for i in range(1, 10)]
    assert not ax.yaxis.get_visible()


def test_told_otherwise():
    flat = show_traces(TRACES, stack=False)
    np.testing.assert_array_equal([line.get_ydata() for line in flat.lines], TRACES.T)
    assert names(flat) == [str(i) for i in range(1, 31)]
    assert len(show_traces(TRACES[:, :0], stack=True).lines) == 0
    three = show_traces(TRACES[:, :3], stack=True, labels=["a", "b", "c"])
    assert names(three) == ["a", "b", "c"]
    assert three.get_legend() is None


def test_traces_of_the_usual_size_do_not_touch_and_a_large_one_does_not_flatten_them():
    values = np.sin(np.linspace(0, 20, 200))[:, None] * np.ones(20)
    values[:, 4] *= 1000
    drawn = np.array([line.get_ydata() for line in show_traces(values).lines])
    usual = np.delete(drawn, 4, axis=0)
    assert (usual[:-1].min(axis=1) >= usual[1:].max(axis=1) - 1e-9).all()
    assert np.ptp(usual[0]) > 0.8 * (usual[0].max() - usual[1].max())


@pytest.mark.parametrize("kind", ["constant", "nan", "infinite", "int", "bool", "one sample", "none"])
def test_odd_traces_are_stacked(kind):
    values = {
        "constant": np.full((5, 9), 3.0),
        "nan": np.full((5, 9), np.nan),
        "infinite": np.where(np.eye(9)[:5] > 0, np.inf, 1.0),
        "int": np.arange(45, dtype=np.uint8).reshape(5, 9),
        "bool": np.eye(9, dtype=bool)[:5],
        "one sample": np.ones((1, 9)),
        "none": np.empty((0, 9)),
    }[kind]
    ax = show_traces(values)
    ax.figure.draw_without_rendering()
    assert np.isfinite(ax.get_ylim()).all()
    assert np.ptp(ax.get_ylim()) > 0


def test_the_next_traces_on_the_same_axes_are_stacked_alike():
    ax = show_traces(TRACES)
    show_traces(TRACES, ax=ax, color="red")
    np.testing.assert_array_equal(ax.lines[3].get_ydata(), ax.lines[33].get_ydata())
    assert len(names(ax)) == 30
    show_traces(TRACES[:, 0], ax=ax)
    np.testing.assert_array_equal(ax.lines[-1].get_ydata(), TRACES[:, 0])
    _, used = plt.subplots()
    used.plot([1, 2])
    show_traces(TRACES, ax=used)  # other lines have values, with which traces agree
    np.testing.assert_array_equal(used.lines[1].get_ydata(), TRACES[:, 0])


def test_long_traces_are_stacked():
    values = np.random.default_rng(0).normal(size=(LONG + 1, 9)) + 50
    values[7000, 2] = 60
    ax = show_traces(values)
    ax.figure.draw_without_rendering()
    lines = ax.lines
    assert len(lines[2].get_ydata()) < len(values)
    offset = lines[2].get_ydata().max() - 60
    assert offset == pytest.approx(stack_traces(*ranges_of(values)).offsets[2])


def test_places_are_numbered_like_their_traces():
    video = np.random.default_rng(0).normal(size=(6, 40, 40))
    positions = [(i, (7 * i) % 40) for i in range(0, 40, 2)]
    image_ax, ax = show_positions_and_traces(video, positions)
    assert [text.get_text() for text in image_ax.texts] == names(ax) == [str(i) for i in range(1, 21)]
    assert ax.figure.get_figheight() > 4
    few, _ = show_positions_and_traces(video, positions[:8])
    assert len(few.texts) == 0
    image_ax, ax = show_positions_and_traces(video, positions[:9], labels=list("abcdefghi"))
    assert [text.get_text() for text in image_ax.texts] == names(ax) == list("abcdefghi")
    image_ax, ax = show_positions_and_traces(video, positions, stack=False, figsize=(10, 2.5))
    assert len(image_ax.texts) == len(names(ax)) == 20
    assert ax.yaxis.get_visible()


def test_regions_are_named_up_to_twelve():
    labels = np.zeros((40, 40), int)
    for i in range(13):
        labels[3 * i : 3 * i + 2] = i + 1
    image_ax, ax = show_positions_and_traces(np.ones((4, 40, 40)), np.where(labels < 13, labels, 0))
    assert [text.get_text() for text in image_ax.texts] == names(ax) == [f"label_{i}" for i in range(1, 13)]
    image_ax, ax = show_positions_and_traces(np.ones((4, 40, 40)), labels)
    assert [text.get_text() for text in image_ax.texts] == names(ax) == [str(i) for i in range(1, 14)]


@pytest.mark.parametrize("keyword", ["stack", "scale_bar"])
def test_what_is_neither_true_nor_false_is_refused(keyword):
    check_error(lambda: show_traces(TRACES, **{keyword: "no"}), TypeError, keyword, f"{keyword} = 'no'")
    video = np.zeros((4, 8, 8))
    check_error(lambda: extract_traces(video, [(1, 2)], show=True, **{keyword: 3}), TypeError, keyword, keyword)
    check_error(lambda: show_positions_and_traces(video, [(1, 2)], **{keyword: 3}), TypeError, keyword, keyword)
    assert not plt.get_fignums()


def test_one_frame_that_is_far_off_moves_no_trace_out_of_its_row():
    values = np.random.default_rng(0).uniform(size=(2000, 12))
    values[700, 3] = 50
    ax = show_traces(values)
    usual = [np.median(line.get_ydata()) for line in ax.lines]
    np.testing.assert_allclose(np.diff(usual), np.diff(usual).mean(), rtol=0.1)
    assert ax.lines[3].get_ydata().max() - usual[3] > 49
