"""One file of a batch that fails, for whatever reason, is reported in one line and stops no other."""

import json
import shutil

import numpy as np
import pytest

from tests import makers
from tests._cli.helpers import VIDEO, run, succeed

AT = ("--at", "3,4", "--size", 3)
BAD = "bad.bin"


@pytest.fixture
def unexpected(folder, monkeypatch):
    """A recording whose map raises an error that no reader of damaged files raises."""
    makers.rhythm(folder / BAD, VIDEO)
    makers.rhythm(folder / "good.bin", VIDEO)

    class Map(np.memmap):
        def __new__(cls, path, *arguments, **options):
            if str(path).endswith(BAD):
                raise UnboundLocalError("a mistake")
            return super().__new__(cls, path, *arguments, **options)

    monkeypatch.setattr(np, "memmap", Map)
    return folder


@pytest.mark.parametrize("command", ["traces", "beats"])
def test_an_unexpected_error_stops_no_other_file(unexpected, capsys, command):
    assert run(command, BAD, "good.bin", *AT, "--fps", 500) == 2
    lines = capsys.readouterr().err.splitlines()
    (line,) = [line for line in lines if "error" in line]
    assert line.startswith(f"optimap: error: {BAD}: an unexpected UnboundLocalError in test_batch.py, line ")
    assert "(a mistake)" in line
    assert (unexpected / f"good_{command}.csv").exists()
    assert not (unexpected / f"bad_{command}.csv").exists()


def test_info_goes_on_after_an_unexpected_error(unexpected, capsys):
    assert run("info", BAD, "good.bin") == 2
    out, err = capsys.readouterr()
    assert "good.bin" in out
    assert err.count("\n") == 1
    assert "an unexpected UnboundLocalError" in err


def test_damaged_recordings_stop_no_other_file(folder, capsys):
    makers.hdf5(folder / "a.h5", video=VIDEO)
    makers.encoded(folder / "b.mkv", VIDEO.astype("u1"))
    makers.mat(folder / "c.mat", video=VIDEO)
    shutil.copy("rec.tif", "d.tif")
    names = ["a.h5", "b.mkv", "c.mat", "d.tif", "rec.npy"]
    for name in names[:-1]:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 3])
    assert run("traces", *names, *AT) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[2].split()[0] for line in lines if "error" in line] == names[:-1]
    assert (folder / "rec_traces.csv").exists()


DAMAGED_TABLES = {
    "cut": lambda text: text[: len(text) // 2],
    "no metadata": lambda text: json.dumps({key: one for key, one in json.loads(text).items() if key != "metadata"}),
    "metadata of text": lambda text: json.dumps({**json.loads(text), "metadata": "none"}),
    "a list": lambda text: "[]",
    "nested": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGED_TABLES)
@pytest.mark.parametrize("command", ["traces", "beats"])
def test_damaged_tables_of_an_earlier_run_stop_no_other_file(folder, capsys, command, damage):
    shutil.copy("rec.npy", "second.npy")
    succeed(command, "rec.npy", "second.npy", *AT, "--fps", 500)
    described = folder / f"rec_{command}.csv.json"
    described.write_text(DAMAGED_TABLES[damage](described.read_text()))
    (folder / f"second_{command}.csv").unlink()
    (folder / f"second_{command}.csv.json").unlink()
    capsys.readouterr()
    assert run(command, "rec.npy", "second.npy", *AT, "--fps", 500) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("optimap: error")]
    assert len(lines) == 1
    assert f"rec_{command}.csv" in lines[0]
    assert "unexpected" not in lines[0]
    assert (folder / f"second_{command}.csv").exists()


def test_a_damaged_table_of_beats_is_left_out_of_the_summary(folder, capsys):
    shutil.copy("rec.npy", "second.npy")
    succeed("beats", "rec.npy", "second.npy", *AT, "--fps", 500, "--format", "h5")
    with open("rec_beats.h5", "r+b") as file:
        file.truncate(3000)
    capsys.readouterr()
    assert run("beats", "rec.npy", "second.npy", *AT, "--fps", 500, "--format", "h5", "--summary", "all.csv") == 2
    out, err = capsys.readouterr()
    assert "rec_beats.h5" in err
    assert "of 1 table -> all.csv" in out


def test_a_damaged_recording_on_a_worker_stops_no_other_file(folder, capsys):
    pytest.importorskip("distributed")
    makers.hdf5(folder / "bad.h5", video=VIDEO)
    (folder / "bad.h5").write_bytes((folder / "bad.h5").read_bytes()[:1000])
    assert run("traces", "bad.h5", "rec.npy", *AT, "--workers", 1) == 2
    out, err = capsys.readouterr()
    assert "rec.npy: 1 trace" in out + err
    assert sum("bad.h5 cannot be read as HDF5" in line for line in err.splitlines()) == 1
