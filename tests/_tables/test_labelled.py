"""Traces as xarray and pandas objects."""

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from optimap.trace import load_traces, save_traces, to_dataframe, to_xarray
from tests._tables.test_save_load import POSITIONS, TRACES, Shapes

NAMES = ["a", "b", "c"]


def test_dimensions_and_coordinates_have_names():
    array = to_xarray(TRACES, POSITIONS, 500, names=NAMES, metadata={"drug": "none", "dose": {"mg": 2}})
    expected = xr.DataArray(
        TRACES,
        dims=("time", "name"),
        coords={
            "time": np.arange(4) / 500,
            "name": NAMES,
            "x": ("name", [12, 3.5, 0]),
            "y": ("name", [16, 0, 2.25]),
        },
    )
    xr.testing.assert_equal(array, expected)
    assert array.attrs == {"fps": 500, "drug": "none", "dose": '{"mg": 2}'}
    assert array.time.attrs["units"] == "s"
    assert array.sel(name="b", time=0.002).item() == 0.1


def test_other_axes_and_one_trace():
    array = to_xarray(TRACES[:, 2], (5, 10), names="a")
    assert array.dims == ("frame",)
    assert (array.name, array["name"].item(), array["x"].item(), array["y"].item()) == ("traces", "a", 5, 10)
    assert to_xarray(TRACES, x=[1, 2, 4, 8])["time"].values.tolist() == [1, 2, 4, 8]
    assert "units" not in to_xarray(TRACES, x=[1, 2, 4, 8])["time"].attrs


def test_an_array_of_xarray_saves_itself(tmp_path):
    array = to_xarray(TRACES, POSITIONS, 500, metadata={"a": None, "b": [1, {"c": 2}]})
    array.to_netcdf(tmp_path / "t.nc", engine="h5netcdf")
    with xr.open_dataarray(tmp_path / "t.nc", engine="h5netcdf") as read:
        xr.testing.assert_equal(read, array)


def test_wide_frames():
    frame = to_dataframe(TRACES, POSITIONS, 500, names=NAMES, metadata={"drug": "none"})
    assert (frame.index.name, frame.columns.name, list(frame.columns)) == ("time", "name", NAMES)
    np.testing.assert_array_equal(frame.to_numpy(), TRACES)
    np.testing.assert_array_equal(frame.index, np.arange(4) / 500)
    assert frame.attrs == {"fps": 500, "drug": "none"}
    assert to_dataframe(TRACES).index.name == "frame"


@pytest.mark.parametrize("positions", [None, POSITIONS])
def test_long_frames_are_wide_ones_melted(positions):
    wide = to_dataframe(TRACES, positions, 500, names=NAMES)
    long = to_dataframe(TRACES, positions, 500, names=NAMES, tidy=True)
    assert list(long.columns) == ["time", "name", "x", "y", "value"]
    melted = wide.reset_index().melt("time")
    pd.testing.assert_frame_equal(long[["time", "name", "value"]], melted, check_dtype=False)
    if positions is None:
        assert long[["x", "y"]].isna().all(axis=None)
    else:
        np.testing.assert_array_equal(long[["x", "y"]], np.repeat(positions, 4, axis=0))


def test_labels_are_unique_and_loaded_tables_go_in(tmp_path):
    save_traces(tmp_path / "t.csv", np.float32([[1, 2], [3, 4]]), fps=500, names=["a", "a"])
    table = load_traces(tmp_path / "t.csv")
    assert list(to_dataframe(table).columns) == ["a", "a_2"]
    assert to_xarray(table)["name"].values.tolist() == ["a", "a_2"]
    assert to_xarray(table).dtype == np.float32


def test_regions_bring_names_and_centres():
    array = to_xarray(TRACES[:, :2], fps=500, regions=Shapes())
    assert array["name"].values.tolist() == ["ring", "dot"]
    assert array["x"].values.tolist() == [2.5, 7]
    assert list(to_dataframe(TRACES[:, :2], regions=Shapes())) == ["ring", "dot"]


@pytest.mark.parametrize(("function", "module"), [(to_xarray, "xarray"), (to_dataframe, "pandas")])
def test_a_missing_extra_is_named(monkeypatch, function, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"need {module}: pip install 'optimap-trace\[xarray\]'"):
        function(TRACES)


@pytest.mark.parametrize("function", [to_xarray, to_dataframe])
def test_bad_arguments_are_named(function):
    with pytest.raises(ValueError, match="names holds 1 names for 3 traces"):
        function(TRACES, names=["a"])
    with pytest.raises(TypeError, match="tidy = 'no': it must be True or False"):
        to_dataframe(TRACES, tidy="no")


# The way back


def assert_tables_equal(table, expected):
    np.testing.assert_array_equal(table.traces, expected.traces, strict=True)
    for name in ("x", "positions"):
        np.testing.assert_array_equal(getattr(table, name), getattr(expected, name))
    for name in ("fps", "names", "metadata"):
        assert getattr(table, name) == getattr(expected, name)


