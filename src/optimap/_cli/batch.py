"""Many recordings at once: what `optimap traces` and `optimap beats` share.

A job is one recording and the outputs to make from it. Jobs whose outputs exist are done, if these were made alike; the
others run here or on workers, and each is reported in a line as it ends. What a job does is in the modules of the
commands.
"""

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from .. import _files
from .._base import ArgumentError, counted, progress_bar, say
from . import cluster
from .errors import Words, error_of, error_text, say_error, say_warning, warning_text
from .made_alike import About, check_made_alike
from .places import Where
from .traces_options import Recipe, TracesOptions

Outputs = tuple[tuple[str, Path | None], ...]  # (option, file), the table first


@dataclass(frozen=True)
class Job:
    """One recording and what to make from it; it may run on a worker in another process or on another machine."""

    path: Path
    outputs: Outputs
    recipe: Recipe
    several: bool  # whether outputs go into folders, and existing outputs count as done
    folder: Path = Path()  # folder that names are relative to
    run: str = ""  # mark of the hidden files of this run
    alone: bool = False  # whether a file that is a part of a recording is read without the others

    @property
    def reading(self) -> dict[str, Any]:
        """The options for reading the recording."""
        return {**dict(self.recipe.reading), **({"parts": False} if self.alone else {})}

    def about(self) -> About:
        """Return the record of the outputs that would be made."""
        raise NotImplementedError

    def make(self, report: Callable[[str], None]) -> None:
        """Make the outputs that are missing."""
        raise NotImplementedError

    @property
    def table(self) -> Path:
        """The table to write."""
        return self.outputs[0][1] or Path()

    def words(self) -> Words:
        """Return the command line's own names for errors."""
        return self.recipe.words(*(() if self.several else self.outputs))

    def missing(self) -> list[Path | None]:
        """Return where to write each output; None for one that is not requested, or already done."""
        wanted = [None if output is None else self.folder / output for _, output in self.outputs]
        if self.several and not self.recipe.overwrite:
            wanted = [None if output is None or output.exists() else output for output in wanted]
        return wanted

    def is_done(self) -> bool:
        """Return whether all outputs exist; they may still have been made differently."""
        return not any(self.missing())

    def check_existing(self, about: About) -> None:
        """Raise an error if an output that counts as done was not made as `about` describes."""
        for (_, output), left in zip(self.outputs, self.missing(), strict=True):
            if output is not None and left is None:
                check_made_alike(self.folder / output, about)

    def make_folders(self) -> None:
        """Create the folders for the outputs of several files, just before the first of them is written."""
        for path in self.missing():
            if self.several and path is not None:
                _files.make_folder(path.parent)


class Outcome(NamedTuple):
    """The report about a finished job."""

    lines: list[str]
    error: str | None = None
    warnings: tuple[str, ...] = ()
    unseen: bool = False  # whether the recording was not there


def run_job_on_worker(job: Job) -> Outcome:
    """Do a job in the process of a worker, which has one core per job."""
    os.environ.setdefault("OPTIMAP_THREADS", "1")
    with _files.written_by(job.run):
        outcome = run_job(job)
    return outcome._replace(unseen=not (job.folder / job.path).exists())


def run_job(job: Job) -> Outcome:
    """Do a job; errors and warnings are part of the outcome, so that the other jobs continue."""
    lines: list[str] = []
    failure = None
    with warnings.catch_warnings(record=True) as caught:
        error = error_of(lambda: job.make(lines.append))
    if error is not None:
        text = error_text(error, job.words())
        # Not of the recording: the file of an option or its value is at fault, or a variable of the environment.
        is_elsewhere = text.startswith(("-", "OPTIMAP_")) and not job.several
        failure = text if is_elsewhere else error_text(error, job.words(), job.path)
    return Outcome(lines, failure, tuple(warning_text(job.words(), warning.message) for warning in caught))


def check_done(job: Job) -> str | None:
    """Return what is wrong with the existing outputs of a job; None if they are what it would make."""
    error = error_of(lambda: job.check_existing(job.about()))
    return None if error is None else error_text(error, job.words(), job.path)


def read_where(where: Where, behind: Path | None, kind: str | None) -> Where:
    """Return where traces come from with its file read, after checking the file of the background."""
    where = where.read()
    if behind is not None:
        Where("--background", file=behind, kind=kind).read()
    return where


