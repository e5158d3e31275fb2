"""The command line: arguments in, library calls, files out.

Errors are one line on stderr and exit status 2; outputs are written whole or not at all.
"""

import argparse
import importlib.util
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ._version import __version__

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of AttributeError there is matplotlib's about unknown keywords; programming errors are to be seen as they are.
EXPECTED = (ValueError, TypeError, OSError, ImportError, MemoryError, RuntimeError, OverflowError)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


class _ShowVersion(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        print(_version())
        parser.exit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):  # a name that the terminal cannot show is no reason to stop
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
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
        _complain(error)
        return 2
    except KeyboardInterrupt:
        print("optimap: interrupted", file=sys.stderr)
        return 130


def _complain(error: BaseException, path: Path | None = None) -> None:
    text = " ".join(str(error).split()) or type(error).__name__
    if path is not None and path.name not in text:
        text = f"{path}: {text}"
    print(f"optimap: error: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="optimap", description="Fluorescence videos to time-series.")
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="make a recording, its traces and a picture, to see how it works")
    demo.add_argument("folder", nargs="?", type=Path, default=Path("optimap-demo"))
    demo.add_argument("--overwrite", action="store_true", help="replace the files of an earlier demo")
    demo.set_defaults(run=_demo)

    info = commands.add_parser("info", help="what is in recordings; without FILE, what is installed")
    info.add_argument("files", nargs="*", type=Path, metavar="FILE")
    info.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    info.set_defaults(run=_info)

    traces = commands.add_parser("traces", help="extract traces from recordings into tables")
    _add_traces_arguments(traces)
    traces.set_defaults(run=_traces)

    pick = commands.add_parser("pick", help="pick positions in a recording with the mouse, and see their traces")
    pick.add_argument("file", type=Path, metavar="FILE")
    pick.add_argument("--browser", action="store_true", help="on a page in the browser, without a display")
    _add_window_arguments(pick)
    pick.add_argument("-o", "--output", type=Path, metavar="POSITIONS.csv", help="default: NAME_positions.csv")
    pick.add_argument("--traces", type=Path, metavar="TRACES.csv", help="write the traces, too")
    pick.add_argument("--plot", type=Path, metavar="PICTURE.png", help="draw positions and traces, too")
    pick.add_argument("--overwrite", action="store_true", help="replace outputs that exist")
    pick.set_defaults(run=_pick)

    convert = commands.add_parser("convert", help="save a recording in another format")
    convert.add_argument("input", type=Path, metavar="IN")
    convert.add_argument("output", type=Path, metavar="OUT")
    convert.add_argument("--fps", type=_positive, help="frames per second, where IN does not say or is wrong")
    convert.add_argument("--overwrite", action="store_true", help="replace OUT where it exists")
    convert.set_defaults(run=_convert)
    return parser


def _add_traces_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--at", nargs="+", action="extend", type=_position, metavar="X,Y", help="positions; may be repeated"
    )
    where.add_argument("--positions", type=Path, metavar="FILE.csv", help="positions from a table with columns x, y")
    where.add_argument("--grid", type=_count, metavar="N", help="N x N positions, evenly spread")
    where.add_argument("--random", type=_count, metavar="N", help="N random positions")
    parser.add_argument("--seed", type=_whole, default=0, help="of --random (default 0)")
    _add_window_arguments(parser)
    parser.add_argument(
        "--detrend",
        choices=("spline", "mean", "median", "line"),
        metavar="KIND",
        help="remove the trend: spline, mean, median or line",
    )
    parser.add_argument("--normalize", action="store_true", help="each trace from 0 to 1")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="TABLE.csv",
        help="default: NAME_traces.csv in this folder; for several FILEs, a folder",
    )
    parser.add_argument("--plot", type=Path, metavar="PICTURE.png", help="for several FILEs, a folder")
    parser.add_argument("--overwrite", action="store_true", help="replace outputs that exist")


