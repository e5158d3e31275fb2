"""How many threads this process may use: what the machine, its container and its job allow."""

import math
import os
import sys
from functools import cache
from pathlib import Path


def allowed_threads() -> int:
    """Return the least of: cores this process may run on, the share its container is given, ``OMP_NUM_THREADS``."""
    limits = [_cores(), _container_cores()]
    # A list is for nested teams, the outermost first. Anything else is not ours to complain about.
    outermost = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if outermost.isdecimal() and int(outermost) >= 1:
        limits.append(int(outermost))
    return min(limits)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache  # one reading of small files; a container's share hardly ever changes while a process runs
def _container_cores() -> int:
    """Return the cores' worth of time that this process's control groups are given, rounded up."""
    return container_cores(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))


def container_cores(own: Path, root: Path) -> int:
    """Return the cores of the tightest group around the process, the largest number where none has a limit."""
    try:
        lines = own.read_text().splitlines()
    except OSError:  # no Linux
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
    # Inside a container the path may be that of the machine, which is not there to see: then the root is the group.
    folders = [folder for folder in (below, *below.parents) if folder == top or top in folder.parents]
    quotas = (_quota(folder) for folder in folders)
    return [quota for quota in quotas if quota is not None]


def _quota(folder: Path) -> float | None:
    """Return the cores' worth of time that one group is given, None where it has no limit."""
    try:
        if (folder / "cpu.max").exists():  # version 2
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
    except OSError:
        return None
    return int(quota) / int(period) if quota not in ("max", "-1") else None
