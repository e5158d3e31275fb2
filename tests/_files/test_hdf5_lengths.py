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
from optimap.video import load_video

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


def error_of(read, path):
    """Return what an error says; nothing if there is none."""
    try:
        read(path)
    except DamagedFileError as error:
        return str(error)
    return ""


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


LIST_TYPE = re.compile(rb"[\x19\x29\x39\x49][\0\1][\0\1]\0\x10\0\0\0")  # class and version, details, 16 bytes


def of_unknown_lists(path):
    """Return a copy of a file whose lists and texts are lists of kind 2, which HDF5 reads by a null pointer."""
    data = bytearray(path.read_bytes())
    found = list(LIST_TYPE.finditer(data))
    assert found
    for match in found:
        data[match.start() + 1] = 2
    other = path.with_name("unknown.h5")
    other.write_bytes(data)
    return other


@pytest.mark.parametrize("kind", VALUES)
def test_lists_of_an_unknown_kind(tmp_path, kind):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="earliest") as file:  # later versions have checksums
        file.create_dataset("data", data=VALUES[kind][0], dtype=VALUES[kind][1])
    with pytest.raises(DamagedFileError, match=r"data \(lists of kind 2 are not known\)"):
        values(of_unknown_lists(path))
    with h5py.File(path, "w", libver="earliest") as file:
        file.create_group("group").attrs.create("note", *VALUES[kind][:1], dtype=VALUES[kind][1])
    with pytest.raises(DamagedFileError, match=r"an attribute \(lists of kind 2 are not known\)"):
        attributes(of_unknown_lists(path))


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
        options = {} if not LAYOUTS[layout] else {**LAYOUTS[layout], "chunks": (1000,), "shuffle": False}
        data = file.create_dataset("data", (1000,), h5py.string_dtype(), **options)
        if options:
            data.id.write_direct_chunk((0,), zlib.compress(stored) if "compression" in options else stored)
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


COMPOUND = np.dtype([("a", "i4"), ("text", h5py.string_dtype()), ("b", "f8"), ("list", h5py.vlen_dtype("i4"))])
NESTED = np.dtype([("k", "u1"), ("texts", h5py.string_dtype(), (3,)), ("inner", COMPOUND)])
INNER = (1, TEXT, 2.0, np.arange(LENGTH, dtype="i4"))


def of_type(dtype):
    values = np.empty(2, dtype)
    for i in range(2):
        values[i] = INNER if dtype == COMPOUND else (1, [TEXT] * 3, INNER)
    return values


@pytest.mark.parametrize("libver", VERSIONS)
@pytest.mark.parametrize("dtype", [COMPOUND, NESTED], ids=["members", "members of members"])
@pytest.mark.parametrize("is_named", [False, True])
def test_text_and_lists_that_are_members(tmp_path, libver, dtype, is_named):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver=libver) as file:
        if is_named:
            file["type"] = dtype
        given = file["type"] if is_named else dtype
        file.create_group("group").attrs.create("note", of_type(dtype), shape=(2,), dtype=given)
        file.create_dataset("data", data=of_type(dtype), dtype=given)
    assert values(path)["a" if dtype == COMPOUND else "k"].tolist() == [1, 1]
    attributes(path)
    places = lengths_in(path.read_bytes())
    assert len(places) == (8 if dtype == COMPOUND else 20)
    refusing = set()
    for place in places:
        other = damaged(path, place)
        errors = {read.__name__: error_of(read, other) for read in (attributes, values)}
        assert any(re.search(r"states [1-9]\d{8,} bytes of values of ", error) for error in errors.values())
        refusing |= {name for name, error in errors.items() if error}
    assert refusing == {"attributes", "values"}


@pytest.mark.parametrize("dtype", [h5py.string_dtype(), COMPOUND], ids=["text", "members"])
def test_values_that_stand_in_the_header_of_their_dataset(tmp_path, dtype):
    path, stored = tmp_path / "a.h5", h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    stored.set_layout(h5py.h5d.COMPACT)
    with h5py.File(path, "w", libver="earliest") as file:  # later versions have checksums there
        kind, space = h5py.h5t.py_create(dtype, logical=True), h5py.h5s.create_simple((2,))
        data = h5py.Dataset(h5py.h5d.create(file.id, b"data", kind, space, stored))
        data[...] = of_type(dtype) if dtype == COMPOUND else np.array([TEXT, TEXT], object)
    assert len(values(path)) == 2
    places = lengths_in(path.read_bytes())
    assert len(places) == (4 if dtype == COMPOUND else 2)
    for place in places:
        refused(values, damaged(path, place))


