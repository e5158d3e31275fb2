"""The engine for frames in memory, in memory maps and behind readers: which way frames take, and what errors do."""

import h5py
import pytest

from optimap._reading import blocks
from optimap.trace import extract_traces
from tests import makers
from tests.readers import Sliceable

VIDEO = makers.random_video((30, 20, 24))


def test_an_error_while_reading_reaches_the_caller(monkeypatch):
    monkeypatch.setattr(blocks, "READ_BYTES", 1)

    class Broken(Sliceable):
        def __getitem__(self, key):
            if key.start == 3:
                raise OSError("disk gone")
            return super().__getitem__(key)

    with pytest.raises(OSError, match="disk gone"):
        extract_traces(Broken(VIDEO), (3, 2))


def test_no_frames_give_no_samples(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        empty = file.create_dataset("v", (0, 8, 9), "u2", maxshape=(None, 8, 9), chunks=(4, 8, 9))
        assert extract_traces(empty, [(1, 1), (2, 3)]).shape == (0, 2)
