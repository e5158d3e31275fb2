"""Words in messages that depend on a count."""

import pytest

from optimap._base import counted


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((1, "trace"), "1 trace"),
        ((2, "trace"), "2 traces"),
        ((0, "trace"), "0 traces"),
        ((2, "entry", "entries"), "2 entries"),
    ],
)
def test_a_count_with_its_noun(arguments, text):
    assert counted(*arguments) == text
