"""optimap pick: positions picked with the mouse, and their traces."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from .. import _regions, _tables, trace
from .._base import ArgumentError, Array, Window, counted, say
from .errors import BROWSER_KEYWORD, FPS_KEYWORD, OVERWRITE_KEYWORD, READING_KEYWORDS, Words
from .look import Look, add_look, look_of
from .made_alike import About, picture_description
from .open import NUMBERS, TIMES, described_axis, numbers_on_axis, open_recording, times_on_axis
from .options import Position, Reading, add_reading_argument, add_window_arguments
from .outputs import check_inputs_are_kept
from .pictures import Axis, Pixels, check_picture, mean_image, save_picture, traces_picture
from .provenance import origin, provenance

if TYPE_CHECKING:
    from ..trace import Picked
    from ..video import Recording
    from .options import Commands


@dataclass(frozen=True)
class PickOptions:
    """The options of `optimap pick`."""

    file: Path
    browser: bool
    size: int
    window: Window
    fps: float | None
    reading: Reading
    output: Path
    traces: Path | None
    tidy: bool
    plot: Path | None
    look: Look
    overwrite: bool

    def outputs(self) -> list[tuple[str, Path]]:
        """Return the files to write, as (option, file)."""
        outputs = [("-o", self.output), ("--traces", self.traces), ("--plot", self.plot)]
        return [(option, path) for option, path in outputs if path is not None]

    def words(self) -> Words:
        """Return the command's own names for errors."""
        fps = "--option fps=" if "fps" in dict(self.reading) else "--fps"  # --fps is checked when it is parsed
        arguments = {"size": "--size", "window": "--window", "fps": fps, "tidy": "--tidy", **READING_KEYWORDS}
        keywords = {**READING_KEYWORDS, **OVERWRITE_KEYWORD, **FPS_KEYWORD, **BROWSER_KEYWORD}
        return Words(arguments, tuple(self.outputs()), keywords)


class _Picked(NamedTuple):
    """The picked positions, and the record that goes into the outputs."""

    positions: list[Position]
    traces: Array
    pixels: Pixels | None
    about: About
    x: Array | None  # on the axis: times, if they are irregular, or numbers of frames, if some are missing
    label: str  # of this axis


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser("pick", help="pick positions in a recording with the mouse, and see their traces")
    parser.add_argument("file", type=Path, metavar="FILE", help="recording")
    parser.add_argument("--browser", action="store_true", help="pick on a page in the browser; needs no display")
    add_window_arguments(parser)
    add_reading_argument(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="POSITIONS.csv",
        help="table of positions to write (default NAME_positions.csv)",
    )
    parser.add_argument("--traces", type=Path, metavar="TABLE", help="also write the traces: .csv .parquet ...")
    parser.add_argument("--tidy", action="store_true", help="write traces in long form: time, name, x, y, value")
    parser.add_argument("--plot", type=Path, metavar="PICTURE.png", help="also draw positions and traces")
    add_look(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace existing outputs")
    parser.set_defaults(parse=parse, run=run)


def parse(given: argparse.Namespace) -> PickOptions:
    """Return the options that argparse found."""
    return PickOptions(
        file=given.file,
        browser=given.browser,
        size=given.size,
        window=given.window,
        fps=given.fps,
        reading=tuple(given.option),
        output=given.output or Path(given.file.with_suffix("").name + "_positions.csv"),
        traces=given.traces,
        tidy=given.tidy,
        plot=given.plot,
        look=look_of(given),
        overwrite=given.overwrite,
    )


def run(options: PickOptions) -> int:
    """Let the user pick, and write the result; return the exit status."""
    _check_outputs(options)
    try:
        with open_recording(options.file, dict(options.reading)) as recording:
            picked = _pick(recording, options)
    except KeyboardInterrupt:  # Ctrl-C, or Cancel on the page
        print("Cancelled, nothing saved.", file=sys.stderr)
        return 130
    if not picked.positions:
        say("no position was picked, so nothing is written")
        return 0
    _write(picked, options)
    return 0


def _check_outputs(options: PickOptions) -> None:
    if options.output.suffix.lower() != ".csv":
        raise ArgumentError(
            "-o",
            options.output,
            "is not a CSV file",
            "give a name that ends in .csv, which tables of positions need",
            subject=f"-o {options.output}",
        )
    _regions.check_positions(options.output, options.overwrite)
    if options.traces is not None:
        _tables.check_table(options.traces, options.overwrite, options.tidy)
    if options.plot is not None:
        check_picture(options.plot, options.overwrite)
    check_inputs_are_kept([options.file], options.outputs())
    names = [path.resolve() for _, path in options.outputs()]
    if len(set(names)) < len(names):
        raise ArgumentError(
            "-o",
            options.output,
            "name the same file",
            "give each of them its own",
            subject="two of -o, --traces and --plot",
        )


def _pick(recording: "Recording", options: PickOptions) -> _Picked:
    fps = options.fps or recording.fps
    picked = cast(
        "Picked",
        trace.select_traces(
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
    parameters = {"size": picked.size, "window": options.window}  # the wheel may have changed the size
    times, numbers = times_on_axis(recording, fps), numbers_on_axis(recording, fps)
    made = provenance(origin("pick", options.file, recording), {"from": "mouse"}, parameters, options.reading)
    made |= described_axis(times, numbers)
    about = {"fps": fps, "positions": [[float(x), float(y)] for x, y in positions], "metadata": made}
    pixels = None if options.plot is None else Pixels(mean_image(recording), recording.pixel_size)
    return _Picked(
        positions, traces, pixels, about, numbers if times is None else times, NUMBERS if times is None else TIMES
    )


def _write(picked: _Picked, options: PickOptions) -> None:
    made, fps = picked.about["metadata"], picked.about["fps"]
    _regions.write_positions(options.output, picked.positions, options.overwrite, made)
    count, shape = counted(len(picked.positions), "position"), picked.traces.shape
    say(f"{count} -> {options.output} (--size {made['size']} --window {made['window']})")
    if options.traces is not None:
        how = {"metadata": made, "tidy": options.tidy, "overwrite": options.overwrite}
        trace.save_traces(options.traces, picked.traces, picked.positions, fps, picked.x, **how)
        say(f"{counted(shape[1], 'trace')} of {counted(shape[0], 'frame')} -> {options.traces}")
    if options.plot is not None and picked.pixels is not None:
        axis = Axis(fps, picked.x, picked.label)
        figure = traces_picture(
            picked.pixels, picked.traces, picked.positions, axis, options.file.name, (), options.look
        )
        save_picture(figure, options.plot, options.overwrite, picture_description(picked.about))
        say(f"picture -> {options.plot}")
