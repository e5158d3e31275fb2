"""Jobs on a cluster: sending them to workers, and yielding results as they arrive.

A job is any picklable object that a function takes. What jobs do, and how they are reported, is defined elsewhere.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..._base import counted, say
from .errors import NO_WORKER, SchedulerError, asking

if TYPE_CHECKING:
    from .protocols import Client, Future

Job = TypeVar("Job")
Result = TypeVar("Result")


def outcomes(
    client: "Client", work: Callable[[Job], Result], jobs: Sequence[Job], *, next_worker: float = NO_WORKER
) -> Iterator[tuple[Job, Result | str]]:
    """Yield (job, what `work` returned, or a text that says why it returned nothing) as jobs finish, in any order.

    Jobs that are queued when the client is closed, for example after Ctrl-C, are not started; running jobs are
    not interrupted. If no worker is left, `next_worker` seconds without a result are an error.
    """
    with asking(client.scheduler.address, f", with {counted(len(jobs), 'recording')} not done"):
        futures = client.map(work, jobs, pure=False)
    left = dict(zip(futures, jobs, strict=True))
    while left:
        for future in _done_in_time(client, list(left), next_worker):
            job = left.pop(future)
            yield job, _result(client, future, len(left) + 1)


def _done_in_time(client: "Client", futures: "list[Future]", seconds: float) -> "Iterator[Future]":
    """Yield futures as they are done; return after a while without any, raise an error if no worker is left."""
    import distributed

    in_order: Any = distributed.as_completed
    try:
        yield from in_order(futures, timeout=seconds)
    except TimeoutError:
        if not client.nthreads():
            raise SchedulerError(
                "--scheduler",
                client.scheduler.address,
                f"is left, with {counted(len(futures), 'recording')} waiting",
                "start workers, and run the same command again",
                subject="no worker",
            ) from None


def _result(client: "Client", future: "Future", left: int) -> Any:
    """Return the result of a finished future, or the reason why it has none."""
    if future.status == "finished":
        return future.result()
    if future.status != "error":
        raise SchedulerError(
            "--scheduler",
            client.scheduler.address,
            f"is gone, with {counted(left, 'recording')} not done",
            "start it again, and run the same command again",
            subject="the scheduler",
        )
    error = future.exception()
    if type(error).__name__ == "KilledWorker":
        return "every worker that tried it died: it may need more memory than they have"
    return f"{type(error).__name__}: {error}"


def say_where(client: "Client", jobs: int) -> None:
    """Print the numbers of jobs and workers."""
    with asking(client.scheduler.address):
        workers = len(client.nthreads())
    say(f"{counted(jobs, 'recording')} on {counted(workers, 'worker')}")
