"""Ctrl-C, SIGTERM and kill -9 during work, in real processes: nothing is left half-written, and nothing hangs."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextvars import ContextVar

import numpy as np
import psutil
import pytest

from optimap._base import bound, deferred_interrupts, held_back
from optimap.video import load_video, open_video
from tests.interrupted import at_every_step

pytestmark = pytest.mark.skipif(os.name != "posix", reason="interrupts of POSIX systems")
# Far longer than any of this takes: the tests are about whether it ends at all.
PATIENCE = 60
DEPTH = ContextVar("depth", default=0)
COMMAND = [sys.executable, "-m", "optimap"]
# A recording of holes: it takes no space on disk, and far longer to read than an interrupt takes.
SHAPE = (20_000, 512, 512)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open("rec.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<u2", "fortran_order": False, "shape": SHAPE})
        file.truncate(file.tell() + 2 * int(np.prod(SHAPE)))
    return tmp_path


@pytest.fixture
def start():
    """A function that starts a process, which ends with the test in any case."""
    processes = []

    def start(*command):
        # In its own session, and so its own process group, as from a terminal.
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
        processes.append(subprocess.Popen(command, text=True, **pipes))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_until(condition, process):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it never began"
        time.sleep(0.005)


def has_mapped(process, name):
    """Whether a process has mapped a file: the recording, when it is working, or compiled code."""
    try:
        return any(name in entry.path for entry in psutil.Process(process.pid).memory_maps())
    except psutil.NoSuchProcess:
        return False


def children(process):
    return psutil.Process(process.pid).children(recursive=True)


def end(process, number):
    """Send an interrupt; return the exit status and standard error once the process and its threads have ended."""
    process.send_signal(number)
    _, stderr = process.communicate(timeout=PATIENCE)
    return process.returncode, stderr


@pytest.mark.parametrize(
    ("number", "status", "words"), [(signal.SIGINT, 130, "optimap: interrupted\n"), (signal.SIGTERM, 143, "")]
)
def test_optimap_traces(folder, start, number, status, words):
    process = start(*COMMAND, "traces", "rec.npy", "--grid", "12", "--size", "31", "-o", "t.csv")
    wait_until(lambda: has_mapped(process, "rec.npy"), process)
    time.sleep(0.1)
    assert end(process, number) == (status, words)
    assert [path.name for path in folder.iterdir()] == ["rec.npy"]


def test_an_interpreter_that_continues_receives_ctrl_c_afterwards(start):
    code = """
import runpy, signal, sys
sys.ps1, sys.argv = "> ", ["optimap", "--version"]
try:
    runpy.run_module("optimap", run_name="__main__")
except SystemExit:
    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
    stdout, stderr = start(sys.executable, "-c", code).communicate(timeout=PATIENCE)
    assert (stdout.splitlines()[-1:], stderr) == (["True"], "")


MOMENTS = {
    "NumPy is imported": lambda process: has_mapped(process, "_multiarray_umath"),
    "workers start": lambda process: len(children(process)) > 1,
    "workers import": lambda process: any(has_mapped(child, "_multiarray_umath") for child in children(process)),
    "workers read": lambda process: any(has_mapped(child, "rec.npy") for child in children(process)),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("times", [1, 3])
def test_workers_end_whenever_ctrl_c_comes(folder, start, moment, times):
    arguments = ("--grid", "12", "--size", "31", "-o", "out", "--workers", "2")
    os.link("rec.npy", "again.npy")
    process = start(*COMMAND, "traces", "rec.npy", "again.npy", *arguments)
    wait_until(lambda: MOMENTS[moment](process), process)
    begun = children(process)
    for _ in range(times):  # the terminal sends it to all of them
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.02)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert (process.returncode, stderr) == (130, "optimap: interrupted\n")
    assert not psutil.wait_procs(begun, timeout=PATIENCE)[1]
    assert not list(folder.glob("out/.*"))


