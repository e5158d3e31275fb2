"""optimap traces: traces from recordings into tables."""

import argparse
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .._files import leftovers_in, new_run, remove_leftovers
from .common import (
    add_option_argument,
    add_window_arguments,
    background,
    check_no_input_is_output,
    count,
    number,
    position,
    say,
    say_error,
    whole,
)
from .jobs import Job, Outcome, check_done, run_job, run_job_on_worker


def add_command(commands: Any) -> None:
    """Add the command and its arguments."""
    traces = commands.add_parser(
        "traces",
        help="extract traces from recordings into tables",
        epilog="Of several FILEs, and on workers, recordings whose table exists are done: running the same command "
        "again does what is missing. A table that was made with other parameters is kept, and told as a failure. "
        "A FILE that fails is told in one line and stops no other; the exit status is 2 then.",
    )
    _add_arguments(traces)
    add_option_argument(traces)
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
        "--invert", action="store_true", help="with --normalize: from 1 to 0, upright where the signal points down"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=_output_path,
        metavar="TABLE",
        help="default: NAME_traces.csv in this folder; for several FILEs, a folder; the suffix is the kind: .csv .tsv "
        ".parquet .xlsx .mat .npz .h5 .nc .nwb",
    )
    parser.add_argument("--format", metavar="KIND", help="kind of tables that -o does not name: parquet, xlsx, ...")
    parser.add_argument("--tidy", action="store_true", help="long form: time, name, x, y, value (csv, parquet, xlsx)")
    parser.add_argument("--plot", type=Path, metavar="PICTURE.png", help="for several FILEs, a folder")
    parser.add_argument("--overwrite", action="store_true", help="replace outputs that exist")
    cluster = parser.add_mutually_exclusive_group()
    cluster.add_argument("--workers", type=count, metavar="N", help="N processes on this machine, one FILE each")
    cluster.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="workers of a dask scheduler: tcp://HOST:PORT, or its scheduler file; they must see the same paths",
    )


class Folder(type(Path())):  # type: ignore[misc]
    """A path that was written with a slash at its end."""


def _output_path(text: str) -> Path:
    return Folder(text) if text.endswith(("/", os.sep)) else Path(text)


def run(options: argparse.Namespace) -> int:
    if options.invert and not options.normalize:
        raise ValueError("--invert turns normalized traces over: give --normalize, too")
    jobs, status = _jobs(options), 0
    if jobs[0].several and not options.overwrite:
        jobs, status = _not_done(jobs)
    if not jobs:
        return status
    _tell_leftovers(jobs)
    if options.scheduler is None and options.workers is None:
        return max(status, _report(((job, run_job(job)) for job in jobs), len(jobs)))
    return max(status, _run_on_cluster(jobs, options))


def _folders(jobs: list[Job]) -> list[Path]:
    """Return the folders that outputs go to."""
    return sorted({output.parent for job in jobs for output in (job.table, job.plot) if output is not None})


def _tell_leftovers(jobs: list[Job]) -> None:
    for folder in _folders(jobs):
        found = leftovers_in(folder)
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            say(f"note: {found[0]}{more} left of a run that was killed: delete them if no other run is writing there")


def _run_on_cluster(jobs: list[Job], options: argparse.Namespace) -> int:
    from . import cluster as _cluster

    nobody_writes = options.workers is not None  # once the workers, which are ours, are gone
    try:
        workers = options.workers and min(options.workers, len(jobs))
        with _cluster.connected(options.scheduler, workers) as client:
            _cluster.say_where(client, len(jobs))
            status = _report(_cluster.outcomes(client, run_job_on_worker, jobs), len(jobs))
            nobody_writes = True
    finally:
        for folder in _folders(jobs) if nobody_writes else ():  # a worker that was killed could not clean up
            remove_leftovers(folder, jobs[0].run)
    return status


def _report(outcomes: Iterable[tuple[Job, Outcome | str]], jobs: int) -> int:
    from .._base import progress_bar as progress

    status = 0
    with progress(jobs, "file") as advance:
        for job, outcome in outcomes:
            if isinstance(outcome, str):
                outcome = Outcome([], f"{job.path}: {outcome}")
            for line in outcome.lines:
                say(line)
            if outcome.error is not None:
                say_error(outcome.error)
                status = 2
            advance(1)
    return status