def _add_window_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", type=int, default=5, help="width of the window in pixels (default 5)")
    parser.add_argument("--window", choices=("rect", "disc", "pixel"), default="rect")
    parser.add_argument("--fps", type=_positive, help="frames per second, where the recording does not say or is wrong")


def _position(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a position: give X,Y such as 12,16, and FILEs before --at"
        ) from None
    return x, y


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 1 or more")
    return int(text)


def _version() -> str:
    from . import kernels

    return f"optimap-trace {__version__} (kernels: {kernels.backend})"


# -- info ------------------------------------------------------------


def _info(options: argparse.Namespace) -> int:
    if not options.files:
        _print_installed()
        return 0
    status = 0
    for path in options.files:
        try:
            _print_recording(path)
        except BrokenPipeError:
            raise
        except EXPECTED as error:
            _complain(error, path)
            status = 2
    return status


def _print_installed() -> None:
    from . import kernels
    from .video._formats import FORMATS

    print(_version())
    if kernels.backend == "numpy":
        print("The compiled loops are not in use: the same numbers, slower. Install with a C++ compiler to have them.")
    print("\nformat           suffixes")
    for row in FORMATS:
        missing = row.needs is not None and importlib.util.find_spec(row.needs) is None
        note = f"   (needs: pip install 'optimap-trace[{row.extra}]')" if missing else ""
        print(f"{row.name:<16} {' '.join(row.suffixes)}{note}")
    print(f"{'images':<16} a folder of .tif or .png")


def _print_recording(path: Path) -> None:
    from .video import open_video

    with open_video(path) as recording:
        frames, height, width = recording.shape
        print(path)
        print(f"  format      {recording.format}")
        print(f"  frames      {frames}")
        print(f"  size        {width} x {height} pixels (width x height)")
        print(f"  pixels      {recording.dtype}, {recording.nbytes / 1e6:.1f} MB in memory")
        rate = "unknown" if recording.fps is None else f"{recording.fps:g} frames/s, {frames / recording.fps:g} s"
        print(f"  rate        {rate}")
        if recording.pixel_size is not None:
            print(f"  pixel size  {recording.pixel_size:g} mm")
        for key, value in recording.metadata.items():
            print(f"  {key}: {value}")


# -- traces ------------------------------------------------------------


