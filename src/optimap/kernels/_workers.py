"""Threads that work for a caller who may be interrupted at any moment, by Ctrl-C or SIGTERM.

Python runs the handler of a signal in the main thread, between any two instructions. An exception raised there may
leave a lock of `threading` or `concurrent.futures` locked; workers and caller then wait for each other for ever. (An
executor with one future for each block hung in about 1 of 50 interrupted runs on a loaded machine.) Therefore the
caller starts a single thread, and after that only receives messages from queues that are written in C. That thread, in
which no handler runs, starts the others and waits for them. In every case, the caller returns when all have ended.

A handler may also run when a call has done its work and before its result has a name, so no result of the caller may
matter that a second call would not give again. And it may run when a function begins, before its first ``try``: what
has to be done at the end is repeated, in place, until it was done without an interrupt.
"""

import _thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from queue import SimpleQueue
from threading import Lock
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class Stop:
    """A flag that asks work in other threads to end early; unlike `threading.Event`, it has no lock."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Request the end of the work."""
        self._is_set = True

    def is_set(self) -> bool:
        """Return whether the end was requested."""
        return self._is_set


class _Companion:
    """A thread that runs one function, and can be waited for even if the waiting is interrupted."""

    def __init__(self, function: Callable[[], None], wake: Callable[[], None]) -> None:
        self._function, self._wake = function, wake
        self._context = copy_context()  # what holds for the caller, such as who listens to warnings, holds there, too
        self._ended: list[bool] = []
        self._owner: dict[str, str] = {}  # the thread, from when it begins, or a caller who waits before that
        self._last_words: SimpleQueue[None] = SimpleQueue()

    def start(self) -> bool:
        """Start the thread; return False if the system has no more threads."""
        try:
            _thread.start_new_thread(self._run, ())
        except RuntimeError:
            return False
        return True

    def _run(self) -> None:
        if not self._belongs_to("thread"):
            return
        try:
            self._context.run(self._function)
        finally:
            self._ended.append(True)
            self._last_words.put(None)
            self._wake()

    def wait(self) -> None:
        """Return when the thread has ended, or will never begin; interrupts during the wait are raised afterwards."""
        interrupt: BaseException | None = None
        while True:
            try:
                while not self._belongs_to("caller") and not self._ended:
                    self._last_words.get()
                break
            except BaseException as error:  # noqa: BLE001 - Ctrl-C, again
                interrupt = error
        if interrupt is not None:
            raise interrupt

    def _belongs_to(self, who: str) -> bool:
        """Whether the function belongs to the one who asks, as it does to the first one who asks."""
        return self._owner.setdefault("function", who) == who


class _Team(Generic[Result]):
    """Work on numbers, each taken from a counter by one thread."""

    def __init__(self, work: Callable[[int], Result], count: int, stop: Stop) -> None:
        self._work, self._count, self._stop = work, count, stop
        self._numbers, self._lock = iter(range(count)), Lock()
        self.results: SimpleQueue[tuple[Result] | None] = SimpleQueue()
        self.failures: dict[int, BaseException] = {}

    def take(self) -> None:
        """Take numbers and work on them until there are none, something failed, or the caller asks to stop."""
        while not self._stop.is_set() and not self.failures:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            try:
                self.results.put((self._work(number),))
            except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
                self.failures[number] = error

    def lead(self, threads: int) -> None:
        """Start the other threads, work alongside them, and return when all have ended."""
        ends: SimpleQueue[None] = SimpleQueue()

        def follow() -> None:
            try:
                self.take()
            finally:
                ends.put(None)

        followers = 0
        try:
            for _ in range(min(threads, self._count) - 1):
                _thread.start_new_thread(copy_context().run, (follow,))
                followers += 1
        except RuntimeError:  # the system has no more threads: the existing ones do the work
            pass
        self.take()
        for _ in range(followers):
            ends.get()

    def close(self) -> None:
        """Mark the end of the results."""
        self.results.put(None)


