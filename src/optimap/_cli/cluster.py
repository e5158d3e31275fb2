"""Jobs on a cluster: workers of a scheduler that runs already, or a few of one's own on this machine.

A job is a picklable object and a function of it. Tasks are told apart by the scheduler only; what they write, and what
they say of it, is their own. dask is imported only here, and only when asked for.
"""

import asyncio
import importlib
import json
import logging
import os
import pydoc
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from .._base import ENDING, held_back
from .._version import __version__
from .common import say

Job = TypeVar("Job")

# Seconds to wait for a scheduler to answer, and for a first worker.
CONNECT = 10
NO_WORKER = 60


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    """Yield a client of the scheduler at an address or, without one, of `workers` processes on this machine."""
    from .._base import import_extra

    with held_back():
        distributed = import_extra("distributed", "dask", "--scheduler and --workers")
    for name in ("distributed", "distributed.client"):  # what goes wrong is said in one line, here
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is None:
        with _local_cluster(distributed, workers or 1) as cluster, distributed.Client(cluster) as client:
            yield client
        return
    address = _address(scheduler)
    _check_answers(scheduler, address)
    if address.startswith("tcp://"):
        _check_greets(scheduler, address)
    with distributed.Client(address, timeout=CONNECT, name="optimap") as client:
        _check_workers(client, address)
        yield client


@contextmanager
def _local_cluster(distributed: Any, workers: int) -> Iterator[Any]:
    cluster = None
    try:
        # Started later, it would let Ctrl-C through to the workers (Python 3.11).
        importlib.import_module("multiprocessing.resource_tracker").ensure_running()
        with held_back():  # dask cannot close what has half begun, and says so in many words
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",  # nothing listens beyond this machine
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=None,  # pages of a mapped recording would count as used, and the worker be killed for them
                silence_logs=logging.CRITICAL,
                preload=[__name__],
            )
        yield cluster
    except BaseException:
        # Ctrl-C, above all: asked to close, a worker would first finish its recording.
        for nanny in cluster.workers.values() if cluster is not None else ():
            nanny.auto_restart = False
            if nanny.pid is not None:
                os.kill(nanny.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        raise
    finally:
        if cluster is not None:
            with held_back():
                cluster.close()


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C, which the terminal sends to all processes, to the one that started this worker; dask calls it."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _address(scheduler: str) -> str:
    """Return the address that was given, or that the file holds which ``dask scheduler --scheduler-file`` writes."""
    if not scheduler.endswith(".json"):
        return scheduler
    path = Path(scheduler)
    if not path.is_file():
        raise FileNotFoundError(f"--scheduler {path} does not exist: is the scheduler running?")
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["address"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"--scheduler {path} is not the file of a scheduler, it holds no address") from error


def _check_answers(scheduler: str, address: str) -> None:
    from distributed.comm.addressing import get_address_host_port

    try:
        host, port = get_address_host_port(address)
    except ValueError as error:
        raise ValueError(f"--scheduler {scheduler}: give tcp://HOST:PORT, or its scheduler file ({error})") from error
    try:
        socket.create_connection((host, port), timeout=CONNECT).close()
    except OSError as error:
        reason = str(error) or type(error).__name__
        raise OSError(
            f"--scheduler {scheduler} does not answer ({reason}): is the address right, and `dask scheduler` running?"
        ) from error


def _check_greets(scheduler: str, address: str) -> None:
    """Raise an error where something else listens: of that, a client would wait for a greeting without end."""
    core: Any = importlib.import_module("distributed.core")

    async def greet() -> None:
        comm = await asyncio.wait_for(core.connect(address, timeout=CONNECT), CONNECT)
        await comm.close()

    try:
        asyncio.run(greet())
    except TimeoutError as error:
        raise OSError(f"--scheduler {scheduler} is no dask scheduler: it does not greet, is the port right?") from error


def _check_workers(client: Any, address: str) -> None:
    """Raise an error where there is no worker in time, or where something runs another optimap than this one."""
    try:
        client.wait_for_workers(1, timeout=NO_WORKER)
    except TimeoutError:
        raise RuntimeError(
            f"the scheduler has had no workers for {NO_WORKER} s: start some, dask worker {address}"
        ) from None
    # Functions of the standard library, which every worker has.
    versions = {"the scheduler": client.run_on_scheduler(pydoc.locate, "optimap._version.__version__")}
    versions |= {
        f"worker {worker}": version
        for worker, version in client.run(pydoc.locate, "optimap._version.__version__", on_error="return").items()
        if not isinstance(version, OSError)  # it is going away; its jobs go to others
    }
    for place, version in versions.items():
        if version != __version__:
            has = f"has optimap-trace {version}" if isinstance(version, str) else "has no optimap-trace"
            raise RuntimeError(
                f"{place} {has}, this is {__version__}: install the same there, "
                f"pip install 'optimap-trace[dask]=={__version__}'"
            )


def outcomes(client: Any, work: Callable[[Job], Any], jobs: Sequence[Job]) -> Iterator[tuple[Job, Any]]:
    """Yield (job, what `work` returned, or a text that says why nothing was) as they are done, in any order.

    Jobs that are queued when the client is closed, after Ctrl-C say, are not begun; those that run are not interrupted.
    """
    futures = client.map(work, jobs, pure=False)
    left = dict(zip(futures, jobs, strict=True))
    while left:
        for future in _done_in_time(client, list(left)):
            job = left.pop(future)
            yield job, _result(future, len(left) + 1)


def _done_in_time(client: Any, futures: list[Any]) -> Iterator[Any]:
    """Yield futures as they are done; return after a while without any, raise an error if no worker is left."""
    import distributed

    in_order: Any = distributed.as_completed
    try:
        yield from in_order(futures, timeout=NO_WORKER)
    except TimeoutError:
        if not client.nthreads():
            raise RuntimeError(
                f"no worker is left, {len(futures)} recordings were waiting: start workers, and run the same again"
            ) from None


def _result(future: Any, left: int) -> Any:
    if future.status == "finished":
        return future.result()
    if future.status != "error":
        raise RuntimeError(f"the scheduler is gone, {left} recordings are not done: start it, and run the same again")
    error = future.exception()
    if type(error).__name__ == "KilledWorker":
        return "each worker that tried it died: it may need more memory than they have"
    return f"{type(error).__name__}: {error}"


def say_where(client: Any, jobs: int) -> None:
    """Say how many workers will do how many jobs."""
    workers = len(client.nthreads())
    say(f"{jobs} recording{'s' * (jobs != 1)} on {workers} worker{'s' * (workers != 1)}")
