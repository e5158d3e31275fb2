"""A real scheduler with workers in processes of their own: traces of dask arrays, and of many recordings."""

import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import dask.array as da
import numpy as np
import pytest
from dask.utils import key_split
from distributed import Client

from optimap._cli import main
from optimap._cli.cluster import SchedulerError, outcomes, say_where
from optimap.activation import load_beat_maps
from optimap.trace import extract_traces
from optimap.video import open_video
from tests import makers
from tests._cli.cluster.helpers import (
    PATIENCE,
    VIDEO,
    WHERE,
    behave,
    die_of,
    expected_tables,
    hide,
    hold_after_the_first,
    hold_recordings,
    pids_of_held,
    received,
    tables,
    traces,
    until,
    workers,
    write_elsewhere,
)
from tests.activation.examples import wave


@pytest.mark.parametrize("chunks", [(5, 12, 15), (10, 5, 6)])
def test_traces_of_a_recording_read_by_workers(client, tmp_path, chunks):
    with open_video(makers.tiff(tmp_path / "rec.tif", VIDEO, compression="zlib")) as recording:
        video = da.from_array(recording, chunks=chunks)
        traces = extract_traces(video, WHERE, 5)
        result = client.compute(traces).result(PATIENCE)
    np.testing.assert_array_equal(result, extract_traces(VIDEO, WHERE, 5))
    # Sums, traces and windows travel, and the name of the recording; never a block.
    travelled = {key: size for pairs in client.run(received).values() for key, size in pairs}
    assert len(travelled) > 1
    kinds = {key_split(key) for key in travelled}
    assert kinds <= {"trace-sums", "trace-sums-traces", "trace-windows", "traces", "original-array", "finalize"}


def test_a_worker_killed_in_the_middle_changes_no_trace(client, tmp_path):
    video = da.from_array(VIDEO, chunks=(5, 5, 6)).map_blocks(hold_after_the_first, folder=tmp_path, dtype=VIDEO.dtype)
    future = client.compute(extract_traces(video, WHERE, 5))
    # The sums of the first blocks lie on the workers; each is at one more.
    until(lambda: len(pids_of_held(tmp_path)) == 3)
    killed = pids_of_held(tmp_path)[0]
    os.kill(killed, signal.SIGKILL)
    (tmp_path / "go").touch()
    np.testing.assert_array_equal(future.result(PATIENCE), extract_traces(VIDEO, WHERE, 5))
    assert killed not in client.run(os.getpid).values()


def test_recordings_on_a_scheduler(cluster, client, folder, capsys):
    expected = expected_tables(folder, capsys)
    (folder / "bad.tif").write_bytes(b"II*\0 nonsense of sixteen bytes")
    files = [*(f"r{i}.npy" for i in range(6)), "bad.tif", "nope.npy"]
    assert traces(*files, "--scheduler", cluster.scheduler_address) == 2
    captured = capsys.readouterr()
    assert "8 recordings on 3 workers\n" in captured.out
    assert "r3.npy: 2 traces of 40 frames -> out/r3_traces.csv\n" in captured.out
    errors = sorted(captured.err.splitlines())
    assert len(errors) == 2
    assert re.match("optimap: error: .*bad.tif", errors[0])
    assert re.match("optimap: error: .*nope.npy does not exist", errors[1])
    assert tables(folder) == expected

    # Again: only what is missing.
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
    (folder / "out" / "r3_traces.csv").unlink()
    assert traces(*files[:6], "--scheduler", cluster.scheduler_address) == 0
    out = capsys.readouterr().out
    assert "5 of 6 recordings are done: their outputs exist and are kept (--overwrite replaces them)\n" in out
    assert "1 recording on 3 workers\nr3.npy: 2 traces" in out
    assert tables(folder) == expected
    changed = sorted(path.name for path, time in before.items() if path.stat().st_mtime_ns != time)
    assert changed == ["r3_traces.csv", "r3_traces.csv.json"]
    assert traces(*files[:6], "--scheduler", "tcp://127.0.0.1:1") == 0  # nothing is left to do

    # Tables made with other parameters are reported, and the other recordings are done.
    (folder / "out" / "r3_traces.csv").unlink()
    assert traces(*files[:6], "--scheduler", cluster.scheduler_address, "--size", 3) == 2
    captured = capsys.readouterr()
    assert "1 recording on 3 workers\nr3.npy: 2 traces" in captured.out
    errors = captured.err.splitlines()
    assert len(errors) == 5
    assert "r0_traces.csv already exists, made with --size 5 (now 3): replace it with --overwrite" in errors[0]

    assert traces(*files[:6], "--scheduler", cluster.scheduler_address, "--overwrite") == 0
    assert all(path.stat().st_mtime_ns != time for path, time in before.items())


def test_maps_on_a_scheduler(cluster, client, folder, capsys):
    for i in range(2):
        np.save(f"beats{i}.npy", wave(seed=i, height=6, width=7))
    files = ["beats0.npy", "beats1.npy", "--maps", "activation,snr"]
    assert main(["maps", *files, "-o", "here/"]) == 0
    there = ["-o", "there/", "--summary", "s.csv", "--scheduler", cluster.scheduler_address]
    assert main(["maps", *files, *there]) == 0
    out = capsys.readouterr().out
    assert "2 recordings on 3 workers\n" in out
    assert "2 rows -> s.csv" in out
    for i in range(2):
        here, other = (load_beat_maps(f"{name}/beats{i}_maps.npz") for name in ("here", "there"))
        for name in here:
            np.testing.assert_array_equal(other[name], here[name])


