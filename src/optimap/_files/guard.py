"""The guard: whatever a library does with a file that we read happens inside ``with reading(...)``.

It turns the errors that mean "damaged" for this library (`libraries`), and no others, into a `DamagedFileError` that
names the file and what was being read. What the library warns of or logs meanwhile is one line: part of the error, or a
single warning if the file could be read all the same. Errors of ours pass unchanged, and so do those of the system,
such as a lack of permission, with the name of the file.

Only calls of libraries, and what takes their results apart, belong inside: a mistake of ours must not be reported as a
damaged file.
"""

import errno
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from pathlib import Path
from threading import Lock, current_thread, main_thread
from typing import NoReturn

from .._base import Advice, DamagedFileError, Explained, bound, deferred_interrupts, stack_level
from .libraries import LIBRARIES, Library

COPY_AGAIN = "copy the file again"
LONGEST_REASON = 300  # characters of what a library says
MOST_TOLD = 1000
Reports = list[tuple[Advice, Path]]  # warnings, and the files or recordings that they are about
# Errors of the system, which say nothing about the content of a file.
OF_THE_SYSTEM = {
    getattr(errno, name, -1)
    for name in (
        *("EACCES", "EPERM", "ENOENT", "ENOTDIR", "EISDIR", "EMFILE", "ENFILE", "ENOSPC", "EIO", "ESTALE", "EBUSY"),
        *("ETIMEDOUT", "EHOSTDOWN", "ENAMETOOLONG", "ELOOP", "EINTR", "EAGAIN"),
    )
}


@contextmanager
def reading(
    path: Path,
    library: str,
    problem: str,
    cure: str = COPY_AGAIN,
    *,
    argument: str = "path",
    subject: str | None = None,
    keyword: str | None = None,
    listen: bool = True,
) -> Iterator[None]:
    """Guard calls of a library that read a file.

    `library` is a name in `LIBRARIES`. The error is about `argument`, and says `problem` ("cannot be read as TIFF")
    with the reason that the library gives. Without `listen`, warnings are left alone, which saves some microseconds
    where pixels are decoded piece by piece.

    Examples
    --------
    >>> from pathlib import Path
    >>> from optimap._files import reading
    >>> with reading(Path("notes.json"), "json", "cannot be read as JSON"):
    ...     raise ValueError("Expecting value: line 1 column 1 (char 0)")
    Traceback (most recent call last):
    optimap._base.errors.DamagedFileError: notes.json cannot be read as JSON (Expecting value: line 1 column 1 (char 0)): copy the file again
    """  # noqa: E501
    row = LIBRARIES[library]
    said: list[str] = []
    try:
        with deferred_interrupts() if row.loses_interrupts else nullcontext(), _heard(row, said, listen):
            yield
    except Explained:
        raise
    except row.raises() as error:
        _refuse(path, error, problem, cure, argument, str(path) if subject is None else subject, keyword)
    said = [text for text in said if not any(part in text for part in row.idle)]
    outer = _heard_by.get()
    if said and outer is not None:
        outer.extend(said)
    elif said and not row.quiet:
        more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
        what = f"is read, but {library} reports: {shortened(said[0])}{more}"
        _report(Advice("path", path, what, "check that it is complete", subject=str(path)), path)


@contextmanager
def held_reports(whole: Path | None = None) -> Iterator[Reports]:
    """Hold the warnings about files until the end of the block, and yield the list of them.

    If the block ends with an error, this says enough.

    If the files belong to a recording, `whole`, there is one line about all of them.
    """
    reports: Reports = []
    with bound(_held, reports):
        yield reports
    for advice, path in reports if whole is None else reports[:1]:
        _report(advice, whole or path)


def _report(advice: Advice, path: Path) -> None:
    """Warn of a file, now or at the end of the block that holds reports, unless something was said of `path` before."""
    held = _held.get()
    if held is not None:
        held.append((advice, path))
    elif is_news(path):
        warnings.warn(advice, stacklevel=stack_level())