@pytest.mark.parametrize("target", ["out.zarr", "out.zarr.zip", "out.npy", "out.h5"])
@pytest.mark.parametrize(
    ("number", "status", "words"), [(signal.SIGINT, 130, "optimap: interrupted\n"), (signal.SIGTERM, 143, "")]
)
def test_optimap_convert(folder, start, target, number, status, words):
    process = start(*COMMAND, "convert", "rec.npy", target)
    wait_until(lambda: any("partial" in path.name for path in folder.iterdir()), process)
    time.sleep(0.1)
    assert end(process, number) == (status, words)
    assert [path.name for path in folder.iterdir()] == ["rec.npy"]


def test_a_killed_conversion_never_looks_complete_and_runs_again(folder, start):
    process = start(*COMMAND, "convert", "rec.npy", "out.zarr")
    wait_until(lambda: any(len(list(path.glob("0/c/*"))) > 3 for path in folder.glob(".out.*.partial.zarr")), process)
    assert end(process, signal.SIGKILL)[0] == -signal.SIGKILL
    (left,) = (path for path in folder.iterdir() if path.name != "rec.npy")
    assert left.name.startswith(".out.")
    with pytest.raises(ValueError, match=r"is incomplete \(\d+ of its \d+ chunks missing\)"):
        open_video(left)
    left.rename("out.zarr")  # not even under its name
    with pytest.raises(ValueError, match=r"out\.zarr is incomplete"):
        open_video("out.zarr")
    (folder / "out.zarr").rename(left)

    np.save("rec.npy", np.ones((5, 6, 7), np.uint16))
    done = subprocess.run([*COMMAND, "convert", "rec.npy", "out.zarr"], capture_output=True, text=True, check=True)
    assert f"note: {left.name} was left by an interrupted run" in done.stdout
    np.testing.assert_array_equal(load_video("out.zarr"), np.ones((5, 6, 7)))


MAPPED = "video = numpy.load('rec.npy', mmap_mode='r')"
RECORDING = "video = optimap.open_video('rec.npy')"
SLOW = """
class Slow:
    shape, dtype = (1000, 64, 64), numpy.dtype('u2')
    def __getitem__(self, key):
        time.sleep(0.01)
        return numpy.zeros((key.stop - key.start, 64, 64), 'u2')
video = Slow()
"""


@pytest.mark.parametrize("video", [MAPPED, RECORDING, SLOW], ids=["memory map", "recording", "slow"])
@pytest.mark.parametrize("ends", ["by the interrupt", "caught"])
def test_a_script(folder, start, video, ends):
    code = f"""
import sys, threading, time
import numpy, optimap, optimap._base
{video}
positions = numpy.random.default_rng(0).integers(0, 64, (3000, 2))
print("ready", flush=True)
try:
    with optimap._base.budgeted(read_bytes=1):  # the slow video is read frame by frame
        optimap.extract_traces(video, positions, 21, window="disc")
except KeyboardInterrupt:
    if {ends == "caught"}:
        others = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
        sys.exit(f"caught, and running on: {{others}}")
    raise
"""
    process = start(sys.executable, "-c", code)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    status, stderr = end(process, signal.SIGINT)
    if ends == "caught":
        assert (status, stderr) == (1, "caught, and running on: []\n")
    else:
        assert status == -signal.SIGINT
        assert stderr.rstrip().endswith("KeyboardInterrupt")


def test_an_interrupt_is_raised_at_the_end_of_the_block():
    done = []
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupted_block(done)
    assert done == ["to its end"]
    assert signal.getsignal(signal.SIGINT) is handler


def interrupted_block(done):
    with deferred_interrupts():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("to its end")


def test_without_an_interrupt_nothing_happens():
    with deferred_interrupts():
        pass


def test_other_threads_have_no_handlers_to_defer():
    errors = []

    def block():
        try:
            with deferred_interrupts():
                pass
        except ValueError as error:  # signal.signal() outside the main thread
            errors.append(error)

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert errors == []


def nested():
    with held_back(), deferred_interrupts(), bound(DEPTH, 2):
        sum(range(3))


def test_an_interrupt_at_any_step_leaves_signals_as_they_were():
    ending = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in ending]
    for step in at_every_step(nested, ["optimap._base.interrupts", "contextlib", "signal"]):
        assert [signal.getsignal(number) for number in ending] == before, step
        assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()), step
        assert DEPTH.get() == 0, step
    assert step > 30
