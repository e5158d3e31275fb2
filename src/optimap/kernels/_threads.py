"""The number of threads that this process may use, as allowed by the machine, the container and the job."""

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from .._base import bound

_alone: ContextVar[bool] = ContextVar("alone", default=False)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run the loops that this thread calls only in this thread, for schedulers that assign one core to each task."""
    with bound(_alone, True):
        yield


def is_alone() -> bool:
    """Whether the caller is within `one_thread`."""
    return _alone.get()


def allowed_threads() -> int:
    """Return the minimum of the cores that this process may use, its container's share, and ``OMP_NUM_THREADS``."""
    limits = [_cores(), container_cores()]
    # A list is for nested teams, outermost first. Other values are ignored here, not errors.
    outermost = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if outermost.isdecimal() and int(outermost) >= 1:
        limits.append(int(outermost))
    return min(limits)


def _cores() -> int:
    """Return the number of cores that the system assigns to this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


OWN_GROUPS, ALL_GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")


@cache  # read only once: the share of a container hardly ever changes while a process runs
def container_cores(own: Path = OWN_GROUPS, root: Path = ALL_GROUPS) -> int:
    """Return the cores that the control groups of this process allow, rounded up.

    These are the cores of the most limited group, or the largest number if there is no limit. `own` lists the groups of
    the process, and `root` is the folder of all groups.
    """
    try:
        lines = own.read_text().splitlines()
    except OSError:  # not Linux
        lines = []
    quotas = [quota for line in lines for quota in _group_quotas(line, root)]
    return max(1, math.ceil(min(quotas))) if quotas else sys.maxsize


def _group_quotas(line: str, root: Path) -> list[float]:
    """Return the quotas along one line of /proc/self/cgroup: number, controllers, path."""
    _, _, rest = line.partition(":")
    controllers, _, path = rest.partition(":")
    if controllers and "cpu" not in controllers.split(","):
        return []
    top = root if not controllers else root / "cpu"
    below = top / path.lstrip("/")
    # Inside a container, the path may be that on the host machine, which is not visible: then the root is the group.
    folders = [folder for folder in (below, *below.parents) if folder == top or top in folder.parents]
    quotas = (_quota(folder) for folder in folders)
    return [quota for quota in quotas if quota is not None]


def _quota(folder: Path) -> float | None:
    """Return the number of cores that one group allows, or None if it has no limit."""
    try:
        if (folder / "cpu.max").exists():  # version 2
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
    except OSError:
        return None
    return int(quota) / int(period) if quota not in ("max", "-1") else None
