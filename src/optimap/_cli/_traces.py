"""optimap traces: traces from recordings into tables."""

import argparse
import os
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._files import remove_partials
from . import _cluster
from ._common import (
    EXPECTED,
    add_window_arguments,
    check_no_input_is_output,
    check_picture,
    check_table,
    count,
    error_text,
    position,
    save_picture,
    say,
    say_error,
    traces_picture,
    whole,
)


def add_command(commands: Any) -> None:
    """Add the command and its arguments."""
    traces = commands.add_parser(
        "traces",
        help="extract traces from recordings into tables",
        epilog="Of several FILEs, and on workers, recordings whose table exists are done: running the same command "
        "again does what is missing. "
        "A FILE that fails is told in one line and stops no other; the exit status is 2 then.",
    )
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
    parser.add_argument("--seed", type=whole, default=0, help="of --random (default 0)")
    add_window_arguments(parser)
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
    cluster = parser.add_mutually_exclusive_group()
    cluster.add_argument("--workers", type=count, metavar="N", help="N processes on this machine, one FILE each")
    cluster.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="workers of a dask scheduler: tcp://HOST:PORT, or its scheduler file; they must see the same paths",
    )


@dataclass(frozen=True)
class Job:
    """One recording and what is wanted of it; it may be done by a worker in another process, on another machine."""

    path: Path
    table: Path
    plot: Path | None
    positions: list[tuple[float, float]] | None
    options: argparse.Namespace
    several: bool  # recordings: outputs go to folders, and what exists is done
    folder: Path = Path()  # that names are relative to


@dataclass(frozen=True)
class Outcome:
    """What there is to say about a job that was done."""

    lines: list[str]
    error: str | None = None


def run(options: argparse.Namespace) -> int:
    jobs = _jobs(options)
    if jobs[0].several and not options.overwrite:
        jobs = _not_done(jobs)
    if not jobs:
        return 0
    if options.scheduler is None and options.workers is None:
        return _report(((job, run_job(job)) for job in jobs), jobs)
    return _run_on_cluster(jobs, options)


def _run_on_cluster(jobs: list[Job], options: argparse.Namespace) -> int:
    nobody_writes = options.workers is not None  # once the workers, which are ours, are gone
    try:
        workers = options.workers and min(options.workers, len(jobs))
        with _cluster.connected(options.scheduler, workers) as client:
            _cluster.say_where(client, len(jobs))
            with closing(_cluster.outcomes(client, run_job_on_worker, jobs)) as outcomes:
                status = _report(outcomes, jobs)
            nobody_writes = True
    finally:
        for job in jobs if nobody_writes else []:  # a worker that was killed could not clean up
            for output in filter(None, (job.table, job.plot)):
                remove_partials(output)
    return status


def _report(outcomes: Iterable[tuple[Job, Outcome | str]], jobs: list[Job]) -> int:
    from tqdm import tqdm

    status = 0
    with tqdm(total=len(jobs), unit="file", disable=None if jobs[0].several else True) as bar:
        for job, outcome in outcomes:
            if isinstance(outcome, str):
                outcome = Outcome([], f"{job.path}: {outcome}")
            for line in outcome.lines:
                say(line)
            if outcome.error is not None:
                say_error(outcome.error)
                status = 2
            bar.update()
    return status


def _jobs(options: argparse.Namespace) -> list[Job]:
    elsewhere = options.scheduler is not None or options.workers is not None
    several = len(options.files) > 1 or elsewhere
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
    check_no_input_is_output([*options.files, options.positions], [*tables, *plots])

    folder = Path.cwd() if elsewhere else Path()
    # What a worker needs to know: no function, no list of all files, no relative path.
    known = {name: value for name, value in vars(options).items() if name not in ("run", "files", "at")}
    known = {name: folder / value if isinstance(value, Path) else value for name, value in known.items()}
    shared = argparse.Namespace(**known)
    outputs = zip(options.files, tables, plots, strict=True)
    return [Job(*paths, positions, shared, several, folder) for paths in outputs]


def _not_done(jobs: list[Job]) -> list[Job]:
    """Leave out what an earlier run has done, and say so."""
    left = [job for job in jobs if not job.table.exists() or (job.plot is not None and not job.plot.exists())]
    kept = len(jobs) - len(left)
    if kept:
        say(f"{kept} of {len(jobs)} recordings are done, their tables exist and are kept (--overwrite makes them anew)")
    return left


def run_job_on_worker(job: Job) -> Outcome:
    """Do a job in the process of a worker, which has one core for each of its jobs."""
    os.environ.setdefault("OPTIMAP_THREADS", "1")
    return run_job(job)


def run_job(job: Job) -> Outcome:
    """Do a job; what is wrong with its recording is told, so that the others go on."""
    lines: list[str] = []
    try:
        _traces_of_one(job, lines.append)
    except EXPECTED as error:
        return Outcome(lines, error_text(error, job.path if job.several else None))
    return Outcome(lines)


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
        from .._table import read_positions

        return read_positions(options.positions)
    return None


def _missing(output: Path | None, job: Job) -> Path | None:
    """Return where to write an output; None where none is wanted, or where it is there and done."""
    if output is None:
        return None
    path = job.folder / output
    return None if job.several and path.exists() and not job.options.overwrite else path


def _traces_of_one(job: Job, tell: Callable[[str], None]) -> None:
    import numpy as np

    from .._table import write_traces
    from ..trace import detrend_timeseries, extract_traces, normalize
    from ..trace._positions import grid_positions, random_positions
    from ..video import open_video

    options, positions = job.options, job.positions
    table, plot = _missing(job.table, job), _missing(job.plot, job)
    if table is None and plot is None:  # done by a worker that was lost before it could say so
        tell(f"{job.path}: {job.table} is written")
        return
    with open_video(job.folder / job.path) as recording:
        _make_folders(job.several, table, plot)
        if table is not None:
            check_table(table, options.overwrite)
        if plot is not None:
            check_picture(plot, options.overwrite)
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
        figure = traces_picture(image, traces, positions, fps, job.path.name, steps)
        save_picture(figure, plot, options.overwrite)
        tell(f"{job.path}: picture -> {job.plot}")
    if table is not None:
        write_traces(table, traces, np.asarray(positions), fps, options.overwrite)
        tell(f"{job.path}: {traces.shape[1]} traces of {len(traces)} frames -> {job.table}")
