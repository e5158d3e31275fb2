"""optimap plot: a picture of a saved table of traces or beats."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _tables, activation, beats, trace
from .._base import ArgumentError, say
from .errors import OVERWRITE_KEYWORD, Words
from .look import Look, add_look, look_of
from .maps_picture import maps_picture
from .open import check_not_empty
from .outputs import check_inputs_are_kept
from .pictures import check_picture, durations_picture, save_picture, table_picture
from .provenance import made_by

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .options import Commands


@dataclass(frozen=True)
class PlotOptions:
    """The options of `optimap plot`."""

    table: Path
    output: Path
    overwrite: bool
    look: Look

    def words(self) -> Words:
        """Return the command's own names for errors."""
        return Words({}, (("-o", self.output),), OVERWRITE_KEYWORD)


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser("plot", help="draw a saved table of traces or beats, or maps")
    parser.add_argument(
        "table",
        type=Path,
        metavar="TABLE",
        help="table that optimap traces, beats or pick wrote, or file of optimap maps",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PICTURE.png",
        help="picture to write (default: NAME.png, with the name of TABLE)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the picture if it exists")
    add_look(parser)
    parser.set_defaults(parse=parse, run=run)


def parse(given: argparse.Namespace) -> PlotOptions:
    """Return the options that argparse found."""
    output = given.output or Path(given.table.with_suffix(".png").name)
    return PlotOptions(given.table, output, given.overwrite, look_of(given))


def run(options: PlotOptions) -> int:
    """Draw the table; return the exit status."""
    path = options.table
    check_inputs_are_kept([path], [("-o", options.output)])
    check_not_empty(path)
    check_picture(options.output, options.overwrite, "-o")
    figure, made = _figure(path, options.look)
    save_picture(figure, options.output, options.overwrite, {**made_by("plot"), "table": {"name": path.name, **made}})
    say(f"{path} -> {options.output}")
    return 0


def _figure(path: Path, look: Look) -> "tuple[Figure, dict[str, object]]":
    """Return the figure of a table, and how the table was made."""
    if activation.holds_beat_maps(path):
        maps = activation.load_beat_maps(path)
        return maps_picture(maps, None, path.name, look), maps.metadata
    if path.is_file() and not _tables.is_table(path):
        problem, cure = (
            "is not a table",
            "give a table of traces or beats, or draw a recording with optimap traces --plot",
        )
        raise ArgumentError("TABLE", path, problem, cure, subject=str(path))
    if not path.is_file() or not _tables.holds_columns(path):
        table = trace.load_traces(path)
        return table_picture(table, path.name, look), table.metadata
    found = beats.load_beats(path)
    if not any(name.startswith("di") for name in found):
        is_summary = "summary" in found.metadata
        problem = "is a summary, not a table of beats" if is_summary else "holds no durations of beats"
        raise ArgumentError("TABLE", path, problem, "give a table of beats or traces", subject=str(path))
    return durations_picture(found, path.name), found.metadata