AXES = [{"fps": 333.3}, {}, {"x": [0.5, 1, 2, 4]}]
ABOUT = {"drug": "none", "size": 5, "dose": {"mg": [1, 2]}, "known": True, "by": None, "note": "{x"}


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("names", [None, NAMES])
def test_what_an_array_of_xarray_says_is_kept(tmp_path, axis, names):
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
def test_what_a_data_frame_says_is_kept(tmp_path, axis, tidy):
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


@pytest.mark.parametrize("as_labelled", [to_xarray, to_dataframe])
def test_an_axis_of_half_precision_gets_a_type_that_pandas_has(as_labelled):
    labelled = as_labelled(TRACES, x=np.float16([0, 0.5, 1, 2]))
    axis = labelled["time"] if as_labelled is to_xarray else labelled.index
    assert (axis.dtype, axis.to_numpy().tolist()) == (np.float32, [0, 0.5, 1, 2])


def test_a_csv_read_by_pandas_is_a_table_again(tmp_path):
    traces = np.array([[0.5, 1], [np.nan, 2], [np.inf, 3]])
    save_traces(tmp_path / "t.csv", traces, fps=4, names=["a", "b"])
    save_traces(tmp_path / "t.npz", pd.read_csv(tmp_path / "t.csv"))
    table = load_traces(tmp_path / "t.npz")
    assert (table.fps, table.names) == (4, ["a", "b"])
    np.testing.assert_array_equal(table.traces, traces)


def test_what_is_given_beside_replaces_what_labels_say(tmp_path):
    array = to_xarray(TRACES, POSITIONS, 500, names=NAMES, metadata={"a": 1})
    save_traces(tmp_path / "t.npz", array, fps=100, names=["d", "e", "f"], metadata={})
    table = load_traces(tmp_path / "t.npz")
    assert (table.fps, table.names, table.metadata, table.positions.tolist()) == (
        100,
        ["d", "e", "f"],
        {},
        [list(map(float, place)) for place in POSITIONS],
    )


def test_parts_and_arrays_of_others():
    part = to_xarray(TRACES, fps=500)[1:]
    assert to_dataframe(part).index.tolist() == [0.002, 0.004, 0.006]  # no longer from 0 on
    plain = xr.DataArray(TRACES, dims=("t", "roi"), coords={"roi": [4, 5, 9]})
    assert list(to_dataframe(plain)) == ["4", "5", "9"]
    assert to_dataframe(plain).index.name == "frame"
    assert list(to_dataframe(pd.DataFrame(TRACES))) == ["trace_0", "trace_1", "trace_2"]
    indexed = pd.DataFrame({"x": [1, 2], "y": [3, 4]}, index=pd.Index([0.5, 1], name="time"))
    assert to_dataframe(indexed).to_numpy().tolist() == [[1, 3], [2, 4]]  # x is no axis: there is one
    missing = pd.DataFrame({"a": pd.array([1, None], dtype="Int64")})
    np.testing.assert_array_equal(to_dataframe(missing)["a"], [1, np.nan])


LONG = pd.DataFrame({"time": [0, 0, 1, 1], "name": list("abab"), "x": np.nan, "y": np.nan, "value": range(4)})


@pytest.mark.parametrize(
    ("traces", "error", "message"),
    [
        (xr.Dataset({"a": 1}), TypeError, "traces is a Dataset: give one of its arrays, 'a'"),
        (xr.DataArray(np.zeros((2, 3, 4))), ValueError, r"traces has shape \(2, 3, 4\)"),
        (pd.DataFrame({"a": [1], "b": ["c"]}), TypeError, r"traces\['b'\] has dtype .*: give numbers, or"),
        (LONG.sort_values("name").assign(x="a"), TypeError, r"traces\['x'\] has dtype .*: give numbers, or leave"),
        (
            xr.DataArray(np.zeros((2, 3)), dims=("time", "name"), coords={k: ("name", list("abc")) for k in "xy"}),
            TypeError,
            r"traces\['x'\] has dtype .*: positions are numbers; leave that coordinate out",
        ),
        (LONG, ValueError, r"traces is a long data frame .* traces.sort_values\(\['name', 'time'\]\)"),
        (
            pd.Series([1, 2], index=pd.to_datetime(["2020", "2021"])),
            TypeError,
            "x has dtype datetime64.*give real numbers",
        ),
        (xr.DataArray([1, 2], attrs={"a": {1}}), TypeError, r"metadata\['a'\] = \{1\} is of type set"),
    ],
)
def test_labelled_things_that_are_no_traces(traces, error, message):
    with pytest.raises(error, match=message):
        to_dataframe(traces)


def test_a_long_frame_in_order_is_a_table():
    frame = to_dataframe(LONG.sort_values(["name", "time"]))
    assert frame.to_numpy().tolist() == [[0, 1], [2, 3]]
    assert list(frame) == ["a", "b"]
