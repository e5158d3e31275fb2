"""The error for a scheduler or its workers, and how long to wait before raising it."""

from ..._base import Explained

# Seconds to wait for a scheduler to answer, and for a first worker.
CONNECT = 10
NO_WORKER = 60


class SchedulerError(Explained, RuntimeError):
    """A scheduler, or its workers, cannot be used."""
