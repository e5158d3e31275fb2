"""Connecting to a scheduler that is already running, or to worker processes started on this machine."""

import importlib
import json
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import _files
from ..._base import ENDING, ArgumentError, MissingFileError, held_back, import_extra
from ..._version import __version__
from .errors import CONNECT, NO_WORKER, SchedulerError, asking

if TYPE_CHECKING:
    from types import ModuleType

    from distributed import LocalCluster, Worker

    from .protocols import Client


@contextmanager
def connected(
    scheduler: str | None, workers: int | None, *, answer: float = CONNECT, first_worker: float = NO_WORKER
) -> "Iterator[Client]":
    """Yield a client of the scheduler at an address or, without one, of `workers` processes on this machine.

    A scheduler has `answer` seconds to reply, and `first_worker` seconds to get a worker.
    """
    with held_back():
        distributed = import_extra("distributed", "dask", "--scheduler and --workers")
    for name in ("distributed", "distributed.client"):  # we report errors in one line ourselves
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is None:
        with _local_cluster(distributed, workers or 1) as cluster, distributed.Client(cluster) as client:
            yield client
        return
    address = _address(scheduler)
    _check_answers(scheduler, address, answer)
    if address.startswith("tcp://"):
        _check_is_scheduler(scheduler, address, answer)
    with asking(scheduler):
        client = distributed.Client(address, timeout=answer, name="optimap")
    with client:
        with asking(scheduler):
            _check_workers(client, scheduler, address, first_worker)
        yield client


@contextmanager
def _local_cluster(distributed: "ModuleType", workers: int) -> Iterator["LocalCluster"]:
    """Yield a cluster of processes on this machine, which end with the block."""
    cluster = None
    try:
        # If started later, it would let Ctrl-C through to the workers (Python 3.11).
        importlib.import_module("multiprocessing.resource_tracker").ensure_running()
        with held_back():  # dask cannot close a cluster that has only partly started, and prints long tracebacks
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",  # nothing listens beyond this machine
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=None,  # pages of a memory map would count as used, and workers would be killed for them
                silence_logs=logging.CRITICAL,
                preload=[__name__],
            )
        yield cluster
    except BaseException:
        # Ctrl-C above all: a worker that is asked to close would finish its recording first.
        for nanny in cluster.workers.values() if cluster is not None else ():
            nanny.auto_restart = False
            if nanny.pid is not None:
                os.kill(nanny.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        raise
    finally:
        if cluster is not None:
            with held_back():
                cluster.close()


def dask_setup(worker: "Worker") -> None:
    """Leave Ctrl-C, which the terminal sends to all processes, to the one that started this worker; called by dask."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _address(scheduler: str) -> str:
    """Return the address that was given, or the one in a file that ``dask scheduler --scheduler-file`` writes."""
    if not scheduler.endswith(".json"):
        return scheduler
    path, subject = Path(scheduler), f"--scheduler {scheduler}"
    _files.refuse_special(path, "--scheduler", subject)
    if not path.is_file():
        cure = "check its name, and that the scheduler is running"
        raise MissingFileError("--scheduler", scheduler, "does not exist", cure, subject=subject)
    cure = "give the file that `dask scheduler --scheduler-file FILE` writes"
    with _files.reading(path, "json", "is not a scheduler file", cure, argument="--scheduler", subject=subject):
        found = json.loads(path.read_text(encoding="utf-8"))
    address = found.get("address") if isinstance(found, dict) else None
    if not isinstance(address, str):
        problem = "is not a scheduler file, because it holds no address"
        raise ArgumentError("--scheduler", scheduler, problem, cure, subject=subject)
    return address


def _check_answers(scheduler: str, address: str, seconds: float) -> None:
    """Raise an error if nothing listens at an address."""
    from distributed.comm.addressing import get_address_host_port

    subject = f"--scheduler {scheduler}"
    try:
        host, port = get_address_host_port(address)
    except ValueError as error:
        cure = "give tcp://HOST:PORT, or its scheduler file"
        raise ArgumentError("--scheduler", scheduler, f"is not an address ({error})", cure, subject=subject) from error
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except OSError as error:
        reason = str(error) or type(error).__name__
        cure = "check the address, and that `dask scheduler` is running"
        raise SchedulerError("--scheduler", scheduler, f"does not answer ({reason})", cure, subject=subject) from error


def _check_is_scheduler(scheduler: str, address: str, seconds: float) -> None:
    """Raise an error if something other than a scheduler listens, which would keep a client waiting for ever."""
    import asyncio  # slow to import

    core: Any = importlib.import_module("distributed.core")

    async def connect() -> None:
        comm = await asyncio.wait_for(core.connect(address, timeout=seconds), seconds)
        await comm.close()

    try:
        asyncio.run(connect())
    except TimeoutError as error:
        raise SchedulerError(
            "--scheduler",
            scheduler,
            "is not a dask scheduler (no reply)",
            "check the port",
            subject=f"--scheduler {scheduler}",
        ) from error


def _check_workers(client: "Client", scheduler: str, address: str, seconds: float) -> None:
    """Raise an error if no worker appears in time, or if the scheduler or a worker has another version of optimap."""
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError:
        raise SchedulerError(
            "--scheduler",
            scheduler,
            f"has had no workers for {seconds:g} s",
            f"start some with `dask worker {address}`",
            subject="the scheduler",
        ) from None
    for place, version in _versions(client).items():
        if version != __version__:
            has = f"optimap-trace {version}" if isinstance(version, str) else "no optimap-trace"
            raise SchedulerError(
                "--scheduler",
                scheduler,
                f"has {has}, but this is {__version__}",
                f"install the same version there with pip install 'optimap-trace[dask]=={__version__}'",
                subject=place,
            )


def _versions(client: "Client") -> dict[str, object]:
    """Return the versions of optimap that the scheduler and its workers have."""
    import pydoc  # slow to import; a function of the standard library, which every worker has

    versions = {"the scheduler": client.run_on_scheduler(pydoc.locate, "optimap._version.__version__")}
    on_workers = client.run(pydoc.locate, "optimap._version.__version__", on_error="return")
    for worker, version in on_workers.items():
        if not isinstance(version, OSError):  # the worker is leaving; its jobs go to others
            versions[f"worker {worker}"] = version
    return versions
