"""Text in cells of CSV files that a spreadsheet would take for a formula: names such as "=1+1" or "-60 mV".

A spreadsheet calculates whatever begins with one of these characters, or shows an error instead of the name; an
apostrophe in front makes it text. The loader removes it. Numbers are never changed.
"""

import re

# The last four are the wide forms of the first, which spreadsheets know as well.
_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def as_cell(text: str) -> str:
    """Return text as it is written; text that begins like a written one gets an apostrophe, too."""
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text


def from_cell(text: str) -> str:
    """Return the text that was written."""
    return text[1:] if text.startswith("'") and _LIKE_A_FORMULA.match(text) else text
