"""Front ends wait for programs, pages and windows: their tests have the clock of the system."""

import pytest


@pytest.fixture(autouse=True)
def _clock():
    """Replace the clock of the other tests of picking."""
