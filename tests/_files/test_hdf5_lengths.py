"""Text and lists in HDF5 whose stated length is damaged are errors before any memory is taken; whole ones are read."""

import re
import struct
import tracemalloc
import zlib

import h5py
import numpy as np
import pytest

from optimap._base import DamagedFileError
from optimap._files import hdf5_values, open_hdf5, own_hdf5

LENGTH = 77  # of every text and list here, which finds their lengths in the bytes of the file
TEXT = "x" * LENGTH
LISTS = np.empty(2, object)
LISTS[:] = [np.arange(LENGTH, dtype="i4"), np.arange(LENGTH, dtype="i4")]
VALUES = {
    "text": (TEXT, h5py.string_dtype()),
    "texts": (np.array([[TEXT, TEXT], [TEXT, TEXT]], object), h5py.string_dtype("ascii")),
    "lists": (LISTS, h5py.vlen_dtype("i4")),
}
VERSIONS = ["earliest", "v108", "v110", "latest"]


def lengths_in(data):
    """Return the offsets of the lengths of all values: each stands before the address of a heap."""
    heaps = [found.start() for found in re.finditer(b"GCOL", data)]
    stated = [re.escape(struct.pack("<IQ", LENGTH, heap)) for heap in heaps]
    return [found.start() for one in stated for found in re.finditer(one, data)]


def damaged(path, offset, length=500_000_000):
    """Return a copy of a file with another length."""
    data = bytearray(path.read_bytes())
    data[offset : offset + 4] = struct.pack("<I", length)
    other = path.with_name("damaged.h5")
    other.write_bytes(data)
    return other


def refused(read, path):
    tracemalloc.start()
    try:
        with pytest.raises(DamagedFileError, match=r"states [1-9]\d{8,} bytes of values of .*, but its \d{4,5} bytes"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def attributes(path):
    with open_hdf5(path) as file:
        return [dict(file[name].attrs) for name in file]


@pytest.mark.parametrize("libver", VERSIONS)
@pytest.mark.parametrize("count", [1, 20])  # many are stored elsewhere
@pytest.mark.parametrize("kind", VALUES)
def test_attributes(tmp_path, libver, count, kind):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver=libver) as file:
        for name in ("group", "other"):
            for i in range(count):
                file.require_group(name).attrs.create(f"note {i}", *VALUES[kind][:1], dtype=VALUES[kind][1])
    assert [len(found) for found in attributes(path)] == [count, count]
    places = lengths_in(path.read_bytes())
    assert len(places) == 2 * count * np.size(VALUES[kind][0])
    for place in places[:: max(1, len(places) // 5)]:
        refused(attributes, damaged(path, place))


def values(path):
    with own_hdf5(path) as file:
        return file["data"][()]


LAYOUTS = {
    "in one piece": {},
    "in chunks": {"chunks": (2, 2)},
    "compressed": {"chunks": (1, 2), "compression": "gzip", "shuffle": True},
}


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("userblock", [0, 512])
def test_datasets(tmp_path, libver, layout, userblock):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver=libver, userblock_size=userblock) as file:
        file.create_dataset("data", data=VALUES["texts"][0], dtype=VALUES["texts"][1], **LAYOUTS[layout])
        file.create_dataset("empty", (3, 2), h5py.string_dtype(), chunks=(1, 1))
    assert values(path).tolist() == [[TEXT.encode()] * 2] * 2
    if layout == "compressed" or userblock:
        return  # the lengths are not found by their bytes
    for place in lengths_in(path.read_bytes()):
        refused(values, damaged(path, place))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_values_that_all_lie_in_the_same_place(tmp_path, layout):
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        file["text"] = "y" * 60_000
        place = file["text"].id.get_offset()
    stored = path.read_bytes()[place : place + 16] * 1000
    with h5py.File(path, "r+") as file:
        options = {} if not LAYOUTS[layout] else {**LAYOUTS[layout], "chunks": (1000,)}
        data = file.create_dataset("data", (1000,), h5py.string_dtype(), **options)
        if options:
            data.id.write_direct_chunk((0,), _filtered(stored, "compression" in options))
        else:
            data[0] = "z"  # so that it has a place
            place = data.id.get_offset()
    if not options:
        whole = path.read_bytes()
        path.write_bytes(whole[:place] + stored + whole[place + len(stored) :])

    def read():
        with own_hdf5(path) as file:
            return hdf5_values(file["data"], path)

    with pytest.raises(DamagedFileError, match="states 60000000 bytes of values of /data"):
        read()


def _filtered(data, is_compressed):
    if not is_compressed:
        return data
    return zlib.compress(np.frombuffer(data, np.uint8).reshape(-1, 16).T.tobytes())


def test_a_file_with_long_notes_is_read(tmp_path):
    path = tmp_path / "a.h5"
    notes = [f"{i:07}" * 4000 for i in range(1000)]  # 28 MB
    with h5py.File(path, "w") as file:
        file.attrs["notes"] = notes[:500]
        file["notes"] = notes
    with own_hdf5(path) as file:
        assert file.attrs["notes"].tolist() == notes[:500]
        assert file["notes"].asstr()[()].tolist() == notes
