"""optimap traces: extract traces from recordings into tables."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _files
from .._base import ArgumentError, counted, progress_bar, say
from . import cluster
from .errors import say_error, say_warning
from .jobs import Job, Outcome, check_done, run_job, run_job_on_worker
from .outputs import check_inputs_are_kept, find_outputs
from .places import Where
from .traces_options import TracesOptions, add_arguments, parse

if TYPE_CHECKING:
    from .options import Commands


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser(
        "traces",
        help="extract traces from recordings into tables",
        epilog="With several FILEs, or on workers, a recording whose table exists counts as done: running the same "
        "command again does only the rest. A table made with other parameters is kept and reported as a failure. "
        "A FILE that fails is reported in one line and does not stop the others; the exit status is then 2.",
    )
    add_arguments(parser)
    parser.set_defaults(parse=parse, run=run)


def run(options: TracesOptions) -> int:
    """Extract the traces; return the exit status."""
    options.recipe.steps.check()
    _check_file_options(options)
    jobs, status = _jobs(options), 0
    if jobs[0].several and not options.recipe.overwrite:
        jobs, status = _not_done(jobs)
    if not jobs:
        return status
    _report_leftovers(jobs)
    if options.elsewhere:
        return max(status, _run_on_cluster(jobs, options))
    return max(status, _report(((job, run_job(job)) for job in jobs), len(jobs)))


def _check_file_options(options: TracesOptions) -> None:
    """Raise an error for options about a file that is not given."""
    where, recipe = options.recipe.where, options.recipe
    without = {
        ("--regions-kind", where.kind, "--regions"): where.option == "--regions",
        ("--cells", None if where.cells == "accepted" else where.cells, "--regions"): where.option == "--regions",
        ("--background-kind", recipe.background_kind, "--background"): isinstance(recipe.background, Path),
    }
    for (option, value, other), is_given in without.items():
        if value is not None and not is_given:
            problem, cure = f"is given without a file for {other}", f"give {other} FILE, or leave it out"
            raise ArgumentError(option, value, problem, cure, subject=f"{option} {value}")


def _jobs(options: TracesOptions) -> list[Job]:
    """Return one job for each recording, after checking everything that concerns all of them."""
    tables, plots = find_outputs(options)
    where, behind = options.recipe.where, options.recipe.background
    behind = behind if isinstance(behind, Path) else None
    recipe = replace(options.recipe, where=where.read())
    if behind is not None:
        Where("--background", file=behind, kind=recipe.background_kind).read()
    outputs = [*(("-o", path) for path in tables), *(("--plot", path) for path in plots)]
    check_inputs_are_kept([*options.files, where.file, behind], outputs)
    # The recipe for workers: without the list of all files, and without paths that depend on the current folder.
    folder = Path.cwd() if options.elsewhere else Path()
    recipe, mark = recipe.below(folder), _files.new_run()
    return [
        Job(*paths, recipe, options.several, folder, mark) for paths in zip(options.files, tables, plots, strict=True)
    ]


def _not_done(jobs: list[Job]) -> tuple[list[Job], int]:
    """Return the jobs that no earlier run has done, and the exit status: 2 if it did some of them differently."""
    done = [job.is_done() for job in jobs]
    left = [job for job, is_done in zip(jobs, done, strict=True) if not is_done]
    errors = [check_done(job) for job, is_done in zip(jobs, done, strict=True) if is_done]
    kept, wrong = errors.count(None), [error for error in errors if error is not None]
    if kept:
        are, tables, them = (
            ("is", "its table exists and is", "it") if kept == 1 else ("are", "their tables exist and are", "them")
        )
        say(f"{kept} of {counted(len(jobs), 'recording')} {are} done: {tables} kept (--overwrite replaces {them})")
    for error in wrong:
        say_error(error)
    return left, 2 if wrong else 0


def _folders(jobs: list[Job]) -> list[Path]:
    """Return the folders that outputs go to."""
    return sorted({output.parent for job in jobs for output in (job.table, job.plot) if output is not None})


def _report_leftovers(jobs: list[Job]) -> None:
    for folder in _folders(jobs):
        found = _files.leftovers_in(folder)
        if found:
            what = f"{found[0]} was" if len(found) == 1 else f"{found[0]} and {len(found) - 1} more were"
            them = "it" if len(found) == 1 else "them"
            say(f"note: {what} left by an interrupted run: delete {them} unless another run is writing there")


def _run_on_cluster(jobs: list[Job], options: TracesOptions) -> int:
    nobody_writes = options.workers is not None  # once our own workers have ended
    try:
        workers = options.workers and min(options.workers, len(jobs))
        with cluster.connected(options.scheduler, workers) as client:
            cluster.say_where(client, len(jobs))
            status = _report(cluster.outcomes(client, run_job_on_worker, jobs), len(jobs))
            nobody_writes = True
    finally:
        for folder in _folders(jobs) if nobody_writes else ():  # a worker that was killed could not clean up
            _files.remove_leftovers(folder, jobs[0].run)
    return status


def _report(outcomes: Iterable[tuple[Job, Outcome | str]], jobs: int) -> int:
    """Print a report about each job as it is done; return the exit status."""
    status = 0
    with progress_bar(jobs, "file") as advance:
        for job, outcome in outcomes:
            if isinstance(outcome, str):
                outcome = Outcome([], f"{job.path}: {outcome}")
            for line in outcome.lines:
                say(line)
            for warning in outcome.warnings:
                say_warning(warning)
            if outcome.error is not None:
                say_error(outcome.error)
                status = 2
            advance(1)
    return status
