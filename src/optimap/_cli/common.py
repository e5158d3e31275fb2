"""What the commands share: words to the user, checks of outputs, the picture of traces, arguments of windows."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._version import __version__
from .words import in_options

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of AttributeError there is matplotlib's about unknown keywords; programming errors are to be seen as they are.
EXPECTED = (ValueError, TypeError, OSError, ImportError, MemoryError, RuntimeError, OverflowError)


def version_text() -> str:
    from .. import kernels

    return f"optimap-trace {__version__} (kernels: {kernels.backend})"


def complain(error: BaseException, options: argparse.Namespace, path: Path | None = None) -> None:
    say_error(error_text(error, options, path))


def error_text(error: BaseException, options: argparse.Namespace, path: Path | None = None) -> str:
    """Return an error as one line, which names the option and the file at fault."""
    text = in_options(" ".join(str(error).split()) or type(error).__name__, options)
    return text if path is None or path.name in text else f"{path}: {text}"


def say_error(text: str) -> None:
    print(f"optimap: error: {text}", file=sys.stderr)


def check_no_input_is_output(inputs: Sequence[Path | None], outputs: Sequence[Path | None]) -> None:
    taken = {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path is not None and path.resolve() in taken:
            raise ValueError(f"{path} is an input: name another file to write to")


def say(text: str) -> None:
    from .._base import say

    say(text)


def check_positions_table(path: Path, overwrite: bool) -> None:
    from .._regions import check_positions

    if path.suffix.lower() != ".csv":
        raise ValueError(f"{path}: tables are written as .csv where they hold positions")
    check_positions(path, overwrite)


def check_picture(path: Path, overwrite: bool) -> None:
    from matplotlib.figure import Figure

    from .._files import check_output

    known = Figure().canvas.get_supported_filetypes()
    if path.suffix.lower().lstrip(".") not in known:
        raise ValueError(f"--plot {path}: choose .png, .pdf or .svg (or one of {', '.join(sorted(known))})")
    check_output(path, overwrite)


# Of the image in a picture.
MOST_FRAMES = 64
MOST_BYTES = 32 * 2**20
# Where files of pictures keep a description: for matplotlib, and for Pillow, which writes some of them.
DESCRIBED = {".png": "Description", ".svg": "Description", ".pdf": "Subject", ".eps": "Creator", ".ps": "Creator"}
DESCRIBED_BY_PILLOW = {".jpg": "comment", ".jpeg": "comment", ".tif": "description", ".tiff": "description"}


def save_picture(figure: "Figure", path: Path, overwrite: bool, made: dict[str, Any] | None = None) -> None:
    """Write a picture, which says how it was made where its kind can."""
    from .._files import written_whole

    suffix = path.suffix.lower()
    how: dict[str, Any] = {}
    if made and suffix in DESCRIBED:
        how["metadata"] = {DESCRIBED[suffix]: json.dumps(made)}
    elif made and suffix in DESCRIBED_BY_PILLOW:
        how["pil_kwargs"] = {DESCRIBED_BY_PILLOW[suffix]: json.dumps(made)}
    with written_whole(path, overwrite) as partial:
        figure.savefig(partial, dpi=200, **how)


def mean_image(recording: Any) -> Any:
    """Return the mean of the first frames: a single one is all noise where signals are weak."""
    frame_bytes = max(1, recording.nbytes // len(recording))
    return recording[: max(1, min(MOST_FRAMES, MOST_BYTES // frame_bytes))].mean(axis=0)


def traces_picture(
    image: Any, traces: Any, positions: Any, fps: float | None, title: str, steps: list[str]
) -> "Figure":
    from matplotlib.figure import Figure

    from ..trace import Regions, show_positions_and_traces

    figure = Figure(figsize=(11, 3.2), layout="constrained")
    height, width = image.shape[:2]
    axs = figure.subplots(ncols=2, width_ratios=[min(max(width / height, 1), 2), 3])
    are_regions = isinstance(positions, Regions)
    labels = None
    if len(positions) <= 10:
        labels = positions.names if are_regions else [f"({x:g}, {y:g})" for x, y in positions]
    _, ax = show_positions_and_traces(traces, positions, image, fps=fps, axs=axs, linewidth=1.0)
    if labels:
        # Below the axes a legend hides no beat.
        title_above = None if are_regions else "x, y"
        ax.legend(ax.lines, labels, title=title_above, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    ax.set_ylabel("Intensity")
    ax.spines[["top", "right"]].set_visible(False)
    figure.suptitle(", ".join([title, *steps]))
    return figure


def add_option_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says what to read from files that hold more than one recording."""
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        type=_option,
        metavar="NAME=VALUE",
        help="what to read from a recording: dataset=NAME, channel=0, axes=YXT (see the formats); may be repeated",
    )


def _option(text: str) -> tuple[str, str | int]:
    name, is_one, value = text.partition("=")
    if not is_one or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not an option: give NAME=VALUE such as dataset=voltage")
    return name, int(value) if value.isdecimal() else value


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", type=whole, default=5, help="width of the window in pixels (default 5)")
    parser.add_argument("--window", choices=("rect", "disc", "pixel"), default="rect")
    parser.add_argument("--fps", type=positive, help="frames per second, where the recording does not say or is wrong")


def position(text: str) -> tuple[float, float]:
    try:
        x, y = (number(part) for part in text.split(","))
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a position: give X,Y such as 12,16, and FILEs before --at"
        ) from None
    return x, y


def background(text: str) -> Any:
    """A number, a position X,Y, or else a file."""
    for kind in (number, position):
        try:
            return kind(text)
        except argparse.ArgumentTypeError:
            pass
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is no finite number, no position X,Y, and no FILE that exists")
    return Path(text)


def positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if not -float("inf") < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")
    return value


def whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 1 or more")
    return int(text)
