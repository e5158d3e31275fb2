"""Threads for a caller who may be interrupted: all work is done once, errors arrive, and no thread waits for ever."""

import signal
import subprocess
import sys
import threading
import time
from contextvars import ContextVar

import pytest

from optimap.kernels import Stop, in_background, run_alongside, run_in_threads
from tests.kernels.system import refuse_threads


@pytest.mark.parametrize("threads", [1, 3, 50])
@pytest.mark.parametrize("granted", [0, 1, 2, 99])
def test_each_number_is_worked_on_once(monkeypatch, threads, granted):
    refuse_threads(monkeypatch, granted)
    done, names = [], set()

    def work(number):
        names.add(threading.get_ident())
        return number * number

    run_in_threads(work, 20, threads, done.append)
    assert sorted(done) == [i * i for i in range(20)]
    assert len(names) <= max(1, min(threads, granted))


def test_no_work_is_not_an_error():
    run_in_threads(lambda number: 1 / 0, 0, 3)


def test_the_error_of_the_lowest_number_is_raised_whichever_came_first():
    later = threading.Event()

    def work(number):
        if number == 0:
            later.wait(10)
            raise ValueError("zero")
        later.set()
        raise ValueError("one")

    with pytest.raises(ValueError, match="zero"):
        run_in_threads(work, 2, 2)


def test_after_an_error_no_more_work_begins():
    begun = []

    def work(number):
        begun.append(number)
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        run_in_threads(work, 1000, 2)
    assert len(begun) <= 2


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_of_the_caller_stops_the_work(error):
    stop, begun = Stop(), []

    def work(number):
        begun.append(number)
        time.sleep(0.001)

    def done(_):
        raise error

    with pytest.raises(error):
        run_in_threads(work, 100_000, 2, done, stop)
    assert stop.is_set()
    count = len(begun)
    time.sleep(0.02)
    assert len(begun) == count < 100_000


@pytest.mark.parametrize("granted", [0, 1])
def test_calls_are_made_one_at_a_time_and_in_order(monkeypatch, granted):
    refuse_threads(monkeypatch, granted)
    made, running = [], []

    def call(number):
        running.append(number)
        time.sleep(0.002)
        assert running == [number]
        made.append(running.pop())

    with in_background() as submit:
        for number in range(5):
            submit(call, number)
    assert made == list(range(5))


def submit_all(calls, stop=None):
    """Submit calls; an exception among them is raised in the place of a call."""
    with in_background(stop) as submit:
        for call in calls:
            if isinstance(call, BaseException):
                raise call
            submit(call)


@pytest.mark.parametrize("granted", [0, 1])
def test_an_error_of_a_call_is_raised_by_the_next(monkeypatch, granted):
    refuse_threads(monkeypatch, granted)
    stop, made = Stop(), []

    def fail():
        made.append("fail")
        raise ValueError("one")

    with pytest.raises(ValueError, match="one"):
        submit_all([lambda: made.append("first"), fail, lambda: made.append("never")], stop)
    assert made == ["first", "fail"]
    assert stop.is_set()


def test_an_error_of_the_last_call_is_raised_at_the_end():
    with pytest.raises(ZeroDivisionError):
        submit_all([lambda: 1 / 0])


def test_after_an_interrupt_the_block_ends_when_the_last_call_has_ended():
    begun, ended = threading.Event(), []

    def call():
        begun.set()
        time.sleep(0.02)
        ended.append(True)

    def calls():
        yield call
        begun.wait(10)
        yield KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        submit_all(calls())
    assert ended == [True]


@pytest.mark.parametrize("granted", [0, 1, 3, 99])
def test_calls_alongside_share_their_work(monkeypatch, granted):
    refuse_threads(monkeypatch, granted)
    left, done, names = list(range(200)), [], set()

    def work():
        names.add(threading.get_ident())
        while left:
            done.append(left.pop())

    run_alongside(work, 3, Stop())
    assert sorted(done) == list(range(200))
    assert len(names) <= 1 + min(3, granted)


def test_the_error_of_a_call_alongside_is_raised_and_stops_the_others():
    caller, stop, failed = threading.get_ident(), Stop(), threading.Event()

    def work():
        if threading.get_ident() != caller:
            failed.set()
            raise OSError("no disk")
        failed.wait(10)
        while not stop.is_set():
            time.sleep(0.001)

    with pytest.raises(OSError, match="no disk"):
        run_alongside(work, 1, stop)


def test_after_an_interrupt_of_the_caller_the_calls_that_began_are_over():
    caller, stop, begun, ended = threading.get_ident(), Stop(), threading.Event(), []

    def work():
        if threading.get_ident() == caller:
            begun.wait(10)
            raise KeyboardInterrupt
        begun.set()
        while not stop.is_set():
            time.sleep(0.001)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        run_alongside(work, 1, stop)
    assert ended == [True]


INTERRUPTED = """
import signal, sys, threading, time
from optimap.kernels import Stop, in_background, run_alongside, run_in_threads

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
spin = lambda *_: sum(range(200))
for turn in range(TURNS):
    stop = Stop()
    try:
        # From before the first thread starts to after the last has ended.
        signal.setitimer(signal.ITIMER_REAL, 1e-6 + (turn % 100) * 2e-5)
        if turn % 3 == 1:
            run_in_threads(spin, 200, 3, spin, stop)
        elif turn % 3 == 2:
            run_alongside(lambda: [spin() for _ in range(200) if not stop.is_set()], 2, stop)
        else:
            with in_background(stop) as submit:
                for number in range(100):
                    submit(spin, number)
        time.sleep(0.01)
    except KeyboardInterrupt:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
print("done", sys.exc_info()[0])
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers of POSIX systems")
def test_interrupts_at_any_moment_leave_no_thread_waiting():
    script = INTERRUPTED.replace("TURNS", "1000")
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout == "done None\n"


EVERY_STEP = """
from optimap.kernels import Stop, in_background, run_alongside, run_in_threads
from tests.interrupted import at_every_step

running = []

def work(*_):
    running.append(0)
    try:
        sum(range(300))
    finally:
        running.pop()

def alone():
    with in_background(Stop()) as submit:
        for number in range(3):
            submit(work, number)

for call in (lambda: run_in_threads(work, 5, 3, work, Stop()), lambda: run_alongside(work, 2, Stop()), alone):
    steps = 0
    for turn in range(20):  # the threads are at another place each time
        for number in at_every_step(call, ["optimap.kernels._workers", "contextlib"]):
            assert not running, number
            steps = max(steps, number)
    assert steps > 10
print("done")
"""


def test_an_interrupt_at_any_step_leaves_no_thread_waiting():
    run = subprocess.run([sys.executable, "-c", EVERY_STEP], capture_output=True, text=True, timeout=120)
    assert (run.stdout, run.stderr) == ("done\n", "")


def test_the_context_of_the_caller_holds_in_all_threads():
    who, together = ContextVar("who", default="nobody"), threading.Barrier(3)
    who.set("caller")
    found = []

    def work(number):
        together.wait(10)
        found.append(who.get())
        who.set("thread")

    run_in_threads(work, 3, 3)
    with in_background() as submit:
        submit(lambda: found.append(who.get()))
    assert found == ["caller"] * 4
    assert who.get() == "caller"
