"""Numbers as text: as short as possible, and exact."""

import numpy as np
import pytest

from optimap.trace import load_traces, save_traces


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_short_floats_are_short_text(tmp_path, dtype):
    save_traces(tmp_path / "t.csv", dtype([0.1, 0.2]))
    assert (tmp_path / "t.csv").read_text() == "frame,trace_0\n0,0.1\n1,0.2\n"


def test_true_false_and_large_integers_are_text_without_loss(tmp_path):
    for traces in (np.array([True, False]), np.array([2**64 - 1, 0], np.uint64), np.array([-(2**63), 1])):
        save_traces(tmp_path / "t.csv", traces, overwrite=True)
        np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").traces, traces, strict=True)
        assert (tmp_path / "t.csv").read_text() == f"frame,trace_0\n0,{int(traces[0])}\n1,{int(traces[1])}\n"


def test_every_float16_and_the_hardest_float32(tmp_path):
    """7.038531e-26 names a float32, but is closer to another one when it is read as a float64."""
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    hard = np.array([0x15AE43FD, 0x95AE43FD, 0x15AE43FC, 1], np.uint32).view(np.float32)
    for traces in (halves, hard):
        save_traces(tmp_path / "t.csv", traces, overwrite=True)
        np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").traces, traces)
    save_traces(tmp_path / "t.xlsx", hard)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.xlsx").traces, hard)
