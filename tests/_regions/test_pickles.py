"""Pickled files of other programs: data is read, and nothing is run."""

import collections
import contextlib
import io
import os
import pathlib
import pickle
import subprocess

import numpy as np
import pytest

from optimap import ArgumentError
from optimap.trace import regions
from tests._regions import programs
from tests.errors import check_error


def objects(path, content, protocol=3, shape=None):
    """Write an array of objects as NumPy does, with any protocol of pickles, or the bytes of one."""
    with open(path, "wb") as file:
        shape = np.shape(content) if shape is None else shape
        np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": shape})
        file.write(content if isinstance(content, bytes) else pickle.dumps(content, protocol))
    return path


class Calls:
    """What a pickle can ask for: a call of any function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def test_nothing_in_a_file_is_run(tmp_path):
    mark = tmp_path / "ran"
    attacks = [
        (os.system, f"touch {mark}"),
        (subprocess.getoutput, f"touch {mark}"),
        (eval, f"open({str(mark)!r}, 'w')"),
        (exec, f"open({str(mark)!r}, 'w')"),
        (open, str(mark), "w"),
        (pathlib.Path.touch, mark),
        (getattr, "", "join"),
        (np.load, str(mark)),
        (np.fromfile, str(mark)),
        (__import__, "os"),
        (pickle.loads, pickle.dumps(Calls(os.system, f"touch {mark}"))),
    ]
    for shape, name in (((), "a_seg.npy"), ((1,), "stat.npy")):
        for function, *arguments in attacks:
            content = np.empty(shape, object)
            content[...] = {"masks": Calls(function, *arguments), "ypix": 1}
            path = objects(tmp_path / name, content)
            message = "asks for .* when it is opened, which is refused because it might run code: if you trust the file"
            check_error(lambda path=path: regions(path), ValueError, "source", message, path)
            assert not mark.exists()
    pickle.loads(pickle.dumps(Calls(os.system, f"touch {mark}")))
    assert mark.exists()  # the attacks are real


@pytest.mark.parametrize(
    ("attack", "message"),
    [
        # GLOBAL, then BUILD: change an attribute of what can be reached.
        (b"\x80\x03cnumpy.core.multiarray\n_reconstruct\n}X\x01\x00\x00\x00aK\x01sb.", "a change of a class"),
        (b"\x80\x03cnumpy.core.multiarray\n_reconstruct\nN}X\x05\x00\x00\x00_makeK\x01s\x86b.", "a change of a class"),
        (b"\x80\x03cnumpy\nndarray\n)\x81.", "damaged"),  # NEWOBJ
        (b"\x80\x03cnumpy\nndarray\n)R.", "damaged"),
        (b"\x80\x04\x8c\x05numpy\x8c\x0c__init__.foo\x93.", "asks for numpy.__init__.foo"),
        (b"\x80\x03Pid\n.", "damaged"),  # a persistent name
        (b"\x80\x02\x82\x01.", "damaged"),  # the registry of extensions
        (b"cnumpy\ndtype\n(X\x02\x00\x00\x00V9tR.", "asks for the data type 'V9'"),
        (b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x03\x00\x00\x00hextR.", "asks for the encoding 'hex'"),
        (b"(lp0\nI1\na", "damaged"),
        (b"", "damaged"),
        (b".", "damaged"),
    ],
)
def test_no_tricks_of_pickles_work(tmp_path, attack, message):
    path = objects(tmp_path / "stat.npy", attack, shape=(1,))
    check_error(lambda: regions(path), ValueError, "source", message, path)


def test_everything_in_the_files_of_the_programs_is_plain_data(tmp_path):
    labels = np.zeros((6, 7), np.uint16)
    labels[1:3, 1:4], labels[4:, 2:] = 1, 2
    seg = {
        "masks": labels,
        "path": pathlib.PurePosixPath("/data/rec.tif"),
        "here": pathlib.Path("rec.tif"),
        "ordered": collections.OrderedDict(a=1),
        "numbers": [np.float32(1.5), np.int64(3), np.bool_(True), np.str_("a"), 2**70, 1j, None],
        "sets": ({1}, frozenset([2]), slice(1, 2), range(3)),
        "nested": np.array([None, [1], {"a": np.zeros(2)}], object),
        "text": np.array(["a", "µ"]),
        "bytes": b"abc\xff",
        "big": np.arange(3, dtype=">i4"),
        "columns": np.asfortranarray(np.ones((2, 3))),
    }
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        path = objects(tmp_path / f"{protocol}_seg.npy", np.array(seg), protocol)
        found = regions(path)
        assert found.names == ["label_1", "label_2"]
        assert found.frame_shape == (6, 7)
    for change in (lambda a: a.astype(">u2"), np.asfortranarray, lambda a: a.astype(float)):
        path = objects(tmp_path / "a_seg.npy", np.array({**seg, "masks": change(labels)}), 4)
        np.testing.assert_array_equal(regions(path).pixels(0)[:2], np.nonzero(labels == 1)[::-1])


def test_files_written_by_older_numpy_are_read(tmp_path):
    labels = np.eye(6, 7, dtype=np.uint16) * 3
    path = objects(tmp_path / "a_seg.npy", np.array({"masks": labels, "number": np.float32(1)}), 3)
    old = path.read_bytes().replace(b"numpy._core.", b"numpy.core.")
    assert old.count(b"numpy.core.multiarray") == 2
    path.write_bytes(old)
    assert regions(path).names == ["label_3"]


def test_every_truncation_is_an_error(tmp_path):
    path = programs.suite2p(tmp_path, programs.footprints(2))
    whole = path.read_bytes()
    for length in [*range(1, 200), *range(200, len(whole) - 1, 97), len(whole) - 1]:
        path.write_bytes(whole[:length])
        check_error(lambda: regions(path), ValueError, "source", "stat.npy", path)


@pytest.mark.filterwarnings("ignore:.* left out")
@pytest.mark.parametrize("seed", range(4))
def test_any_damage_is_an_error_about_the_file(tmp_path, seed):
    rng = np.random.default_rng(seed)
    labels = np.zeros(programs.SHAPE, np.uint16)
    labels[1:4, 2:8] = 1
    path = [programs.suite2p(tmp_path, programs.footprints(2)), programs.cellpose(tmp_path / "a_seg.npy", labels)][
        seed % 2
    ]
    whole = path.read_bytes()
    for _ in range(400):
        damaged = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 3000), 2):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        with contextlib.suppress(ArgumentError):  # and no other error
            regions(path, programs.SHAPE).spans()
    path.write_bytes(whole)
    assert len(regions(path)) > 0


def test_a_header_that_does_not_fit_its_content_is_an_error(tmp_path):
    content = pickle.dumps(np.array([{"ypix": 1}] * 2))
    path = objects(tmp_path / "stat.npy", content, shape=(3,))
    check_error(lambda: regions(path), ValueError, "source", "the header describes something else", path)
    buffer = io.BytesIO()
    np.save(buffer, np.array([[1], [1, 2]], object))
    path.write_bytes(buffer.getvalue())
    message = r"stat.npy, region 0, is not a region of suite2p, which has ypix, xpix, lam"
    check_error(lambda: regions(path), ValueError, "source", message, path)


MUCH = b"\x8a\x08" + (10**11).to_bytes(8, "little")  # a number
RANGE = b"cbuiltins\nrange\n" + MUCH + b"\x85R"
DTYPE = b"cnumpy\ndtype\n\x8c\x02%b\x85RK\x01\x85\x8c\x01CtR."


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"Nr\xff\xff\xff\x7f.", "it keeps an object at place 2147483647"),
        (b"Np2000000000\n.", "it keeps an object at place 2000000000"),
        (b"cbuiltins\nset\n" + RANGE + b"\x85R\x85R.", "asks for a set of entries that are not listed"),
        (b"cnumpy._core.numeric\n_frombuffer\n(" + MUCH + DTYPE % b"u1", "asks for values that are not bytes"),
        (b"cnumpy._core.numeric\n_frombuffer\n(" + RANGE + DTYPE % b"O8", "asks for objects that are not in a list"),
        (b"\x96" + (10**11).to_bytes(8, "little") + b".", "is damaged"),
        (b"\x8e" + (10**11).to_bytes(8, "little") + b".", "is damaged"),
    ],
)
def test_small_pickles_that_ask_for_gigabytes(tmp_path, memory, content, match):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    (tmp_path / "stat.npy").write_bytes(header.getvalue() + b"\x80\x05" + content)
    assert memory(regions, tmp_path / "stat.npy", match=match) < 30 * 2**20


def nested(depth):
    """A list of two lists, each of which is the same list of two lists, and so on: 2**depth values in some bytes."""
    made = [1, 1]
    for _ in range(depth):
        made = [made, made]
    return made


@pytest.mark.parametrize("value", [nested(28), range(10**9), range(10**15), ["a" * 10**5, *[1] * 10**4]])
def test_a_list_that_stands_for_many_values_is_not_made_an_array(tmp_path, value):
    message = r"damaged.* \(a (list|range) instead of an array of numbers\)"
    path = objects(tmp_path / "a_seg.npy", np.array({"masks": value}))
    check_error(lambda: regions(path), ValueError, "source", message, path)
    stat = np.empty(1, object)
    stat[0] = {"ypix": np.arange(3), "xpix": value, "lam": np.ones(3)}
    path = objects(tmp_path / "stat.npy", stat)
    check_error(lambda: regions(path), ValueError, "source", message, path)


@pytest.mark.parametrize("twice", [b"q\x05h\x05\x86", b"2\x86"])  # a tuple of what is on the stack, two times
def test_a_key_that_stands_for_many_values_is_not_hashed(tmp_path, twice):
    path = objects(tmp_path / "stat.npy", b"\x80\x04]}K\x00\x85" + twice * 40 + b"K\x01sa.", shape=(1,))
    match = r"is damaged \(one of its tuples stands for \d+ values\): save it again"
    check_error(lambda: regions(path), ValueError, "source", match, path)
