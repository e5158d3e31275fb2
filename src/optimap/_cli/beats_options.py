"""The arguments of `optimap beats`, and the options made from them: those of `optimap traces`, and what is measured."""

import argparse
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from .. import _files
from .._base import ArgumentError, DurationPrefix, Floats
from .errors import Words
from .options import add_reading_argument, positive
from .traces_options import Recipe, TracesOptions, add_arguments_of_traces, add_outputs, add_workers, recipe_of

LEVELS = (30.0, 50.0, 80.0, 90.0)


@dataclass(frozen=True)
class BeatsRecipe(Recipe):
    """What to do with each recording; it is sent to workers."""

    levels: tuple[float, ...]
    stimuli: float | tuple[float, ...] | None  # an interval, or times, in ms
    stimuli_file: Path | None
    prefix: DurationPrefix  # of durations
    around: tuple[float, float] | None  # activation, in the ensemble, in ms

    def words(self, *outputs: tuple[str, Path | None]) -> Words:
        """Return the command line's own names for errors, with the files to write as (option, file)."""
        words = super().words(*outputs)
        return words._replace(arguments={**words.arguments, "levels": "--levels", "stimuli": "--stimuli"})

    def stimulus_times(self, start: float | None, end: float) -> Floats | None:
        """Return the times of stimuli in ms after the first frame that is used, or None if there are none.

        That frame and the end of the recording are at `start` and `end`, in ms from the first frame of the recording.
        """
        if self.stimuli is None:
            return None
        if start is None:
            problem, cure = "are in ms, and the rate of the recording is unknown or not constant", "give --fps"
            raise ArgumentError("--stimuli", self.stimuli, problem, cure, subject="--stimuli")
        every = self.stimuli
        times = np.arange(0, end, every) if isinstance(every, float) else np.array(every, np.float64)
        times = times - start
        before = times[times < 0][-1:]  # the last one before the first frame: its beat may be in the recording
        return np.concatenate([before, times[times >= 0]])


@dataclass(frozen=True)
class BeatsOptions(TracesOptions):
    """The options of `optimap beats`."""

    ensemble: Path | None
    summary: Path | None

    def beside(self) -> tuple[tuple[str, Path | None], ...]:
        """Return the outputs next to the table, as (option, file or folder)."""
        return ("--ensemble", self.ensemble), ("--plot", self.plot)

    def words(self) -> Words:
        """Return the command's own names for errors."""
        return self.recipe.words(("-o", self.output), *self.beside(), ("--summary", self.summary))


def parse(given: argparse.Namespace) -> BeatsOptions:
    """Return the options that argparse found."""
    base = recipe_of(given)
    stimuli, file = given.stimuli or (None, None)
    recipe = BeatsRecipe(
        **{field.name: getattr(base, field.name) for field in fields(Recipe)},
        levels=given.levels,
        stimuli=stimuli,
        stimuli_file=file,
        prefix=given.prefix,
        around=given.ensemble_window,
    )
    return BeatsOptions(
        files=tuple(given.files),
        recipe=recipe,
        output=given.output,
        format=given.format,
        plot=given.plot,
        workers=given.workers,
        scheduler=given.scheduler,
        ensemble=given.ensemble,
        summary=given.summary,
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="recordings, or tables of traces that optimap wrote"
    )
    _add_measuring(parser)
    add_arguments_of_traces(parser, is_table_allowed=True)
    add_outputs(parser, "NAME_beats.csv", "picture of the traces with their beats")
    parser.add_argument(
        "--ensemble",
        type=Path,
        metavar="TABLE",
        help="table of the mean beat of each trace and its standard deviation to write; for several FILEs, a folder",
    )
    parser.add_argument(
        "--ensemble-window",
        type=around,
        metavar="BEFORE,AFTER",
        help="what the mean beat shows before and after activation, in ms (frames without a rate); default: 20 and 80 "
        "percent of the median cycle",
    )
    parser.add_argument(
        "--summary",
        type=Path,
        metavar="TABLE",
        help="table to write with one row for each FILE and position: the number of beats, the median and the standard "
        "deviation of each column, alternans. A summary of an earlier run is replaced",
    )
    add_workers(parser)
    add_reading_argument(parser)
    parser.set_defaults(normalize=False, invert=False, tidy=False)


def _add_measuring(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--levels",
        type=levels,
        default=LEVELS,
        metavar="PERCENT,...",
        help="levels of recovery at which durations are measured (default 30,50,80,90)",
    )
    parser.add_argument(
        "--prefix",
        choices=("apd", "catd"),
        default="apd",
        help="how durations are called: of action potentials (default), or of calcium transients",
    )
    parser.add_argument(
        "--stimuli",
        type=stimuli,
        metavar="FILE|EVERY_MS",
        help="one beat after each stimulus: times in ms, one a line, or an interval in ms, from time 0 on",
    )


def levels(text: str) -> tuple[float, ...]:
    """Return the percentages in ``30,50,80``."""
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or not all(0 < level < 100 for level in found):
        raise argparse.ArgumentTypeError(f"{text!r} are not levels above 0 and below 100: give some such as 50,80")
    if len(set(found)) < len(found):
        raise argparse.ArgumentTypeError(f"{text!r} has a level twice: give each once")
    return found


def around(text: str) -> tuple[float, float]:
    """Return the two times in ``50,150``."""
    try:
        before, after = (positive(part) for part in text.split(","))
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(f"{text!r} is not BEFORE,AFTER: give two positive times, as 50,150") from None
    return before, after


def stimuli(text: str) -> tuple[float | tuple[float, ...], Path | None]:
    """Return an interval, or the times in a file and its name."""
    try:
        return positive(text), None
    except argparse.ArgumentTypeError:
        pass
    path = Path(text)
    _files.refuse_special(path, "--stimuli", f"--stimuli {text}")
    if not path.is_file():
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a positive number or a FILE that exists: give an interval in ms, or times in a file"
        )
    return _times_in(path), path


def _times_in(path: Path) -> tuple[float, ...]:
    """Return the times in a text file, one a line; the first line may be a heading."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        start = 0 if lines and _is_number(lines[0]) else 1
        times = tuple(float(line) for line in lines[start:])
    except ValueError:
        times = ()
    if not times or not all(np.isfinite(times)) or not all(np.diff(times) > 0):
        raise argparse.ArgumentTypeError(f"{path} does not hold increasing times in ms: write one a line")
    return times


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