@pytest.mark.parametrize("where", ["attribute", "dataset"])
def test_lists_of_lists_are_refused(tmp_path, where):
    path = tmp_path / "a.h5"
    kind = h5py.h5t.vlen_create(h5py.h5t.vlen_create(h5py.h5t.NATIVE_INT32))
    with h5py.File(path, "w") as file:
        if where == "attribute":
            h5py.h5a.create(file.create_group("data").id, b"note", kind, h5py.h5s.create_simple((2,)))
        else:
            h5py.h5d.create(file.id, b"data", kind, h5py.h5s.create_simple((2,)))
    with pytest.raises(DamagedFileError, match=r"lengths cannot be checked in .* \(lists of lists are not looked into"):
        values(path)


def test_filters_of_any_kind_are_undone(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["text"] = "y" * 60_000
        place = file["text"].id.get_offset()
        texts = file.create_dataset("texts", (1000,), h5py.string_dtype(), chunks=(1000,), compression="lzf")
        texts[:] = [TEXT] * 1000
        plain = file.create_dataset("plain", (1000,), "V16", chunks=(1000,), compression="lzf")
    stored = path.read_bytes()[place : place + 16]
    with own_hdf5(path) as file:
        assert file["texts"][999] == TEXT.encode()
    with h5py.File(path, "r+") as file:
        plain = file["plain"]
        plain[:] = np.frombuffer(stored * 1000, "V16")
        file["texts"].id.write_direct_chunk((0,), plain.id.read_direct_chunk((0,))[1])
    with pytest.raises(DamagedFileError, match="states 60000000 bytes of values of /texts"), own_hdf5(path):
        pass


def test_files_that_links_lead_to_are_looked_at(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["video"] = np.arange(2 * 3 * 4).reshape(2, 3, 4)
        file["video"].attrs["note"] = TEXT
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        file["video"] = h5py.ExternalLink("other.h5", "video")
    assert load_video(tmp_path / "rec.h5", external_links=True).sum() == 23 * 12
    (place,) = lengths_in((tmp_path / "other.h5").read_bytes())
    damaged(tmp_path / "other.h5", place).replace(tmp_path / "other.h5")
    refused(lambda path: load_video(path, external_links=True), tmp_path / "rec.h5")


def test_addresses_of_another_size_are_refused(tmp_path):
    created = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    created.set_sizes(4, 4)
    file = h5py.File(h5py.h5f.create(bytes(tmp_path / "a.h5"), fcpl=created))
    file["data"] = 5
    file.close()
    with pytest.raises(DamagedFileError, match="has addresses and lengths of 4 and 4 bytes, where HDF5 uses 8"):
        values(tmp_path / "a.h5")


def test_a_file_with_long_notes_is_read(tmp_path):
    path = tmp_path / "a.h5"
    notes = [f"{i:07}" * 4000 for i in range(1000)]  # 28 MB
    with h5py.File(path, "w") as file:
        file.attrs["notes"] = notes[:500]
        file["notes"] = notes
    with own_hdf5(path) as file:
        assert file.attrs["notes"].tolist() == notes[:500]
        assert file["notes"].asstr()[()].tolist() == notes


@pytest.mark.parametrize("dtype", ["u1", "u2", "i8", "f4"])
def test_numbers_are_not_taken_for_attributes(tmp_path, dtype):
    """Numbers that rise, or are mostly zero, have much in common with blocks that describe objects."""
    random = np.random.default_rng(0)
    written = {
        "rising": np.arange(10_000).reshape(100, 100),
        "sparse": 8 * (random.random((100, 100)) < 0.3),
        "few": random.poisson(0.3, (100, 100)),
        "types": random.choice([0, 0, 1, 2, 3, 8, 16, 25, 22, 26], (100, 100)),
    }
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, numbers in written.items():
            file.create_dataset(name, data=numbers.astype(dtype), chunks=(50, 100))
            file[f"{name} whole"] = numbers.astype(dtype)
    with own_hdf5(tmp_path / "a.h5") as file:
        for name in file:
            np.testing.assert_array_equal(file[name][()], written[name.removesuffix(" whole")].astype(dtype))


def test_a_block_whose_end_leaves_the_range_of_addresses(tmp_path):
    path, place, nbytes = tmp_path / "a.h5", 2**64 - 2**24 + 32, 2**24 - 1  # ends at byte 31, which is in the file
    with h5py.File(path, "w", libver="earliest") as file:
        for i in range(20):  # more than the header has room for
            file.attrs[f"note {i}"] = i
    data = bytearray(path.read_bytes())
    continuation = data.index(b"\x10\0\x10\0\0\0\0\0", 96) + 8  # a message of the header of the first group
    struct.pack_into("<QQ", data, continuation, place, nbytes)
    path.write_bytes(data)
    with pytest.raises(DamagedFileError, match=rf"a\.h5 is damaged, because .* lies at byte {place}"):
        attributes(path)
