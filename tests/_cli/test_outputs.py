"""Where tables and pictures go: names, folders, kinds."""

import os

import numpy as np
import pandas as pd
import pytest

from optimap._cli import main
from tests._cli.helpers import NAN_VIDEO, run, succeed


def test_a_batch_of_one_file_is_a_batch(folder, capsys):
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "tables/", "--plot", "tables") == 0
    assert sorted(p.name for p in (folder / "tables").iterdir()) == [
        "rec_traces.csv",
        "rec_traces.csv.json",
        "rec_traces.png",
    ]
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "tables/", "--plot", "tables") == 0
    assert "1 of 1 recording is done: its output exists and is kept" in capsys.readouterr().out
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "other/", "--format", "parquet") == 0
    assert (folder / "other" / "rec_traces.parquet").exists()
    assert run("traces", "rec.tif", "--at", "3,4", "-o", "one.csv", "--workers", 1) == 2
    message = "-o one.csv is a file, but with --workers or --scheduler, outputs go into a folder: name a folder"
    assert message in capsys.readouterr().err


def test_several_recordings_into_another_kind(made, monkeypatch):
    monkeypatch.chdir(made)
    np.save("other.npy", NAN_VIDEO[:10])
    succeed("traces", "rec.tif", "other.npy", "--at", "3,4", "-o", "out", "--format", "parquet", "--tidy")
    assert sorted(p.name for p in (made / "out").iterdir()) == ["other_traces.parquet", "rec_traces.parquet"]
    assert list(pd.read_parquet("out/other_traces.parquet").columns) == ["frame", "name", "x", "y", "value"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "n.h5", "--tidy"], "--tidy cannot be used for .h5 files"),
        (["-o", "n.h5", "--format", "csv"], "--format csv does not match -o n.h5: give only one of them"),
        (["--format", "docx"], "--format docx is not a kind of table: choose from csv, tsv, parquet,"),
        (["-o", "none"], "-o none is neither a table, such as none.csv, nor an existing folder: write none/"),
        (["-o", os.devnull], "nor an existing folder: give another name"),
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
