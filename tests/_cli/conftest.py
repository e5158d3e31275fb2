"""Folders that the tests of the command line work in: with recordings, with odd files, with tables of each kind."""

import os
import zipfile

import numpy as np
import pytest
import roifile
import tifffile

from optimap._tables import SUFFIXES
from tests import makers
from tests._cli.helpers import NAN_VIDEO, VIDEO, succeed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a recording at 500 frames/s, the same as an array, and a shorter one of unknown rate."""
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("rec.tif", VIDEO, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    np.save("rec.npy", VIDEO)
    np.save("other.npy", VIDEO[:10])
    return tmp_path


@pytest.fixture
def odd_files(folder):
    """The same folder with files of regions and positions that cannot be used."""
    np.save("half.npy", np.full((12, 15), 0.5))
    stack = np.ones((2, 12, 15))
    stack[1, 3, 4] = np.nan
    np.save("nan.npy", stack)
    np.save("four.npy", np.ones((2, 2, 12, 15)))
    np.save("none.npy", np.zeros((12, 15), bool))
    (folder / "far.csv").write_text("x,y\n1,2\n30,4\n")
    with zipfile.ZipFile("far.zip", "w") as archive:
        archive.writestr("far.roi", roifile.ImagejRoi.frompoints([(99, 99), (120, 99), (120, 120)]).tobytes())
    with zipfile.ZipFile("line.zip", "w") as archive:
        line = roifile.ImagejRoi.frompoints([(1, 1), (9, 1)])
        line.roitype = roifile.ROI_TYPE.LINE
        box = roifile.ImagejRoi(roitype=roifile.ROI_TYPE.RECT, left=1, top=1, right=3, bottom=3)
        archive.writestr("ruler.roi", line.tobytes())
        archive.writestr("box.roi", box.tobytes())
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A folder with a table of each kind, made by the command line; tests that write there use names of their own."""
    folder = tmp_path_factory.mktemp("tables")
    before = os.getcwd()
    os.chdir(folder)
    tifffile.imwrite("rec.tif", NAN_VIDEO, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    where = ["traces", "rec.tif", "--at", "3,4", "7.5,2"]
    for suffix in SUFFIXES:
        succeed(*where, "0,11", "--size", 3, "--window", "disc", "-o", f"t{suffix}")
    for suffix in (".csv", ".tsv", ".parquet", ".xlsx"):
        succeed(*where, "--size", 3, "--tidy", "-o", f"long{suffix}")
    os.chdir(before)
    return folder


@pytest.fixture
def pause(folder):
    """The same folder with a recording whose frames are 2 ms apart, but for a pause of 50 ms; the times of frames."""
    stamps = np.arange(40) * 2 + (np.arange(40) > 20) * 48
    makers.encoded_at(folder / "pause.mkv", VIDEO.astype("u1"), stamps)
    return stamps / 1000
