"""Memory maps of files that are cut off while they are open.

Touching what a file has lost would end the process (SIGBUS). The compiled module puts zeros there instead and marks the
map (``kernels/cut_maps.hpp``); `check_whole` raises the error for it, and so does Python's handler of the signal, in
the main thread, for code that does not ask, such as NumPy with a slice of a recording. Without the compiled module, and
for files that shrink before they are touched, the size of the file is compared. Every map of a recording is watched
while it exists, and every map that a user passes from then on.
"""

import mmap
import signal
import threading
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from .._base import AnyArray, DamagedFileError
from .memory_maps import mapping_of


def map_watcher() -> Any:
    """Return the module that survives memory maps of files that are cut off, or None if it was not built."""
    # Not imported at the top, because this reads OPTIMAP_KERNELS, and a wrong value is reported like other errors.
    from .. import kernels

    module = kernels.twins().get("compiled")
    return module if hasattr(module, "watch_map") else None


class _Watch:
    """What is known about a map: its file, the size that this must have, and the mark of the compiled module."""

    def __init__(self, mapping: mmap.mmap, array: AnyArray) -> None:
        below = array
        while below is not None and not (isinstance(below, np.memmap) and below.offset is not None):  # of no frames
            below = getattr(below, "base", None)
        self.path = Path(below.filename) if below is not None and below.filename is not None else None
        offset = 0 if below is None else below.offset - below.offset % mmap.ALLOCATIONGRANULARITY
        self.needed = offset + len(mapping)
        self.is_reported = False
        self.watcher = map_watcher()
        if self.watcher is not None:
            start = np.frombuffer(mapping, np.uint8).__array_interface__["data"][0]
            self.node = self.watcher.watch_map(start, len(mapping))
            weakref.finalize(mapping, self.watcher.forget_map, self.node).atexit = False

    def is_cut(self, mapping: mmap.mmap | None) -> bool:
        """Return whether something of the map is, or was, missing; without `mapping`, whether it was touched."""
        if self.watcher is not None and self.watcher.is_cut(self.node):
            return True
        return mapping is not None and mapping.size() < self.needed

    def error(self) -> DamagedFileError:
        """Return the error for a map that was cut."""
        self.is_reported = True
        subject = "the file of a memory map" if self.path is None else str(self.path)
        problem, cure = "was truncated while it was open", "copy it again, and open it again"
        return DamagedFileError("path", self.path, problem, cure, subject=subject)


_watched: "weakref.WeakKeyDictionary[mmap.mmap, _Watch]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def watch(array: AnyArray) -> mmap.mmap | None:
    """Watch the memory map that an array is a view of, if it is one and of a file; return it."""
    mapping = mapping_of(array)
    if mapping is None or mapping in _watched or not len(mapping):
        return mapping
    try:
        mapping.size()
    except (OSError, ValueError):  # not of a file, or closed
        return mapping
    with _lock:
        _take_signals()
        if mapping not in _watched:
            _watched[mapping] = _Watch(mapping, array)
    return mapping


def maps_of(source: Any) -> list[mmap.mmap]:
    """Return the maps behind the arrays that an object holds, now watched."""
    held = [value if isinstance(value, (list, tuple)) else [value] for value in vars(source).values()]
    found = [watch(value) for values in held for value in values if isinstance(value, np.ndarray)]
    return [mapping for mapping in found if mapping is not None]


def check_whole(*maps: mmap.mmap | None) -> None:
    """Raise an error for a map that is watched, and was cut off; its values may be zeros that are not in the file."""
    for mapping in maps:
        known = None if mapping is None else _watched.get(mapping)
        if known is not None and known.is_cut(mapping):
            raise known.error()


def _take_signals() -> None:
    """Let the compiled module handle the signal, and Python as well if this is the main thread."""
    watcher = map_watcher()
    if watcher is None or not hasattr(signal, "SIGBUS"):
        return
    is_main = threading.current_thread() is threading.main_thread()
    now = signal.getsignal(signal.SIGBUS)
    if watcher.handles_cuts() and (now is _on_cut or not is_main):
        return
    watcher.keep_handler()
    if is_main and now in (signal.SIG_DFL, signal.SIG_IGN, None):
        signal.signal(signal.SIGBUS, _on_cut)
        now = _on_cut
    watcher.handle_cuts(now is _on_cut)


def _on_cut(number: int, frame: object) -> None:
    """Raise the error in the main thread, unless it was raised where the map was read."""
    watches: Iterable[_Watch] = list(_watched.values())
    for known in watches:
        if not known.is_reported and known.is_cut(None):
            raise known.error()
