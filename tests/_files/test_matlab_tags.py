"""Damaged `.mat` files never reach SciPy, which they would end the process in."""

import os
import struct
from contextlib import suppress

import numpy as np
import pytest
import scipy.io
from scipy.sparse import csc_matrix

from optimap import ArgumentError
from optimap._files import check_matlab, list_matlab
from optimap.trace import load_traces, save_traces
from optimap.video import open_video
from tests import makers
from tests.errors import check_error

VIDEO = makers.random_video()

VALUES = {
    "video": np.arange(24.0).reshape(2, 3, 4),
    "axes": "TYX",
    "nested": {"a": [1.0, 2.0, "text"], "cell": np.array([{"b": 1}, np.eye(2) * 1j], object)},
    "sparse": csc_matrix(np.eye(3)),
    "empty": np.empty((0, 3)),
}


@pytest.mark.parametrize("packed", [False, True])
def test_sound_files_pass(tmp_path, packed):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, VALUES, do_compression=packed)
    check_matlab(path)
    check_matlab(path, list(VALUES))


def test_big_endian_files_pass(tmp_path):
    path = tmp_path / "a.mat"
    path.write_bytes(_big_endian("video", np.arange(6.0).reshape(1, 2, 3)))
    check_matlab(path, ["video"])
    np.testing.assert_array_equal(scipy.io.loadmat(path)["video"].ravel(), np.arange(6.0))


@pytest.mark.parametrize("version", ["4", "5", "5 packed"])
def test_variables_are_listed_as_scipy_does(tmp_path, version):
    path = tmp_path / "a.mat"
    values = {"video": np.arange(6.0).reshape(2, 3), "one": 2.0} if version == "4" else VALUES | {
        "flags": np.eye(2, dtype=bool), **{f"of_{kind}": np.ones((2, 3, 4), kind) for kind in ("u1", "i2", "u8", "f4")}
    }  # fmt: skip
    scipy.io.savemat(path, values, format=version[0], do_compression="packed" in version)
    assert list_matlab(path) == [
        (name, (*shape, 3) if kind == "char" else shape, kind) for name, shape, kind in scipy.io.whosmat(path)
    ]  # SciPy leaves the last axis of text away


@pytest.mark.parametrize("packed", [False, True])
def test_objects_of_matlab_do_not_hide_the_recording(tmp_path, packed):
    path = makers.matlab_with_objects(tmp_path / "rec.mat", {"video": VIDEO, "fps": 500.0}, packed=packed)
    assert [found[0] for found in list_matlab(path)] == ["note", "video", "fps", "day", "__function_workspace__"]
    with open_video(path, axes="TYX") as recording:
        np.testing.assert_array_equal(recording[:], VIDEO, strict=True)
        assert recording.fps == 500
    check_error(
        lambda: open_video(path, fieldname="note"), ArgumentError, "fieldname", r"choose one of video .*, fps \(1, 1\)$"
    )
    check_error(lambda: load_traces(path), ArgumentError, "path", "does not contain a table")


def test_a_file_of_objects_alone_holds_no_recording(tmp_path):
    path = makers.matlab_with_objects(tmp_path / "rec.mat", {})
    check_error(lambda: open_video(path), ArgumentError, "path", "holds no 3-D array")


def _element(kind, body):
    return struct.pack(">II", kind, len(body)) + body + bytes(-len(body) % 8)


def _big_endian(name, values):
    array = _element(6, struct.pack(">II", 6, 0)) + _element(5, struct.pack(f">{values.ndim}i", *values.shape))
    array += _element(1, name.encode()) + _element(9, values.astype(">f8").tobytes("F"))
    return b"MATLAB 5.0".ljust(124) + b"\1\0MI" + _element(14, array)


