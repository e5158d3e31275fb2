"""Tables that the command line writes, opened by programs that are not ours, value for value; how they were made."""

import json
import os
import re
import zlib
from pathlib import Path

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pynwb
import pytest
import scipy.io
import tifffile
import xarray as xr

from optimap import __version__
from optimap._cli import main
from optimap._tables.kinds import SUFFIXES
from optimap.trace import Picked, extract_traces, load_traces, save_traces

VIDEO = np.random.default_rng(0).normal(1000, 50, (40, 12, 15)).astype(np.float32)
VIDEO[7, 3:5, 2:4] = np.nan
PLACES = [(3, 4), (7.5, 2), (0, 11)]
EXPECTED = extract_traces(VIDEO, PLACES, 3, window="disc")  # float32, with a NaN
NAMES = ["x3_y4", "x7.5_y2", "x0_y11"]
TIMES = np.arange(40) / 500


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a table of each kind, made by the command line."""
    folder = tmp_path_factory.mktemp("tables")
    before = os.getcwd()
    os.chdir(folder)
    tifffile.imwrite("rec.tif", VIDEO, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    for suffix in SUFFIXES:
        run("traces", "rec.tif", "--at", "3,4", "7.5,2", "0,11", "--size", 3, "--window", "disc", "-o", f"t{suffix}")
    for suffix in (".csv", ".tsv", ".parquet", ".xlsx"):
        run("traces", "rec.tif", "--at", "3,4", "7.5,2", "--size", 3, "--tidy", "-o", f"long{suffix}")
    os.chdir(before)
    return folder


def run(*arguments):
    assert main([str(a) for a in arguments]) == 0


def check(values, times, names=NAMES):
    assert np.isnan(EXPECTED).sum() == 1
    np.testing.assert_array_equal(np.asarray(values).astype(np.float32), EXPECTED)
    np.testing.assert_array_equal(times, TIMES)
    assert list(names) == NAMES


def test_csv_by_pandas(made):
    for suffix, options in ((".csv", {}), (".tsv", {"sep": "\t"})):
        frame = pd.read_csv(made / f"t{suffix}", dtype=str, **options).astype(float)
        check(frame.iloc[:, 1:], frame["time_s"], frame.columns[1:])
        plain = pd.read_csv(made / f"t{suffix}", **options)  # pandas before version 3 may miss a last digit
        np.testing.assert_allclose(plain.iloc[:, 1:], EXPECTED, rtol=1e-7)


def test_csv_by_numpy(made):
    rows = np.genfromtxt(made / "t.csv", delimiter=",", skip_header=1)
    check(rows[:, 1:], rows[:, 0])


def test_parquet_by_pandas_and_pyarrow(made):
    import pyarrow.parquet as pq

    frame = pd.read_parquet(made / "t.parquet")
    check(frame.iloc[:, 1:], frame["time_s"], frame.columns[1:])
    table = pq.read_table(made / "t.parquet")
    check(np.stack([table[name].to_numpy() for name in NAMES], axis=1), table["time_s"].to_numpy())
    assert str(table.schema.field("x3_y4").type) == "float"
    assert table["x3_y4"].null_count == 0


def test_excel_by_openpyxl_and_pandas(made):
    book = openpyxl.load_workbook(made / "t.xlsx")
    assert book.sheetnames == ["traces", "metadata"]
    rows = list(book["traces"].values)
    values = np.array(rows[1:], dtype=np.float64)  # None becomes NaN
    check(values[:, 1:], values[:, 0], rows[0][1:])
    assert rows[0][0] == "time_s"
    frame = pd.read_excel(made / "t.xlsx")
    check(frame.iloc[:, 1:], frame["time_s"], frame.columns[1:])
    about = {row[0]: row[1] for row in book["metadata"].iter_rows(max_col=2, values_only=True) if row[0]}
    assert about["recording.name"] == "rec.tif"
    assert about["recording.shape"] == "[40, 12, 15]"
    assert (about["fps"], about["size"], about["window"]) == (500, 3, "disc")
    last = [row[:3] for row in book["metadata"].iter_rows(values_only=True)][-5:]
    assert last[-1][0] == "optimap_trace_table"
    assert last[:-1] == [("name", "x", "y"), *((name, *place) for name, place in zip(NAMES, PLACES, strict=True))]


def test_matlab_by_scipy(made):
    file = scipy.io.loadmat(made / "t.mat", simplify_cells=True)
    check(file["traces"], file["time_s"], file["names"])
    assert file["traces"].dtype == np.float32
    np.testing.assert_array_equal(file["positions"], PLACES)
    assert file["fps"] == 500
    made_by = file["metadata"]
    assert (made_by["recording"]["name"], made_by["size"], made_by["window"]) == ("rec.tif", 3, "disc")
    np.testing.assert_array_equal(made_by["recording"]["shape"], [40, 12, 15])
    assert scipy.io.loadmat(made / "t.mat")["traces"].shape == (40, 3)


def test_npz_by_numpy(made):
    with np.load(made / "t.npz", allow_pickle=False) as file:
        check(file["traces"], file["time_s"], file["names"])
        np.testing.assert_array_equal(file["positions"], PLACES)
        assert file["fps"] == 500


@pytest.mark.parametrize("suffix", [".h5", ".hdf5"])
def test_hdf5_by_h5py(made, suffix):
    with h5py.File(made / f"t{suffix}") as file:
        check(file["traces"], file["time_s"], file["names"].asstr()[()])
        np.testing.assert_array_equal(file["positions"], PLACES)
        assert file["traces"].attrs["fps"] == 500
        assert file["traces"].dims[0][0] == file["time_s"]
        assert json.loads(file["header"].asstr()[()])["metadata"]["recording"]["name"] == "rec.tif"


def test_netcdf_by_xarray(made):
    with xr.open_dataset(made / "t.nc", engine="h5netcdf") as dataset:
        traces = dataset["traces"].load()
    check(traces, traces["time"], traces["name"].values)
    assert traces.dims == ("time", "name")
    assert traces["time"].attrs["units"] == "s"
    np.testing.assert_array_equal(np.stack([traces["x"], traces["y"]], axis=1), PLACES)
    np.testing.assert_array_equal(traces.sel(name="x7.5_y2"), EXPECTED[:, 1])


def test_nwb_by_pynwb(made):
    with pynwb.NWBHDF5IO(made / "t.nwb", "r") as io:
        file = io.read()
        series = file.processing["ophys"]["Fluorescence"]["traces"]
        check(series.data, np.arange(40) / series.rate + series.starting_time, series.rois.to_dataframe()["roi_name"])
        masks = series.rois.table["pixel_mask"][:]
    for mask, place in zip(masks, PLACES, strict=True):
        for frame, value in zip(VIDEO[::9], extract_traces(VIDEO, place, 3, window="disc")[::9], strict=True):
            pixels = [frame[p["y"], p["x"]] * np.float64(p["weight"]) for p in mask]
            np.testing.assert_allclose(sum(pixels) / sum(p["weight"] for p in mask), value, rtol=1e-6)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".xlsx"])
def test_long_tables_by_pandas(made, suffix):
    readers = {
        ".csv": lambda path: pd.read_csv(path),
        ".tsv": lambda path: pd.read_csv(path, sep="\t"),
        ".parquet": pd.read_parquet,
        ".xlsx": pd.read_excel,
    }
    frame = readers[suffix](made / f"long{suffix}")
    assert list(frame.columns) == ["time", "name", "x", "y", "value"]
    wide = frame.pivot(index="time", columns="name", values="value")[NAMES[:2]]
    np.testing.assert_array_equal(wide.to_numpy(np.float32), extract_traces(VIDEO, PLACES[:2], 3))
    np.testing.assert_array_equal(wide.index, TIMES)
    assert frame.groupby("name")[["x", "y"]].first().loc["x7.5_y2"].tolist() == [7.5, 2]


# --- how it was made --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_table_says_how_it_was_made(made, suffix, capsys):
    table = load_traces(made / f"t{suffix}")
    np.testing.assert_array_equal(table.traces, EXPECTED)
    np.testing.assert_array_equal(table.positions, PLACES)
    assert table.metadata == {
        "made_by": f"optimap traces, optimap-trace {__version__}",
        "recording": {
            "name": "rec.tif",
            "format": "TIFF",
            "shape": [40, 12, 15],
            "dtype": "float32",
            "fps": 500.0,
            "pixel_size_mm": None,
            "crc32": f"{zlib.crc32(VIDEO[16].astype('<f4').tobytes()):08x}",
        },
        "positions": {"from": "--at"},
        "size": 3,
        "window": "disc",
        "detrend": None,
        "normalize": False,
        "nan_policy": "propagate",
    }
    run("info", made / f"t{suffix}")
    out = capsys.readouterr().out
    for line in (
        "traces      3, float32\n",
        "frames      40\n",
        "rate        500 frames/s, 0.08 s\n",
        "names       x3_y4, x7.5_y2, x0_y11\n",
        f"made_by: optimap traces, optimap-trace {__version__}\n",
        "    name: rec.tif\n",
        "    shape: [40, 12, 15]\n",
        "  size: 3\n",
        "  window: disc\n",
    ):
        assert line in out


def test_the_parameters_of_other_calls(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    (made / "p.csv").write_text("x,y\n3,4\n")
    common = ("traces", "rec.tif", "--overwrite", "-o", "o.csv")
    for arguments, expected in (
        (("--grid", 2), {"from": "--grid", "grid": 2}),
        (("--random", 2, "--seed", 7), {"from": "--random", "random": 2, "seed": 7}),
        (("--positions", "p.csv"), {"from": "--positions", "file": "p.csv"}),
    ):
        run(*common, *arguments, "--fps", 100)
        table = load_traces("o.csv")
        assert table.metadata["positions"] == expected
        assert (table.fps, table.metadata["recording"]["fps"]) == (100, 500)
    run(*common, "--at", "9,9", "--detrend", "mean", "--normalize")
    made_by = load_traces("o.csv").metadata
    assert (made_by["detrend"], made_by["normalize"]) == ("mean", True)
    run("info", "o.csv")
    assert "  detrend: mean\n  normalize: True\n" in capsys.readouterr().out


def test_the_same_call_writes_the_same_text(made, monkeypatch):
    monkeypatch.chdir(made)
    for name in ("one", "two"):
        os.makedirs(name)
        run("traces", "rec.tif", "--random", 3, "-o", f"{name}/t.csv")
    for name in ("t.csv", "t.csv.json"):
        assert (made / "one" / name).read_bytes() == (made / "two" / name).read_bytes()


def test_info_tells_recordings_from_tables_by_what_is_in_them(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    for suffix in (".h5", ".mat"):
        run("convert", "rec.tif", f"rec{suffix}")
        capsys.readouterr()
        run("info", f"rec{suffix}", f"t{suffix}")
        recording, table = capsys.readouterr().out.split(f"t{suffix}\n")
        assert "size        15 x 12 pixels" in recording
        assert "traces      3, float32" in table
    with h5py.File("other.h5", "w") as file:
        file["a"] = [1, 2]
    scipy.io.savemat("other.mat", {"a": 1})
    (made / "cut.mat").write_bytes((made / "t.mat").read_bytes()[:300])
    (made / "v73.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(600))
    for name, message in (
        ("other.h5", "holds no 3-D array"),
        ("other.mat", "holds no 3-D array"),
        ("cut.mat", "cut.mat cannot be read as a MATLAB file"),
        ("v73.mat", "v73.mat cannot be read as HDF5"),
    ):
        assert main(["info", name]) == 2
        assert message in capsys.readouterr().err
    assert main(["traces", "t.h5", "--at", "1,1"]) == 2
    assert "t.h5 is no recording: it is a table of traces" in capsys.readouterr().err


def test_info_of_a_csv_of_others(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    (made / "foreign.csv").write_text("time_s,RV,LV\n0,1,2\n0.01,1,2\n")
    (made / "axis.tsv").write_text("x\tRV\n0\t1\n5\t2\n")
    (made / "people.csv").write_text("name,age\nx,1\n")
    run("info", "foreign.csv", "axis.tsv")
    out = capsys.readouterr().out
    assert "traces      2, float64\n  frames      2\n  rate        100 frames/s, 0.02 s\n  names       RV, LV\n" in out
    assert "rate        unknown (the axis was given)\n" in out
    assert main(["info", "people.csv"]) == 2
    assert "people.csv is not a table of traces, because its columns are name, age" in capsys.readouterr().err


def test_several_recordings_into_another_kind(made, monkeypatch):
    monkeypatch.chdir(made)
    np.save("other.npy", VIDEO[:10])
    run("traces", "rec.tif", "other.npy", "--at", "3,4", "-o", "out", "--format", "parquet", "--tidy")
    assert sorted(p.name for p in (made / "out").iterdir()) == ["other_traces.parquet", "rec_traces.parquet"]
    assert list(pd.read_parquet("out/other_traces.parquet").columns) == ["frame", "name", "x", "y", "value"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "n.h5", "--tidy"], "tidy is not possible for .h5 files, which have no long form"),
        (["-o", "n.h5", "--format", "csv"], "-o n.h5 and --format csv differ"),
        (["--format", "docx"], "--format docx: known are csv, tsv, parquet, xlsx, mat, npz, h5, hdf5, nc, nwb"),
        (["-o", "none"], "-o none is neither a table, such as none.csv, nor a folder that exists: none/ makes it"),
        (["-o", "t.csv"], "t.csv exists"),
    ],
)
def test_errors_of_tables(made, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(made)
    before = sorted(made.iterdir())
    assert main(["traces", "rec.tif", "--at", "3,4", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert sorted(made.iterdir()) == before


def test_what_a_kind_cannot_hold_is_said_before_the_traces_are_computed(made, monkeypatch, capsys):
    import optimap._extract.host

    def never(*_):
        raise AssertionError

    monkeypatch.chdir(made)
    monkeypatch.setattr(optimap.trace.extract, "span_traces", never)
    np.save("unknown.npy", VIDEO[:10])
    assert main(["traces", "unknown.npy", "--at", "3,4", "-o", "n.nwb"]) == 2
    assert (
        "the rate is unknown, but .nwb files contain times in seconds: give the frames per second with "
        in capsys.readouterr().err
    )


def test_a_table_goes_on_as_another_kind_with_its_masks(made):
    """What the command line wrote is enough for the windows' pixels in an archive."""
    save_traces(made / "again.nwb", load_traces(made / "t.csv"))
    with pynwb.NWBHDF5IO(made / "again.nwb", "r") as again, pynwb.NWBHDF5IO(made / "t.nwb", "r") as first:
        masks = [
            io.read().processing["ophys"]["ImageSegmentation"]["regions"]["pixel_mask"][:] for io in (again, first)
        ]
    assert [m.tolist() for m in masks[0]] == [m.tolist() for m in masks[1]]