def run_in_threads(
    work: Callable[[int], Result],
    count: int,
    threads: int,
    done: Callable[[Result], None] | None = None,
    stop: Stop | None = None,
) -> None:
    """Call ``work(0)`` to ``work(count - 1)``, each number once, in a number of threads; return when all have ended.

    Each thread takes the next number from a counter. `done` is called in the caller's thread with each result, in order
    of completion. After an error in `work`, no more numbers are taken; of several errors, that of the lowest
    number is raised. An error in `done`, or an interrupt of the caller, sets `stop`, and is raised when the calls that
    had begun are over.
    """
    stop = stop or Stop()
    team = _Team(work, count, stop)
    companion = _Companion(lambda: team.lead(threads), wake=team.close)
    interrupt: BaseException | None = None
    try:
        if not companion.start():
            team.take()
            team.close()
        while (result := team.results.get()) is not None:
            if done is not None:
                done(*result)
    except BaseException:
        stop.set()
        raise
    finally:
        while True:
            try:
                if interrupt is not None:
                    stop.set()
                companion.wait()
                break
            except BaseException as error:  # noqa: BLE001 - Ctrl-C, again
                interrupt = error
        if interrupt is not None:
            raise interrupt
    if team.failures:
        raise team.failures[min(team.failures)]


def run_alongside(work: Callable[[], None], others: int, stop: Stop) -> None:
    """Call ``work()`` in the caller's thread and in others at the same time; return when the calls that began are over.

    For work of some milliseconds whose parts the calls take from each other, such as reading: a thread that is still
    asleep when nothing is left is not waited for, as it may be on a loaded machine. An interrupt may be raised anywhere
    in the caller's call, which must take no lock. It and any error set `stop`.
    """
    failures: list[BaseException] = []

    def follow() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            failures.append(error)
            stop.set()

    companions = [_Companion(follow, wake=lambda: None) for _ in range(others)]
    interrupt: BaseException | None = None
    try:
        for companion in companions:
            companion.start()
        work()
    except BaseException:
        stop.set()
        raise
    finally:
        while True:
            try:
                if interrupt is not None:
                    stop.set()
                for companion in companions:
                    companion.wait()
                break
            except BaseException as error:  # noqa: BLE001 - Ctrl-C, again
                interrupt = error
        if interrupt is not None:
            raise interrupt
    if failures:
        raise failures[0]


class _Calls:
    """Calls that a second thread makes, one at a time."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._answers: SimpleQueue[BaseException | None] = SimpleQueue()
        self._is_waiting = False
        self.has_thread = False

    def make(self) -> None:
        """Make the calls, until one fails or there are no more."""
        while (call := self._calls.get()) is not None:
            try:
                call[0](*call[1])
            except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
                self._answers.put(error)
                return
            self._answers.put(None)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Request a call as soon as the previous one has finished; an error of that one is raised here."""
        if not self.has_thread:
            function(*arguments)
            return
        self.finish()
        self._calls.put((function, arguments))
        self._is_waiting = True

    def finish(self) -> None:
        """Return when the last call has finished, or raise its error."""
        if self._is_waiting:
            self._is_waiting = False
            error = self._answers.get()
            if error is not None:
                raise error

    def wake(self) -> None:
        """Answer a caller who may still be waiting."""
        self._answers.put(None)

    def close(self) -> None:
        """Let the thread end after the calls already submitted."""
        self._calls.put(None)


@contextmanager
def in_background(stop: Stop | None = None) -> Iterator[Callable[..., None]]:
    """Yield a function that makes calls in a second thread, one at a time, while the caller prepares the next.

    It returns when the previous call is over, and raises its error. The with statement ends when the last call is over,
    even after an error or an interrupt, which set `stop`: nothing continues in the background.
    """
    calls = _Calls()
    companion = _Companion(calls.make, wake=calls.wake)
    interrupt: BaseException | None = None
    try:
        calls.has_thread = companion.start()
        yield calls.submit
        calls.finish()
    except BaseException:
        if stop is not None:
            stop.set()  # the rest of a call is not needed
        raise
    finally:
        while True:
            try:
                if interrupt is not None and stop is not None:
                    stop.set()
                calls.close()
                companion.wait()
                break
            except BaseException as error:  # noqa: BLE001 - Ctrl-C, again
                interrupt = error
        if interrupt is not None:
            raise interrupt
