"""Archives that NumPy reads: all arrays, exactly, and no objects."""

import gc
import io
import signal
import sys
import zipfile

import numpy as np
import pytest

from optimap._files import check_npy, new_archive, write_npz
from optimap.trace import load_traces, save_traces
from tests.errors import check_error


def test_numpy_reads_what_was_written(tmp_path):
    arrays = {
        "numbers": np.arange(6.0).reshape(2, 3).T,
        "swapped": np.arange(3, dtype=">u2"),
        "text": np.array(["a", "µ"]),
        "nothing": np.zeros((0, 2)),
        "scalar": np.array(5),
    }
    with open(tmp_path / "a.npz", "wb") as file:
        write_npz(file, arrays)
    with np.load(tmp_path / "a.npz") as archive:
        assert archive.files == list(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(archive[name], array)
            assert archive[name].dtype == array.dtype


def test_objects_are_refused(tmp_path):
    with open(tmp_path / "a.npz", "wb") as file, pytest.raises(ValueError, match="allow_pickle=False"):
        write_npz(file, {"objects": np.array([{}, []], dtype=object)})


def test_an_interrupt_while_an_archive_is_begun_leaves_nothing_to_complain_of(monkeypatch):
    class Interrupting(io.BytesIO):
        @property
        def name(self):
            signal.raise_signal(signal.SIGINT)  # inside the constructor of the archive, which asks for it
            return "a.npz"

    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with pytest.raises(KeyboardInterrupt), Interrupting() as file:
        write_npz(file, {})
    gc.collect()
    assert complaints == []


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_text_has_characters_that_exist(tmp_path, order, version):
    """NumPy makes text of any 32 bits, and writing it gives bytes that nobody can read."""
    text = np.array(["ab\U0010ffff", "é" * 3]).astype(f"{order}U3")
    file = io.BytesIO()
    np.lib.format.write_array(file, text, version=version)
    whole = file.getvalue()
    check_npy(io.BytesIO(whole), len(whole), tmp_path)
    start = len(whole) - text.nbytes
    for place in range(start, len(whole), 4):
        damaged = bytearray(whole)
        damaged[place + (3 if order == "<" else 0)] = 1
        with pytest.raises(ValueError, match="a text has characters that do not exist"):
            check_npy(io.BytesIO(damaged), len(whole), tmp_path)
    check_npy(io.BytesIO(whole[:-3]), len(whole), tmp_path)  # NumPy says that it is cut


@pytest.mark.parametrize("name", ["optimap_trace_table", "names"])
def test_a_table_with_text_that_does_not_exist(tmp_path, name):
    save_traces(tmp_path / "t.npz", np.zeros((3, 2)), names=["a", "b"])
    arrays = dict(np.load(tmp_path / "t.npz"))
    arrays[name] = arrays[name].copy()
    arrays[name].reshape(-1).view(np.uint32)[0] = 0x7F000061
    with open(tmp_path / "t.npz", "wb") as file:
        write_npz(file, arrays)
    check_error(
        lambda: load_traces(tmp_path / "t.npz"), ValueError, "path", r"t\.npz cannot be read as \.npz \(a text has"
    )


def test_an_interrupt_while_a_member_is_open_is_not_replaced_by_an_error():
    def write():
        with new_archive(io.BytesIO(), zipfile.ZIP_STORED) as archive:
            member = archive.open("a.npy", "w")
            member.write(b"half of it")
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        write()
    assert caught.value.__context__ is None
    del caught
    gc.collect()
