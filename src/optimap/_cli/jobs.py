"""One recording of `optimap traces`: reading, extracting, cleaning, drawing and writing, here or on a worker."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

# Imported here, while interrupts are held back (see program), not when the first function is used.
import numpy as np

from .. import _files, _tables, trace
from .._base import Array, counted
from .._tables import regular_rate
from .batch import Job
from .made_alike import About, picture_description
from .open import NUMBERS, TIMES, described_axis, numbers_on_axis, open_recording, times_on_axis
from .pictures import Axis, Pixels, check_picture, mean_image, save_picture, traces_picture
from .places import Found, find_background, find_where
from .provenance import origin, provenance, region_checksum, subtracted
from .steps import Span
from .traces_options import Recipe

if TYPE_CHECKING:
    from ..video import Recording

MOST_NAMED = 10  # traces in one line of the report


class Plan(NamedTuple):
    """The places in a recording, and the record that goes into the outputs."""

    where: Found
    background: Found | None
    about: About
    x: Array | None  # on the axis: times, if they are irregular, or numbers of frames, if some are missing
    label: str  # of this axis
    rate: float | None  # of the frames that are used, which may be regular in an irregular recording
    span: Span  # of the frames that are used
    steps: list[str]


class TracesJob(Job):
    """One recording of `optimap traces`."""

    def about(self) -> About:
        """Return the record of the outputs that would be made."""
        with open_recording(self.folder / self.path, self.reading) as recording:
            return plan_traces(self, recording, "traces").about

    def make(self, report: Callable[[str], None]) -> None:
        """Make the table and the picture, where they are missing."""
        recipe = self.recipe
        table, plot = self.missing()
        with open_recording(self.folder / self.path, self.reading) as recording:
            plan = plan_traces(self, recording, "traces")
            self.check_existing(plan.about)
            if self.is_done():  # done by a worker that was lost before it could report it
                report(f"{self.path}: {self.table} is written")
                return
            self.make_folders()
            timed = plan.about["fps"] is not None or plan.x is not None
            _check_outputs(table, plot, recipe, (plan.span[1] - plan.span[0], len(plan.where.places)), timed)
            extracted = read_traces(recording, plan, recipe)
            traces = recipe.steps.clean(extracted, plan.rate)
            image, width = (None if plot is None else mean_image(recording)), recording.pixel_size
        done = list(lost_traces(traces, extracted, plan.about, recipe.steps.that_needs_all()))
        with _files.together():
            if plot is not None and image is not None:
                axis = Axis(plan.about["fps"], plan.x, plan.label)
                look, pixels = recipe.look, Pixels(image, width)
                figure = traces_picture(pixels, traces, plan.where.places, axis, self.path.name, plan.steps, look)
                save_picture(figure, plot, recipe.overwrite, picture_description(plan.about))
                done.append(f"picture -> {self.outputs[1][1]}")
            if table is not None:
                _save(table, traces, plan, recipe)
                done.append(f"{counted(traces.shape[1], 'trace')} of {counted(len(traces), 'frame')} -> {self.table}")
        for line in done:
            report(f"{self.path}: {line}")


def plan_traces(job: Job, recording: "Recording", command: str) -> Plan:
    """Return what is extracted from a recording, and the record of it."""
    recipe, frame_shape = job.recipe, recording.shape[1:]
    found = find_where(recipe.where, frame_shape, recipe.size, recipe.window)
    behind = find_background(recipe.background, frame_shape, recipe.size, recipe.window, recipe.background_kind)
    fps = recipe.fps or recording.fps
    times, numbers = times_on_axis(recording, fps), numbers_on_axis(recording, fps)
    span = recipe.steps.span(len(recording), fps, times)
    rate = fps if times is None else regular_rate(times[slice(*span)])
    recipe.steps.needs(rate)
    recipe.steps.check_spacing(recording, span, fps)
    about: About = {
        "fps": fps,
        "positions": found.centers,
        "names": None if found.regions is None else found.regions.names,
        "tidy": recipe.tidy,
        "look": recipe.look.described(),
        "metadata": {**_provenance(command, job, recording, found, behind, span), **described_axis(times, numbers)},
    }
    x = numbers if times is None else times
    x = None if x is None else x[slice(*span)]
    steps = recipe.steps.in_words(span, len(recording), recipe.background is not None)
    return Plan(found, behind, about, x, NUMBERS if times is None else TIMES, rate, span, steps)


def _provenance(
    command: str, job: Job, recording: "Recording", found: Found, behind: Found | None, span: Span
) -> dict[str, Any]:
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
        origin(command, job.path, recording),
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


def clean_traces(recording: "Recording", plan: Plan, recipe: Recipe) -> Array:
    """Return the traces after all steps."""
    return recipe.steps.clean(read_traces(recording, plan, recipe), plan.rate)


def read_traces(recording: "Recording", plan: Plan, recipe: Recipe) -> Array:
    """Return the traces as they are in the frames that are used."""
    traces: Array = trace.extract_traces(
        recipe.steps.frames_of(recording, plan.span),
        plan.where.places,
        recipe.size,
        window=recipe.window,
        background=recipe.background if plan.background is None else plan.background.places,
        background_factor=recipe.background_factor,
    )
    return traces


def lost_traces(traces: Array, extracted: Array, about: About, step: str) -> Iterator[str]:
    """Yield what to report about traces that are NaN throughout: as they were extracted, or only after a step."""
    names = about["names"] or [f"x{x:.15g}_y{y:.15g}" for x, y in about["positions"]]
    lost, never = np.isnan(traces).all(axis=0), np.isnan(extracted).all(axis=0)
    for which, text in (
        (lost & never, "NaN throughout"),
        (lost & ~never, f"NaN throughout after {step}, because samples in between are missing or infinite"),
    ):
        places = np.flatnonzero(which).tolist()
        few = ", ".join(names[i] for i in places[:MOST_NAMED]) + (", ..." if len(places) > MOST_NAMED else "")
        if places:
            yield f"{len(places)} of {counted(len(names), 'trace')} {'is' if len(places) == 1 else 'are'} {text}: {few}"


def _save(table: Path, traces: Array, plan: Plan, recipe: Recipe) -> None:
    trace.save_traces(
        table,
        traces,
        plan.where.positions,
        plan.about["fps"],
        plan.x,
        metadata=plan.about["metadata"],
        tidy=recipe.tidy,
        regions=plan.where.regions,
        overwrite=recipe.overwrite,
    )
