"""The error for a scheduler or its workers, and how long to wait before raising it."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..._base import Explained

# Seconds to wait for a scheduler to answer, and for a first worker.
CONNECT = 10
NO_WORKER = 60


class SchedulerError(Explained, RuntimeError):
    """A scheduler, or its workers, cannot be used."""


@contextmanager
def asking(address: str, left: str = "") -> Iterator[None]:
    """Turn a connection that breaks while the scheduler is asked for something into an error that says so."""
    try:
        yield
    except TimeoutError:
        raise
    except OSError as error:
        problem, cure = f"is gone{left}", "start it again, and run the same command again"
        raise SchedulerError("--scheduler", address, problem, cure, subject="the scheduler") from error
