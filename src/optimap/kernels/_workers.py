"""Threads that work for a caller who may be interrupted at any moment, by Ctrl-C or SIGTERM.

Python runs the handler of a signal in the main thread, between any two instructions. An exception raised there may
leave a lock of `threading` or `concurrent.futures` locked; then workers and caller wait for each other for ever. (An
executor that was given one future for each block hung in about 1 of 50 interrupted runs on a loaded machine.) So the
caller starts a single thread, and after that only receives messages from queues that are written in C. That thread, in
which no handler runs, starts the others and waits for them. In every case, the caller returns when all have ended.
"""

from _thread import start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Lock
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stop:
    """A flag that asks work in other threads to end early; unlike `threading.Event`, it has no lock."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Request that the work ends."""
        self._is_set = True

    def is_set(self) -> bool:
        """Return whether the end was requested."""
        return self._is_set


class _Companion:
    """A thread that runs one function, and can be waited for even if the waiting is interrupted."""

    def __init__(self, function: Callable[[], None], wake: Callable[[], None]) -> None:
        self._function, self._wake = function, wake
        self._ended: list[bool] = []
        self._claim = [True]  # taken by the thread when it begins, or by a caller that was interrupted before that
        self._last_words: SimpleQueue[None] = SimpleQueue()

    def start(self) -> bool:
        """Start the thread; return False where the system has no more threads."""
        try:
            start_new_thread(self._run, ())
        except RuntimeError:
            return False
        return True

    def _run(self) -> None:
        if not _taken(self._claim):
            return
        try:
            self._function()
        finally:
            self._ended.append(True)
            self._last_words.put(None)
            self._wake()

    def wait(self) -> None:
        """Return when the thread has ended, or will never begin; interrupts in the meantime are raised afterwards."""
        interrupt: BaseException | None = None
        while True:
            try:
                if _taken(self._claim):
                    break
                while not self._ended:
                    self._last_words.get()
                break
            except BaseException as error:  # noqa: BLE001 - Ctrl-C, again
                interrupt = error
        if interrupt is not None:
            raise interrupt


def _taken(claim: list[bool]) -> bool:
    """Take the claim, which only one thread can."""
    try:
        return claim.pop()
    except IndexError:
        return False


def run_in_threads(
    work: Callable[[int], Result],
    count: int,
    threads: int,
    done: Callable[[Result], None] | None = None,
    stop: Stop | None = None,
) -> None:
    """Call ``work(0)`` to ``work(count - 1)``, each number once, in a number of threads; return when all have ended.

    Each thread takes the next number from a counter. `done` is called in the caller's thread with each result, in the
    order in which they come. After an error in `work`, no more numbers are taken; of several errors, that of the lowest
    number is raised. An error in `done`, or an interrupt of the caller, sets `stop`, and is raised when the calls that
    had begun are over.
    """
    stop = stop or Stop()
    results: SimpleQueue[tuple[Result] | None] = SimpleQueue()
    failures: dict[int, BaseException] = {}
    numbers, lock = iter(range(count)), Lock()

    def take() -> None:
        while not stop.is_set() and not failures:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                results.put((work(number),))
            except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
                failures[number] = error

    def lead() -> None:
        ends: SimpleQueue[None] = SimpleQueue()

        def follow() -> None:
            try:
                take()
            finally:
                ends.put(None)

        followers = 0
        try:
            for _ in range(min(threads, count) - 1):
                start_new_thread(follow, ())
                followers += 1
        except RuntimeError:  # the system has no more threads: the existing ones do the work
            pass
        take()
        for _ in range(followers):
            ends.get()

    companion = _Companion(lead, wake=lambda: results.put(None))
    try:
        if not companion.start():
            take()
            results.put(None)
        while (result := results.get()) is not None:
            if done is not None:
                done(*result)
    except BaseException:
        stop.set()
        companion.wait()
        raise
    if failures:
        raise failures[min(failures)]


@contextmanager
def in_background(stop: Stop | None = None) -> Iterator[Callable[..., None]]:
    """Yield a function that makes calls in a second thread, one at a time, while the caller prepares the next.

    It returns when the previous call is over, and raises its error. The with statement ends when the last call is over,
    even after an error or an interrupt, which set `stop`: nothing continues in the background.
    """
    calls: SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
    answers: SimpleQueue[BaseException | None] = SimpleQueue()

    def make_calls() -> None:
        while (call := calls.get()) is not None:
            try:
                call[0](*call[1])
            except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
                answers.put(error)
                return
            answers.put(None)

    companion = _Companion(make_calls, wake=lambda: answers.put(None))
    has_thread = is_waiting = False

    def finish() -> None:
        nonlocal is_waiting
        if is_waiting:
            is_waiting = False
            error = answers.get()
            if error is not None:
                raise error

    def submit(function: Callable[..., Any], *arguments: Any) -> None:
        nonlocal is_waiting
        if not has_thread:
            function(*arguments)
            return
        finish()
        calls.put((function, arguments))
        is_waiting = True

    try:
        has_thread = companion.start()
        yield submit
        finish()
    except BaseException:
        if stop is not None:
            stop.set()  # the rest of a call is not needed
        raise
    finally:
        calls.put(None)
        companion.wait()
