"""optimap convert: a recording in another format."""

import argparse
from pathlib import Path
from typing import Any

from .common import add_option_argument, positive, say


def add_command(commands: Any) -> None:
    """Add the command and its arguments."""
    convert = commands.add_parser("convert", help="save a recording in another format")
    convert.add_argument("input", type=Path, metavar="IN")
    convert.add_argument("output", type=Path, metavar="OUT")
    convert.add_argument("--fps", type=positive, help="frames per second, where IN does not say or is wrong")
    convert.add_argument("--overwrite", action="store_true", help="replace OUT where it exists")
    add_option_argument(convert)
    convert.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .._files import leftovers_of as leftovers
    from ..video import save_video
    from .open import open_recording
    from .provenance import origin

    name = options.output.name
    for path in leftovers(options.output, "old"):
        say(f"note: {path} is what {name} was before a run that was killed: name it {name} again, or delete it")
    for path in leftovers(options.output):
        say(f"note: {path} is left of a run that was killed; delete it if no other run is writing {name}")
    with open_recording(options.input, dict(options.option)) as recording:
        fps = options.fps or recording.fps
        made = origin("convert", options.input, recording)
        if options.option:
            made["options"] = dict(options.option)
        save_video(options.output, recording, fps, overwrite=options.overwrite, made=made)
        say(f"{options.input} -> {options.output}: {recording.shape}, {recording.dtype}")
    return 0
