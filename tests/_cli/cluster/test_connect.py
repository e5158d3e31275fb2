"""Schedulers that can be used, and errors about those that cannot."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys

import pytest

import optimap
from optimap._cli.cluster import SchedulerError, connected
from tests._cli.cluster.helpers import (
    tables,
    traces,
    until,
    workers,
)


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [
        ("localhost8786", "--scheduler localhost8786 is not an address (.*): give tcp://HOST:PORT, or its"),
        ("tcp://127.0.0.1:1", "--scheduler tcp://127.0.0.1:1 does not answer (.*refused.*): check the address"),
        ("nope.json", "--scheduler nope.json does not exist"),
        ("empty.json", "--scheduler empty.json is not a scheduler file, because it holds no address: give the file"),
    ],
)
def test_wrong_schedulers(folder, capsys, scheduler, message):
    (folder / "empty.json").write_text("{}")
    assert traces("r0.npy", "--scheduler", scheduler) == 2
    err = capsys.readouterr().err
    assert re.match("optimap: error: " + message.replace("(", r"\(").replace("):", r"\):"), err)
    assert err.count("\n") == 1
    assert not (folder / "out").exists()


def test_a_scheduler_file_is_as_good_as_an_address(cluster, folder):
    (folder / "s.json").write_text(json.dumps({"type": "Scheduler", "address": cluster.scheduler_address}))
    assert traces("r0.npy", "--scheduler", "s.json") == 0
    assert list(tables(folder)) == ["r0_traces.csv", "r0_traces.csv.json"]


def connect(scheduler, **seconds):
    with connected(scheduler, None, **seconds):
        pass


def test_a_scheduler_without_workers():
    with workers(0) as empty:
        address = empty.scheduler_address
        message = "has had no workers for 0.1 s: start some with `dask worker tcp://127.0.0.1:"
        with pytest.raises(SchedulerError, match=message) as caught:
            connect(address, first_worker=0.1)
    assert (caught.value.argument, caught.value.value) == ("--scheduler", address)
    assert caught.value.cure == f"start some with `dask worker {address}`"


@pytest.mark.parametrize(("place", "version"), [("scheduler", "9.9"), ("worker", "9.9"), ("worker", None)])
def test_another_version_on_the_cluster(folder, capsys, place, version):
    """Without a version, it is another project's package of the same name."""
    (folder / "other" / "optimap").mkdir(parents=True)
    (folder / "other" / "optimap" / "__init__.py").touch()
    if version:
        (folder / "other" / "optimap" / "_version.py").write_text(f"__version__ = '{version}'\n")
    own = os.environ.get("PYTHONPATH", "")
    options = {"scheduler": ["--host", "127.0.0.1", "--port", "0"], "worker": ["--no-nanny"]}
    with contextlib.ExitStack() as stack:
        for name in options:
            command = [sys.executable, "-m", f"distributed.cli.dask_{name}", "--scheduler-file", "s.json"]
            command += ["--no-dashboard", *options[name]]
            paths = os.pathsep.join(filter(None, ("other" if name == place else "", own)))
            started = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": paths})
            stack.callback(stack.enter_context(started).kill)
            until(lambda: (folder / "s.json").exists() and (folder / "s.json").read_text().endswith("}"))
        assert traces("r0.npy", "--scheduler", "s.json") == 2
    found = f"optimap-trace {version}" if version else "no optimap-trace"
    message = f"{found}, but this is {optimap.__version__}: install the same version there"
    assert re.match(f"optimap: error: (the )?{place} .*has {message}", capsys.readouterr().err)


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


def test_another_program_that_listens_is_not_a_scheduler():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        message = rf"--scheduler {address} is not a dask scheduler \(no reply\): check the port"
        with pytest.raises(SchedulerError, match=message) as caught:
            connect(address, answer=1)
    assert (caught.value.argument, caught.value.value) == ("--scheduler", address)