def _traces(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    several = len(options.files) > 1
    if several:
        for folder in (path for path in (options.output, options.plot) if path is not None):
            if folder.suffix and not folder.is_dir():
                raise ValueError(f"{folder} is one file for {len(options.files)} recordings: name a folder")
    tables = [_output(options.output, path, "_traces.csv", several) for path in options.files]
    plots = [_output(options.plot, path, "_traces.png", several) if options.plot else None for path in options.files]
    twice = {table for table in tables if tables.count(table) > 1}
    if twice:
        raise ValueError(f"two recordings would be written to {twice.pop()}: run them one by one, each with its own -o")
    positions = _listed_positions(options)
    _check_no_input_is_output([*options.files, options.positions], [*tables, *plots])

    status = 0
    jobs = list(zip(options.files, tables, plots, strict=True))
    for path, table, plot in tqdm(jobs, unit="file", disable=None if several else True):
        try:
            _traces_of_one(path, table, plot, positions, options)
        except BrokenPipeError:
            raise
        except EXPECTED as error:
            _complain(error, path if several else None)
            status = 2
    return status


def _check_no_input_is_output(inputs: Sequence[Path | None], outputs: Sequence[Path | None]) -> None:
    taken = {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path is not None and path.resolve() in taken:
            raise ValueError(f"{path} is an input: name another file to write to")


def _output(asked: Path | None, recording: Path, ending: str, several: bool) -> Path:
    name = recording.resolve().with_suffix("").name + ending
    if asked is None:
        return Path(name)
    return asked / name if several or asked.is_dir() else asked


def _make_folders(several: bool, *outputs: Path | None) -> None:
    """Make the folders named for several files, when the first of them is about to be written."""
    for path in outputs:
        if several and path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)


def _listed_positions(options: argparse.Namespace) -> list[tuple[float, float]] | None:
    if options.at:
        return list(options.at)
    if options.positions:
        from ._table import read_positions

        return read_positions(options.positions)
    return None


def _traces_of_one(
    path: Path,
    table: Path,
    plot: Path | None,
    positions: list[tuple[float, float]] | None,
    options: argparse.Namespace,
) -> None:
    import numpy as np

    from ._table import write_traces
    from .trace import detrend_timeseries, extract_traces, normalize
    from .trace._positions import grid_positions, random_positions
    from .video import open_video

    with open_video(path) as recording:
        _make_folders(len(options.files) > 1, table, plot)
        _check_table(table, options.overwrite)
        if plot is not None:
            _check_picture(plot, options.overwrite)
        frame_shape = recording.shape[1:]
        if options.grid:
            positions = list(grid_positions(frame_shape, options.grid))
        elif options.random:
            positions = list(random_positions(frame_shape, options.random, rng=options.seed))
        fps = options.fps or recording.fps
        traces = extract_traces(recording, positions or [], options.size, window=options.window)
        image = recording[0] if plot is not None else None
    steps = []
    if options.detrend:
        traces, steps = detrend_timeseries(traces, options.detrend), ["detrended"]
    if options.normalize:
        traces, steps = normalize(traces, dtype=traces.dtype), [*steps, "normalized"]

    if plot is not None and image is not None:
        figure = _picture(image, traces, positions, fps, path.name, steps)
        _save_picture(figure, plot, options.overwrite)
        _say(f"{path}: picture -> {plot}")
    write_traces(table, traces, np.asarray(positions), fps, options.overwrite)
    _say(f"{path}: {traces.shape[1]} traces of {len(traces)} frames -> {table}")


def _say(text: str) -> None:
    from tqdm import tqdm

    tqdm.write(text)  # keeps clear of a progress bar


def _check_table(path: Path, overwrite: bool) -> None:
    from ._files import check_output

    if path.suffix.lower() != ".csv":
        raise ValueError(f"{path}: tables are written as .csv")
    check_output(path, overwrite)


def _check_picture(path: Path, overwrite: bool) -> None:
    from matplotlib.figure import Figure

    from ._files import check_output

    known = Figure().canvas.get_supported_filetypes()
    if path.suffix.lower().lstrip(".") not in known:
        raise ValueError(f"--plot {path}: choose .png, .pdf or .svg (or one of {', '.join(sorted(known))})")
    check_output(path, overwrite)


def _save_picture(figure: "Figure", path: Path, overwrite: bool) -> None:
    from ._files import written_whole

    with written_whole(path, overwrite) as partial:
        figure.savefig(partial, dpi=200)


def _picture(image: Any, traces: Any, positions: Any, fps: float | None, title: str, steps: list[str]) -> "Figure":
    from matplotlib.figure import Figure

    from .trace import show_positions_and_traces

    figure = Figure(figsize=(11, 3.2), layout="constrained")
    axs = figure.subplots(ncols=2, width_ratios=[1, 3])
    few = len(positions) <= 10
    labels = [f"({x:g}, {y:g})" for x, y in positions] if few else None
    _, ax = show_positions_and_traces(traces, positions, image, fps=fps, axs=axs, linewidth=1.0)
    if labels:
        # Below the axes a legend hides no beat.
        ax.legend(ax.lines, labels, title="x, y", loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    ax.set_ylabel("Intensity" + (f" ({', '.join(steps)})" if steps else ""))
    ax.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title)
    return figure


# -- pick ------------------------------------------------------------


def _pick(options: argparse.Namespace) -> int:
    import numpy as np

    from ._table import write_positions, write_traces
    from .trace import select_traces
    from .video import open_video

    output = options.output or Path(options.file.with_suffix("").name + "_positions.csv")
    for table in filter(None, (output, options.traces)):
        _check_table(table, options.overwrite)
    if options.plot is not None:
        _check_picture(options.plot, options.overwrite)
    outputs = [path for path in (output, options.traces, options.plot) if path is not None]
    _check_no_input_is_output([options.file], outputs)
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise ValueError("-o, --traces and --plot name the same file: give each its own")
    with open_video(options.file) as recording:
        fps = options.fps or recording.fps
        picked = select_traces(
            recording,
            options.size,
            fps=fps,
            window=options.window,
            title=options.file.name,
            block=True,
            browser=options.browser or None,
        )
        traces, positions = picked
        image = recording[0] if options.plot is not None else None
    if not positions:
        _say("nothing was picked, nothing is written")
        return 0
    places = np.asarray(positions)
    write_positions(output, positions, options.overwrite)
    _say(f"{len(positions)} positions -> {output} (--size {picked.size} --window {options.window})")
    if options.traces is not None:
        write_traces(options.traces, traces, places, fps, options.overwrite)
        _say(f"{traces.shape[1]} traces of {len(traces)} frames -> {options.traces}")
    if image is not None:
        figure = _picture(image, traces, places, fps, options.file.name, [])
        _save_picture(figure, options.plot, options.overwrite)
        _say(f"picture -> {options.plot}")
    return 0


# -- convert ------------------------------------------------------------


def _convert(options: argparse.Namespace) -> int:
    from .video import open_video, save_video
    from .video._formats import find_format

    with open_video(options.input) as recording:
        fps = options.fps or recording.fps
        if fps is not None and find_format(options.output).module == "npy":
            _say(f"note: .npy files hold no frame rate; {fps:g} frames/s is not kept")
            fps = None
        save_video(options.output, recording, fps, overwrite=options.overwrite)
        _say(f"{options.input} -> {options.output}: {recording.shape}, {recording.dtype}")
    return 0


# -- demo ------------------------------------------------------------

DEMO_POSITIONS = [(20, 64), (64, 40), (104, 70)]


def _demo(options: argparse.Namespace) -> int:
    import numpy as np

    from ._files import check_output
    from ._table import write_traces
    from .datasets import simulated_tissue
    from .trace import detrend_timeseries, extract_traces, normalize
    from .video import open_video, save_video

    options.folder.mkdir(parents=True, exist_ok=True)
    recording_path, table, picture = (options.folder / name for name in ("tissue.tif", "traces.csv", "traces.png"))
    for path in (recording_path, table, picture):
        check_output(path, options.overwrite)

    tissue = simulated_tissue()
    save_video(recording_path, tissue.video, tissue.fps, overwrite=options.overwrite)
    with open_video(recording_path) as recording:
        raw = extract_traces(recording, DEMO_POSITIONS)
        image, fps = recording[0], recording.fps
    # The dye darkens at depolarisation: ymin=1, ymax=0 turns the action potentials upright.
    clean = normalize(detrend_timeseries(raw), ymin=1, ymax=0, dtype=raw.dtype)
    write_traces(table, clean, np.asarray(DEMO_POSITIONS), fps, options.overwrite)
    _save_picture(_demo_picture(image, raw, clean, fps), picture, options.overwrite)
    print(f"recording: {recording_path}\ntable:     {table}\npicture:   {picture}")
    return 0


def _demo_picture(image: Any, raw: Any, clean: Any, fps: float | None) -> "Figure":
    from matplotlib.figure import Figure

    from .trace import show_positions, show_traces

    figure = Figure(figsize=(11, 4.4), layout="constrained")
    axs = figure.subplot_mosaic([["image", "raw"], ["image", "clean"]], width_ratios=[1, 1.6])
    show_positions(DEMO_POSITIONS, image, ax=axs["image"], size=60)
    axs["image"].set_title("simulated tissue, three positions")
    show_traces(raw, fps=fps, ax=axs["raw"])
    axs["raw"].set(title="as recorded: the signal points down, the dye bleaches", xlabel="", ylabel="Counts")
    show_traces(clean, fps=fps, ax=axs["clean"])
    axs["clean"].set(title="detrended, normalized, upright", ylabel="Normalized")
    axs["raw"].tick_params(labelbottom=False)
    for name in ("raw", "clean"):
        axs[name].spines[["top", "right"]].set_visible(False)
    return figure
