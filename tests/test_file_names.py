"""Names with a colon and the like are names of files, not of protocols, stores or patterns, for every library."""

import os

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap._regions import read_region_file
from optimap._tables import SUFFIXES
from optimap.beats import BeatTable, load_beats, save_beats
from optimap.trace import load_traces, save_traces
from optimap.video import open_video, save_video
from tests import makers

VIDEO = makers.random_video((3, 5, 6), "u1")
TRACES = np.arange(12.0).reshape(6, 2)
BEATS = BeatTable({"series": np.array([0]), "beat": np.array([0]), "apd80_ms": np.array([54.25])}, 500.0)
NAMES = ["exp 1: cell 2", "a::b", "http:x"]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows does not allow these names")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Names are relative: behind a folder, none of them looks like an address."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", [".mkv", ".npy", ".tif", ".mat", ".h5", ".zarr", ".zip"])
def test_recordings(name, suffix):
    save_video(name + suffix, VIDEO, fps=500)
    with open_video(name + suffix) as recording:
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tables(name, suffix):
    save_traces(name + suffix, TRACES, [(1, 2), (3, 4)], fps=500)
    np.testing.assert_array_equal(load_traces(name + suffix).traces, TRACES)
    save_beats(f"{name}_beats{suffix}", BEATS)
    assert load_beats(f"{name}_beats{suffix}")["apd80_ms"].tolist() == [54.25]


@pytest.mark.parametrize("name", NAMES)
def test_regions(here, name):
    labels = np.eye(5, 6, dtype=np.uint8)
    tifffile.imwrite(here / f"{name}.tif", labels)
    Image.fromarray(labels).save(here / f"{name}.png")
    np.save(here / f"{name}.npy", labels)
    for file in list(here.iterdir()):
        np.testing.assert_array_equal(read_region_file(file.relative_to(here)), labels)
