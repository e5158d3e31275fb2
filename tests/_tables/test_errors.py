"""Tables: errors before work, whole files or none, missing extras, files of others and damaged ones."""

import importlib
import json
import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from optimap._tables import load_header
from optimap._tables.kinds import KINDS, SUFFIXES, find_kind
from optimap.trace import TraceTable, load_traces, save_traces
from tests._tables.test_save_load import POSITIONS, TRACES, Shapes

ITSELF = {}
ITSELF["me"] = ITSELF
LIST = []
LIST.append(LIST)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"traces": np.zeros((2, 3, 4))}, ValueError, r"traces has shape \(2, 3, 4\)"),
        ({"traces": ["a"]}, TypeError, "traces has dtype <U1"),
        ({"traces": [1j]}, TypeError, "traces has dtype complex128"),
        ({"traces": [[1, 2], [3]]}, ValueError, "traces is no array: its rows differ in length"),
        ({"traces": {"a": [1]}}, TypeError, r"traces is a dict: give numpy.column_stack\(list\(traces.values\(\)\)\)"),
        ({"names": 3}, TypeError, "names = 3: give text, or a sequence of text"),
        (
            {"names": list("abcd")},
            ValueError,
            r"4 names for 3 traces: .* traces has shape \(4, 3\), .* is it traces.T\?",
        ),
        (
            {"metadata": ITSELF},
            ValueError,
            r"metadata\['me'\]\['me'\].* is nested more than 30 deep: does it hold itself",
        ),
        ({"metadata": {"a": LIST}}, ValueError, r"metadata\['a'\]\[0\]\[0\].* is nested more than 30 deep"),
        ({"metadata": {"day": date(2024, 5, 17)}}, TypeError, r"is of type date: .*; give str\(metadata\['day'\]\)"),
        ({"metadata": {"file": Path("a")}}, TypeError, r"type \w+Path: .*; give str\(metadata\['file'\]\)"),
        ({"x": [[1], [2, 3]]}, ValueError, "x is no array: the traces need one number for each of 4 frames"),
        ({"names": {"a", "b", "c"}}, TypeError, "names is a set, which has no order"),
        (
            {"positions": {"a": (1, 2)}},
            TypeError,
            r"positions is a dict: give its values, list\(positions",
        ),
        ({"positions": {(1, 2), (3, 4), (5, 6)}}, TypeError, "positions is a set, which has no order"),
        ({"positions": Shapes()}, TypeError, "positions is a set of regions, .*: give regions="),
        ({"tidy": "yes"}, TypeError, "tidy = 'yes': it must be True or False"),
        ({"overwrite": "no"}, TypeError, "overwrite = 'no': it must be True or False"),
        ({"fps": 500, "x": [1, 2, 3, 4]}, ValueError, "x and fps = 500 are both given"),
        ({"fps": 0}, ValueError, "fps = 0: it must be a positive number"),
        ({"x": [1, 2]}, ValueError, r"x has shape \(2,\)"),
        ({"x": [1, 2, 3, np.nan]}, ValueError, "x holds NaN or infinity"),
        ({"x": np.zeros(4, "M8[s]")}, TypeError, r"x has dtype datetime64\[s\]: give real numbers"),
        ({"positions": [(1, 2)]}, ValueError, "positions holds 1 positions for 3 traces"),
        ({"positions": [(1, 2, 3)] * 3}, ValueError, r"positions\[0\] = \(1, 2, 3\) has 3 numbers"),
        ({"names": ["a"]}, ValueError, "names holds 1 names for 3 traces"),
        ({"names": ["a", "b", 3]}, TypeError, r"names\[2\] = 3 is not text"),
        ({"names": ["a", "b", "\ud800"]}, ValueError, r"names\[2\] = '\\ud800' holds half a character"),
        ({"metadata": [1]}, TypeError, r"metadata = \[1\]: give a dict"),
        ({"metadata": {"a": {"b": [1, {2}]}}}, TypeError, r"metadata\['a'\]\['b'\]\[1\] = \{2\} is of type set"),
        ({"metadata": {"a": {1: 2}}}, TypeError, r"metadata\['a'\] has the key 1: keys must be text"),
        ({"metadata": {"a": np.float32(np.nan)}}, ValueError, r"metadata\['a'\] = nan: metadata holds finite numbers"),
        ({"path": "t.xyz"}, ValueError, r"t\.xyz: tables are written as \.csv, .* or \.nwb"),
        ({"path": "t.h5", "tidy": True}, ValueError, r"tidy = True: .*t\.h5 has no long form, which \.csv"),
        ({"tidy": True, "traces": np.zeros((3, 0))}, ValueError, "a long table of no traces has no rows"),
        ({"path": "no/t.csv"}, FileNotFoundError, "no does not exist"),
        (
            {"path": "t.nwb", "positions": POSITIONS},
            ValueError,
            "times of .nwb files are in seconds",
        ),
        ({"path": "t.nwb", "fps": 5}, ValueError, "positions = None: .nwb files hold the pixels of each trace"),
        ({"path": "t.nwb", "positions": POSITIONS, "x": [0, 1, 1, 2]}, ValueError, "x does not increase"),
        (
            {"path": "t.nwb", "positions": [(0, 0), (1, -1), (0, 0)], "fps": 1},
            ValueError,
            r"positions\[1\] = \(x=1, y=-1\)",
        ),
    ],
)
def test_bad_arguments_are_named_before_any_work(tmp_path, arguments, error, message):
    arguments = {"path": "t.csv", "traces": TRACES, **arguments}
    path = tmp_path / arguments.pop("path")
    with pytest.raises(error, match=message):
        save_traces(path, **arguments)
    assert not list(tmp_path.iterdir())


