"""Whether an NWB file is a table of optimap: of files that pynwb wrote, and of damaged ones, without pynwb."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from optimap._tables import is_table
from optimap.trace import save_traces
from optimap.video import open_video
from tests import makers
from tests.errors import check_error

PLACES = [(1, 2), (3, 4)]


@pytest.fixture
def table(tmp_path):
    save_traces(tmp_path / "table.nwb", np.ones((20, 2)), PLACES, fps=500)
    return tmp_path / "table.nwb"


@pytest.fixture
def recording(tmp_path):
    return makers.nwb(tmp_path / "rec.nwb", data=np.zeros((7, 5, 6), "u2"), unit="au", rate=30.0)


def test_tables_and_recordings(table, recording):
    assert is_table(table)
    assert not is_table(recording)


def test_traces_of_other_programs_are_not_a_table_of_ours(table):
    with h5py.File(table, "r+") as file:
        file["processing/ophys/Fluorescence/traces"].attrs["comments"] = "by hand"
    assert not is_table(table)


def test_recordings_do_not_need_pynwb(recording):
    script = (
        "import sys; sys.modules['pynwb'] = None\n"
        "from optimap._cli import main\n"
        f"sys.exit(main(['info', {str(recording)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "30 frames/s" in done.stdout


@pytest.mark.parametrize("kept", [0, 100, -5000])
def test_truncated(table, kept):
    makers.keep(table, kept)
    check_error(lambda: is_table(table), ValueError, "path", r"table\.nwb cannot be read as NWB")


def test_a_damaged_list_of_contents_is_found_where_the_file_is_read(table):
    makers.replace(table, b"TREE", b"XXXX")
    assert not is_table(table)
    check_error(lambda: open_video(table), ValueError, "path", r"table\.nwb is damaged, its contents cannot be listed")
