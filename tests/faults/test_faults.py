"""What is left after a fault: an error of one line, nothing of the output, and all that was there before."""

import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from optimap._cli import main
from optimap._tables import SUFFIXES
from optimap.video import save_video
from tests.faults.outputs import FURTHER, MAPS, OUTPUTS, PICTURES, RECORDINGS, TABLES, write_inputs

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the cells are forked")
ROOT = Path(__file__).parents[2]
# A few kinds for what does not depend on the kind: how files get their names, and who hears of it.
FEW = (
    "traces.csv",
    "traces.xlsx",
    "traces.nc",
    "recording.tif",
    "recording.zarr",
    "picture.png",
    "traces and picture",
    "maps.npz",
)
CALLED = ("regions.zip", "mask.png", "movie.mp4")  # from Python, where the caller decides what a signal does
# Every bit of a name that has a meaning somewhere: for shells, for printf, for FFmpeg, for terminals, for text.
DIFFICULT = "a\nb %s 50%: c\udcff é"
NO_UTF8 = (".parquet", ".mkv")  # their libraries take names as text in UTF-8


def has_name_spaces():
    """Whether a process may have a name space of its own, in which it mounts a small disk."""
    try:
        made = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False, timeout=60)
    except OSError:
        return False
    return made.returncode == 0


class Server:
    """The process that runs cells, each in a folder of its own."""

    def __init__(self, folder):
        self.mounts = has_name_spaces()
        before = ("unshare", "-rm") if self.mounts else ()
        self._folder, self._count = folder, 0
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.faults.server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._inputs = folder / "inputs"
        self._inputs.mkdir()
        write_inputs(self._inputs)

    def cell(self, kind, name="out/x", old=False, extra=(), before=None, **fault):
        """Run a command with a fault; return the outcome, the name of the output and the folder."""
        if self._count == 0:
            assert self._answer() == {}
        self._count += 1
        folder = self._folder / str(self._count)
        shutil.copytree(self._inputs, folder)
        arguments, suffix = (OUTPUTS | FURTHER)[kind]
        output = f"{name}{suffix}"
        if old:
            _write_old(folder / output)
            extra = (*extra, "--overwrite")
        if before is not None:
            before(folder, output)
        argv = [word.replace("OUT", name if word == "OUT.csv" else output) for word in arguments]
        argv = [f"{word}.csv" if place and arguments[place] == "OUT.csv" else word for place, word in enumerate(argv)]
        self._process.stdin.write(json.dumps({"argv": [*argv, *extra], "cwd": str(folder), **fault}) + "\n")
        self._process.stdin.flush()
        return self._answer(), output, folder

    def _answer(self):
        return json.loads(self._process.stdout.readline())

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("cells"))
    yield server
    server.close()


def _write_old(path):
    """Write what is there before: a file, or a folder that is a zarr store."""
    if path.suffix == ".zarr":
        path.mkdir()
        (path / "zarr.json").write_text("old")
    else:
        path.write_text("old")


def outputs(files):
    """Return what is in the folder for outputs."""
    return {name: content for name, content in files.items() if name.startswith("out/") and name != "out/filler"}


def old_outputs(output):
    """Return what `outputs` finds where only the old output is."""
    old = zlib.crc32(b"old")
    return {output: "folder", f"{output}/zarr.json": old} if output.endswith(".zarr") else {output: old}


def assert_refused(found, match):
    """Assert that a process ended with an error of one line."""
    assert found["status"] == 2, found
    lines = found["said"].splitlines()
    assert len(lines) == 1, found["said"]
    assert re.match(r"optimap: error: .*" + match, lines[0]), lines


@pytest.fixture(scope="module")
def sizes(server):
    """Return the size of the largest file of an output, by kind."""
    known = {}

    def largest(kind):
        if kind not in known:
            found, _, folder = server.cell(kind)
            assert found["status"] == 0, found
            known[kind] = max((folder / name).stat().st_size for name, what in outputs(found["files"]).items() if what)
        return known[kind]

    return largest


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_limit_on_the_size_of_files(server, sizes, kind):
    """The limit is reached in the middle, where something of the output is on the disk already."""
    limit = sizes(kind) // 2
    found, output, _ = server.cell(kind, limit=limit, old=True)
    assert_refused(
        found, rf"(-o |--plot )?out/x.* cannot be written, because it would be larger than the {limit} bytes "
    )
    assert outputs(found["files"]) == old_outputs(output)


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_full_disk(server, kind):
    if not server.mounts:
        pytest.skip("no disk can be mounted here")
    found, output, _ = server.cell(kind, room=0, old=True)
    assert_refused(
        found, r"(-o |--plot )?out/x.* cannot be written, because the disk is full: make room on it, or choose"
    )
    assert outputs(found["files"]) == old_outputs(output)


@pytest.mark.parametrize("kind", FURTHER)
def test_a_full_disk_for_what_is_written_next_to_others(server, kind):
    if not server.mounts:
        pytest.skip("no disk can be mounted here")
    found, _, _ = server.cell(kind, room=0)
    found["said"] = "\n".join(line for line in found["said"].splitlines() if " -> " not in line)  # what was written
    assert_refused(found, r"(--summary |--traces )?out/x.* cannot be written, because the disk is full: make room on")
    assert outputs(found["files"]) == {}


