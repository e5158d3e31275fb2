"""The mouse gets a clock that passes only when a test says so."""

import pytest

from tests._pick.views import CLOCK


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("time.monotonic", CLOCK.monotonic)
