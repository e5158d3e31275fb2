"""Fixtures for all tests: figures without a screen, another budget, the folder of real recordings."""

import os
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("MPLBACKEND", "agg")
# The same examples every time, and no deadline: a busy machine is no failure.
hypothesis.settings.register_profile("seeded", derandomize=True, deadline=None)
hypothesis.settings.load_profile("seeded")


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


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings, which are not part of the project."""
    folder = os.environ.get("OPTIMAP_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("no real recordings: OPTIMAP_TEST_DATA does not name their folder")
    return Path(folder)
