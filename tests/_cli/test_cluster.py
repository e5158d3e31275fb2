"""A real scheduler with workers in processes of their own: traces of dask arrays, and of many recordings."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import dask.array as da
import numpy as np
import pytest
from dask.utils import key_split
from distributed import Client, LocalCluster

import optimap.trace
from optimap._cli import cluster as _cluster
from optimap._cli import main
from optimap._cli import traces as _traces
from optimap._files import hidden_path
from optimap.trace import extract_traces
from optimap.video import open_video
from tests import makers

VIDEO = np.random.default_rng(0).integers(0, 65536, (40, 12, 15), dtype=np.uint16)
WHERE = [(4, 2), (0, 0), (13, 8), (7, 6)]
PATIENCE = 60  # seconds, on a machine that has much else to do


def workers(count, **options):
    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        memory_limit=None,
        silence_logs=logging.CRITICAL,
        **options,
    )


@pytest.fixture(scope="module")
def cluster():
    with workers(3) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with Client(cluster, set_as_default=False) as client:
        # A worker that was killed is replaced.
        until(lambda: len(client.run(os.getpid, on_error="ignore")) == 3)
        yield client
        client.run(behave)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for i in range(6):
        np.save(f"r{i}.npy", VIDEO + i)
    return tmp_path


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


# What workers are told to do, in their processes.


def held(folder):
    """Tell who is here, then wait for leave to go on."""
    (folder / f"here-{os.getpid()}").touch()
    until((folder / "go").exists)


def pids_of_held(folder):
    return [int(path.name.removeprefix("here-")) for path in folder.glob("here-*")]


def hold_after_the_first(block, folder, block_info=None):
    if block_info[0]["chunk-location"][0] > 0:
        held(folder)
    return block


def hold_recordings(folder, but):
    """Let this worker wait in the middle of each recording but one, and leave what a killed writer leaves."""
    original = extract_traces

    def waiting(video, *arguments, **options):
        if video.path.name != but:
            table = video.path.parent / "out" / f"{video.path.stem}_traces.csv"
            hidden_path(table, "partial").write_text("half a ta")
            held(folder)
        return original(video, *arguments, **options)

    optimap.trace.extract_traces = waiting


def die_of(name):
    original = extract_traces

    def dying(video, *arguments, **options):
        if video.path.name == name:
            os._exit(1)
        return original(video, *arguments, **options)

    optimap.trace.extract_traces = dying


def received(dask_worker):
    """What this worker got from others: names of results, and their bytes."""
    return [pair for log in dask_worker.transfer_incoming_log for pair in log["keys"].items()]


def lose_optimap():
    sys.modules["optimap._version"] = None


def behave():
    optimap.trace.extract_traces = extract_traces
    if sys.modules.get("optimap._version", 1) is None:
        del sys.modules["optimap._version"]


def traces(*arguments):
    return main(["traces", *map(str, arguments), "--at", "4,2", "13,8", "-o", "out"])


def tables(folder):
    return {path.name: path.read_text() for path in sorted((folder / "out").iterdir())}


def expected_tables(folder, capsys):
    """What one process makes of the same recordings."""
    assert main(["traces", *(f"r{i}.npy" for i in range(6)), "--at", "4,2", "13,8", "-o", "alone"]) == 0
    capsys.readouterr()
    return {path.name: path.read_text() for path in sorted((folder / "alone").iterdir())}


# Dask arrays


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


# Recordings


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
    assert "5 of 6 recordings are done, their tables exist and are kept (--overwrite makes them anew)\n" in out
    assert "1 recording on 3 workers\nr3.npy: 2 traces" in out
    assert tables(folder) == expected
    changed = sorted(path.name for path, time in before.items() if path.stat().st_mtime_ns != time)
    assert changed == ["r3_traces.csv", "r3_traces.csv.json"]
    assert traces(*files[:6], "--scheduler", "tcp://127.0.0.1:1") == 0  # nothing is left to do

    # Made with other parameters, they are told, and the others are done.
    (folder / "out" / "r3_traces.csv").unlink()
    assert traces(*files[:6], "--scheduler", cluster.scheduler_address, "--size", 3) == 2
    captured = capsys.readouterr()
    assert "1 recording on 3 workers\nr3.npy: 2 traces" in captured.out
    errors = captured.err.splitlines()
    assert len(errors) == 5
    assert "r0_traces.csv exists and was made otherwise, --size 5 (now 3): make it anew with --overwrite" in errors[0]

    assert traces(*files[:6], "--scheduler", cluster.scheduler_address, "--overwrite") == 0
    assert all(path.stat().st_mtime_ns != time for path, time in before.items())


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
    assert tables(folder) == expected  # and nothing half written beside them
    assert capsys.readouterr().err == ""


def test_a_recording_that_kills_its_workers_is_told(cluster, client, folder, capsys, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    client.run(die_of, "r2.npy")
    assert traces("r0.npy", "r2.npy", "r4.npy", "--scheduler", cluster.scheduler_address) == 2
    assert capsys.readouterr().err.startswith("optimap: error: r2.npy: each worker that tried it died")
    assert list(tables(folder)) == [f"r{i}_traces.csv{more}" for i in (0, 4) for more in ("", ".json")]


def test_ctrl_c_takes_back_what_is_queued(cluster, client, folder, capsys, monkeypatch):
    (folder / "out").mkdir()
    client.run(hold_recordings, folder, but="r0.npy")

    def interrupted(line):
        if "traces of" in line:
            until(lambda: len(pids_of_held(folder)) == 3)
            raise KeyboardInterrupt

    monkeypatch.setattr(_traces, "say", interrupted)
    files = (f"r{i}.npy" for i in range(6))
    assert traces(*files, "--scheduler", cluster.scheduler_address) == 130
    assert capsys.readouterr().err == "optimap: interrupted\n"
    (folder / "go").touch()
    until(lambda: not cluster.scheduler.tasks)
    until(lambda: not any(client.processing().values()))
    client.run(behave)
    done = list((folder / "out").glob("r*.csv"))
    assert 1 <= len(done) <= 4  # those that were being done are whole
    assert all(path.read_text().count("\n") == 41 for path in done)


def test_workers_of_its_own(folder, capsys):
    expected = expected_tables(folder, capsys)
    files = [f"r{i}.npy" for i in range(6)]
    command = [sys.executable, "-m", "optimap", "traces", *files, "--at", "4,2", "13,8", "-o", "out", "--workers", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("6 recordings on 2 workers\n")
    assert tables(folder) == expected


# What can be wrong


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [
        ("localhost8786", "--scheduler localhost8786: give tcp://HOST:PORT, or its scheduler file"),
        ("tcp://127.0.0.1:1", "--scheduler tcp://127.0.0.1:1 does not answer (.*refused.*): is the address right"),
        ("nope.json", "--scheduler nope.json does not exist"),
        ("empty.json", "--scheduler empty.json is not the file of a scheduler"),
    ],
)
def test_wrong_schedulers(folder, capsys, scheduler, message):
    (folder / "empty.json").write_text("{}")
    assert traces("r0.npy", "--scheduler", scheduler) == 2
    err = capsys.readouterr().err
    assert re.match("optimap: error: " + message.replace("(", r"\(", 1).replace("):", r"\):"), err)
    assert err.count("\n") == 1
    assert not (folder / "out").exists()


def test_a_scheduler_file_will_do(cluster, folder):
    (folder / "s.json").write_text(json.dumps({"type": "Scheduler", "address": cluster.scheduler_address}))
    assert traces("r0.npy", "--scheduler", "s.json") == 0
    assert list(tables(folder)) == ["r0_traces.csv", "r0_traces.csv.json"]


def test_a_scheduler_without_workers(folder, capsys, monkeypatch):
    monkeypatch.setattr(_cluster, "NO_WORKER", 0.1)
    with workers(0) as empty:
        assert traces("r0.npy", "--scheduler", empty.scheduler_address) == 2
    assert "has had no workers for 0.1 s: start some, dask worker tcp://127.0.0.1:" in capsys.readouterr().err


def test_workers_that_are_all_lost(folder, capsys, monkeypatch):
    monkeypatch.setattr(_cluster, "NO_WORKER", 0.2)
    monkeypatch.setattr(_cluster, "_check_workers", lambda *_: None)
    with workers(0) as empty:
        assert traces("r0.npy", "r1.npy", "--scheduler", empty.scheduler_address) == 2
    assert "no worker is left, 2 recordings were waiting" in capsys.readouterr().err


def test_another_version_on_the_cluster(cluster, folder, capsys, monkeypatch):
    monkeypatch.setattr(_cluster, "__version__", "9.9")
    assert traces("r0.npy", "--scheduler", cluster.scheduler_address) == 2
    err = capsys.readouterr().err
    assert f"the scheduler has optimap-trace {optimap.__version__}, this is 9.9: install the same there" in err


def test_a_worker_without_optimap(cluster, client, folder, capsys):
    worker = next(iter(client.run(lose_optimap, workers=[next(iter(client.nthreads()))])))
    assert traces("r0.npy", "--scheduler", cluster.scheduler_address) == 2
    assert f"error: worker {worker} has no optimap-trace, this is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "0"], "'0' is not a whole number, 1 or more"),
        (["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "not allowed with"),
    ],
)
def test_wrong_arguments(folder, capsys, arguments, message):
    with pytest.raises(SystemExit, match="2"):
        traces("r0.npy", *arguments)
    assert message in capsys.readouterr().err


def test_without_dask_the_error_says_what_to_install(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert traces("r0.npy", "--workers", "2") == 2
    assert "--scheduler and --workers need distributed: pip install 'optimap-trace[dask]'" in capsys.readouterr().err


def test_something_else_that_listens_is_no_scheduler(folder, capsys, monkeypatch):
    monkeypatch.setattr(_cluster, "CONNECT", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert traces("r0.npy", "--scheduler", f"tcp://127.0.0.1:{port}") == 2
    assert f"--scheduler tcp://127.0.0.1:{port} is no dask scheduler" in capsys.readouterr().err
