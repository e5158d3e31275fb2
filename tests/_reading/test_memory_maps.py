"""Memory maps: pages that were read are released, and nothing is lost."""

import mmap
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optimap._reading import mapping_of, release
from optimap.trace import extract_traces
from optimap.video import load_video, open_video, save_video
from tests import makers

VIDEO = makers.random_video((40, 64, 64))
needs_advice = pytest.mark.skipif(
    not hasattr(mmap, "MADV_DONTNEED"), reason="this system takes no advice about memory maps"
)


def test_the_map_behind_an_array(tmp_path):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    mapped = np.load(path, mmap_mode="r")
    with open_video(path) as recording:
        for video in (mapped, mapped[3:, ::2], np.asarray(mapped)[::-1].T, recording[2:5]):
            assert isinstance(mapping_of(video), mmap.mmap)
    for video in (VIDEO, np.array(mapped), [1], None):
        assert mapping_of(video) is None


def resident_bytes(array):
    """Of the map below an array, the bytes that count as this process's memory."""
    place = array.__array_interface__["data"][0]
    lines = Path("/proc/self/smaps").read_text().splitlines()
    for i, line in enumerate(lines):
        edges = re.match("([0-9a-f]+)-([0-9a-f]+) ", line)
        if edges is not None:
            start, end = (int(edge, 16) for edge in edges.groups())
            if start <= place < end:
                return next(int(entry.split()[1]) * 1024 for entry in lines[i:] if entry.startswith("Rss:"))
    raise AssertionError("no such map")


@needs_advice
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what Linux reports about memory")
def test_pages_that_were_read_are_released(tmp_path):
    mapped = np.load(makers.npy(tmp_path / "rec.npy", VIDEO), mmap_mode="r")
    np.asarray(mapped).max()
    assert resident_bytes(mapped) > 300_000
    release(mapped[:20])
    assert 0 < resident_bytes(mapped) < 200_000
    release(mapped[20:])
    assert resident_bytes(mapped) == 0
    np.testing.assert_array_equal(mapped, VIDEO)
    for use in (lambda video: extract_traces(video, (30, 30), 40), lambda video: save_video(tmp_path / "a.npy", video)):
        use(mapped)
        assert resident_bytes(mapped) < 10_000


@needs_advice
@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_changes_are_not_lost(tmp_path, mode):
    mapped = np.load(makers.npy(tmp_path / "rec.npy", VIDEO), mmap_mode=mode)
    expected = VIDEO.copy()
    if mode != "r":
        mapped[5] = expected[5] = 7
    release(mapped)
    release(np.asarray(mapped)[2:9])
    np.testing.assert_array_equal(extract_traces(mapped, (30, 30)), extract_traces(expected, (30, 30)))
    np.testing.assert_array_equal(mapped, expected)


def test_anonymous_maps_are_left_alone():
    for flags in ({}, {"flags": mmap.MAP_PRIVATE} if hasattr(mmap, "MAP_PRIVATE") else {}):
        array = np.frombuffer(mmap.mmap(-1, 40_000, **flags), np.uint16).reshape(5, 40, 100)
        array[:] = 7
        release(array)
        assert (extract_traces(array, (3, 3)) == 7).all()
        assert (array == 7).all()


@needs_advice
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what Linux reports about memory")
@pytest.mark.parametrize("kind", ["npy", "fortran", "big-endian tif", "zarr", "to zarr", "to mat"])
def test_memory_stays_flat(tmp_path, kind):
    # 315 MB, most of it holes in the file: they need no disk, and as much memory as any other bytes.
    shape = (1200, 256, 512)
    path = tmp_path / "rec.npy"
    np.lib.format.open_memmap(path, "w+", np.dtype("u2"), shape, fortran_order=kind == "fortran")[-1] = 9
    if kind == "big-endian tif":
        import tifffile

        path = tmp_path / "rec.tif"
        tifffile.memmap(path, shape=shape, dtype=">u2", byteorder=">", photometric="minisblack", bigtiff=True)[-1] = 9
    elif kind == "zarr":
        path = tmp_path / "rec.zarr"
        save_video(path, np.load(tmp_path / "rec.npy", mmap_mode="r"))
    work = {
        "to zarr": "optimap.video.save_video(path + '.zarr', video)",
        "to mat": "optimap.video.save_video(path + '.mat', video)",
    }.get(kind, "assert (optimap.extract_traces(video, (256, 128), 600)[-2:] == (0, 9)).all()")  # touches every page
    code = f"""
import sys, numpy, optimap
def megabytes(key): return int(open("/proc/self/status").read().split(key)[1].split()[0]) / 1024
path = sys.argv[1]
before = megabytes("VmRSS:")
with optimap.open_video(path) as video:
    {work}
print(megabytes("VmHWM:") - before)
"""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 250
    if kind == "to mat":
        np.testing.assert_array_equal(load_video(f"{path}.mat", start_frame=shape[0] - 1), np.full((1, *shape[1:]), 9))
