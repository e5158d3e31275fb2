"""MATLAB tables: what MATLAB finds in them, names of fields, the limit of version 5."""

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from optimap._tables import is_table
from optimap.trace import save_traces
from tests._tables.examples import POSITIONS, TRACES
from tests.errors import check_error


def test_matlab_finds_traces_axis_names_and_metadata(tmp_path):
    about = {"drug": "none", "dose": {"mg": [1, 2]}, "by": None, "mixed": [1, "a"], "large": 2**60}
    save_traces(tmp_path / "t.mat", TRACES, POSITIONS, 500, names=["a", "b", "cd"], metadata=about)
    found = loadmat(tmp_path / "t.mat", simplify_cells=True)
    np.testing.assert_array_equal(found["traces"], TRACES)
    np.testing.assert_array_equal(found["time_s"], np.arange(4) / 500)
    assert (found["fps"], found["names"].tolist()) == (500, ["a", "b", "cd"])
    np.testing.assert_array_equal(found["positions"], POSITIONS)
    metadata = found["metadata"]
    assert (metadata["drug"], metadata["dose"]["mg"].tolist(), metadata["by"].size) == ("none", [1, 2], 0)
    assert (metadata["mixed"].tolist(), metadata["large"]) == ([1, "a"], str(2**60))


def test_half_precision_is_written_as_single(tmp_path):
    save_traces(tmp_path / "t.mat", np.float16([[1.5], [2]]))
    assert loadmat(tmp_path / "t.mat")["traces"].dtype == np.float32


def test_keys_become_names_of_fields(tmp_path):
    about = {"1st": 1, "a b": 2, "a_b": 3, "x" * 70: 4, "x" * 69: 5}
    save_traces(tmp_path / "t.mat", TRACES, metadata=about)
    fields = loadmat(tmp_path / "t.mat", simplify_cells=True)["metadata"]
    assert fields == {"m_1st": 1, "a_b": 2, "a_b_2": 3, "x" * 63: 4, "x" * 61 + "_2": 5}


def test_a_recording_is_not_a_table(tmp_path):
    savemat(tmp_path / "rec.mat", {"video": np.zeros((2, 3, 4))})
    (tmp_path / "new.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(600))
    assert not is_table(tmp_path / "rec.mat")
    assert not is_table(tmp_path / "new.mat")


@pytest.mark.parametrize(("dtype", "columns"), [(np.float64, 512), (np.float32, 1024)])
def test_the_limit_is_an_error_before_any_work(tmp_path, dtype, columns):
    traces = np.broadcast_to(dtype(0), (2**19, columns))
    path, message = tmp_path / "t.mat", r"traces has 2147483648 bytes, .* version 5 \(2 GB\): save as \.h5"
    check_error(lambda: save_traces(path, traces), ValueError, "traces", message, (2**19, columns))
    assert not list(tmp_path.iterdir())
