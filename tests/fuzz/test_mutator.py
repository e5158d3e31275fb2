"""Inputs are the same whenever they are made; what changes the structure of a file leaves the rest of it valid."""

import io
import json
import random
import zipfile
import zlib

import h5py
import numpy as np
import pytest
import tifffile

from optimap._regions import READERS
from optimap._tables import SUFFIXES
from optimap.video import FORMATS
from tests import makers
from tests.fuzz import bytewise, layers
from tests.fuzz.kinds import BEATS, KINDS, MAPS, MASKS, PICTURES, RECORDINGS, REGIONS, TABLES, Seed
from tests.fuzz.mutator import files_of

EVERY = range(40)
# Other names of what is there, and folders.
SAME = {".cdf", ".nc4", ".tiff", ".btf", ".tf8", ".hdf5", ".zarr", ".json", ".m4v", ".mov", ".webm", ".wmv"}


@pytest.mark.parametrize("kind", ["npy", "micam05", "table .xlsx", "beats .nwb", "zarr 3"])
def test_an_input_is_the_same_whatever_was_made_before_it(tmp_path, kind):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = Seed(kind, *KINDS[kind], tmp_path / "a")
    second = Seed(kind, *KINDS[kind], tmp_path / "b")
    forwards = {number: files_of(first, number) for number in EVERY}
    backwards = {number: files_of(second, number) for number in reversed(EVERY)}
    assert forwards == backwards
    changed = [number for number in EVERY if any(first.files[name] != data for name, data in forwards[number].items())]
    assert len(changed) > 0.8 * len(EVERY)
    assert len({repr(files) for files in forwards.values()}) > 30


def test_every_kind_of_file_is_fuzzed(tmp_path):
    suffixes = set()
    for kind, (make, read) in KINDS.items():
        folder = tmp_path / kind.replace(" ", "_")
        folder.mkdir()
        suffixes |= {("." + name.rsplit(".", 1)[-1]).lower() for name in Seed(kind, make, read, folder).files}
    known = {suffix for row in FORMATS for suffix in row.suffixes} | set(READERS) | set(SUFFIXES)
    assert known - suffixes <= SAME
    assert all(f"{family} {suffix}" in KINDS for family in ("table", "beats") for suffix in set(SUFFIXES) - SAME)
    assert set(makers.EVERY_FORMAT) <= set(RECORDINGS)
    families = (RECORDINGS, REGIONS, TABLES, BEATS, MAPS, MASKS, PICTURES)
    assert len(KINDS) == sum(map(len, families))  # no name twice


@pytest.mark.parametrize("mutation", sorted(set(bytewise.MUTATIONS), key=lambda function: function.__name__))
@pytest.mark.parametrize("data", [b"", b"\0", b"7", b"12 frames\n" * 9, bytes(range(256)) * 5], ids=len)
def test_every_change_of_bytes_works_on_files_of_any_length(mutation, data):
    changed = {mutation(data, random.Random(seed)) for seed in EVERY}
    assert len(changed) > 1 or len(data) < 8
    assert all(isinstance(one, bytes) for one in changed)


def test_archives_are_still_archives():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", _npy())
        archive.writestr("b.json", '{"shape": [1, 2]}')
    names = set()
    for seed in range(300):
        changed = layers.change_zip(buffer.getvalue(), random.Random(seed))
        names |= set(zipfile.ZipFile(io.BytesIO(changed)).namelist())
    assert {"a.npy", "b.json"} < names
    assert any(name.startswith("../") for name in names)


def test_documents_are_still_documents():
    document = {"shape": [7, 5], "names": ["a", None], "fps": 500.0, "more": {"deep": [1]}}
    changed = {layers.change_json(json.dumps(document).encode(), random.Random(seed)) for seed in range(200)}
    whole = [json.loads(text) for text in changed if text[:2] != b"[["]
    assert {type(one.get("fps")) for one in whole} >= {float, str, list, type(None)}
    assert any("shape" not in one for one in whole)


def test_checksums_of_images_are_right(tmp_path):
    data = makers.png(tmp_path / "a.png", np.arange(30, dtype=np.uint8).reshape(5, 6), 8).read_bytes()
    for seed in EVERY:
        changed, place = layers.change_png(data, random.Random(seed)), 8
        while place < len(changed):
            length = int.from_bytes(changed[place : place + 4], "big")
            end = place + 8 + length
            assert zlib.crc32(changed[place + 4 : end]) == int.from_bytes(changed[end : end + 4], "big")
            place = end + 4
        assert place == len(changed)


def test_one_entry_of_a_directory_is_changed(tmp_path):
    data = makers.tiff_pages(tmp_path / "a.tif", makers.random_video()).read_bytes()
    for seed in EVERY:
        changed = layers.change_tiff(data, random.Random(seed))
        assert len(changed) == len(data)
        assert sum(a != b for a, b in zip(data, changed, strict=True)) <= 4
    assert tifffile.TiffFile(io.BytesIO(data)).pages


def test_hdf5_files_still_open():
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["group/video"] = makers.random_video()
        file["header"] = '{"shape": [1, 2]}'
        file.attrs["axes"] = "TYX"
    found = set()
    for seed in range(80):
        with h5py.File(io.BytesIO(layers.change_hdf5(buffer.getvalue(), random.Random(seed)))) as file:
            video = file.get("group/video")
            found.add((type(video).__name__, getattr(video, "shape", None), str(file.attrs.get("axes"))[:3]))
    assert len(found) > 8


def test_the_header_of_an_array_has_the_right_length():
    for seed in EVERY:
        changed = layers.change_npy(_npy(), random.Random(seed))
        length = int.from_bytes(changed[8:10], "little")
        assert changed[10 + length - 1 : 10 + length] == b"\n"


def _npy():
    buffer = io.BytesIO()
    np.save(buffer, makers.random_video())
    return buffer.getvalue()
