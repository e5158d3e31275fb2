"""Fixtures for all tests: figures without a screen, another budget, memory, the folder of real recordings."""

import os
import re
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("MPLBACKEND", "agg")
# The same examples every time, and no deadline: a busy machine is not a failure.
hypothesis.settings.register_profile("seeded", derandomize=True, deadline=None)
hypothesis.settings.load_profile("seeded")

# The files that take longest begin first, so that no core waits for one of them at the end.
LONGEST = ["test_typed.py", "test_browser.py", "test_desktop.py", "test_guides.py", "test_faults.py"]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    import sys

    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def allow():
    """A function that puts another budget in force until the end of the test, for example ``allow(read_bytes=1)``."""
    from optimap._base import budgeted

    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(budgeted(**changes))


@pytest.fixture
def memory():
    """A function that calls another one, which must raise a ValueError, and returns the bytes that this took at most.

    Memory that is asked for and not used counts, too: beyond 1 GB, it is not granted.
    """
    resource = pytest.importorskip("resource")
    status, marks = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not marks.exists():
        pytest.skip("the most memory that was used is known on Linux only")

    def number(name):
        return int(re.search(rf"{name}:\s+(\d+) kB", status.read_text())[1]) * 1024

    def measured(call, *arguments, match):
        limits = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (number("VmSize") + 2**30, limits[1]))
        marks.write_text("5")  # the most so far is forgotten
        before = number("VmRSS")
        try:
            with pytest.raises(ValueError, match=match):
                call(*arguments)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)
        return number("VmHWM") - before

    return measured


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings, which are not part of the project."""
    folder = os.environ.get("OPTIMAP_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("no real recordings: OPTIMAP_TEST_DATA does not name their folder")
    return Path(folder)