def test_metadata_of_numpy_becomes_plain(tmp_path):
    save_traces(tmp_path / "t.npz", [1], metadata={"a": np.arange(3), "b": np.float32(0.5), "c": (1, np.True_)})
    assert load_traces(tmp_path / "t.npz").metadata == {"a": [0, 1, 2], "b": 0.5, "c": [1, True]}


@pytest.mark.parametrize(
    ("suffix", "shape", "tidy", "message"),
    [
        (".xlsx", (1_048_576, 2), False, "1048576 rows and 3 columns do not fit an Excel sheet"),
        (".xlsx", (2, 16_384), False, "2 rows and 16385 columns do not fit an Excel sheet"),
        (".xlsx", (200_000, 6), True, "1200000 rows and 5 columns do not fit an Excel sheet"),
        (".mat", (2**19, 512), False, "2147483648 bytes do not fit a .mat file of version 5"),
    ],
)
def test_limits_are_errors_before_any_work(tmp_path, suffix, shape, tidy, message):
    with pytest.raises(ValueError, match=message):
        save_traces(tmp_path / f"t{suffix}", np.broadcast_to(np.float64(0), shape), tidy=tidy)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_existing_files_are_kept_unless_asked(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_traces(path, TRACES, POSITIONS, 500)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match=f"t{suffix} exists"):
        save_traces(path, TRACES + 1, POSITIONS, 500)
    assert path.read_bytes() == before
    save_traces(path, TRACES + 1, POSITIONS, 500, overwrite=True)
    np.testing.assert_array_equal(load_traces(path).traces, TRACES + 1)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_is_no_table(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    path.mkdir()
    with pytest.raises(IsADirectoryError, match=f"t{suffix} is a folder: give the name of a file"):
        save_traces(path, TRACES, POSITIONS, 500)
    with pytest.raises(IsADirectoryError, match=f"t{suffix} is a folder: give the name of a table"):
        load_traces(path)


@pytest.mark.parametrize("path", [3, None, "", b"a.csv"])
def test_what_is_no_path_is_named(path):
    with pytest.raises(TypeError, match=r"path = .*: give the name of a file"):
        save_traces(path, TRACES)
    with pytest.raises(TypeError, match=r"path = .*: give the name of a file"):
        load_traces(path)


def test_a_json_that_is_there_is_kept(tmp_path):
    (tmp_path / "t.csv.json").write_text("precious")
    with pytest.raises(FileExistsError, match=r"t\.csv\.json exists"):
        save_traces(tmp_path / "t.csv", TRACES)
    assert os.listdir(tmp_path) == ["t.csv.json"]


class Stop(Exception):
    pass


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("old", [False, True])
def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch, suffix, old):
    """The last thing a table needs is its renaming: let that fail, when all is written."""
    path = tmp_path / f"t{suffix}"
    if old:
        save_traces(path, TRACES, POSITIONS, 500, names=list("abc"))
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    replace = os.replace

    def fail(source, target):
        if str(target) == str(path):
            raise Stop
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(Stop):
        save_traces(path, TRACES + 1, POSITIONS, 250, overwrite=True)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_failure_in_the_middle_leaves_nothing(tmp_path, monkeypatch, suffix):
    module = find_kind(tmp_path / f"t{suffix}").load()
    write = module.write

    def half(path, *arguments):
        write(path, *arguments)
        path.write_bytes(path.read_bytes()[:100])
        raise Stop

    monkeypatch.setattr(module, "write", half)
    with pytest.raises(Stop):
        save_traces(tmp_path / f"t{suffix}", TRACES, POSITIONS, 500)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.extra], ids=lambda kind: kind.name)
