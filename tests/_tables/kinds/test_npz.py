"""NumPy tables: plain arrays that NumPy loads without pickles."""

import numpy as np

from optimap._cli import main
from optimap.trace import load_traces, save_traces
from tests._tables.examples import NAMES, POSITIONS, TRACES


def test_numpy_finds_plain_arrays(tmp_path):
    save_traces(tmp_path / "t.npz", TRACES, POSITIONS, 500, names=NAMES, metadata={"a": [1]})
    with np.load(tmp_path / "t.npz", allow_pickle=False) as found:
        assert sorted(found) == ["fps", "names", "optimap_trace_table", "positions", "time_s", "traces"]
        np.testing.assert_array_equal(found["traces"], TRACES)
        np.testing.assert_array_equal(found["time_s"], np.arange(4) / 500)
        np.testing.assert_array_equal(found["positions"], POSITIONS)
        assert found["names"].tolist() == NAMES


def test_the_suffix_is_kept_as_it_is_written(tmp_path):
    save_traces(tmp_path / "t.NPZ", TRACES)
    assert [path.name for path in tmp_path.iterdir()] == ["t.NPZ"]
    np.testing.assert_array_equal(load_traces(tmp_path / "t.NPZ").traces, TRACES)


def test_an_archive_of_a_recording_is_not_a_table(tmp_path, capsys):
    np.savez(tmp_path / "rec.npz", video=np.zeros((7, 5, 6), np.uint16))
    path, out = str(tmp_path / "rec.npz"), str(tmp_path / "out.csv")
    for words in (["info", path], ["traces", path, "--grid", "2", "-o", out]):
        assert main(words) == 2
        assert "is an archive of arrays, which cannot be read frame by frame" in capsys.readouterr().err
    save_traces(tmp_path / "traces.npz", np.zeros((7, 2)))
    assert main(["info", str(tmp_path / "traces.npz")]) == 0
