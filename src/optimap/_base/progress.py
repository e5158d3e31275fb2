"""Progress of long work: a bar on the terminal, or in the notebook, after the first second, if a user can see it.

The library is quiet in pipes and threads: only the main thread shows the bar, and only if standard error is a terminal,
or that of a notebook. tqdm is imported after the first second, and chooses the bar; ``TQDM_DISABLE=1`` turns it off.
"""

import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .words import printable

DELAY = 1.0  # seconds


@contextmanager
def progress_bar(total: int, unit: str = "B") -> Iterator[Callable[[int], None]]:
    """Yield a function to call with the amount of work done since the last call, out of `total`."""
    if not _is_watched():
        yield lambda done: None
        return
    bar = _Bar(total, unit)
    try:
        yield bar.advance
    finally:
        bar.close()


def say(text: str) -> None:
    """Write a line to standard output, without control characters, and without breaking a visible bar."""
    text = printable(text)
    if "tqdm" in sys.modules:
        sys.modules["tqdm"].tqdm.write(text)
    else:
        print(text)  # noqa: T201 - only the command line calls this


def _is_watched() -> bool:
    """Whether a bar would be visible, and this is the only thread to draw one."""
    stream = sys.stderr
    is_shown = stream is not None and (stream.isatty() or is_notebook())
    return is_shown and threading.current_thread() is threading.main_thread()


def is_notebook() -> bool:
    """Whether this is the kernel of a notebook, whose standard error appears below the cell."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def _shown(**options: Any) -> Any:
    """Return a new bar of tqdm: in notebooks that of Jupyter, if ipywidgets is there, or else text."""
    if is_notebook():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tqdm advises users to install ipywidgets
            from tqdm.auto import tqdm as found

            return found(**options)
    from tqdm import tqdm

    size = shutil.get_terminal_size()  # tqdm draws nothing if a terminal reports a size of 0 by 0, as some do
    return tqdm(ncols=size.columns, nrows=size.lines, **options)


class _Bar:
    """A tqdm bar that appears after the first second."""

    def __init__(self, total: int, unit: str) -> None:
        self._total, self._unit = total, unit
        self._start = time.monotonic()
        self._done = 0
        self._bar: Any = None

    def advance(self, done: int) -> None:
        """Count what was done; show the bar when it is time."""
        self._done += done
        if self._bar is not None:
            self._bar.update(done)
        elif time.monotonic() - self._start >= DELAY and self._done < self._total:
            scale = {"unit_scale": True, "unit_divisor": 1000} if self._unit == "B" else {}
            self._bar = _shown(total=self._total, unit=self._unit, leave=False, **scale)
            if not self._bar.disable:
                # The first second is included, otherwise the estimated time left would be far too short.
                self._bar.start_t = self._bar.last_print_t = self._bar.start_t - (time.monotonic() - self._start)
            self._bar.update(self._done)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