def test_a_missing_extra_is_named(tmp_path, monkeypatch, kind):
    path = tmp_path / f"t{kind.suffixes[0]}"
    path.touch()
    monkeypatch.setitem(sys.modules, kind.needs[-1], None)
    message = rf"\{kind.suffixes[0]} tables need {kind.needs[-1]}: pip install 'optimap-trace\[{kind.extra}\]'"
    with pytest.raises(ImportError, match=message):
        save_traces(path, TRACES, POSITIONS, 500, overwrite=True)
    with pytest.raises(ImportError, match=message):
        load_traces(path)
    assert path.read_bytes() == b""


def test_no_such_table(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"t\.csv does not exist"):
        load_traces(tmp_path / "t.csv")
    (tmp_path / "t.tif").touch()
    with pytest.raises(ValueError, match=r"t\.tif: tables are written as"):
        load_traces(tmp_path / "t.tif")


def foreign(path):
    """Write a file of another program, of the suffix of the path."""
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


@pytest.mark.parametrize("suffix", SUFFIXES[2:])
def test_files_of_others_and_damaged_ones_are_told(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    foreign(path)
    with pytest.raises(ValueError, match=f"t{suffix} holds no table of traces that optimap wrote"):
        load_traces(path)
    save_traces(path, TRACES, POSITIONS, 500, overwrite=True)
    for size in (0, 200, path.stat().st_size // 2):
        (tmp_path / f"cut{suffix}").write_bytes(path.read_bytes()[:size])
        with pytest.raises(ValueError, match=f"cut{suffix} cannot be read as"):
            load_traces(tmp_path / f"cut{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES[2:])
def test_files_of_something_else_and_scrambled_ones_name_the_file(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    path.write_bytes(bytes(range(256)) * 2)
    with pytest.raises(ValueError, match=f"t{suffix} cannot be read as"):
        load_traces(path)
    path.unlink()
    save_traces(path, TRACES, POSITIONS, 500)
    scrambled = bytearray(path.read_bytes())
    scrambled[::50] = bytes(byte ^ 0x55 for byte in scrambled[::50])
    path.write_bytes(scrambled)
    with pytest.raises(ValueError, match=f"t{suffix} (cannot be read as|holds no table)"):
        load_traces(path)


@pytest.mark.parametrize("suffix", SUFFIXES[2:])
def test_what_is_cut_off_is_told_by_whoever_reads_the_header(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_traces(path, np.ones((900, 3)), POSITIONS, 500)
    for size in (path.stat().st_size // 2, path.stat().st_size - 1):
        (tmp_path / f"cut{suffix}").write_bytes(path.read_bytes()[:size])
        with pytest.raises(ValueError, match=f"cut{suffix} cannot be read as"):
            load_header(tmp_path / f"cut{suffix}")


def test_hdf5_that_is_no_nwb_is_told(tmp_path):
    importlib.import_module("h5py").File(tmp_path / "t.nwb", "w").close()
    with pytest.raises(ValueError, match=r"t\.nwb holds no table of traces that optimap wrote"):
        load_traces(tmp_path / "t.nwb")


def test_a_table_of_the_future(tmp_path):
    save_traces(tmp_path / "t.csv", TRACES)
    header = json.loads((tmp_path / "t.csv.json").read_text())
    header |= {"optimap_trace_table": 2, "written_by": "optimap-trace 9.0"}
    (tmp_path / "t.csv.json").write_text(json.dumps(header))
    with pytest.raises(ValueError, match=r"was written by optimap-trace 9\.0: install that version"):
        load_traces(tmp_path / "t.csv")


def test_the_table_that_is_loaded_is_frozen(tmp_path):
    save_traces(tmp_path / "t.csv", TRACES, fps=500)
    table = load_traces(tmp_path / "t.csv")
    assert isinstance(table, TraceTable)
    with pytest.raises(AttributeError, match="cannot assign to field 'fps'"):
        table.fps = 3


def test_as_many_regions_as_traces(tmp_path):
    with pytest.raises(ValueError, match="regions holds 2 regions for 3 traces"):
        save_traces(tmp_path / "t.csv", TRACES, regions=Shapes())
