"""Findings that are known and not mended yet, by kind: pieces of their text. This list only shrinks."""

KNOWN: dict[str, tuple[str, ...]] = {}
