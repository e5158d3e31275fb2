"""Worker processes, the jobs that they get, and calls of `optimap traces` that use them."""

import logging
import os
import sys
import time
from pathlib import Path

import numpy as np
from distributed import LocalCluster

from optimap._cli import main

VIDEO = np.random.default_rng(0).integers(0, 65536, (40, 12, 15), dtype=np.uint16)


WHERE = [(4, 2), (0, 0), (13, 8), (7, 6)]


LINK = os.link  # of the system


STAT = os.stat  # of the system


DEADLY = []  # names of files


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


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def held(folder):
    """Report that this worker is here, then wait until it may go on."""
    (folder / f"here-{os.getpid()}").touch()
    until((folder / "go").exists)


def pids_of_held(folder):
    return [int(path.name.removeprefix("here-")) for path in folder.glob("here-*")]


def hold_after_the_first(block, folder, block_info=None):
    if block_info[0]["chunk-location"][0] > 0:
        held(folder)
    return block


def hold_recordings(folder, but):
    """Let this worker wait before the outputs of each recording but one get their names.

    The system gives these names; a worker that is killed here leaves its outputs under hidden names.
    """

    def waiting(partial, path, **options):
        if Path(path).parent.name == "out" and not (but and Path(path).name.startswith(Path(but).stem)):
            held(folder)
        LINK(partial, path, **options)

    os.link = waiting


def die_of(name):
    """Let this worker die when it opens a file of this name."""
    if not DEADLY:
        sys.addaudithook(die_of_deadly_files)
    DEADLY.append(name)


def die_of_deadly_files(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, Path)) and Path(arguments[0]).name in DEADLY:
        os._exit(1)


def hide(folder):
    """Let this worker see nothing in a folder, as if it had another disk."""

    def stat(path, **options):
        if isinstance(path, (str, Path)) and Path(folder) in Path(path).parents:
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return STAT(path, **options)

    os.stat = stat


def write_elsewhere(folder):
    """Let this worker write outputs that only it sees, as if its folder were on another disk."""
    os.link = lambda partial, path, **options: LINK(partial, Path(folder) / f"{time.monotonic_ns()}", **options)


def received(dask_worker):
    """What this worker got from others: names of results, and their bytes."""
    return [pair for log in dask_worker.transfer_incoming_log for pair in log["keys"].items()]


def behave():
    os.link, os.stat = LINK, STAT
    DEADLY.clear()


def traces(*arguments):
    return main(["traces", *map(str, arguments), "--at", "4,2", "13,8", "-o", "out"])


def tables(folder):
    return {path.name: path.read_text() for path in sorted((folder / "out").iterdir())}


def expected_tables(folder, capsys):
    """What one process makes of the same recordings."""
    assert main(["traces", *(f"r{i}.npy" for i in range(6)), "--at", "4,2", "13,8", "-o", "alone"]) == 0
    capsys.readouterr()
    return {path.name: path.read_text() for path in sorted((folder / "alone").iterdir())}
