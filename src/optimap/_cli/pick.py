"""optimap pick: positions picked with the mouse, and their traces."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .common import (
    add_option_argument,
    add_window_arguments,
    check_no_input_is_output,
    check_picture,
    check_positions_table,
    mean_image,
    save_picture,
    say,
    traces_picture,
)

if TYPE_CHECKING:
    from ..trace import Picked


def add_command(commands: Any) -> None:
    """Add the command and its arguments."""
    pick = commands.add_parser("pick", help="pick positions in a recording with the mouse, and see their traces")
    pick.add_argument("file", type=Path, metavar="FILE")
    pick.add_argument("--browser", action="store_true", help="on a page in the browser, without a display")
    add_window_arguments(pick)
    add_option_argument(pick)
    pick.add_argument("-o", "--output", type=Path, metavar="POSITIONS.csv", help="default: NAME_positions.csv")
    pick.add_argument("--traces", type=Path, metavar="TABLE", help="write the traces, too: .csv .parquet ...")
    pick.add_argument("--tidy", action="store_true", help="traces in long form: time, name, x, y, value")
    pick.add_argument("--plot", type=Path, metavar="PICTURE.png", help="draw positions and traces, too")
    pick.add_argument("--overwrite", action="store_true", help="replace outputs that exist")
    pick.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    import numpy as np

    from .._regions import write_positions
    from .._tables import check_table
    from ..trace import save_traces, select_traces
    from .made_alike import picture_description
    from .open import open_recording
    from .provenance import provenance

    output = options.output or Path(options.file.with_suffix("").name + "_positions.csv")
    check_positions_table(output, options.overwrite)
    if options.traces is not None:
        check_table(options.traces, options.overwrite, options.tidy)
    if options.plot is not None:
        check_picture(options.plot, options.overwrite)
    outputs = [path for path in (output, options.traces, options.plot) if path is not None]
    check_no_input_is_output([options.file], outputs)
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise ValueError("-o, --traces and --plot name the same file: give each its own")
    with open_recording(options.file, dict(options.option)) as recording:
        fps = options.fps or recording.fps
        picked = cast(
            "Picked",
            select_traces(
                recording,
                options.size,
                fps=fps,
                window=options.window,
                title=options.file.name,
                block=True,
                browser=options.browser or None,
            ),
        )
        traces, positions = picked
        image = mean_image(recording) if options.plot is not None else None
        made = {**provenance("pick", options, options.file, recording), "size": picked.size}
    if not positions:
        say("nothing was picked, nothing is written")
        return 0
    places = np.asarray(positions)
    write_positions(output, positions, options.overwrite, made)
    say(f"{len(positions)} positions -> {output} (--size {picked.size} --window {options.window})")
    if options.traces is not None:
        save_traces(
            options.traces, traces, positions, fps, metadata=made, tidy=options.tidy, overwrite=options.overwrite
        )
        say(f"{traces.shape[1]} traces of {len(traces)} frames -> {options.traces}")
    if image is not None:
        figure = traces_picture(image, traces, places, fps, options.file.name, [])
        about = {"fps": fps, "positions": places.tolist(), "metadata": made}
        save_picture(figure, options.plot, options.overwrite, picture_description(about))
        say(f"picture -> {options.plot}")
    return 0