def is_news(path: Path) -> bool:
    """Whether nothing was said yet about a file as it is now: one line is enough, however often it is read.

    From now on, something was.
    """
    known = os.stat(path) if path.exists() else None
    key = str(path.absolute()), 0 if known is None else known.st_mtime_ns, 0 if known is None else known.st_size
    with _lock:
        is_news = key not in _told
        _told[key] = None
        if len(_told) > MOST_TOLD:
            del _told[next(iter(_told))]
    return is_news


def _refuse(
    path: Path, error: Exception, problem: str, cure: str, argument: str, subject: str, keyword: str | None
) -> NoReturn:
    """Raise the error for a damaged file, or an error of the system with the name of the file."""
    if isinstance(error, OSError) and error.errno is not None and error.errno in OF_THE_SYSTEM:
        why = "it is locked by another program" if error.errno == errno.EAGAIN else os.strerror(error.errno)
        raise OSError(error.errno, why, str(path)) from error
    text = f"{problem} ({reason_of(error)})"
    raise DamagedFileError(argument, path, text, cure, subject=subject, keyword=keyword) from error


def reason_of(error: BaseException) -> str:
    """Return what a library says about an error, in one line."""
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    if isinstance(error, KeyError) and len(error.args) == 1:
        key = str(error.args[0])
        return shortened(key) if " " in key else f"it has no entry {shortened(key)!r}"
    return shortened(str(error)) or type(error).__name__


def shortened(text: str) -> str:
    """Return text in one line, which is cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON]} ..."


# --- warnings and log lines ---------------------------------------------------------------------------------------

# What is being said in this thread, and in all that are listening: libraries work in threads of their own, too.
_heard_by: ContextVar[list[str] | None] = ContextVar("heard_by", default=None)
_held: ContextVar[Reports | None] = ContextVar("held", default=None)
_listening: list[list[str]] = []
_told: dict[tuple[str, int, int], None] = {}  # the files that a line was about, the oldest first
_lock = Lock()
_caught: "list[warnings.catch_warnings[None]]" = []  # one while anybody listens


@contextmanager
def _heard(library: Library, said: list[str], listen: bool) -> Iterator[None]:
    """Collect in `said` what is warned of or logged; filters of warnings are changed once, by the first who listens."""
    if not listen:
        yield
        return
    for name in library.loggers:
        logging.getLogger(name).addFilter(_is_not_heard)  # once, however often it is added
    try:
        try:
            with _lock:
                _listening.append(said)
                if not _caught:
                    _caught.append(warnings.catch_warnings())
                    _caught[0].__enter__()
                    _replace_showwarning()
            with bound(_heard_by, said):
                yield
        finally:
            _unheard(said)
    finally:
        _unheard(said)  # again, in case an interrupt fell into it


def _unheard(said: list[str]) -> None:
    """Listen no longer; the last one who does restores the filters of warnings."""
    with _lock:
        _listening[:] = [one for one in _listening if one is not said]
        if _caught and not _listening:
            with suppress(RuntimeError, AttributeError):  # an interrupt came before the filters were noted
                _caught[0].__exit__(None, None, None)
            _caught.clear()


def _replace_showwarning() -> None:
    warnings.simplefilter("always")
    warnings.simplefilter("ignore", ResourceWarning)  # of what is no longer used, and was not closed: any other file
    others = warnings.showwarning

    def show(message: Warning | str, *place: object) -> None:
        heard = _listener()
        if heard is None:
            others(message, *place)  # type: ignore[arg-type]  # as it was called
        else:
            heard.append(str(message))

    warnings.showwarning = show  # type: ignore[assignment]


def _is_not_heard(record: logging.LogRecord) -> bool:
    """Whether a record goes on to the handlers, because nobody in this thread listens."""
    heard = _listener()
    if heard is not None:
        heard.append(record.getMessage())
    return heard is None


def _listener() -> list[str] | None:
    """Return who listens to this thread: the guard in it or, for threads of libraries, the one that began last."""
    heard = _heard_by.get()
    if heard is None and current_thread() is not main_thread():
        with _lock:
            return _listening[-1] if _listening else None
    return heard
