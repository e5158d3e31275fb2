"""Tables: labels of columns, the header, and files that are damaged or not written by optimap."""

import importlib
import json

import numpy as np
import pytest

from optimap._tables import SUFFIXES, load_header
from optimap.trace import TraceTable, load_traces, save_traces
from tests._tables.examples import POSITIONS, TRACES
from tests.errors import check_error, check_pickles

NOT_TEXT = [suffix for suffix in SUFFIXES if suffix not in (".csv", ".tsv")]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_equal_names_keep_all_traces(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    names = ["a", "a", "a_2", "time_s", ""]
    save_traces(path, np.arange(30.0).reshape(6, 5), [(1, 2)] * 5, 500, names=names)
    table = load_traces(path)
    assert table.names == names
    assert table.labels == ["a", "a_3", "a_2", "time_s_2", "trace_4"]
    np.testing.assert_array_equal(table.traces, np.arange(30.0).reshape(6, 5))


def test_labels_come_from_names_positions_or_numbers():
    traces = np.zeros((2, 2))
    positions = np.array([[12, 16.5], [1e20, -0.25]])
    assert TraceTable(traces, names=["a", "b"], positions=positions).labels == ["a", "b"]
    assert TraceTable(traces, positions=positions).labels == ["x12_y16.5", "x1e+20_y-0.25"]
    assert TraceTable(traces).labels == ["trace_0", "trace_1"]
    assert TraceTable(traces, names=["a\r\nb", "\x00c"]).labels == ["a\nb", " c"]


@pytest.mark.parametrize(
    ("labels", "positions"),
    [
        (["x12_y16", "x3.5_y0"], [[12, 16], [3.5, 0]]),
        (["x1e+20_y-0.25", "x-1.5e-07_y2"], [[1e20, -0.25], [-1.5e-7, 2]]),
        (["x12_y16", "b"], None),
        (["x1.2.3_y4", "x1-2_y3"], None),
        (["x1_y2 ", "xa_yb"], None),
    ],
)
def test_labels_of_a_csv_without_a_header_give_positions(tmp_path, labels, positions):
    (tmp_path / "t.csv").write_text(f"frame,{','.join(labels)}\n0,1,2\n")
    table = load_traces(tmp_path / "t.csv")
    assert (None if table.positions is None else table.positions.tolist()) == positions


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_trace_alone_keeps_its_shape(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_traces(path, np.float32([1, 2, 3]), (5, 10), fps=500, names="septum")
    table = load_traces(path)
    assert table.traces.shape == (3,)
    assert (table.names, table.positions.tolist()) == (["septum"], [[5, 10]])


def test_a_loaded_table_is_frozen(tmp_path):
    save_traces(tmp_path / "t.csv", TRACES, fps=500)
    table = load_traces(tmp_path / "t.csv")
    assert isinstance(table, TraceTable)
    with pytest.raises(AttributeError, match="cannot assign to field 'fps'"):
        table.fps = 3


def change_header(path, **changes):
    header = json.loads(path.read_text())
    path.write_text(json.dumps({**header, **changes}))


def test_a_table_of_a_later_version(tmp_path):
    path, header = tmp_path / "t.csv", tmp_path / "t.csv.json"
    save_traces(path, TRACES)
    change_header(header, optimap_trace_table=2, written_by="optimap-trace 9.0")
    message = r"was written by optimap-trace 9\.0: install that version"
    check_pickles(check_error(lambda: load_traces(path), ValueError, "path", message, header))


def write_foreign(path):
    """Write a file of another program, with the suffix of the path."""
    kind = path.suffix
    if kind == ".parquet":
        importlib.import_module("pandas").DataFrame({"a": [1]}).to_parquet(path)
    elif kind == ".xlsx":
        importlib.import_module("pandas").DataFrame({"a": [1]}).to_excel(path)
    elif kind == ".mat":
        importlib.import_module("scipy.io").savemat(path, {"a": 1})
    elif kind == ".npz":
        np.savez(path, a=1)
    elif kind in (".h5", ".hdf5"):
        with importlib.import_module("h5py").File(path, "w") as file:
            file["a"] = 1
    elif kind == ".nc":
        importlib.import_module("xarray").Dataset({"a": 1}).to_netcdf(path, engine="h5netcdf")
    else:
        pynwb = importlib.import_module("pynwb")
        start = importlib.import_module("datetime").datetime(2020, 1, 1).astimezone()
        with pynwb.NWBHDF5IO(path, "w") as io:
            io.write(pynwb.NWBFile("a", "b", start))


@pytest.mark.parametrize("suffix", NOT_TEXT)
def test_files_of_other_programs_are_an_error(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    write_foreign(path)
    message = f"t{suffix} does not contain a table of traces written by optimap: open it"
    check_error(lambda: load_traces(path), ValueError, "path", message, path)


@pytest.mark.parametrize("suffix", NOT_TEXT)
@pytest.mark.parametrize("size", [0, 200, 0.5])
def test_truncated_files_are_an_error(tmp_path, suffix, size):
    path, cut = tmp_path / f"t{suffix}", tmp_path / f"cut{suffix}"
    save_traces(path, TRACES, POSITIONS, 500)
    content = path.read_bytes()
    cut.write_bytes(content[: size if isinstance(size, int) else int(size * len(content))])
    message = f"cut{suffix} cannot be read as .*: it may be truncated"
    check_error(lambda: load_traces(cut), ValueError, "path", message, cut)


@pytest.mark.parametrize("suffix", NOT_TEXT)
def test_a_truncated_file_is_noticed_when_its_header_is_read(tmp_path, suffix):
    path, cut = tmp_path / f"t{suffix}", tmp_path / f"cut{suffix}"
    save_traces(path, np.ones((900, 3)), POSITIONS, 500)
    for size in (path.stat().st_size // 2, path.stat().st_size - 1):
        cut.write_bytes(path.read_bytes()[:size])
        check_error(lambda: load_header(cut), ValueError, "path", f"cut{suffix} cannot be read as", cut)


@pytest.mark.parametrize("suffix", NOT_TEXT)
def test_random_and_scrambled_bytes_are_an_error(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    path.write_bytes(bytes(range(256)) * 2)
    check_error(lambda: load_traces(path), ValueError, "path", f"t{suffix} cannot be read as", path)
    path.unlink()
    save_traces(path, TRACES, POSITIONS, 500)
    scrambled = bytearray(path.read_bytes())
    scrambled[::50] = bytes(byte ^ 0x55 for byte in scrambled[::50])
    path.write_bytes(scrambled)
    message = f"t{suffix} (cannot be read as|does not contain a table)"
    check_error(lambda: load_traces(path), ValueError, "path", message, path)
