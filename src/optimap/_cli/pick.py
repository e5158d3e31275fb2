"""optimap pick: positions picked, or regions drawn, with the mouse, and their traces."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .. import _pick, _regions, _tables, trace
from .._base import ArgumentError, Array, Window, counted, printable, say
from .errors import BROWSER_KEYWORD, FPS_KEYWORD, OVERWRITE_KEYWORD, READING_KEYWORDS, Words
from .look import Look, add_look, look_of
from .made_alike import About, picture_description
from .open import NUMBERS, TIMES, described_axis, numbers_on_axis, open_recording, times_on_axis
from .options import Position, Reading, add_reading_argument, add_window_arguments
from .outputs import check_inputs_are_kept
from .pictures import Axis, Pixels, check_picture, mean_image, save_picture, traces_picture
from .provenance import origin, provenance, region_checksum

if TYPE_CHECKING:
    from ..trace import Picked, Regions
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
    output: Path | None
    regions: Path | None
    positions: Path | None  # to start with
    traces: Path | None
    treated: bool
    tidy: bool
    plot: Path | None
    look: Look
    overwrite: bool

    def outputs(self) -> list[tuple[str, Path]]:
        """Return the files to write, as (option, file)."""
        places = [("-o", self.output), ("--regions", self.regions)]
        outputs = [*places, ("--traces", self.traces), ("--plot", self.plot)]
        return [(option, path) for option, path in outputs if path is not None]

    def words(self) -> Words:
        """Return the command's own names for errors."""
        fps = "--option fps=" if "fps" in dict(self.reading) else "--fps"  # --fps is checked when it is parsed
        arguments = {"size": "--size", "window": "--window", "fps": fps, "tidy": "--tidy", **READING_KEYWORDS}
        if self.positions is not None:
            arguments |= dict.fromkeys(("positions", "regions"), f"--positions {self.positions}")
        if self.regions is not None and self.regions.exists():
            arguments["regions"] = f"--regions {self.regions}"
        keywords = {**READING_KEYWORDS, **OVERWRITE_KEYWORD, **FPS_KEYWORD, **BROWSER_KEYWORD}
        return Words(arguments, tuple(self.outputs()), keywords)


class _Picked(NamedTuple):
    """The picked positions or regions, and the record that goes into the outputs."""

    places: "list[Position] | Regions"
    traces: Array
    pixels: Pixels | None
    about: About
    x: Array | None  # on the axis: times, if they are irregular, or numbers of frames, if some are missing
    label: str  # of this axis


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    what = "pick positions or draw regions in a recording with the mouse, and see their traces"
    parser = commands.add_parser("pick", help=what)
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
    parser.add_argument(
        "--regions",
        type=Path,
        metavar="REGIONS.zip",
        help="draw regions instead, and write them for ImageJ and Fiji; if the file exists, go on with its regions",
    )
    parser.add_argument(
        "--positions", type=Path, metavar="FILE.csv", help="go on with these positions, a table with columns x, y"
    )
    parser.add_argument("--traces", type=Path, metavar="TABLE", help="also write the traces: .csv .parquet ...")
    parser.add_argument(
        "--treated",
        action="store_true",
        help="write and draw the traces as the switches in the window show them (smoothed, ΔF/F ...), not as recorded",
    )
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
        output=given.output or (None if given.regions else Path(given.file.with_suffix("").name + "_positions.csv")),
        regions=given.regions,
        positions=given.positions,
        traces=given.traces,
        treated=given.treated,
        tidy=given.tidy,
        plot=given.plot,
        look=look_of(given),
        overwrite=given.overwrite,
    )


def run(options: PickOptions) -> int:
    """Let the user pick, and write the result; return the exit status."""
    _check_options(options)
    _check_outputs(options)
    try:
        with open_recording(options.file, dict(options.reading)) as recording:
            picked = _let_user_pick(recording, options)
    except KeyboardInterrupt:  # Ctrl-C, or Cancel on the page
        print("Cancelled, nothing saved.", file=sys.stderr)
        return 130
    if not len(picked.places):
        what = "position was picked" if options.regions is None else "region was drawn"
        say(f"no {what}, so nothing is written")
        return 0
    _write(picked, options)
    return 0


