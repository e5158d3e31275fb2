"""Holding back Ctrl-C and SIGTERM while they could leave things broken."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM)  # signals that end a run


@contextmanager
def held_back() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM until the end of the block; threads and processes started in it never receive them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
        for number in handlers:
            signal.signal(number, lambda number, frame: came.append(number))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for sent in came:
            signal.raise_signal(sent)
