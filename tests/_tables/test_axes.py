"""The axis of a table: its name, and the frame rate of a CSV without a header, from its times."""

import numpy as np
import pytest

from optimap.trace import TraceTable, load_traces, save_traces


def rate_of_times(path, times):
    """Return the rate and the times of a CSV of another program."""
    path.write_text("time_s,a\n" + "".join(f"{time!r},1\n" for time in np.asarray(times, float).tolist()))
    table = load_traces(path)
    return table.fps, table.x.tolist()


@pytest.mark.parametrize("fps", [500, 333.3, 1000 / 3, 29.97, 1e5 / 7, 1])
def test_times_give_the_rate(tmp_path, fps):
    save_traces(tmp_path / "t.csv", np.arange(200), fps=fps)
    (tmp_path / "t.csv.json").unlink()
    np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").axis, np.arange(200) / fps)
    assert load_traces(tmp_path / "t.csv").fps == fps


@pytest.mark.parametrize("times", [[], [0], [0, 0], [0, -1], [1, 2, 3], [0, 1, 3], [0, np.inf], [2, 1, 0]])
def test_other_times_have_no_rate_and_are_kept(tmp_path, times):
    assert rate_of_times(tmp_path / "t.csv", times) == (None, times)


@pytest.mark.parametrize(
    ("given", "name", "axis"),
    [({"fps": 4}, "time_s", [0, 0.25]), ({}, "frame", [0, 1]), ({"x": np.array([3, 7])}, "x", [3, 7])],
)
def test_the_axis_has_a_name(given, name, axis):
    table = TraceTable(np.zeros((2, 1)), **given)
    assert (table.axis_name, table.axis.tolist()) == (name, axis)