def _check_outputs(options: PickOptions) -> None:
    if options.output is not None:
        _check_table_of_positions(options.output, options)
    if options.regions is not None:
        _regions.check_region_output(options.regions, overwrite=True, name="--regions")  # its regions are kept
        if options.positions is not None and options.regions.exists():
            problem = f"cannot be used, because {options.regions} exists, whose regions come first"
            subject = f"--positions {options.positions}"
            raise ArgumentError("--positions", options.positions, problem, "leave it out", subject=subject)
    if options.traces is not None:
        _tables.check_table(options.traces, options.overwrite, options.tidy)
    if options.plot is not None:
        check_picture(options.plot, options.overwrite)
    check_inputs_are_kept([options.file], options.outputs())
    names = [path.resolve() for _, path in options.outputs()]
    if len(set(names)) < len(names):
        subject = f"two of {'-o' if options.regions is None else '--regions'}, --traces and --plot"
        path = options.outputs()[0][1]
        raise ArgumentError("-o", path, "name the same file", "give each of them its own", subject=subject)


def _check_options(options: PickOptions) -> None:
    """Raise an error for options that do not go together."""
    if options.treated and options.traces is None and options.plot is None:
        problem, cure = "is about traces, and none are written", "give --traces TABLE or --plot PICTURE.png, too"
        raise ArgumentError("--treated", True, problem, cure, subject="--treated")
    if options.regions is not None and options.window != "rect":
        problem = "cannot be used with --regions, which have no windows"
        cure = "leave it out: a click draws a square, and ovals drawn in ImageJ stay ovals"
        raise ArgumentError("window", options.window, problem, cure, subject=f"--window {options.window}")


def _check_table_of_positions(path: Path, options: PickOptions) -> None:
    subject = f"-o {path}"
    if options.regions is not None:
        problem, cure = "cannot be used with --regions, which writes no positions", "leave it out"
        raise ArgumentError("-o", path, problem, cure, subject=subject)
    if path.suffix.lower() != ".csv":
        cure = "give a name that ends in .csv, which tables of positions need"
        raise ArgumentError("-o", path, "is not a CSV file", cure, subject=subject)
    _regions.check_positions(path, options.overwrite)


def _let_user_pick(recording: "Recording", options: PickOptions) -> _Picked:
    fps = options.fps or recording.fps
    how: dict[str, Any] = {"title": printable(options.file.name), "browser": options.browser or None, "fps": fps}
    places: list[Position] | Regions
    if options.regions is None:
        start: Any = () if options.positions is None else options.positions
        shown = {"window": options.window, "positions": start, "block": True, "treated": options.treated}
        picked = cast("Picked", trace.select_traces(recording, options.size, **shown, **how))
        traces, places = picked
        parameters = picked.metadata  # the wheel may have changed the size
        where, centers = {"from": "mouse"}, [[float(x), float(y)] for x, y in places]
    else:
        start = options.regions if options.regions.exists() else options.positions
        drawn, traces, parameters = _pick.pick_regions_with_traces(
            recording, options.size, regions=start, treated=options.treated, **how
        )
        places, centers = drawn, drawn.centers().tolist()
        where = {"from": "mouse", "file": options.regions.name, **region_checksum(drawn)}
    times, numbers = times_on_axis(recording, fps), numbers_on_axis(recording, fps)
    made = provenance(origin("pick", options.file, recording), where, parameters, options.reading)
    made |= described_axis(times, numbers)
    about = {"fps": fps, "positions": centers, "metadata": made}
    pixels = None if options.plot is None else Pixels(mean_image(recording), recording.pixel_size)
    return _Picked(
        places, traces, pixels, about, numbers if times is None else times, NUMBERS if times is None else TIMES
    )


def _write(picked: _Picked, options: PickOptions) -> None:
    made, fps, places = picked.about["metadata"], picked.about["fps"], picked.places
    regions = places if isinstance(places, trace.Regions) else None
    positions = None if isinstance(places, trace.Regions) else places
    if regions is not None and options.regions is not None:
        trace.save_regions(options.regions, regions, overwrite=True)
        say(f"{counted(len(regions), 'region')} -> {options.regions}")
    if positions is not None and options.output is not None:
        _regions.write_positions(options.output, positions, options.overwrite, made)
        count = counted(len(positions), "position")
        say(f"{count} -> {options.output} (--size {made['size']} --window {made['window']})")
    if options.traces is not None:
        how = {"metadata": made, "tidy": options.tidy, "overwrite": options.overwrite, "regions": regions}
        trace.save_traces(options.traces, picked.traces, positions, fps, picked.x, **how)
        shape = picked.traces.shape
        say(f"{counted(shape[1], 'trace')} of {counted(shape[0], 'frame')} -> {options.traces}")
    if options.plot is not None and picked.pixels is not None:
        axis = Axis(fps, picked.x, picked.label)
        steps = made.get("steps", ())
        figure = traces_picture(picked.pixels, picked.traces, places, axis, options.file.name, steps, options.look)
        save_picture(figure, options.plot, options.overwrite, picture_description(picked.about))
        say(f"picture -> {options.plot}")
