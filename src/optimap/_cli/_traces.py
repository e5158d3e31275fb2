"""optimap traces: traces from recordings into tables."""

import argparse
from pathlib import Path
from typing import Any

from ._common import (
    EXPECTED,
    add_window_arguments,
    background,
    check_no_input_is_output,
    check_picture,
    complain,
    count,
    number,
    position,
    save_picture,
    say,
    traces_picture,
    whole,
)


def add_command(commands: Any) -> None:
    """Add the command and its arguments."""
    traces = commands.add_parser("traces", help="extract traces from recordings into tables")
    _add_arguments(traces)
    traces.set_defaults(run=run)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--at", nargs="+", action="extend", type=position, metavar="X,Y", help="positions; may be repeated"
    )
    where.add_argument("--positions", type=Path, metavar="FILE.csv", help="positions from a table with columns x, y")
    where.add_argument("--grid", type=count, metavar="N", help="N x N positions, evenly spread")
    where.add_argument("--random", type=count, metavar="N", help="N random positions")
    where.add_argument(
        "--regions",
        type=Path,
        metavar="FILE",
        help="regions drawn in ImageJ (.roi, .zip), or a mask, label image or stack (.png, .tif, .npy)",
    )
    parser.add_argument("--seed", type=whole, default=0, help="of --random (default 0)")
    add_window_arguments(parser)
    parser.add_argument(
        "--background",
        type=background,
        metavar="FILE|X,Y|NUMBER",
        help="what is subtracted from every trace: that of a region or position, or a number",
    )
    parser.add_argument(
        "--background-factor", type=number, default=1.0, metavar="R", help="subtract R times the background (default 1)"
    )
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
        metavar="TABLE",
        help="default: NAME_traces.csv in this folder; for several FILEs, a folder; the suffix is the kind: .csv .tsv "
        ".parquet .xlsx .mat .npz .h5 .nc .nwb",
    )
    parser.add_argument("--format", metavar="KIND", help="kind of tables that -o does not name: parquet, xlsx, ...")
    parser.add_argument("--tidy", action="store_true", help="long form: time, name, x, y, value (csv, parquet, xlsx)")
    parser.add_argument("--plot", type=Path, metavar="PICTURE.png", help="for several FILEs, a folder")
    parser.add_argument("--overwrite", action="store_true", help="replace outputs that exist")


def run(options: argparse.Namespace) -> int:
    from .._progress import progress

    several = len(options.files) > 1
    if several:
        for folder in (path for path in (options.output, options.plot) if path is not None):
            if folder.suffix and not folder.is_dir():
                raise ValueError(f"{folder} is one file for {len(options.files)} recordings: name a folder")
    ending = f"_traces{_suffix(options, several)}"
    tables = [_output(options.output, path, ending, several) for path in options.files]
    plots = [_output(options.plot, path, "_traces.png", several) if options.plot else None for path in options.files]
    twice = {table for table in tables if tables.count(table) > 1}
    if twice:
        raise ValueError(f"two recordings would be written to {twice.pop()}: run them one by one, each with its own -o")
    positions = _listed_positions(options)
    behind = options.background if isinstance(options.background, Path) else None
    for path in (options.regions, behind):
        if path is not None and not path.exists():
            raise FileNotFoundError(f"{path} does not exist")
    check_no_input_is_output([*options.files, options.positions, options.regions, behind], [*tables, *plots])

    status = 0
    jobs = list(zip(options.files, tables, plots, strict=True))
    with progress(len(jobs), "file") as advance:
        for path, table, plot in jobs:
            try:
                _traces_of_one(path, table, plot, positions, options)
            except BrokenPipeError:
                raise
            except EXPECTED as error:
                complain(error, path if several else None)
                status = 2
            advance(1)
    return status


def _output(asked: Path | None, recording: Path, ending: str, several: bool) -> Path:
    name = recording.resolve().with_suffix("").name + ending
    if asked is None:
        return Path(name)
    return asked / name if several or asked.is_dir() else asked


def _suffix(options: argparse.Namespace, several: bool) -> str:
    """Return the suffix of tables, after checking --format."""
    from ..trace.table_kinds import SUFFIXES

    if options.format is None:
        return ".csv"
    suffix = f".{options.format.lower().lstrip('.')}"
    if suffix not in SUFFIXES:
        raise ValueError(f"--format {options.format}: known are {', '.join(known[1:] for known in SUFFIXES)}")
    output = options.output
    if output is not None and not several and not output.is_dir() and output.suffix.lower() != suffix:
        raise ValueError(f"-o {output} and --format {options.format} differ: give one of them")
    return suffix


def _make_folders(several: bool, *outputs: Path | None) -> None:
    """Make the folders named for several files, when the first of them is about to be written."""
    for path in outputs:
        if several and path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)


def _listed_positions(options: argparse.Namespace) -> list[tuple[float, float]] | None:
    if options.at:
        return list(options.at)
    if options.positions:
        from .._table import read_positions

        return read_positions(options.positions)
    return None


def _traces_of_one(
    path: Path,
    table: Path,
    plot: Path | None,
    positions: list[tuple[float, float]] | None,
    options: argparse.Namespace,
) -> None:
    from ..trace import Regions, detrend_timeseries, extract_traces, normalize, save_traces
    from ..trace._tables import check_table
    from ..video import open_video
    from ._provenance import provenance

    with open_video(path) as recording:
        _make_folders(len(options.files) > 1, table, plot)
        check_table(table, options.overwrite, options.tidy)
        if plot is not None:
            check_picture(plot, options.overwrite)
        places = _places(positions, recording.shape[1:], options)
        fps = options.fps or recording.fps
        shape = (len(recording), len(places))
        check_table(table, options.overwrite, options.tidy, shape, timed=fps is not None)
        made = provenance("traces", options, path, recording)
        traces = extract_traces(
            recording,
            places,
            options.size,
            window=options.window,
            background=_background(options, recording.shape[1:]),
            background_factor=options.background_factor,
        )
        image = recording[0] if plot is not None else None
    steps = [] if options.background is None else ["background subtracted"]
    if options.detrend:
        traces, steps = detrend_timeseries(traces, options.detrend), [*steps, "detrended"]
    if options.normalize:
        traces, steps = normalize(traces, dtype=traces.dtype), [*steps, "normalized"]

    if plot is not None and image is not None:
        figure = traces_picture(image, traces, places, fps, path.name, steps)
        save_picture(figure, plot, options.overwrite)
        say(f"{path}: picture -> {plot}")
    where = {"regions": places} if isinstance(places, Regions) else {"positions": places}
    save_traces(table, traces, fps=fps, metadata=made, tidy=options.tidy, overwrite=options.overwrite, **where)
    say(f"{path}: {traces.shape[1]} traces of {len(traces)} frames -> {table}")


def _places(positions: list[tuple[float, float]] | None, frame_shape: tuple[int, int], options: Any) -> Any:
    """Return the positions, or the regions in the file, one trace each."""
    from ..trace._positions import grid_positions, random_positions

    if options.grid:
        return list(grid_positions(frame_shape, options.grid))
    if options.random:
        return list(random_positions(frame_shape, options.random, rng=options.seed))
    if not options.regions:
        return positions
    from ..trace import regions

    found = regions(options.regions, frame_shape)
    if not len(found):
        raise ValueError(f"{options.regions} holds no regions: every pixel is 0")
    return found[:]


def _background(options: Any, frame_shape: tuple[int, int]) -> Any:
    if not isinstance(options.background, Path):
        return options.background
    from ..trace import regions

    return regions(options.background, frame_shape)