def _with_kind(old, new):
    """Return a file with a tag of 8-byte floats that is another type."""
    return _big_endian("video", np.arange(6.0)[np.newaxis]).replace(struct.pack(">II", *old), struct.pack(">II", *new))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (_with_kind((9, 48), (8, 48)), "values are of the unknown type 8"),
        (_with_kind((9, 48), (77, 48)), "values are of the unknown type 77"),
        (_with_kind((9, 48), (9, 480)), "values have 480 bytes, although 48 are enough for the array that they are in"),
        (_with_kind((6, 8), (5, 8)), "an array does not begin with its class"),
        (_with_kind((6, 0), (99, 0)), "an array has the unknown class 99"),
        (_with_kind((6, 0), (1, 0)), "an element of type 9 is where an array should be"),
        (
            _with_kind((6, 0), (1, 0)).replace(struct.pack(">ii", 1, 6), struct.pack(">ii", 9, 9)),
            "81 arrays are said to",
        ),
        (_with_kind((5, 8), (5, 7)), "an array has 7 bytes of dimensions"),
        (_with_kind((1, 6), (2**32 - 1, 6)), r"an array has the shape \(-1, 6\)"),
        (_big_endian("video", np.eye(2))[:-8], "a variable ends 8 bytes beyond the end of the file"),
        (_big_endian("video", np.eye(2)) + b"\0\0", "it ends within the tag of a variable"),
        (b"MATLAB 5.0".ljust(124) + b"\1\0MI" + _element(3, b"12345678"), "an element of type 3 is where a variable"),
        (b"MATLAB 5.0".ljust(124) + b"\1\0MI" + _element(15, b"12345678"), "an array cannot be decompressed"),
    ],
)
def test_what_cannot_be_is_said(tmp_path, content, problem):
    path = tmp_path / "a.mat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=problem):
        check_matlab(path, ["video"])


@pytest.mark.parametrize("name", ["header", "made"])
def test_text_that_the_file_is_too_small_for(tmp_path, name):
    """Of compressed text, a few kB are gigabytes in memory."""
    path = tmp_path / "a.mat"
    variables = {"optimap_trace_table": 1} if name == "header" else {"video": np.zeros((2, 3, 4))}
    scipy.io.savemat(path, variables | {name: "x" * 3_000_000}, do_compression=True)
    with pytest.raises(ValueError, match="text is said to have 3000000 characters, more than the 1048576 that it can"):
        check_matlab(path, [name])
    use = load_traces if name == "header" else _opened
    check_error(lambda: use(path), ValueError, "path", "more than the 1048576 that it can have")


def test_values_are_not_longer_than_their_array(tmp_path):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"video": np.zeros(6, np.uint8), "made": "abc"})
    whole = path.read_bytes()
    place = whole.index(np.array([1, 6], "<i4").tobytes())
    path.write_bytes(whole[:place] + np.array([0, 6], "<i4").tobytes() + whole[place + 8 :])
    with pytest.raises(ValueError, match="values have 6 bytes, although 0 are enough for the array that they are in"):
        check_matlab(path, ["video"])


def test_variables_that_are_not_wanted_are_passed_over(tmp_path):
    path = tmp_path / "a.mat"
    path.write_bytes(_with_kind((9, 48), (8, 48)))
    check_matlab(path)
    check_matlab(path, ["other"])


def test_variables_without_a_name_are_looked_at(tmp_path):
    """SciPy gives them one, by which they are read."""
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"video": np.zeros((7, 5, 6), np.uint16)})
    whole = path.read_bytes()
    place = whole.index(b"video") - 4
    path.write_bytes(whole[:place] + bytes(12) + whole[place + 12 :])
    with pytest.raises(ValueError, match="values are of the unknown type 0"):
        check_matlab(path, ["__function_workspace__"])
    check_error(lambda: _opened(path), ValueError, "path", "values are of the unknown type 0")


def _opened(path):
    with open_video(path) as recording:
        return recording[:]


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # of JAX, where other tests have imported it
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the flips are tried in a process of their own")
@pytest.mark.parametrize("use", [_opened, load_traces])
def test_no_flipped_bit_ends_the_process(tmp_path, use):
    """All bits of a header and of the tags of a variable; the process reports the one that it dies of."""
    path, changed = tmp_path / "a.mat", tmp_path / "b.mat"
    if use is load_traces:
        save_traces(path, np.eye(2))
    else:
        scipy.io.savemat(path, {"video": np.arange(8, dtype=np.uint8).reshape(2, 2, 2)})
    content = path.read_bytes()
    values = content.rindex(b"traces" if use is load_traces else b"video")
    places = list(range(values - 64, values + 32)) if use is load_traces else range(min(len(content), 392))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _try_all(content, changed, use, [8 * place + bit for place in places for bit in range(8)], writing)
    os.close(writing)
    with os.fdopen(reading) as said:
        done = said.read().split()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"it ended at bit {done[-1:]}"
    assert len(done) == 8 * len(places)


def _try_all(content, changed, use, bits, writing):
    """Read the file with each bit flipped, and end the process."""
    status = 1
    try:
        for bit in bits:
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            changed.write_bytes(flipped)
            os.write(writing, f"{bit}\n".encode())
            with suppress(ValueError, OSError, KeyError):  # KeyError: headers of tables
                use(changed)
        status = 0
    finally:
        os._exit(status)