def check_file_options(recipe: Recipe) -> None:
    """Raise an error for options about a file that is not given."""
    where = recipe.where
    without = {
        ("--regions-kind", where.kind, "--regions"): where.option == "--regions",
        ("--cells", None if where.cells == "accepted" else where.cells, "--regions"): where.option == "--regions",
        ("--background-kind", recipe.background_kind, "--background"): isinstance(recipe.background, Path),
    }
    for (option, value, other), is_given in without.items():
        if value is not None and not is_given:
            problem, cure = f"is given without a file for {other}", f"give {other} FILE, or leave it out"
            raise ArgumentError(option, value, problem, cure, subject=f"{option} {value}")


def run_jobs(jobs: Sequence[Job], options: TracesOptions) -> list[Job]:
    """Do what no earlier run has done, here or on workers; return the jobs that failed."""
    left, failed = list(jobs), list[Job]()
    if jobs[0].several and not options.recipe.overwrite:
        left, failed = _not_done(jobs)
    if not left:
        return failed
    _report_leftovers(left)
    new = [missing for folder in reversed(_folders(left)) for missing in _files.missing_folders(folder)]
    try:
        if options.elsewhere:
            return failed + _run_on_cluster(left, options)
        return failed + _report(((job, run_job(job)) for job in left), len(left))
    finally:
        _files.remove_empty(new)  # created for outputs that could not be made


def _not_done(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """Return the jobs that no earlier run has done, and those that one did differently."""
    done = [job for job in jobs if job.is_done()]
    errors = {job.path: check_done(job) for job in done}
    kept, wrong = list(errors.values()).count(None), [error for error in errors.values() if error is not None]
    if kept:
        are, outputs, them = (
            ("is", "its output exists and is", "it") if kept == 1 else ("are", "their outputs exist and are", "them")
        )
        say(f"{kept} of {counted(len(jobs), 'recording')} {are} done: {outputs} kept (--overwrite replaces {them})")
    for error in wrong:
        say_error(error)
    return [job for job in jobs if job not in done], [job for job in done if errors[job.path] is not None]


def _folders(jobs: Sequence[Job]) -> list[Path]:
    """Return the folders that outputs go to."""
    return sorted({output.parent for job in jobs for _, output in job.outputs if output is not None})


def _report_leftovers(jobs: Sequence[Job]) -> None:
    for folder in _folders(jobs):
        found = _files.leftovers_in(folder)
        if found:
            what = f"{found[0]} was" if len(found) == 1 else f"{found[0]} and {len(found) - 1} more were"
            them = "it" if len(found) == 1 else "them"
            say(f"note: {what} left by an interrupted run: delete {them} unless another run is writing there")


def _run_on_cluster(jobs: Sequence[Job], options: TracesOptions) -> list[Job]:
    nobody_writes = options.workers is not None  # once our own workers have ended
    try:
        workers = options.workers and min(options.workers, len(jobs))
        with cluster.connected(options.scheduler, workers) as client:
            cluster.say_where(client, len(jobs))
            found = cluster.outcomes(client, run_job_on_worker, jobs)
            failed = _report(((job, _as_seen_here(job, outcome)) for job, outcome in found), len(jobs))
            nobody_writes = True
    finally:
        for folder in _folders(jobs) if nobody_writes else ():  # a worker that was killed could not clean up
            _files.remove_leftovers(folder, jobs[0].run)
    return failed


def _as_seen_here(job: Job, outcome: Outcome | str) -> Outcome | str:
    """Return an outcome from a worker, as an error if that worker sees another disk than this process."""
    if isinstance(outcome, str):
        return outcome
    cure = "keep recordings and outputs in folders that all workers see under the same names"
    if outcome.unseen and (job.folder / job.path).exists():
        return outcome._replace(error=f"{job.path} is here, but not where the worker looked for it: {cure}")
    lost = None if outcome.error else next((path for _, path in job.outputs if path and not _is_there(path)), None)
    if lost is not None:
        return outcome._replace(error=f"{job.path}: {lost} was written where this process does not see it: {cure}")
    return outcome


def _is_there(path: Path) -> bool:
    """Return whether a folder lists a file: unlike the file itself, it is not remembered by network file systems."""
    return path.parent.is_dir() and path.name in os.listdir(path.parent)


def _report(outcomes: Iterable[tuple[Job, Outcome | str]], jobs: int) -> list[Job]:
    """Print a report about each job as it is done; return those that failed."""
    failed = []
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
                failed.append(job)
            advance(1)
    return failed
