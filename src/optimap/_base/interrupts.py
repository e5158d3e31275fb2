"""Holding back Ctrl-C and SIGTERM while they could leave things broken.

A handler may run between any two steps of Python, also when a call has done its work and before its result has a name,
and when a function begins, before its first ``try``. What a block changes is therefore changed inside ``try``, what was
there before is asked first, and what is restored is restored a second time, in case an interrupt fell into the first.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Value = TypeVar("Value")

ENDING = (signal.SIGINT, signal.SIGTERM)  # signals that end a run


@contextmanager
def held_back() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM until the end of the block; threads and processes started in it never receive them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)  # again


@contextmanager
def deferred_interrupts() -> Iterator[None]:
    """Delay the handlers of Ctrl-C and SIGTERM until the end of the block.

    This is for code in C that may drop the exception that a handler raises, and the interrupt with it. Blocking the
    signals would not suffice: another thread may receive them, and Python then runs the handlers in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers run only in the main thread
        return
    came: list[int] = []
    handlers = {number: signal.getsignal(number) for number in ENDING}
    handlers = {number: handler for number, handler in handlers.items() if callable(handler)}
    try:
        try:
            for number in handlers:
                signal.signal(number, lambda number, frame: came.append(number))
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)  # again: once one is back, its signal may interrupt the others
        for sent in came:
            signal.raise_signal(sent)


@contextmanager
def bound(variable: ContextVar[Value], value: Value) -> Iterator[None]:
    """Give a context variable a value until the end of the block.

    Examples
    --------
    >>> from contextvars import ContextVar
    >>> from optimap._base import bound
    >>> depth = ContextVar("depth", default=0)
    >>> with bound(depth, 2):
    ...     depth.get()
    2
    >>> depth.get()
    0
    """
    before = variable.get()
    try:
        variable.set(value)
        yield
    finally:
        variable.set(before)
