"""Words in messages that depend on a count."""

import pytest

from optimap._base import counted, printable


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Herz ❤ 心房", "Herz ❤ 心房"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\nb\tc\rd\x00\x7f", r"a\nb\tc\rd\x00\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202egnp.b", r"a\u202egnp.b"),
        ("latin\udce9", r"latin\udce9"),
        ("a\u2028b\u200b\ufeff", r"a\u2028b\u200b\ufeff"),
    ],
)
def test_text_for_a_terminal_has_no_control_characters(text, shown):
    assert printable(text) == shown
    assert printable(shown) == shown
