"""Objects of xarray and pandas as tables: axis, names, positions and metadata are kept."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from optimap.trace import load_traces, save_traces, to_dataframe, to_xarray
from tests._tables.examples import NAMES, POSITIONS, TRACES, assert_tables_equal
from tests.errors import check_error

AXES = [{"fps": 333.3}, {}, {"x": [0.5, 1, 2, 4]}]
ABOUT = {"drug": "none", "size": 5, "dose": {"mg": [1, 2]}, "known": True, "by": None, "note": "{x"}
LONG = pd.DataFrame({"time": [0, 0, 1, 1], "name": list("abab"), "x": np.nan, "y": np.nan, "value": range(4)})


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("names", [None, NAMES])
def test_an_array_of_xarray_keeps_everything(tmp_path, axis, names):
    given = {"positions": POSITIONS, "names": names, "metadata": ABOUT, **axis}
    save_traces(tmp_path / "t.npz", TRACES, **given)
    array = to_xarray(TRACES, **given)
    for i, same in enumerate((array, array.T)):
        save_traces(tmp_path / f"{i}.npz", same)
        assert_tables_equal(load_traces(tmp_path / f"{i}.npz"), load_traces(tmp_path / "t.npz"))
    save_traces(tmp_path / "one.npz", array[:, 1])
    one = load_traces(tmp_path / "one.npz")
    np.testing.assert_array_equal(one.traces, TRACES[:, 1])
    assert (one.names, one.positions.tolist()) == (names and ["b"], [[3.5, 0]])
    xr.testing.assert_identical(to_xarray(array), array)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("tidy", [False, True])
def test_a_data_frame_keeps_everything(tmp_path, axis, tidy):
    given = {"metadata": ABOUT, **axis}
    frame = to_dataframe(TRACES, POSITIONS, tidy=tidy, **given)
    save_traces(tmp_path / "t.npz", TRACES, POSITIONS, **given)
    save_traces(tmp_path / "f.npz", frame)
    assert_tables_equal(load_traces(tmp_path / "f.npz"), load_traces(tmp_path / "t.npz"))
    if not tidy:
        save_traces(tmp_path / "r.npz", frame.reset_index())
        assert_tables_equal(load_traces(tmp_path / "r.npz"), load_traces(tmp_path / "t.npz"))
        one = to_dataframe(frame["x3.5_y0"])
        pd.testing.assert_frame_equal(one, frame[["x3.5_y0"]])


@pytest.mark.parametrize("as_labelled", [to_xarray, to_dataframe])
@pytest.mark.parametrize("noted", ["fast", 100, None])
def test_metadata_named_like_the_rate_does_not_replace_it(tmp_path, as_labelled, noted):
    about = {"fps": noted, "drug": "none"}
    save_traces(tmp_path / "t.npz", as_labelled(TRACES, fps=500, metadata=about))
    table = load_traces(tmp_path / "t.npz")
    assert (table.fps, table.x, table.metadata) == (500, None, {"drug": "none"})
    save_traces(tmp_path / "x.npz", as_labelled(TRACES, x=[0.5, 1, 2, 4], metadata=about))
    table = load_traces(tmp_path / "x.npz")
    assert (table.fps, table.x.tolist(), table.metadata) == (None, [0.5, 1, 2, 4], about)


def test_text_that_looks_like_json_stays_text():
    about = {"a": "[1, 2]", "b": "true", "c": '"quoted"', "d": "{x", "e": "null", "f": [1, 2], "g": True, "h": None}
    array = to_xarray(TRACES, metadata=about)
    assert to_dataframe(array).attrs == about
    assert array.attrs["d"] == "{x"


def test_a_csv_read_by_pandas_becomes_the_same_table(tmp_path):
    traces = np.array([[0.5, 1], [np.nan, 2], [np.inf, 3]])
    save_traces(tmp_path / "t.csv", traces, fps=4, names=["a", "b"])
    save_traces(tmp_path / "t.npz", pd.read_csv(tmp_path / "t.csv"))
    table = load_traces(tmp_path / "t.npz")
    assert (table.fps, table.names) == (4, ["a", "b"])
    np.testing.assert_array_equal(table.traces, traces)


def test_arguments_replace_what_labels_say(tmp_path):
    array = to_xarray(TRACES, POSITIONS, 500, names=NAMES, metadata={"a": 1})
    save_traces(tmp_path / "t.npz", array, fps=100, names=["d", "e", "f"], metadata={})
    table = load_traces(tmp_path / "t.npz")
    assert (table.fps, table.names, table.metadata, table.positions.tolist()) == (
        100,
        ["d", "e", "f"],
        {},
        [list(map(float, place)) for place in POSITIONS],
    )


def test_parts_and_arrays_of_other_programs():
    part = to_xarray(TRACES, fps=500)[1:]
    assert to_dataframe(part).index.tolist() == [0.002, 0.004, 0.006]  # no longer from 0 on
    plain = xr.DataArray(TRACES, dims=("t", "roi"), coords={"roi": [4, 5, 9]})
    assert list(to_dataframe(plain)) == ["4", "5", "9"]
    assert to_dataframe(plain).index.name == "frame"
    assert list(to_dataframe(pd.DataFrame(TRACES))) == ["trace_0", "trace_1", "trace_2"]
    indexed = pd.DataFrame({"x": [1, 2], "y": [3, 4]}, index=pd.Index([0.5, 1], name="time"))
    assert to_dataframe(indexed).to_numpy().tolist() == [[1, 3], [2, 4]]  # x is not an axis, because there is one
    missing = pd.DataFrame({"a": pd.array([1, None], dtype="Int64")})
    np.testing.assert_array_equal(to_dataframe(missing)["a"], [1, np.nan])


@pytest.mark.parametrize("function", [to_dataframe, to_xarray])
@pytest.mark.parametrize(
    ("traces", "kind", "argument", "message"),
    [
        (xr.Dataset({"a": 1}), TypeError, "traces", "traces is a Dataset: give one of its arrays, 'a'"),
        (xr.Dataset(), TypeError, "traces", "traces is a Dataset: give an xarray.DataArray"),
        (xr.DataArray(np.zeros((2, 3, 4))), ValueError, "traces", r"traces has shape \(2, 3, 4\)"),
        (
            pd.DataFrame({"a": [1], "b": ["c"]}),
            TypeError,
            "traces['b']",
            r"traces\['b'\] has dtype .*: give numbers, or",
        ),
        (LONG.sort_values("name").assign(x="a"), TypeError, "traces['x']", r"traces\['x'\] has dtype .*: give numbers"),
        (
            xr.DataArray(np.zeros((2, 3)), dims=("time", "name"), coords={k: ("name", list("abc")) for k in "xy"}),
            TypeError,
            "traces['x']",
            r"traces\['x'\] has dtype .*: give numbers for positions, or leave that coordinate out",
        ),
        (LONG, ValueError, "traces", r"in long form .*: sort it with traces.sort_values\(\['name', 'time'\]\)"),
        (
            pd.Series([1, 2], index=pd.to_datetime(["2020", "2021"])),
            TypeError,
            "x",
            "x has dtype datetime64.*give real numbers",
        ),
        (xr.DataArray([1, 2], attrs={"a": {1}}), TypeError, "metadata['a']", r"metadata\['a'\] = \{1\} is of type set"),
    ],
)
def test_labelled_objects_that_are_not_traces(function, traces, kind, argument, message):
    check_error(lambda: function(traces), kind, argument, message)


def test_a_long_frame_in_order_is_a_table():
    frame = to_dataframe(LONG.sort_values(["name", "time"]))
    assert frame.to_numpy().tolist() == [[0, 1], [2, 3]]
    assert list(frame) == ["a", "b"]
