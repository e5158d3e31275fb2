"""Formats of other packages: modules that announce themselves in the entry-point group ``optimap.formats``.

Such a module has ``SUFFIXES`` and ``open_recording(path, **options)``, which returns a recording, usually made by
`Recording.from_array`; and, if it needs them, ``OPTIONS`` (the names of the options), and ``fits(path)``, which says
whether a file is of this format if others have its suffix. The name of the entry point is that of the format. Modules
are imported only for files that no format of ours takes, and for lists of all formats.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, NamedTuple

from .._base import ArgumentError

GROUP = "optimap.formats"
FAILURES = (ImportError, AttributeError, SyntaxError)  # of a package that is damaged, or made for another version


class Plugin(NamedTuple):
    """A format of another package."""

    name: str
    suffixes: tuple[str, ...]
    options: tuple[str, ...]
    open_recording: Callable[..., Any]
    fits: Callable[[Path], bool] | None
    package: str  # the distribution that brings it


def plugins(path: Path | None = None) -> list[Plugin]:
    """Return the formats of other packages; one that cannot be loaded is an error about a file, if one is given."""
    found = []
    for entry in _entries():
        package = entry.dist.name if entry.dist is not None else entry.value
        try:
            module = entry.load()
            suffixes = tuple(str(suffix).lower() for suffix in module.SUFFIXES)
            opener = module.open_recording
        except FAILURES as error:
            if path is not None:
                problem = f"may be of the format {entry.name!r} of the package {package!r}, which fails ({error})"
                cure = f"update or uninstall {package!r}, or give a file of another format"
                raise ArgumentError("path", path, problem, cure, subject=str(path)) from error
            continue
        options = tuple(getattr(module, "OPTIONS", ()))
        found.append(Plugin(entry.name, suffixes, options, opener, getattr(module, "fits", None), package))
    return found


@lru_cache(1)
def _entries() -> tuple[EntryPoint, ...]:
    """Return what installed packages announce, in the order of their names; finding it takes some milliseconds."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: entry.name))
