"""Errors as lines on the terminal, which name the option and the file instead of the library's argument.

A message is composed from the fields of an error, never by editing its text, so paths are never altered. Errors without
fields are printed as they are.
"""

import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeGuard

from .._base import Explained, printable

# Not AttributeError: programming errors keep their traceback. (matplotlib raises it for unknown keywords, which no
# command passes on.)
EXPECTED = (ValueError, TypeError, OSError, ImportError, MemoryError, RuntimeError, OverflowError)

# Keyword arguments in errors and cures, and their names on the command line. A value follows "=".
READING_KEYWORDS = {
    name: f"--option {name}="
    for name in (
        "dataset",
        "fieldname",
        "axes",
        "channel",
        "z",
        "shape",
        "dtype",
        "offset",
        "byteorder",
        "position",
        "scene",
        "ignore",
        "parts",
    )
} | {name: f"--option {name}=True" for name in ("allow_gaps", "external_links")}
# Another of them in a cure: after a space, so not in a path, and not if it was named already.
READING = re.compile(rf"(?<!--option )(?<= )({'|'.join(READING_KEYWORDS)})=(?=['\[,\d]|True|False)")
LISTED = re.compile(r"--option ignore=\[([^\]]*)\]")
OVERWRITE_KEYWORD = {"overwrite": "--overwrite"}
FPS_KEYWORD = {"fps": "--fps"}
CELLS_KEYWORD = {"cells": "--cells "}
REGION_KEYWORDS = {
    "background": "--background",
    "kind": "--regions-kind ",
    "background kind": "--background-kind ",  # of the file that is the background
    **CELLS_KEYWORD,
}
POLARITY_KEYWORD = {"polarity": "--polarity "}
BROWSER_KEYWORD = {"browser": "--browser"}
# Arguments whose values are positions (x, y) or regions.
PLACES = ("coords", "background")


class Words(NamedTuple):
    """A command's own names for the arguments of the library, and the files that its options name."""

    arguments: Mapping[str, str]  # argument -> option, with its file if it has one
    files: Sequence[tuple[str, Path]]  # (option, file)
    keywords: Mapping[str, str]  # keyword in a cure -> option


def error_of(work: Callable[[], object]) -> Exception | None:
    """Do the work on one of several files; return the error that ended it, None if it was done.

    This is the one place where any exception is caught: whatever one file does, the others are still processed. The
    report about an error that nobody expects says where it comes from (`error_text`).
    """
    try:
        work()
    except BrokenPipeError:  # the reader of our output has closed the pipe
        raise
    except Exception as error:  # noqa: BLE001 - see above
        return error
    return None


def error_text(error: BaseException, words: Words, path: Path | None = None) -> str:
    """Return an error as one line, which names the option and the file at fault; `path` is the file being worked on."""
    if isinstance(error, Explained):
        text = error.sentence(_subject(error, words), _cure(error, words))
    elif isinstance(error, EXPECTED):
        text = str(error) or type(error).__name__
    else:
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = "".join(f" in {Path(frame.filename).name}, line {frame.lineno}" for frame in last)
        text = f"an unexpected {type(error).__name__}{place} ({str(error) or 'without a message'}): please report it"
    text = _one_line(text)
    return text if path is None or path.name in text else f"{path}: {text}"


def say_error(text: str) -> None:
    """Print an error on standard error."""
    print(f"optimap: error: {printable(text)}", file=sys.stderr)


def warning_text(words: Words, message: Warning | str) -> str:
    """Return a warning as one line, in the words of the command."""
    return _one_line(error_text(message, words) if isinstance(message, Explained) else str(message))


def say_warning(text: str) -> None:
    """Print a warning on standard error."""
    print(f"optimap: warning: {printable(text)}", file=sys.stderr)


def show_warning(words: Words, message: Warning | str, *_: object) -> None:
    """Print a warning, in place of `warnings.showwarning`."""
    say_warning(warning_text(words, message))


def _one_line(text: str) -> str:
    lines = text.splitlines()
    return text if len(lines) == 1 else " ".join(line.strip() for line in lines if line.strip())


def _subject(error: Explained, words: Words) -> str | None:
    """Return the subject of an error in the words of the command; None if the library's words fit."""
    if error.argument.startswith("-"):  # an error of the command line itself
        return None
    for option, path in words.files:
        if error.subject.startswith(str(path)) and error.subject[len(str(path)) :][:1] in ("", *" :,["):
            return f"{option} {error.subject}"
        if _is_file(error.value, path) and error.subject.startswith(error.argument):
            return f"{option} {path}"
    argument, bracket, index = error.argument.partition("[")
    option = words.arguments.get(argument, "")
    if not option:
        return None
    if argument in PLACES and _is_pair(error.value):  # more informative than its number in a list
        x, y = error.value
        return f"{option}: (x={x:.15g}, y={y:.15g})"
    option = option.replace("=True", "=")  # the value that cures advise
    if error.subject == f"{argument} = {error.value!r}":
        return f"{option}{error.value}" if option.endswith("=") else f"{option} {error.value}"
    if error.subject.startswith(argument):
        return option.removesuffix("=") + error.subject[len(argument) :]
    return f"{option}{bracket}{index}: {error.subject}" if argument in PLACES else None


def _is_file(value: object, path: Path) -> bool:
    return isinstance(value, (str, os.PathLike)) and bool(value) and Path(value) == path


def _is_pair(value: object) -> TypeGuard[tuple[float, float]]:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(number, (int, float)) for number in value)


def _cure(error: Explained, words: Words) -> str | None:
    """Return the cure in the words of the command; None if the library's words fit.

    Options of formats are the same everywhere, so all that are mentioned are named as on the command line.
    """
    cure = _with_keyword(error, words)
    text = error.cure if cure is None else cure
    # Names of several files, which a cure lists as in Python, are given one by one.
    text = LISTED.sub(lambda found: " ".join(f"--option ignore={name}" for name in found[1].split(", ")), text)
    if READING_KEYWORDS.items() <= words.keywords.items():
        text = READING.sub(r"--option \1=", text)
    return cure if text == error.cure else text


def _with_keyword(error: Explained, words: Words) -> str | None:
    """Return the cure with the keyword that it is about in the words of the command."""
    keyword, argument = error.keyword, error.argument
    option = None if keyword is None else words.keywords.get(f"{argument} {keyword}", words.keywords.get(keyword))
    if option is None:
        return None
    if option.endswith(" "):  # for words: kind='labels', or a call of regions with it
        value = rf"{keyword}='(\w+)'"
        call = rf"(?:optimap\.trace\.regions\({re.escape(argument)}, {value}\)|{value})(?: or '(\w+)')?"
        return re.sub(call, lambda found: option + " or ".join(word for word in found.groups() if word), error.cure)
    if option.endswith("="):
        return error.cure.replace(f"{error.keyword}=", option)
    asked = f"{error.keyword}=True" if f"{error.keyword}=True" in error.cure else f"{error.keyword}="
    return error.cure.replace(asked, option, 1)
