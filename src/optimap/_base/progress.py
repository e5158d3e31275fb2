"""Progress of long work: a bar on the terminal, after a second, where somebody is watching.

The library is quiet in scripts, notebooks, pipes and threads: the bar is shown where standard error is a terminal, by
the main thread. tqdm is imported when the first second has passed; ``TQDM_DISABLE=1`` turns it off.
"""

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

DELAY = 1.0  # seconds


@contextmanager
def progress_bar(total: int, unit: str = "B") -> Iterator[Callable[[int], None]]:
    """Yield a function to call with what has been done since, in parts of `total`."""
    if not _is_watched():
        yield lambda done: None
        return
    bar = _Bar(total, unit)
    try:
        yield bar.advance
    finally:
        bar.close()


def say(text: str) -> None:
    """Write a line to standard output, clear of a bar that may be there."""
    if "tqdm" in sys.modules:
        sys.modules["tqdm"].tqdm.write(text)
    else:
        print(text)  # noqa: T201 - this is the command line's voice


def _is_watched() -> bool:
    stream = sys.stderr
    return stream is not None and stream.isatty() and threading.current_thread() is threading.main_thread()


class _Bar:
    def __init__(self, total: int, unit: str) -> None:
        self._total, self._unit = total, unit
        self._start = time.monotonic()
        self._done = 0
        self._bar: Any = None

    def advance(self, done: int) -> None:
        self._done += done
        if self._bar is not None:
            self._bar.update(done)
        elif time.monotonic() - self._start >= DELAY and self._done < self._total:
            from tqdm import tqdm

            size = shutil.get_terminal_size()  # tqdm draws nothing where a terminal says 0 by 0, as some do
            scale = {"unit_scale": True, "unit_divisor": 1000} if self._unit == "B" else {}
            self._bar = tqdm(
                total=self._total, unit=self._unit, leave=False, ncols=size.columns, nrows=size.lines, **scale
            )
            if not self._bar.disable:
                # The time that has passed counts, or the seconds left would be far too few.
                self._bar.start_t = self._bar.last_print_t = self._bar.start_t - (time.monotonic() - self._start)
            self._bar.update(self._done)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