def test_a_worker_killed_in_the_middle_loses_no_table(cluster, client, folder, capsys):
    expected = expected_tables(folder, capsys)
    (folder / "out").mkdir()
    theirs = folder / "out" / ".r0_traces.0badcafe0badcafe.partial.csv"
    theirs.write_text("another run writes the same table")
    client.run(hold_recordings, folder, but=None)
    with ThreadPoolExecutor(1) as thread:
        files = (f"r{i}.npy" for i in range(6))
        command = thread.submit(traces, *files, "--scheduler", cluster.scheduler_address)
        try:
            until(lambda: len(pids_of_held(folder)) == 3)
            assert not list((folder / "out").glob("r*.csv"))
            os.kill(pids_of_held(folder)[0], signal.SIGKILL)
        finally:
            (folder / "go").touch()
        assert command.result(PATIENCE) == 0
    assert theirs.exists()
    theirs.unlink()
    assert tables(folder) == expected  # and nothing half-written next to them
    assert capsys.readouterr().err == ""


def test_a_recording_that_kills_its_workers_is_reported(cluster, client, folder, capsys, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    client.run(die_of, "r2.npy")
    assert traces("r0.npy", "r2.npy", "r4.npy", "--scheduler", cluster.scheduler_address) == 2
    assert capsys.readouterr().err.startswith("optimap: error: r2.npy: every worker that tried it died")
    assert list(tables(folder)) == [f"r{i}_traces.csv{more}" for i in (0, 4) for more in ("", ".json")]


def test_a_worker_that_sees_another_disk(cluster, client, folder, capsys):
    """What is here is not said to be missing, and what is not here is not said to be done."""
    (folder / "elsewhere").mkdir()
    client.run(hide, folder)
    assert traces("r0.npy", "nowhere.npy", "--scheduler", cluster.scheduler_address) == 2
    said = sorted(capsys.readouterr().err.splitlines())
    cure = "keep recordings and outputs in folders that all workers see under the same names"
    assert f"optimap: error: {folder / 'nowhere.npy'} does not exist: check the name and the folder" in said
    assert said[-1] == f"optimap: error: r0.npy is here, but not where the worker looked for it: {cure}"
    client.run(behave)
    client.run(write_elsewhere, folder / "elsewhere")
    assert traces("r1.npy", "--scheduler", cluster.scheduler_address) == 2
    said = capsys.readouterr().err
    assert said.startswith("optimap: error: r1.npy: out/r1_traces.csv was written where this process does not see it: ")
    assert not (folder / "out").exists()


def test_a_scheduler_that_goes_away(folder, capsys):
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    command += ["--no-dashboard", "--scheduler-file", "s.json"]
    gone = "the scheduler is gone, with 2 recordings not done: start it again, and run the same command again"
    with ExitStack() as stack:
        scheduler = stack.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        stack.callback(scheduler.kill)
        until((folder / "s.json").exists)
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", "s.json", "--no-dashboard"]
        worker += ["--no-nanny", "--nthreads", "1"]
        paths = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
        stack.callback(stack.enter_context(subprocess.Popen(worker, env=paths, stderr=subprocess.DEVNULL)).kill)
        client = stack.enter_context(Client(scheduler_file="s.json", set_as_default=False, timeout=3))
        client.wait_for_workers(1, timeout=PATIENCE)
        client.run(hold_recordings, folder, but=None)
        thread = stack.enter_context(ThreadPoolExecutor(1))
        done = thread.submit(traces, "r0.npy", "r1.npy", "--scheduler", "s.json")
        stack.callback((folder / "go").touch)
        until(lambda: pids_of_held(folder))
        scheduler.kill()
        assert done.result(PATIENCE) == 2
        assert capsys.readouterr().err == f"optimap: error: {gone}\n"
        with pytest.raises(SchedulerError, match="the scheduler is gone: start it again"):
            say_where(client, 2)


def test_ctrl_c_cancels_the_recordings_that_are_waiting(cluster, client, folder):
    (folder / "out").mkdir()
    client.run(hold_recordings, folder, but="r0.npy")

    files = [f"r{i}.npy" for i in range(6)]
    command = [sys.executable, "-u", "-m", "optimap", "traces", *files, "--at", "4,2", "13,8", "-o", "out"]
    command += ["--scheduler", cluster.scheduler_address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert any("traces of" in line for line in iter(process.stdout.readline, ""))
            until(lambda: len(pids_of_held(folder)) == 3)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            (folder / "go").touch()
    assert (process.returncode, err) == (130, "optimap: interrupted\n")
    until(lambda: not cluster.scheduler.tasks)
    until(lambda: not any(client.processing().values()))
    client.run(behave)
    done = list((folder / "out").glob("r*.csv"))
    assert 1 <= len(done) <= 4  # those that were being done are whole
    assert all(path.read_text().count("\n") == 41 for path in done)


def test_workers_on_this_machine(folder, capsys):
    expected = expected_tables(folder, capsys)
    files = [f"r{i}.npy" for i in range(6)]
    command = [sys.executable, "-m", "optimap", "traces", *files, "--at", "4,2", "13,8", "-o", "out", "--workers", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("6 recordings on 2 workers\n")
    assert tables(folder) == expected


def test_workers_that_are_all_lost():
    message = "no worker is left, with 2 recordings waiting: start workers"
    with (
        workers(0) as empty,
        Client(empty) as client,
        pytest.raises(SchedulerError, match=message) as caught,
    ):
        list(outcomes(client, str, ["r0.npy", "r1.npy"], next_worker=0.2))
    assert caught.value.value == empty.scheduler_address
