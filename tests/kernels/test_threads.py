"""The number of threads: the setting, or else the minimum that the machine, the container and the job allow."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optimap import kernels
from optimap.trace import extract_traces


@pytest.fixture
def container(monkeypatch):
    """A function that limits the container of this process to a number of cores, by what the system says in files."""
    text = {"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"}
    read, exists = Path.read_text, Path.exists

    def limit(cores):
        text["/sys/fs/cgroup/cpu.max"] = f"{cores * 100_000} 100000\n"
        kernels.container_cores.cache_clear()

    monkeypatch.setattr(
        Path, "read_text", lambda path, *more, **how: text.get(path.as_posix()) or read(path, *more, **how)
    )
    monkeypatch.setattr(Path, "exists", lambda path, **how: path.as_posix() in text or exists(path, **how))
    kernels.container_cores.cache_clear()
    yield limit
    kernels.container_cores.cache_clear()


@pytest.fixture
def unlimited(monkeypatch, container):
    """Neither the user nor the job nor the container limits the threads."""
    monkeypatch.delenv("OPTIMAP_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    return monkeypatch


@pytest.fixture
def machine(unlimited):
    """A machine of 64 cores without limits."""
    unlimited.setattr(os, "sched_getaffinity", lambda process: set(range(64)), raising=False)
    return unlimited


def test_all_cores_are_used_where_nothing_limits_them(machine):
    assert kernels.thread_count() == 64


@pytest.mark.parametrize(("value", "expected"), [("3", 3), ("1", 1), ("100", 100)])
def test_the_setting_comes_first(machine, container, value, expected):
    machine.setenv("OPTIMAP_THREADS", value)
    machine.setenv("OMP_NUM_THREADS", "2")
    container(2)
    assert kernels.thread_count() == expected


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", " ", "²"])
def test_a_wrong_setting_is_refused(machine, value):
    machine.setenv("OPTIMAP_THREADS", value)
    with pytest.raises(ValueError, match=r"OPTIMAP_THREADS = .*at least 1"):
        kernels.thread_count()


@pytest.mark.parametrize("shape", [(2, 3, 4), (300, 200, 200)])
def test_a_wrong_setting_is_refused_whether_threads_are_worth_their_start_or_not(machine, shape):
    machine.setenv("OPTIMAP_THREADS", "two")
    with pytest.raises(ValueError, match="OPTIMAP_THREADS = 'two'"):
        extract_traces(np.zeros(shape, np.uint16), (1, 1), size=5)


@pytest.mark.parametrize(
    ("value", "expected"), [("3", 3), (" 3 ", 3), ("5,2", 5), ("128", 64), ("", 64), ("0", 64), ("all", 64)]
)
def test_the_job_limits_the_threads(machine, value, expected):
    machine.setenv("OMP_NUM_THREADS", value)
    assert kernels.thread_count() == expected


def test_the_container_limits_the_threads(machine, container):
    container(2)
    assert kernels.thread_count() == 2


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_the_cores_are_those_that_the_process_may_run_on(unlimited):
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert kernels.thread_count() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert kernels.thread_count() == len(before)


def cores(folder, own, **files):
    """Return the cores that these files, written below a root, give to a process in the groups `own`."""
    for name, text in files.items():
        path = folder / "root" / name.replace("__", "/").replace("-", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "own").write_text(own)
    return kernels.container_cores(folder / "own", folder / "root")


@pytest.mark.parametrize(("quota", "expected"), [("200000 100000", 2), ("150000 100000", 2), ("5000 100000", 1)])
def test_quota_of_a_container_is_rounded_up_to_whole_cores(tmp_path, quota, expected):
    assert cores(tmp_path, "0::/\n", **{"cpu-max": quota + "\n"}) == expected


def test_without_a_quota_there_is_no_limit(tmp_path):
    assert cores(tmp_path, "0::/\n", **{"cpu-max": "max 100000\n"}) == sys.maxsize
    assert kernels.container_cores(tmp_path / "missing", tmp_path) == sys.maxsize


def test_the_group_with_the_smallest_quota_counts(tmp_path):
    files = {"a__cpu-max": "300000 100000", "a__b__cpu-max": "800000 100000", "other__cpu-max": "100000 100000"}
    assert cores(tmp_path, "0::/a/b\n", **files) == 3


def test_the_path_of_a_group_may_be_unknown_inside_a_container(tmp_path):
    assert cores(tmp_path, "0::/docker/0123\n", **{"cpu-max": "400000 100000"}) == 4


def test_groups_of_the_first_version(tmp_path):
    files = {"cpu__job__cpu-cfs_quota_us": "250000\n", "cpu__job__cpu-cfs_period_us": "100000\n"}
    files |= {"cpu__cpu-cfs_quota_us": "-1\n", "cpu__cpu-cfs_period_us": "100000\n"}
    assert cores(tmp_path, "4:memory:/far\n2:cpu,cpuacct:/job\n", **files) == 3


@pytest.mark.skipif(kernels.backend == "numpy", reason="its twin is tested in test_numpy.py")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits memory as Linux does")
def test_where_no_thread_can_be_started_the_caller_does_the_work():
    script = """
import numpy as np, resource
from optimap.trace import extract_traces
video = np.full((20000, 64, 64), 7, np.uint16)
where = np.random.default_rng(0).integers(0, 64, (2000, 2))
extract_traces(video[:10], where, size=3)
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 20000 * 2000 * 8 + 200 * 2**20,) * 2)  # no room for stacks of 64 threads
assert (extract_traces(video, where, size=3) == 7).all()
"""
    environment = {**os.environ, "OPTIMAP_THREADS": "64"}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
