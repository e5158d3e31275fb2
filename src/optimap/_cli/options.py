"""Arguments that several commands share, and the types that check their values.

Arguments of a single command are in its module.
"""

import argparse
from collections.abc import Sequence
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _files, _regions

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Position = tuple[float, float]
# What to read from a file that holds more than one recording, as (name, value) pairs.
Reading = tuple[tuple[str, Any], ...]
TEXTS = ("dataset", "fieldname", "ignore")  # options whose values are names, also if these are numbers
SEVERAL = "ignore"  # the option of recordings that may be given several times


def add_reading_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that selects what to read from files that hold more than one recording."""
    parser.add_argument(
        "--option",
        action=_Collected,
        default=[],
        type=reading_option,
        metavar="NAME=VALUE",
        help="what to read from a recording: dataset=NAME, channel=0, axes=YXT (see the formats); may be repeated",
    )


def add_cells_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says which regions of a program are meant that sorts them."""
    parser.add_argument(
        "--cells",
        choices=_regions.CELLS,
        default="accepted",
        help="of regions found by suite2p or CaImAn: those accepted there (default), or all",
    )


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that describe the windows around positions, and the frame rate."""
    parser.add_argument("--size", type=whole, default=5, help="width of the window in pixels (default 5)")
    parser.add_argument("--window", choices=_regions.WINDOWS, default="rect", help="shape of the window (default rect)")
    parser.add_argument(
        "--fps", type=positive, help="frames per second, if the recording does not state them or states wrong ones"
    )


class _Collected(argparse.Action):
    """Collects the options of recordings as pairs; that of files to leave out may have several values."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        name, value = values
        found = dict(getattr(namespace, self.dest))
        if name in found and name != SEVERAL:
            parser.error(f"{option_string} {name}= is given twice: give it once")
        before = found.get(name, [])
        found[name] = [*(before if isinstance(before, list) else [before]), value] if name in found else value
        setattr(namespace, self.dest, list(found.items()))


def matching_files(given: Sequence[Path]) -> list[Path]:
    """Return files with those that a pattern such as ``FOLDER/*.tif`` stands for, which not every shell replaces."""
    found = list[Path]()
    for path in given:
        matching = [] if path.exists() else sorted(map(Path, glob(str(path))))
        found += matching or [path]
    return found


def reading_option(text: str) -> tuple[str, str | int]:
    """Return the name and the value in ``NAME=VALUE``."""
    name, is_one, value = text.partition("=")
    if not is_one or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not an option: give NAME=VALUE such as dataset=voltage")
    return name, int(value) if value.isdecimal() and name not in TEXTS else value


def position(text: str) -> Position:
    """Return the position in ``X,Y``."""
    try:
        x, y = (number(part) for part in text.split(","))
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a position: give X,Y such as 12,16, and FILEs before --at"
        ) from None
    return x, y


def frame_span(text: str) -> tuple[int, int | None]:
    """Return the numbers in ``FROM:TO``, either of which may be missing."""
    first, is_span, stop = text.partition(":")
    if not is_span or not (first or stop) or not all(part.isdecimal() for part in (first, stop) if part):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a span of frames: give FROM:TO such as 100:400, 100: or :400"
        )
    return int(first or 0), int(stop) if stop else None


def time_span(text: str) -> tuple[float, float]:
    """Return the times in ``FROM,TO``."""
    try:
        start, end = (number(part) for part in text.split(","))
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a span of time: give FROM,TO in s such as 0.5,2") from None
    return start, end


def background(text: str) -> float | Position | Path:
    """Return a number, a position X,Y, or else a file."""
    for kind in (number, position):
        try:
            return kind(text)
        except argparse.ArgumentTypeError:
            pass
    _files.refuse_special(Path(text), "--background", f"--background {text}")
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a finite number, a position X,Y or a FILE that exists: give one of these"
        )
    return Path(text)


def positive(text: str) -> float:
    """Return a positive number."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number: give a finite number above 0")
    return value


def number(text: str) -> float:
    """Return a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if not -float("inf") < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number: give one such as 0.7")
    return value


def whole(text: str) -> int:
    """Return a whole number, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more: give one such as 5")
    return int(text)


def count(text: str) -> int:
    """Return a whole number, 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 1 or more: give one such as 4")
    return int(text)
