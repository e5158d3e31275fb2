"""The parts of dask's client and futures that are used here, for the type checker: dask has no types of its own."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Future(Protocol):
    """The parts of dask's futures that are used here."""

    key: str
    status: str

    def result(self) -> Any:
        """Return what the function returned."""

    def exception(self) -> BaseException:
        """Return what the function raised."""


class Scheduler(Protocol):
    """The connection to a scheduler."""

    address: str


class Client(Protocol):
    """The parts of dask's client that are used here."""

    scheduler: Scheduler

    def map(self, function: Callable[[Any], object], jobs: Sequence[object], *, pure: bool) -> list[Future]:
        """Begin to call a function with each job, on workers."""

    def nthreads(self) -> dict[str, int]:
        """Return the number of threads of each worker."""

    def run(self, function: Callable[..., object], *arguments: object, on_error: str) -> dict[str, object]:
        """Return what a function returns on each worker."""

    def run_on_scheduler(self, function: Callable[..., object], *arguments: object) -> object:
        """Return what a function returns on the scheduler."""

    def wait_for_workers(self, count: int, *, timeout: float) -> None:
        """Wait for a number of workers, or raise a TimeoutError."""
