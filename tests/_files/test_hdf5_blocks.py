"""Circles in the structure of HDF5 files, in which the library is lost for ever, are errors; whole files are read."""

import re
import struct

import h5py
import numpy as np
import pytest

from optimap._base import DamagedFileError
from optimap._files import hdf5_contents, open_hdf5
from optimap.video import load_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video((280, 5, 6))
KEY = {0: 8, 1: 8 * 5}  # bytes before each child of a node: in groups, and in chunks of three axes


@pytest.fixture(scope="module", params=[0, 512])
def whole(request, tmp_path_factory):
    """A file with all structures: trees of several levels and nodes, heaps of names and text; and a part before it."""
    path = tmp_path_factory.mktemp("whole") / "rec.h5"
    with h5py.File(path, "w", userblock_size=request.param) as file:
        file.create_dataset("video", data=VIDEO, chunks=(1, 5, 6))  # 280 chunks: six nodes
        for i in range(600):
            file[f"group/of/{i}"] = i
        del file["group/of/300"]  # leaves a free place
    return path.read_bytes(), request.param


@pytest.fixture
def written(tmp_path, whole):
    def write(*changes):
        """Write the file with other numbers at some places."""
        data = bytearray(whole[0])
        for place, code, value in changes:
            struct.pack_into(code, data, place, value)
        (tmp_path / "rec.h5").write_bytes(data)
        return tmp_path / "rec.h5"

    return write


def starts(data, signature):
    return [found.start() for found in re.finditer(signature, data)]


def nodes(data, kind, level):
    return [place for place in starts(data, b"TREE") if tuple(data[place + 4 : place + 6]) == (kind, level)]


def listed(path):
    with open_hdf5(path) as file:
        return len(hdf5_contents(file, path).datasets)


def refused(path, match):
    for read in (listed, load_video):
        check_error(lambda read=read: read(path), DamagedFileError, "path", match, path)


def test_a_whole_file(written):
    path = written()
    assert listed(path) == 600
    np.testing.assert_array_equal(load_video(path), VIDEO)


def test_a_node_that_is_its_own_neighbour(whole, written):
    data, before = whole
    found = nodes(data, 0, 0)
    assert len(found) > 8
    for place in found:
        refused(written((place + 16, "<Q", place - before)), "leads in a circle")


def test_neighbours_in_a_circle(whole, written):
    data, before = whole
    pairs = {place: struct.unpack_from("<qq", data, place + 8) for place in nodes(data, 0, 0)}
    (first,) = (place for place, (left, right) in pairs.items() if left < 0 < right)
    (last,) = (place for place, (left, right) in pairs.items() if right < 0 < left)
    refused(written((last + 16, "<Q", first - before)), "leads in a circle")


@pytest.mark.parametrize("kind", [0, 1])
def test_a_node_that_is_its_own_child(whole, written, kind):
    top = nodes(whole[0], kind, 1)[0]
    child = top + 24 + KEY[kind]
    refused(written((child, "<Q", top - whole[1])), "leads to itself")
    refused(written((top + 5, "<B", 2)), "leads to itself")


def test_free_places_in_a_circle(whole, written):
    found = 0
    for place in starts(whole[0], b"HEAP"):
        _, free, address = struct.unpack_from("<QQQ", whole[0], place + 8)
        if free != 1:
            path = written((whole[1] + address + free, "<Q", free))
            with pytest.raises(DamagedFileError, match="free places in a group leads in a circle"):
                listed(path)
            found += 1
    assert found >= 2


@pytest.mark.parametrize(
    ("length", "size"), [*((77, size) for size in (0, 8, 240, 2**40, 2**64 - 8)), (2**21, 2**40), (2**21, 2**64 - 8)]
)
def test_a_heap_whose_objects_do_not_follow_each_other(tmp_path, length, size):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.attrs["note"] = "x" * length
    data = path.read_bytes()
    place = data.index(b"GCOL") + 16  # the first object, and after it the free space
    place += 0 if size > 2**20 else 16 + length + -length % 8
    path.write_bytes(data[: place + 8] + struct.pack("<Q", size) + data[place + 16 :])

    def read():
        with open_hdf5(path) as file:
            return file.attrs["note"]

    with pytest.raises(DamagedFileError, match=r"a\.h5 is damaged, because text in it is said to be larger"):
        read()


@pytest.mark.parametrize(
    ("size", "match"), [(8192, "than the heap that holds it"), (2**40, "than the file"), (2**64 - 8, "than the file")]
)
def test_a_heap_that_is_said_to_go_on_behind_its_end(tmp_path, size, match):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.attrs["note"] = "text"
        file["values"] = np.zeros(2000)  # read as objects of the heap, zeros have no size, and no end
    data = bytearray(path.read_bytes())
    heap = data.index(b"GCOL")
    struct.pack_into("<3sQ", data, heap + 5, b"any", size)  # the library does not look at the three bytes
    path.write_bytes(data)
    text = rf"a\.h5 is damaged, because text in it is said to be larger {match}"
    with open_hdf5(path) as file, pytest.raises(DamagedFileError, match=text):
        dict(file.attrs)