def test_what_the_guide_shows(made, tmp_path, monkeypatch):
    """The Python of docs/tables.md runs, on tables of these names."""
    guide = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for suffix in SUFFIXES:
        run("traces", made / "rec.tif", "--at", "12,10", "-o", f"traces{suffix}")
        if suffix != ".nwb":
            assert f"`{suffix}`" in guide
    space = {}
    for block in blocks:
        exec(block.replace("x12_y16", "x12_y10"), space)
    assert load_traces("heart.nwb").metadata == space["about"]
    np.testing.assert_array_equal(load_traces("a.nwb").traces, space["traces"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_regions_go_into_tables_with_their_names_and_pixels(tmp_path, monkeypatch, suffix):
    monkeypatch.chdir(tmp_path)
    np.save("rec.npy", VIDEO)
    labels = np.zeros((12, 15), np.uint8)
    labels[3:5, 2:4], labels[8:, 10:] = 4, 9
    np.save("cells.npy", labels)
    run("traces", "rec.npy", "--regions", "cells.npy", "--background", "100", "--fps", 500, "-o", f"t{suffix}")
    table = load_traces(f"t{suffix}")
    assert table.names == ["label_4", "label_9"]
    np.testing.assert_array_equal(table.traces, extract_traces(VIDEO, labels, background=100))
    np.testing.assert_allclose(table.positions, [(2.5, 3.5), (12, 9.5)])
    made = table.metadata
    assert {**made["positions"], "crc32": ""} == {"from": "--regions", "file": "cells.npy", "crc32": ""}
    assert (made["background"], made["background_factor"]) == (100, 1)
    if suffix == ".nwb":
        with pynwb.NWBHDF5IO("t.nwb", "r") as io:
            plane = io.read().processing["ophys"]["ImageSegmentation"]["regions"]
            assert [tuple(p)[:2] for p in plane["pixel_mask"][0]] == [(2, 3), (3, 3), (2, 4), (3, 4)]


def test_picked_traces_say_so(made, monkeypatch):
    """A stand-in picks: what is picked is tested elsewhere."""

    def pick(recording, size, **_):
        picked = Picked((extract_traces(recording, PLACES, 7), PLACES))
        picked.size = 7  # turned with the wheel
        return picked

    monkeypatch.chdir(made)
    monkeypatch.setattr("optimap.trace.select_traces", pick)
    for name, more in (("picked.h5", []), ("picked.parquet", ["--tidy"])):
        run("pick", "rec.tif", "-o", f"{name}.positions.csv", "--traces", name, "--size", 5, *more)
        table = load_traces(name)
        np.testing.assert_array_equal(table.traces, extract_traces(VIDEO, PLACES, 7))
        np.testing.assert_array_equal(table.positions, PLACES)
        assert table.metadata["made_by"].startswith("optimap pick, ")
        assert (table.metadata["size"], table.metadata["positions"]) == (7, {"from": "mouse"})
    assert list(pd.read_parquet("picked.parquet").columns) == ["time", "name", "x", "y", "value"]
    assert main(["pick", "rec.tif", "--traces", "p.mat", "--tidy"]) == 2


def test_what_changes_the_numbers_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("rec.npy", VIDEO)
    labels = np.zeros((12, 15), np.uint8)
    labels[8:, 10:] = 1
    np.save("cells.npy", labels)
    np.save("places.npy", np.array([[5, 6], [9.5, 2]]))
    arguments = [["--size", size, "--window", window] for size in (1, 3) for window in ("rect", "disc")]
    for regions in (["--regions", "cells.npy", "--background", "4,8"], ["--regions", "places.npy"]):
        told = []
        for more in [*arguments[1:], []]:
            run("traces", "rec.npy", *regions, *more, "-o", "t.csv", "--overwrite")
            table = load_traces("t.csv")
            told.append((table.metadata["size"], table.metadata["window"]))
            kwargs = {"size": told[-1][0], "window": told[-1][1]}
            if regions[1] == "cells.npy":
                expected = extract_traces(VIDEO, labels, background=(4, 8), **kwargs)
            else:
                expected = extract_traces(VIDEO, [(5, 6), (9.5, 2)], **kwargs)
            np.testing.assert_array_equal(table.traces, expected)
        assert told == [(1, "disc"), (3, "rect"), (3, "disc"), (5, "rect")]
