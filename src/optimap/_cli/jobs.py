"""One recording of `optimap traces`: reading, extracting, cleaning, drawing and writing, here or on a worker."""

import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

# Imported here, while interrupts are held back (see program), not when the first function is used.
import numpy as np

from .. import _files, _tables, trace
from .._base import Array, counted
from .errors import EXPECTED, Words, error_text, warning_text
from .made_alike import About, check_made_alike, picture_description
from .open import described_times, open_recording, times_on_axis
from .pictures import check_picture, mean_image, save_picture, traces_picture
from .places import Found, find_background, find_where
from .provenance import origin, provenance, region_checksum, subtracted
from .steps import Span
from .traces_options import Recipe

if TYPE_CHECKING:
    from ..video import Recording

MOST_NAMED = 10  # traces in one line of the report


@dataclass(frozen=True)
class Job:
    """One recording and what to make from it; it may run on a worker in another process or on another machine."""

    path: Path
    table: Path
    plot: Path | None
    recipe: Recipe
    several: bool  # whether outputs go into folders, and existing outputs count as done
    folder: Path = Path()  # folder that names are relative to
    run: str = ""  # mark of the hidden files of this run

    def words(self) -> Words:
        """Return the command line's own names for errors."""
        return self.recipe.words() if self.several else self.recipe.words(("-o", self.table), ("--plot", self.plot))

    def missing(self) -> tuple[Path | None, Path | None]:
        """Return where to write table and picture; None for one that is not requested, or already done."""
        wanted = [None if output is None else self.folder / output for output in (self.table, self.plot)]
        if self.several and not self.recipe.overwrite:
            wanted = [None if output is None or output.exists() else output for output in wanted]
        return wanted[0], wanted[1]

    def is_done(self) -> bool:
        """Return whether all outputs exist; they may still have been made differently."""
        return self.missing() == (None, None)

    def check_existing(self, about: About) -> None:
        """Raise an error if an output that counts as done was not made as `about` describes."""
        for output, left in zip((self.table, self.plot), self.missing(), strict=True):
            if output is not None and left is None:
                check_made_alike(self.folder / output, about)


class Outcome(NamedTuple):
    """The report about a finished job."""

    lines: list[str]
    error: str | None = None
    warnings: tuple[str, ...] = ()


class _Plan(NamedTuple):
    """The places in a recording, and the record that goes into the outputs."""

    where: Found
    background: Found | None
    about: About
    times: Array | None  # on the axis, if they are irregular
    span: Span  # of the frames that are used
    steps: list[str]


def run_job_on_worker(job: Job) -> Outcome:
    """Do a job in the process of a worker, which has one core per job."""
    os.environ.setdefault("OPTIMAP_THREADS", "1")
    with _files.written_by(job.run):
        return run_job(job)


def run_job(job: Job) -> Outcome:
    """Do a job; errors and warnings are part of the outcome, so that the other jobs continue."""
    lines: list[str] = []
    failure = None
    with warnings.catch_warnings(record=True) as caught:
        try:
            _do(job, lines.append)
        except EXPECTED as error:
            text = error_text(error, job.words())
            is_option = text.startswith("-") and not job.several  # the file of an option is at fault, or its value
            failure = text if is_option else error_text(error, job.words(), job.path)
    return Outcome(lines, failure, tuple(warning_text(job.words(), warning.message) for warning in caught))


def check_done(job: Job) -> str | None:
    """Return what is wrong with the existing outputs of a job; None if they are what it would make."""
    try:
        with open_recording(job.folder / job.path, dict(job.recipe.reading)) as recording:
            job.check_existing(_plan(job, recording).about)
    except EXPECTED as error:
        return error_text(error, job.words(), job.path)
    return None


def _do(job: Job, report: Callable[[str], None]) -> None:
    recipe = job.recipe
    table, plot = job.missing()
    with open_recording(job.folder / job.path, dict(recipe.reading)) as recording:
        plan = _plan(job, recording)
        job.check_existing(plan.about)
        if table is None and plot is None:  # done by a worker that was lost before it could report it
            report(f"{job.path}: {job.table} is written")
            return
        _make_folders(job.several, table, plot)
        timed = plan.about["fps"] is not None or plan.times is not None
        _check_outputs(table, plot, recipe, (plan.span[1] - plan.span[0], len(plan.where.places)), timed)
        traces = _clean_traces(recording, plan, recipe)
        image = mean_image(recording) if plot is not None else None
    for line in _lost_traces(traces, plan):
        report(f"{job.path}: {line}")
    if plot is not None and image is not None:
        figure = traces_picture(
            image, traces, plan.where.places, plan.about["fps"], job.path.name, plan.steps, plan.times
        )
        save_picture(figure, plot, recipe.overwrite, picture_description(plan.about))
        report(f"{job.path}: picture -> {job.plot}")
    if table is not None:
        _save(table, traces, plan, recipe)
        report(f"{job.path}: {counted(traces.shape[1], 'trace')} of {counted(len(traces), 'frame')} -> {job.table}")


