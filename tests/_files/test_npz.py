"""Archives that NumPy reads: all arrays, exactly, and no objects."""

import gc
import io
import signal
import sys

import numpy as np
import pytest

from optimap._files import write_npz


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
