"""Tables in which another program has moved traces, but not the header: no trace gets the name of another."""

import json

import h5py
import numpy as np
import openpyxl
import pytest
import scipy.io
import xarray as xr

from optimap.beats import BeatTable, load_beats, save_beats
from optimap.trace import load_traces, save_traces
from tests.errors import check_error

TRACES = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, np.nan]])
ORDER = [2, 0, 1]


def in_hdf5(path, change, name):
    with h5py.File(path, "a") as file:
        values = change(file[name][()])
        del file[name]
        file[name] = values


def in_npz(path, change, name):
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{**arrays, name: change(arrays[name])})


def in_mat(path, change, name):
    variables = {key: value for key, value in scipy.io.loadmat(path).items() if not key.startswith("__")}
    scipy.io.savemat(path, {**variables, name: change(variables[name])})


ROI_NAME = "processing/ophys/ImageSegmentation/regions/roi_name"
MOVED = [
    (".h5", in_hdf5, "names", "positions"),
    (".nc", in_hdf5, "name", "x"),
    (".nwb", in_hdf5, ROI_NAME, None),
    (".npz", in_npz, "names", "positions"),
    (".mat", in_mat, "names", "positions"),
]


@pytest.fixture
def saved(tmp_path):
    def save(suffix, **more):
        path = tmp_path / f"t{suffix}"
        save_traces(path, TRACES, [(1, 2), (3, 4), (5, 6)], fps=500, overwrite=True, **more)
        return path

    return save


@pytest.mark.parametrize(("suffix", "edit", "labels", "places"), MOVED)
def test_labels_and_positions_in_another_order_are_errors(saved, suffix, edit, labels, places):
    path = saved(suffix, names=["a", "b", "c"])
    edit(path, lambda values: values[ORDER], labels)
    check_error(lambda: load_traces(path), ValueError, "path", "'names' means the traces a, b, c, .* holds c, a, b")
    path = saved(suffix)
    edit(path, lambda values: values[ORDER], labels)
    check_error(lambda: load_traces(path), ValueError, "path", "'positions' means the traces x1_y2, x3_y4, x5_y6")
    if places is not None:
        path = saved(suffix, names=["a", "b", "c"])
        edit(path, lambda values: values[ORDER], places)
        check_error(lambda: load_traces(path), ValueError, "path", "'positions' differs from the positions")


@pytest.mark.parametrize("suffix", [".h5", ".nc", ".npz", ".mat"])
def test_an_axis_that_is_not_in_the_file_is_named(saved, suffix):
    path = saved(suffix)
    header = {"optimap_trace_table": 1, "written_by": None, "dtype": "float64", "shape": [3, 3], "axis": "frame"}
    header |= {"axis_dtype": "int64", "fps": None, "names": None, "positions": None, "tidy": False, "metadata": {}}
    text = json.dumps(header)
    {".npz": in_npz, ".mat": in_mat}.get(suffix, in_hdf5)(
        path, lambda _: text, "optimap_trace_table" if suffix == ".npz" else "header"
    )
    check_error(lambda: load_traces(path), ValueError, "path", "'axis' is frame")


@pytest.mark.parametrize("tidy", [False, True])
@pytest.mark.parametrize("change", ["move", "delete", "rename"])
def test_columns_of_a_workbook_that_were_changed_are_errors(saved, tidy, change):
    path = saved(".xlsx", tidy=tidy)
    book = openpyxl.load_workbook(path)
    sheet = book["traces"]
    if change == "move":
        sheet.move_range("B1:B10", 0, 20)
        sheet.move_range("C1:C10", 0, -1)
        sheet.move_range("V1:V10", 0, -19)
    elif change == "delete":
        sheet.delete_cols(3)
    else:
        sheet["B1"] = "other"
    book.save(path)
    check_error(lambda: load_traces(path), ValueError, "path", "was changed by another program")


def test_notes_beside_the_traces_of_a_workbook_are_left_alone(saved):
    path = saved(".xlsx")
    book = openpyxl.load_workbook(path)
    book["traces"]["H1"] = "note"
    book["traces"]["H2"] = 1.5
    book.save(path)
    np.testing.assert_array_equal(load_traces(path).traces, TRACES)


@pytest.mark.parametrize("name", ["_x0041_", " a ", "a\tb", "a\r\nb", "=1+1", "µ😀", "n" * 40_000])
def test_any_name_is_found_again_in_every_kind(saved, name):
    for suffix in (".xlsx", ".h5", ".nc", ".npz", ".mat", ".nwb"):
        assert load_traces(saved(suffix, names=[name, "b", name])).names == [name, "b", name]


def test_traces_that_xarray_has_turned_are_an_error(saved, tmp_path):
    with xr.open_dataset(saved(".nc"), engine="h5netcdf", decode_timedelta=False) as dataset:
        dataset.transpose().to_netcdf(tmp_path / "turned.nc", engine="h5netcdf")
    check_error(
        lambda: load_traces(tmp_path / "turned.nc"),
        ValueError,
        "path",
        "along name, time, not along time, name",
    )


@pytest.mark.filterwarnings("error")
def test_times_that_leave_the_range_of_doubles_are_another_axis(saved):
    path = saved(".npz")
    in_npz(path, lambda text: str(text).replace('"fps": 500.0', '"fps": 5e-324'), "optimap_trace_table")
    check_error(lambda: load_traces(path), ValueError, "path", "'fps' is 5e-324")


@pytest.mark.parametrize("suffix", [".xlsx", ".mat", ".nwb", ".nc", ".h5", ".npz", ".parquet"])
def test_numbers_of_beats_do_not_become_others(tmp_path, suffix):
    path = tmp_path / f"beats{suffix}"
    beats = {"series": np.array([0, 0]), "beat": np.array([0, 1]), "apd80_ms": np.array([54.25, 60])}
    save_beats(path, BeatTable(beats, 500.0))
    states_whole_numbers(path)
    check_error(lambda: load_beats(path), ValueError, "path", "'columns' states int64")


def states_whole_numbers(path):
    """Let the header of a table of beats say that a duration is a whole number."""
    change = lambda text: str(text).replace('"apd80_ms": "float64"', '"apd80_ms": "int64"')  # noqa: E731
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        last = book["metadata"].max_row
        book["metadata"].cell(last, 2).value = change(book["metadata"].cell(last, 2).value)
        book.save(path)
    elif path.suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        metadata = {key: change(value.decode()).encode() for key, value in table.schema.metadata.items()}
        pq.write_table(table.replace_schema_metadata(metadata), path)
    elif path.suffix == ".mat":
        in_mat(path, lambda text: change(text.item()), "header")
    elif path.suffix == ".npz":
        in_npz(path, change, "optimap_beat_table")
    else:
        in_hdf5(
            path,
            lambda text: change(text.decode()),
            "scratch/optimap_beat_table" if path.suffix == ".nwb" else "header",
        )


def test_text_that_xarray_stored_as_characters_is_an_error(tmp_path):
    beats = {"series": np.array([0]), "beat": np.array([0]), "why": np.array(["too short"])}
    save_beats(tmp_path / "b.nc", BeatTable(beats, 500.0))
    with xr.open_dataset(tmp_path / "b.nc", engine="h5netcdf") as dataset:
        dataset.to_netcdf(tmp_path / "again.nc", engine="h5netcdf", encoding={"why": {"dtype": "S1"}})
    check_error(
        lambda: load_beats(tmp_path / "again.nc"),
        ValueError,
        "path",
        "states text, but .* arrays of characters",
    )