def _plan(job: Job, recording: "Recording") -> _Plan:
    recipe, frame_shape = job.recipe, recording.shape[1:]
    found = find_where(recipe.where, frame_shape, recipe.size, recipe.window)
    behind = find_background(recipe.background, frame_shape, recipe.size, recipe.window, recipe.background_kind)
    fps = recipe.fps or recording.fps
    times = times_on_axis(recording, fps)
    span = recipe.steps.span(len(recording), fps, times)
    recipe.steps.needs(fps)
    recipe.steps.check_spacing(recording, span, fps)
    about: About = {
        "fps": fps,
        "positions": found.centers,
        "names": None if found.regions is None else found.regions.names,
        "tidy": recipe.tidy,
        "metadata": {**_provenance(job, recording, found, behind, span), **described_times(times)},
    }
    times = None if times is None else times[slice(*span)]
    steps = recipe.steps.in_words(span, len(recording), recipe.background is not None)
    return _Plan(found, behind, about, times, span, steps)


def _provenance(job: Job, recording: "Recording", found: Found, behind: Found | None, span: Span) -> dict[str, Any]:
    """Return the record in the outputs of how they were made."""
    recipe = job.recipe
    parameters = recipe.steps.described(span, len(recording), recipe.background is not None)
    if found.positions is not None or (behind is not None and behind.positions is not None):
        parameters = {"size": recipe.size, "window": recipe.window, **parameters}  # regions have no windows
    background = None
    if recipe.background is not None:
        content = {} if behind is None else behind.content()
        background = subtracted(recipe.background, recipe.background_factor, content)
    return provenance(
        origin("traces", job.path, recording),
        {**recipe.where.described(), **region_checksum(found.regions)},
        parameters,
        recipe.reading,
        background,
    )


def _check_outputs(table: Path | None, plot: Path | None, recipe: Recipe, shape: tuple[int, int], timed: bool) -> None:
    if table is not None:
        _tables.check_table(table, recipe.overwrite, recipe.tidy, shape, timed=timed)
    if plot is not None:
        check_picture(plot, recipe.overwrite)


def _clean_traces(recording: "Recording", plan: _Plan, recipe: Recipe) -> Array:
    """Return the traces after all steps."""
    traces = trace.extract_traces(
        recipe.steps.frames_of(recording, plan.span),
        plan.where.places,
        recipe.size,
        window=recipe.window,
        background=recipe.background if plan.background is None else plan.background.places,
        background_factor=recipe.background_factor,
    )
    return recipe.steps.clean(traces, plan.about["fps"])


def _lost_traces(traces: Array, plan: _Plan) -> Iterator[str]:
    """Yield what to report about traces that are NaN throughout."""
    lost = np.flatnonzero(np.isnan(traces).all(axis=0)).tolist()
    if lost:
        names = plan.about["names"] or [f"x{x:.15g}_y{y:.15g}" for x, y in plan.where.positions or ()]
        few = ", ".join(names[i] for i in lost[:MOST_NAMED]) + (", ..." if len(lost) > MOST_NAMED else "")
        are = "is" if len(lost) == 1 else "are"
        yield f"{len(lost)} of {counted(len(names), 'trace')} {are} NaN throughout: {few}"


def _save(table: Path, traces: Array, plan: _Plan, recipe: Recipe) -> None:
    trace.save_traces(
        table,
        traces,
        plan.where.positions,
        plan.about["fps"],
        plan.times,
        metadata=plan.about["metadata"],
        tidy=recipe.tidy,
        regions=plan.where.regions,
        overwrite=recipe.overwrite,
    )


def _make_folders(several: bool, *outputs: Path | None) -> None:
    """Create the folders for the outputs of several files, just before the first of them is written."""
    for path in outputs:
        if several and path is not None:
            _files.make_folder(path.parent)
