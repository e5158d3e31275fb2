"""optimap convert: save a recording in another format."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _files, video
from .._base import say
from .errors import FPS_KEYWORD, OVERWRITE_KEYWORD, READING_KEYWORDS, Words
from .open import open_recording
from .options import Reading, add_reading_argument, positive
from .outputs import check_inputs_are_kept
from .provenance import origin

if TYPE_CHECKING:
    from .options import Commands


@dataclass(frozen=True)
class ConvertOptions:
    """The options of `optimap convert`."""

    input: Path
    output: Path
    fps: float | None
    overwrite: bool
    reading: Reading

    def words(self) -> Words:
        """Return the command's own names for errors; IN and OUT are not options."""
        fps = "--option fps=" if "fps" in dict(self.reading) else "--fps"  # --fps is checked when it is parsed
        return Words({"fps": fps, **READING_KEYWORDS}, (), {**READING_KEYWORDS, **OVERWRITE_KEYWORD, **FPS_KEYWORD})


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser("convert", help="save a recording in another format")
    parser.add_argument("input", type=Path, metavar="IN", help="recording to read")
    parser.add_argument("output", type=Path, metavar="OUT", help="file to write; its suffix chooses the format")
    parser.add_argument(
        "--fps", type=positive, help="frames per second, if IN does not state them or states wrong ones"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it exists")
    add_reading_argument(parser)
    parser.set_defaults(parse=parse, run=run)


def parse(given: argparse.Namespace) -> ConvertOptions:
    """Return the options that argparse found."""
    return ConvertOptions(given.input, given.output, given.fps, given.overwrite, tuple(given.option))


def run(options: ConvertOptions) -> int:
    """Convert the recording; return the exit status."""
    check_inputs_are_kept([options.input], [("OUT", options.output)])
    _report_leftovers(options.output)
    with open_recording(options.input, dict(options.reading)) as recording:
        made = origin("convert", options.input, recording)
        if options.reading:
            made["options"] = dict(options.reading)
        fps = options.fps or recording.fps
        video.save_video(options.output, recording, fps, overwrite=options.overwrite, made=made)
        say(f"{options.input} -> {options.output}: {recording.shape}, {recording.dtype}")
    return 0


def _report_leftovers(output: Path) -> None:
    """Print which files interrupted runs left next to the output."""
    name = output.name
    for path in _files.leftovers_of(output, "old"):
        say(f"note: {path} is {name} as it was before an interrupted run: rename it to {name}, or delete it")
    for path in _files.leftovers_of(output):
        say(f"note: {path} was left by an interrupted run: delete it unless another run is writing {name}")
