"""A process that has everything imported, and forks one process for each cell of the grid.

It reads cells from standard input and writes their outcomes to standard output, as one JSON object a line. A cell is
``argv`` and ``cwd``, and what happens to the process.
``argv`` is that of the command line, or ``python``, a call, and the name of a file for it. To the process happens

- ``room``: the folder is a disk of 1 MB on which so many bytes are free (-1: which cannot be written);
- ``limit``: bytes that a file may have; ``mode``: permissions of the folder;
- ``when``: ``"partial"``, as soon as an unfinished file is there, or ``"start"``; ``then``: a signal, ``"remove"`` the
  folder, or ``"twice"``, start a second process.

The outcome is the ``status`` (negative: the signal that ended it), ``stderr`` and ``files``, the names in the folder
with their contents' checksums.
"""

import atexit
import ctypes
import gc
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import zlib
from contextlib import ExitStack
from pathlib import Path

SECONDS = 60


def files_in(folder):
    """Return all files below a folder, and what is in them; links with their targets."""
    found = {}
    for root, folders, names in os.walk(os.fsencode(folder)):
        for name in [*names, *folders]:
            path = os.path.join(root, name)
            shown = os.fsdecode(os.path.relpath(path, os.fsencode(folder)))
            if os.path.islink(path):
                found[shown] = f"-> {os.fsdecode(os.readlink(path))}"
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    found[shown] = zlib.crc32(file.read())
            else:
                found[shown] = "folder" if os.path.isdir(path) else "special"
    return found


def mounted(cell, folder):
    """Make the folder of a cell a small disk; return the function that undoes it."""
    if "room" not in cell:
        return lambda: None
    content = f"{folder}.content"
    shutil.copytree(folder, content, symlinks=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
    for name in os.listdir(content):
        path = os.path.join(content, name)
        (shutil.copytree if os.path.isdir(path) else shutil.copy2)(path, os.path.join(folder, name))
    if cell["room"] < 0:
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    else:
        fill(os.path.join(folder, "filler"), cell["room"])
    return lambda: subprocess.run(["umount", folder], check=True)


def fill(path, room):
    """Write a file that leaves so many bytes on the disk."""
    written = 0
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                written += file.write(bytes(4096))
        except OSError:
            pass
        file.truncate(max(0, written - room))


def started(cell):
    """Fork a process; return its number and the pipe of its standard error. In the process, do not return."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    os.chdir(cell["cwd"])
    if "limit" in cell:
        resource.setrlimit(resource.RLIMIT_FSIZE, (cell["limit"], cell["limit"]))
    if cell.get("mode") is not None:
        os.chmod("out", cell["mode"])
        if os.geteuid() == 0:
            os.setuid(65534)
    from optimap._cli import main as command
    from tests._pick.puppet import clicks, seat

    sys.argv = ["optimap", *cell["argv"]]
    main = called if cell["argv"][0] == "python" else command
    with ExitStack() as stack:
        seat(stack, clicks((3, 4), (10, 8)))  # whoever is asked to pick
        return end(main)


def called():
    """Call a function of Python; report its error as the command line does, and return the exit status."""
    import numpy as np

    from optimap import image, trace, video

    _, _, call, path, *flags = sys.argv
    known = {"np": np, "image": image, "trace": trace, "video": video, "path": path, "overwrite": bool(flags)}
    try:
        exec(call, known)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"optimap: error: {error}\n")
        return 2
    return 0


def end(run):
    """Run the command and end the process as Python does, but without taking all modules apart, which takes long.

    What the command left is collected, so that whatever has a last word says it, and libraries in C end, too.
    """
    try:
        status = run()
    except SystemExit as error:
        status = error.code
    atexit._run_exitfuncs()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).exit(status)


def watch(cell, child):
    """Wait for the moment, and do what happens then; return a second process if that was started."""
    folder = os.path.join(cell["cwd"], "out")
    end = time.monotonic() + SECONDS
    while cell.get("when") == "partial" and time.monotonic() < end:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return None
        if is_unfinished(folder):
            break
    if cell["then"] == "twice":
        return started(cell)
    os.kill(child, signal.SIGSTOP)
    os.waitid(os.P_PID, child, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    if cell["then"] == "remove":
        shutil.rmtree(folder, ignore_errors=True)
    elif cell.get("when") != "partial" or is_unfinished(folder):  # else it was faster than the stop
        os.kill(child, getattr(signal, cell["then"]))
    os.kill(child, signal.SIGCONT)
    return None


def is_unfinished(folder):
    """Whether an unfinished file is in a folder."""
    return os.path.isdir(folder) and any(".partial" in name for name in os.listdir(folder))


def ended(child, reading):
    """Return the exit status of a process and what it said; a process that hangs is killed."""
    signal.alarm(SECONDS)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status), said.decode(errors="surrogateescape")


def outcome(cell):
    """Run a cell."""
    server = os.getpid()
    undo = mounted(cell, os.path.join(cell["cwd"], "out"))
    try:
        first = started(cell)
        second = watch(cell, first[0]) if "then" in cell else None
        status, said = ended(*first)
        found = {"status": status, "said": said}
        if second is not None:
            found["second"], found["said_second"] = ended(*second)
        return {**found, "files": files_in(cell["cwd"])}
    finally:
        if os.getpid() == server:  # not in a process that ends
            if cell.get("mode") is not None:
                os.chmod(os.path.join(cell["cwd"], "out"), 0o755)
            undo()


def answer(found):
    """Write a line to whoever asked."""
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


def main():
    """Import everything, and run cells until there are no more."""
    import importlib
    import pkgutil

    import optimap

    for module in pkgutil.walk_packages(optimap.__path__, "optimap."):
        if module.name != "optimap.__main__":
            importlib.import_module(module.name)
    libraries = ("h5py", "h5netcdf", "pyarrow.parquet", "openpyxl", "xarray", "pynwb", "zarr", "tifffile", "av")
    for name in (*libraries, "scipy.io", "matplotlib.figure", "matplotlib.backends.backend_agg", "optimap.trace"):
        importlib.import_module(name)
    assert Path(optimap.__file__).is_file()
    gc.freeze()
    answer({})
    for line in sys.stdin:
        answer(outcome(json.loads(line)))


if __name__ == "__main__":
    main()