def _jobs(options: argparse.Namespace) -> list[Job]:
    from .._regions import read_region_file

    elsewhere = options.scheduler is not None or options.workers is not None
    # A folder written as one, tables/, is meant for many, even where a pattern found a single file.
    several = len(options.files) > 1 or elsewhere or isinstance(options.output, Folder)
    tables, plots = _outputs(options, several)
    positions = _listed_positions(options)
    behind = options.background if isinstance(options.background, Path) else None
    if options.regions is not None and not options.regions.exists():
        raise FileNotFoundError(f"--regions {options.regions} does not exist: check the name and the folder")
    for path in (options.regions, behind):  # what is wrong with it is said once, not for each recording
        if path is not None:
            read_region_file(path)
    check_no_input_is_output([*options.files, options.positions, options.regions, behind], [*tables, *plots])

    folder = Path.cwd() if elsewhere else Path()
    # What a worker needs to know: no function, no list of all files, no relative path.
    known = {name: value for name, value in vars(options).items() if name not in ("run", "files")}
    known = {name: folder / value if isinstance(value, Path) else value for name, value in known.items()}
    shared = argparse.Namespace(**known)
    outputs, mark = zip(options.files, tables, plots, strict=True), new_run()
    return [Job(*paths, positions, shared, several, folder, mark) for paths in outputs]


def _outputs(options: argparse.Namespace, several: bool) -> tuple[list[Path], list[Path | None]]:
    """Return where tables and pictures go."""
    if several:
        for folder in (path for path in (options.output, options.plot) if path is not None):
            if folder.suffix and not folder.is_dir():
                if len(options.files) == 1:
                    raise ValueError(
                        f"{folder} is a file; with --workers or --scheduler outputs go to a folder: name one"
                    )
                raise ValueError(f"{folder} is one file for {len(options.files)} recordings: name a folder")
    ending = f"_traces{_suffix(options, several)}"
    asked = options.output
    if asked is not None and not several and not asked.suffix and not asked.is_dir():
        raise ValueError(
            f"-o {asked} is neither a table, such as {asked}.csv, nor a folder that exists: {asked}/ makes it"
        )
    tables = [_output(asked, path, ending, several) for path in options.files]
    plots = [_output(options.plot, path, "_traces.png", several) if options.plot else None for path in options.files]
    table, count = Counter(tables).most_common(1)[0]
    if count > 1:
        raise ValueError(f"two recordings would be written to {table}: run them one by one, each with its own -o")
    return tables, plots


def _not_done(jobs: list[Job]) -> tuple[list[Job], int]:
    """Leave out what an earlier run has done, and say so; return the exit status, too: it may have done otherwise."""
    done = [job.is_done() for job in jobs]
    left = [job for job, is_done in zip(jobs, done, strict=True) if not is_done]
    errors = [check_done(job) for job, is_done in zip(jobs, done, strict=True) if is_done]
    kept, wrong = errors.count(None), [error for error in errors if error is not None]
    if kept:
        say(f"{kept} of {len(jobs)} recordings are done, their tables exist and are kept (--overwrite makes them anew)")
    for error in wrong:
        say_error(error)
    return left, 2 if wrong else 0


def _output(asked: Path | None, recording: Path, ending: str, several: bool) -> Path:
    name = recording.resolve().with_suffix("").name + ending
    if asked is None:
        return Path(name)
    return asked / name if several or asked.is_dir() else asked


def _suffix(options: argparse.Namespace, several: bool) -> str:
    """Return the suffix of tables, after checking --format."""
    from .._tables import SUFFIXES

    if options.format is None:
        return ".csv"
    suffix = f".{options.format.lower().lstrip('.')}"
    if suffix not in SUFFIXES:
        raise ValueError(f"--format {options.format}: known are {', '.join(known[1:] for known in SUFFIXES)}")
    output = options.output
    if output is not None and not several and not output.is_dir() and output.suffix.lower() != suffix:
        raise ValueError(f"-o {output} and --format {options.format} differ: give one of them")
    return suffix


def _listed_positions(options: argparse.Namespace) -> list[tuple[float, float]] | None:
    if options.at:
        return list(options.at)
    if options.positions:
        from .._regions import read_positions

        return read_positions(options.positions)
    return None
