"""Words in messages that depend on a count, and text from files that is printed."""

import re

# Control characters, which move the cursor, change colours or titles, those that reverse or hide text, and halves of
# characters, as in names of files that are not in UTF-8: they can be neither printed nor drawn.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def counted(count: int, one: str, several: str | None = None) -> str:
    """Return a count with its noun: ``1 trace``, ``2 traces``, ``2 entries``."""
    return f"{count} {one if count == 1 else several or one + 's'}"


def printable(text: str) -> str:
    r"""Return text for a line on a terminal, where control characters are escapes: ``a\x1b[2Jb``, ``a\nb``."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
