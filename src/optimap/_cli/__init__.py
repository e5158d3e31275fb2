"""The command line: arguments in, library calls, files out; one module a command.

Errors are one line on stderr and exit status 2; outputs are written whole or not at all, after Ctrl-C (status 130) and
SIGTERM (143) too.
"""

import argparse
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from . import convert as _convert
from . import demo as _demo
from . import info as _info
from . import pick as _pick
from . import traces as _traces
from .common import EXPECTED, complain, version_text

COMMANDS = (_demo, _info, _traces, _pick, _convert)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


class _ShowVersion(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        print(version_text())
        parser.exit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):  # a name that the terminal cannot show is no reason to stop
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    previous = _end_on_sigterm()
    options = argparse.Namespace()
    try:
        # "--at -0.4,2" is a position, not an option: argparse takes words with a space for values.
        options = _parser().parse_args([f" {word}" if re.match(r"-[\d.]+,", word) else word for word in given])
        run: Callable[[argparse.Namespace], int] = options.run
        status = run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except EXPECTED as error:
        complain(error, options)
        return 2
    except KeyboardInterrupt:
        print("optimap: interrupted", file=sys.stderr)
        return 130
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def _end_on_sigterm() -> Any:
    """Let SIGTERM end the command as an error does, which removes half-written files; return what it did before."""

    def end(number: int, frame: Any) -> NoReturn:
        sys.exit(128 + number)

    is_main = threading.current_thread() is threading.main_thread()  # others may not set signals
    return signal.signal(signal.SIGTERM, end) if is_main else None


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="optimap", description="Fluorescence videos to time-series.")
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_command(commands)
    return parser
