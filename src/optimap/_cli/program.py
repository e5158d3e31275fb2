"""The program `optimap`: choosing the command, ending it, and its exit status.

Errors are one line on stderr and exit status 2. Outputs are written whole or not at all, also after Ctrl-C (status
130) and SIGTERM (143). What a command does is in its own module.
"""

import argparse
import importlib
import io
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, NoReturn

from .._base import held_back
from .errors import EXPECTED, Words, error_text, say_error, show_warning
from .examples import examples_of
from .info import version_text
from .options import matching_files

# THE table of commands: a new one is a name here, and a module of that name with a function `add_command`.
COMMANDS = ("demo", "info", "traces", "beats", "maps", "plot", "pick", "convert")
SOON = 0.01  # s: a signal is not sent again before Python is through with what dropped it


class _Parser(argparse.ArgumentParser):
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse unknown words here, where the command that they were given to is known."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unknown: {' '.join(unknown)}{self._suggestion(unknown[0])}")
        return found, unknown

    def _suggestion(self, word: str) -> str:
        import difflib  # 1 ms of a cold start

        options = [option for action in self._actions for option in action.option_strings]
        near = difflib.get_close_matches(word.partition("=")[0], options, n=1, cutoff=0.8)
        return f"; did you mean {near[0]}?" if near else ""

    def format_help(self) -> str:
        return super().format_help() + examples_of(self.prog)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


class _ShowVersion(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(version_text())
        parser.exit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):  # the terminal may not be able to show every file name
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    previous = _end_on_sigterm()
    try:
        if "_ARGCOMPLETE" in os.environ:
            _complete()
        with warnings.catch_warnings(), _dropped_signals():
            return _run(given)
    except BrokenPipeError:  # the reader of our output has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("optimap: interrupted", file=sys.stderr)
        return 130
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def _complete() -> None:
    """Answer the shell, which asks for the words that may follow, and exit."""
    import argcomplete

    argcomplete.autocomplete(_parser(os.environ["COMP_LINE"].split()[1:2]))


def _run(given: list[str]) -> int:
    """Run the command that was given; return the exit status."""
    words = Words({}, (), {})
    try:
        # "--at -0.4,2" is a position, not an option: argparse treats words that contain a space as values.
        found = _parser(given[:1]).parse_args([f" {word}" if re.match(r"-[\d.]+,", word) else word for word in given])
        if hasattr(found, "files"):
            found.files = matching_files(found.files)
        options = found.parse(found)
        words = options.words()
        warnings.showwarning = partial(show_warning, words)
        status: int = found.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        raise
    except EXPECTED as error:
        say_error(error_text(error, words))
        return 2


def _end_on_sigterm() -> Any:
    """Let SIGTERM end the command as an error would, which removes unfinished files; return the previous handler."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    is_main = threading.current_thread() is threading.main_thread()  # other threads may not set handlers
    return signal.signal(signal.SIGTERM, end) if is_main else None


@contextmanager
def _dropped_signals() -> Iterator[None]:
    """Send a signal once more whose exception Python drops, as it does in ``__del__`` of a zip file."""
    before, again = sys.unraisablehook, list[threading.Timer]()

    def hook(dropped: Any) -> None:
        sent = {KeyboardInterrupt: signal.SIGINT, SystemExit: signal.SIGTERM}.get(dropped.exc_type)
        if sent is None:
            before(dropped)
        else:  # later: here, it would be dropped, too
            again.append(threading.Timer(SOON, _send_to_main_thread, [sent]))
            again[-1].start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
        for timer in again:
            timer.cancel()


def _send_to_main_thread(number: int) -> None:
    """Send a signal where its handler runs, which also ends a wait there."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:  # Windows
        signal.raise_signal(number)


def _parser(first: list[str]) -> argparse.ArgumentParser:
    """Return the parser of the command that is the first word, or of all commands where it is not a command.

    Loading the modules of all commands would take 10 ms of the 200 ms of a cold start. Interrupts are held back
    meanwhile: NumPy reports a broken installation if it is interrupted while being imported.
    """
    parser = _Parser(prog="optimap", description="Turn fluorescence videos into time-series.")
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    with held_back():
        modules = [importlib.import_module(f".{name}", __package__) for name in set(first) & set(COMMANDS) or COMMANDS]
    for module in modules:
        module.add_command(commands)
    return parser
