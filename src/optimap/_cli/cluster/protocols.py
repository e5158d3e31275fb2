"""What is used of dask's client and futures, for the type checker: dask has no types of its own for it."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Future(Protocol):
    """What is used of dask's futures."""

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
    """What is used of dask's client."""

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
