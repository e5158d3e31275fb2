"""Words in messages that depend on a count."""


def counted(count: int, one: str, several: str | None = None) -> str:
    """Return a count with its noun: ``1 trace``, ``2 traces``, ``2 entries``."""
    return f"{count} {one if count == 1 else several or one + 's'}"
