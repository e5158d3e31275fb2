"""A plugin for the examples of docstrings, which leave their figures open: matplotlib warns of more than 20."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _closing_figures():
    """Close the figures of an example."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