@pytest.mark.parametrize("kind", [*FEW, *CALLED])
def test_a_disk_that_cannot_be_written(server, kind):
    if server.mounts:
        found, _, _ = server.cell(kind, room=-1)
    elif os.geteuid() == 0:
        pytest.skip("no permission is missing here")
    else:
        found, _, _ = server.cell(kind, mode=0o555)
    assert_refused(
        found, r"out/x.* cannot be written \((Read-only file system|Permission denied)\): choose another folder"
    )
    assert outputs(found["files"]) == {}


SIGNALS = [("SIGINT", 130), ("SIGTERM", 143), ("SIGKILL", -9)]


@pytest.mark.parametrize(
    ("kind", "signal", "status"), [(k, *s) for k in FEW for s in SIGNALS] + [(k, "SIGKILL", -9) for k in CALLED]
)
def test_a_signal_while_the_output_is_written(server, kind, signal, status):
    for _ in range(10):
        found, output, _ = server.cell(kind, old=True, when="partial", then=signal)
        left = outputs(found["files"])
        hidden = {name for name in left if Path(name.split("/")[1]).name.startswith(".")}
        kept = {name: content for name, content in left.items() if name not in hidden}
        if kept == old_outputs(output):
            break
        assert not hidden  # it was through already
    else:
        assert found["status"] in (0, status), found
        return
    assert found["status"] == status, found
    assert "Traceback" not in found["said"]
    assert not hidden or signal == "SIGKILL"


@pytest.mark.parametrize("kind", [*FEW, *CALLED])
def test_the_folder_is_removed_meanwhile(server, kind):
    found, _, _ = server.cell(kind, when="partial", then="remove")
    if found["status"]:
        assert_refused(found, r".*(the folder out was removed while x|cannot be written|does not exist)")
        assert outputs(found["files"]) == {}


@pytest.mark.parametrize("kind", [*FEW, *CALLED])
def test_two_writers_of_one_output(server, kind):
    found, output, _ = server.cell(kind, when="start", then="twice")
    replaces = kind == "movie.mp4"  # whatever is there, so the last one does
    assert sorted((found["status"], found["second"])) == ([0, 0] if replaces else [0, 2]), found
    loser = found["said"] if found["status"] else found["said_second"]
    kept = r"optimap: error: .*(was written by another process in the meantime and is kept|exists): "
    assert replaces or re.search(kept, loser)
    assert output in found["files"]
    assert not [name for name in found["files"] if ".partial" in name or ".old" in name]


@pytest.mark.parametrize("kind", [*FEW, *CALLED])
def test_an_output_that_is_a_link(server, kind):
    """The file that it leads to is written, and the link stays."""

    def link(folder, output):
        (folder / "elsewhere").mkdir()
        _write_old(folder / "elsewhere" / Path(output).name)
        (folder / output).symlink_to(Path("..") / "elsewhere" / Path(output).name)

    found, output, _ = server.cell(kind, before=link, extra=("--overwrite",))
    assert found["status"] == 0, found
    target = f"elsewhere/{Path(output).name}"
    assert found["files"][output] == f"-> ../{target}"
    assert found["files"][target] != zlib.crc32(b"old")
    assert not [name for name in found["files"] if ".partial" in name or ".old" in name]


@pytest.mark.parametrize("kind", [f"traces{TABLES[0]}", f"beats{TABLES[3]}", "recording.npy", "picture.png", *CALLED])
def test_an_output_that_is_no_file(server, kind):
    asked = ("--overwrite",)
    found, output, _ = server.cell(kind, before=lambda folder, output: os.mkfifo(folder / output), extra=asked)
    assert_refused(found, r".*is a pipe: give the name of a file")
    assert found["files"][output] == "special"
    found, output, _ = server.cell(kind, before=lambda folder, output: (folder / output).mkdir(), extra=asked)
    if found["status"]:  # tables and pictures go into a folder that is named like one
        assert_refused(found, r".*is a folder")
    assert found["files"][output] == "folder"


@pytest.mark.parametrize("name", ["rec", "table"])
def test_an_output_that_is_the_input(server, name):
    suffix, kind = (".npy", "recording.npy") if name == "rec" else (".csv", "beats.csv")
    found, output, folder = server.cell(kind, name=name, extra=("--overwrite",))
    assert output == f"{name}{suffix}"
    assert_refused(found, r".*is an input: name another file to write to")
    assert found["files"][output] == zlib.crc32((folder / output).read_bytes())


@pytest.mark.parametrize("kind", OUTPUTS)
def test_difficult_names(server, kind):
    """Whatever a name holds, the output is written under it; a terminal is shown its escapes."""
    suffix = OUTPUTS[kind][1]
    name = DIFFICULT.replace("\udcff", "") if suffix in NO_UTF8 else DIFFICULT
    found, output, _ = server.cell(kind, name=f"out/{name}")
    assert found["status"] == 0, found["said"]
    assert output in found["files"]


def test_every_kind_is_there(tmp_path, capsys):
    assert {suffix.replace(".hdf5", ".h5") for suffix in SUFFIXES} == set(TABLES)
    with pytest.raises(ValueError, match="choose one of") as caught:
        save_video(tmp_path / "a.none", [[[1]]])
    written = caught.value.cure.removeprefix("choose one of ").split()
    assert set(written) <= set(RECORDINGS)
    assert PICTURES
    np.save(tmp_path / "rec.npy", np.zeros((20, 2, 2)))
    assert main(["maps", str(tmp_path / "rec.npy"), "-o", str(tmp_path / "a.none")]) == 2
    assert capsys.readouterr().err.endswith(f"choose one of {', '.join(MAPS)}\n")
