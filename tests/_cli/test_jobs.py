"""What a job writes: tables, opened by other programs, value for value."""

import json
import re
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

from optimap._cli import main
from optimap._tables import SUFFIXES
from optimap.trace import extract_traces, load_traces, save_traces
from tests import makers
from tests._cli.helpers import EXPECTED, NAN_VIDEO, PLACES, succeed

NAMES = ["x3_y4", "x7.5_y2", "x0_y11"]
TIMES = np.arange(40) / 500


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
        for frame, value in zip(NAN_VIDEO[::9], extract_traces(NAN_VIDEO, place, 3, window="disc")[::9], strict=True):
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
    np.testing.assert_array_equal(wide.to_numpy(np.float32), extract_traces(NAN_VIDEO, PLACES[:2], 3))
    np.testing.assert_array_equal(wide.index, TIMES)
    assert frame.groupby("name")[["x", "y"]].first().loc["x7.5_y2"].tolist() == [7.5, 2]


def test_limits_of_a_kind_are_checked_before_the_traces_are_computed(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    path = makers.tiff(made / "unknown.tif", NAN_VIDEO[:10], compression="zlib")
    with tifffile.TiffFile(path) as file:
        last = file.pages[-1].dataoffsets[0]
    with open(path, "r+b") as file:  # whoever computes the traces finds out that this frame is damaged
        file.seek(last)
        file.write(bytes(9))
    for rate, message in (
        ([], "give the frames per second with --fps\n"),
        (["--fps", "500"], "unknown.tif is damaged"),
    ):
        assert main(["traces", "unknown.tif", "--at", "3,4", "-o", "n.nwb", *rate]) == 2
        assert message in capsys.readouterr().err


def test_a_table_saved_as_another_kind_keeps_its_masks(made):
    """What the command line wrote is enough for the windows' pixels in an archive."""
    save_traces(made / "again.nwb", load_traces(made / "t.csv"))
    with pynwb.NWBHDF5IO(made / "again.nwb", "r") as again, pynwb.NWBHDF5IO(made / "t.nwb", "r") as first:
        masks = [
            io.read().processing["ophys"]["ImageSegmentation"]["regions"]["pixel_mask"][:] for io in (again, first)
        ]
    assert [m.tolist() for m in masks[0]] == [m.tolist() for m in masks[1]]


def test_the_code_of_the_guide_runs(made, tmp_path, monkeypatch):
    """The Python of docs/tables.md runs, on tables of these names."""
    guide = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for suffix in SUFFIXES:
        succeed("traces", made / "rec.tif", "--at", "12,10", "-o", f"traces{suffix}")
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
    np.save("rec.npy", NAN_VIDEO)
    labels = np.zeros((12, 15), np.uint8)
    labels[3:5, 2:4], labels[8:, 10:] = 4, 9
    np.save("cells.npy", labels)
    succeed("traces", "rec.npy", "--regions", "cells.npy", "--background", "100", "--fps", 500, "-o", f"t{suffix}")
    table = load_traces(f"t{suffix}")
    assert table.names == ["label_4", "label_9"]
    np.testing.assert_array_equal(table.traces, extract_traces(NAN_VIDEO, labels, background=100))
    np.testing.assert_allclose(table.positions, [(2.5, 3.5), (12, 9.5)])
    made = table.metadata
    assert {**made["positions"], "crc32": ""} == {"from": "--regions", "file": "cells.npy", "crc32": ""}
    assert (made["background"], made["background_factor"]) == (100, 1)
    if suffix == ".nwb":
        with pynwb.NWBHDF5IO("t.nwb", "r") as io:
            plane = io.read().processing["ophys"]["ImageSegmentation"]["regions"]
            assert [tuple(p)[:2] for p in plane["pixel_mask"][0]] == [(2, 3), (3, 3), (2, 4), (3, 4)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_irregular_times_are_the_axis_of_tables(pause, suffix):
    succeed("traces", "pause.mkv", "--at", "3,4", "-o", f"t{suffix}")
    table = load_traces(f"t{suffix}")
    np.testing.assert_allclose(table.x, pause, rtol=0, atol=1e-9)
    assert table.fps is None
    assert table.metadata["x"] == "the time of each frame in s, as stated by the recording"
    succeed("traces", "pause.mkv", "--at", "3,4", "-o", f"u{suffix}", "--fps", 100)
    assert (load_traces(f"u{suffix}").x, load_traces(f"u{suffix}").fps) == (None, 100)


def test_irregular_times_are_the_axis_of_pictures(pause):
    drawn = {}
    for name, options in (("times", ()), ("even", ("--fps", 500))):
        succeed("traces", "pause.mkv", "--at", "3,4", "--plot", f"{name}.svg", "--overwrite", *options)
        text = Path(f"{name}.svg").read_text()
        assert ">Time [s]</text>" in text
        drawn[name] = re.findall(r">(0\.\d+)</text>", text)  # the ticks of the axis
    assert max(map(float, drawn["times"])) > 0.1 > max(map(float, drawn["even"]))
