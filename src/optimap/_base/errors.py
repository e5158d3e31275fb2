"""Errors that carry the name of the wrong argument, its value, the problem, and the cure.

A message is one sentence, ``subject problem: cure``. A caller with names other than Python's, such as the command line,
composes its own sentence from the fields and need not parse messages. Errors that are not caused by an
argument, such as a missing optional package (`extras`), are not here.
"""

from typing import Any, Self

from .words import printable

LONGEST_SHOWN = 200  # characters of a value in a message
LONGEST_PROBLEM = 600
LONGEST_SUBJECT = 1000  # which may end with a name in a damaged file


class Explained(Exception):
    """Fields that all errors about an argument share; a second base class gives the kind of error.

    Attributes
    ----------
    argument : str
        The argument, or the part of it that is wrong, such as ``"coords[1]"``.
    value : object
        The value that was given.
    problem : str
        What is wrong with it, as the continuation of a sentence that begins with the argument.
    cure : str
        What to do.
    keyword : str or None
        Another argument that `cure` asks for, if there is one; it appears there as ``keyword=``.
    plain : bool
        Whether the cure also states the problem, so that the message is better without it.
    """

    def __init__(
        self,
        argument: str,
        value: object,
        problem: str,
        cure: str,
        *,
        subject: str | None = None,
        keyword: str | None = None,
        plain: bool = False,
    ) -> None:
        problem = _shortened(problem)  # there may be text from a damaged file in it
        self.argument, self.value, self.problem, self.cure = argument, value, problem, cure
        self.subject = f"{argument} = {_shown(value)}" if subject is None else subject[:LONGEST_SUBJECT]
        self.keyword, self._plain = keyword, plain
        self.origin: str | None = None  # the file that holds the value, if the sentence does not name it
        super().__init__(self.sentence())

    def sentence(self, subject: str | None = None, cure: str | None = None) -> str:
        """Return the message, with a different subject or cure if given."""
        problem = "" if self._plain else f" {self.problem}"
        return f"{subject or self.subject}{problem}: {cure or self.cure}"

    def __str__(self) -> str:
        return self.sentence() if self.origin is None else f"{self.origin}: {self.sentence()}"

    def __reduce__(self) -> Any:
        return _restored, (type(self), vars(self).copy())  # workers send errors to other processes

    @classmethod
    def must_be(cls, argument: str, value: object, allowed: str, subject: str | None = None) -> Self:
        """Return the error for a value that is not one of those allowed: ``size = -1: it must be a whole number``."""
        return cls(argument, value, f"is not {allowed}", f"it must be {allowed}", subject=subject, plain=True)


class ArgumentError(Explained, ValueError):
    """An argument has a value that cannot be used.

    The fields are those of every error about an argument: `argument`, `value`, `problem` and `cure`.

    Examples
    --------
    >>> import numpy as np
    >>> import optimap
    >>> try:
    ...     optimap.extract_traces(np.zeros((9, 6, 7)), [(2, 2), (7, 0)])
    ... except optimap.ArgumentError as error:
    ...     print(error)
    ...     print(error.argument, error.value)
    coords[1] = (x=7, y=0) is outside the frame (width 7, height 6): x must be in 0..6
    coords[1] (7, 0)
    """


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument is of a type that cannot be used; the fields are those of `ArgumentError`."""


class DamagedFileError(ArgumentError):
    """A file is damaged, incomplete, or not of the kind that it should be; the fields are those of `ArgumentError`."""


class MissingFileError(Explained, FileNotFoundError):
    """A file that an argument names does not exist."""


class ExistingFileError(Explained, FileExistsError):
    """A file that would be written already exists."""


class FolderError(Explained, IsADirectoryError):
    """A folder was given instead of a file."""


class NotAFileError(Explained, OSError):
    """A pipe, a socket or a device was given instead of a file."""


class NoRoomError(Explained, OSError):
    """A file cannot be written, because there is no room for it; `errno` says of which kind the limit is."""

    def __init__(self, argument: str, value: object, problem: str, cure: str, *, subject: str, errno: int) -> None:
        super().__init__(argument, value, problem, cure, subject=subject)
        self.errno = errno


class Advice(Explained, UserWarning):
    """A warning with the same fields: something was done as asked, and probably is not what was meant."""


def _shortened(problem: str) -> str:
    """Return text without control characters, which is cut where it is long."""
    text = printable(problem[: LONGEST_PROBLEM + 1])
    return text if len(text) <= LONGEST_PROBLEM else f"{text[:LONGEST_PROBLEM]} ..."


def _shown(value: object) -> str:
    """Return a value as text of one line, which is cut where it is long."""
    try:
        text = " ".join(line.strip() for line in repr(value).splitlines())
    except ValueError:  # Python does not write whole numbers of more than 4300 digits
        text = f"a number of {value.bit_length()} bits" if isinstance(value, int) else f"a {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} ..."


def _restored(kind: type[Explained], state: dict[str, Any]) -> Explained:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    return error
