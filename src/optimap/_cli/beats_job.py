"""One recording or table of traces of `optimap beats`: traces, beats, and the tables and pictures of them.

The traces of a recording are extracted and cleaned as `optimap traces` does it; a table is cleaned by the same steps.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from .. import _files, _tables, beats, trace
from .._base import Advice, ArgumentError, Array, counted
from .._beats import NO_BEAT_FOUND, instead_of_beats, steepest_snr
from .batch import Job
from .beats_options import BeatsRecipe
from .jobs import MOST_NAMED, Plan, clean_traces, plan_traces
from .made_alike import About, beats_description, picture_description
from .open import NUMBERS, TIMES, check_not_empty, open_recording
from .pictures import MOST_PANELS, beats_picture, check_picture, save_picture
from .provenance import made_by

if TYPE_CHECKING:
    from ..beats import BeatTable
    from ..trace import TraceTable

BEFORE = 0.2  # of the cycle: what the ensemble shows before activation
SHARE = 0.8  # of the cycle: what it shows after it


class _Traces(NamedTuple):
    """Traces as they are measured."""

    about: About
    values: Callable[[], Array]  # extracted and cleaned when they are needed
    start: float | None  # of the frames that are used, in ms from the first of the recording or table
    end: float  # of the recording or table
    steps: list[str]


class BeatsJob(Job):
    """One recording or table of traces of `optimap beats`."""

    recipe: BeatsRecipe

    def about(self) -> About:
        """Return the record of the outputs that would be made."""
        with self._opened() as traces:
            return traces.about

    def make(self, report: Callable[[str], None]) -> None:
        """Make the tables and the picture, where they are missing."""
        with self._opened() as traces:
            self._make(traces, report)

    @contextmanager
    def _opened(self) -> Iterator[_Traces]:
        """Open the file; traces are read from it when they are needed."""
        path = self.folder / self.path
        check_not_empty(path)
        where = self.recipe.where.option
        if _is_table(path):
            if where:
                problem, cure = (
                    f"is given with {self.path}, a table of traces, which has its own positions",
                    "leave it out",
                )
                raise ArgumentError(where, self.path, problem, cure, subject=where)
            yield self._of_table(path)
            return
        if not where and path.exists():
            problem, cure = "is not a table of traces", "say where its traces come from, with --at, --grid or --regions"
            raise ArgumentError("FILE", path, problem, cure, subject=str(self.path))
        with open_recording(path, self.reading) as recording:
            plan = plan_traces(self, recording, "beats")
            if plan.label == NUMBERS and plan.x is not None and len(set(np.diff(plan.x).tolist())) > 1:
                problem = "lacks frames, and beats are measured on evenly spaced ones"
                cure = "choose frames without a gap with --frames"
                raise ArgumentError("FILE", self.path, problem, cure, subject=str(self.path))
            if plan.label == TIMES and plan.rate is None:
                _refuse_times(self.path, "choose frames between two gaps with --frames or --time, or give --fps")
            start, end = _start_and_end(plan, len(recording), recording.times)
            about = self._described({**plan.about, "fps": plan.rate})
            yield _Traces(about, lambda: clean_traces(recording, plan, self.recipe), start, end, plan.steps)

    def _of_table(self, path: Path) -> _Traces:
        """Return the traces in a table."""
        recipe, table = self.recipe, _read_traces(path)
        _check_table_options(recipe)
        fps = recipe.fps or table.fps
        if fps is None and table.x is not None:
            _refuse_times(self.path, "give --fps")
        frames, count = table.columns.shape
        span = recipe.steps.span(frames, fps, None)
        recipe.steps.needs(fps)
        made = {
            **made_by("beats"),
            "recording": {
                "name": path.name,
                "format": "table of traces",
                "shape": [frames, count],
                "dtype": str(table.traces.dtype),
                "fps": table.fps,
                "crc32": _files.array_checksum(table.columns),
            },
            "positions": {"from": "table"},
            **recipe.steps.described(span, frames, False),
            "nan_policy": "propagate",
            "table": table.metadata,
        }
        about: About = {
            "fps": fps,
            "positions": None if table.positions is None else table.positions.tolist(),
            "names": table.names,
            "tidy": False,
            "metadata": made,
        }
        steps = recipe.steps.in_words(span, frames, False)
        values = table.columns[slice(*span)]
        start, end = (None, 0.0) if fps is None else (1000 * span[0] / fps, 1000 * frames / fps)
        return _Traces(self._described(about), lambda: recipe.steps.clean(values, fps), start, end, steps)

    def _described(self, about: About) -> About:
        """Return the record with the parameters of measuring."""
        recipe = self.recipe
        stimuli = list(recipe.stimuli) if isinstance(recipe.stimuli, tuple) else recipe.stimuli
        own: dict[str, object] = {"levels": list(recipe.levels), "stimuli": stimuli, "polarity": recipe.steps.polarity}
        own |= {} if recipe.prefix == "apd" else {"prefix": recipe.prefix}
        own |= {} if recipe.around is None else {"ensemble_window": list(recipe.around)}
        return {**about, "metadata": {**about["metadata"], **own}}

    def _make(self, traces: _Traces, report: Callable[[str], None]) -> None:
        self.check_existing(traces.about)
        if self.is_done():  # done by a worker that was lost before it could report it
            report(f"{self.path}: {self.table} is written")
            return
        table, ensemble, plot = self.missing()
        self.make_folders()
        for path in (table, ensemble):
            if path is not None:
                _tables.check_table(path, self.recipe.overwrite)
        if plot is not None:
            check_picture(plot, self.recipe.overwrite)
        about, values = traces.about, traces.values()
        signals = _tables.TraceTable(
            values,
            fps=about["fps"],
            positions=None if about["positions"] is None else np.array(about["positions"], np.float64).reshape(-1, 2),
            names=about["names"],
        )
        found = self._measure(signals, traces)
        done = list(_without_beats(found, signals))
        with _files.together():
            if plot is not None:
                figure = beats_picture(signals, found, self.path.name, traces.steps)
                save_picture(figure, plot, self.recipe.overwrite, picture_description(about))
                count = values.shape[1]
                note = f" of the first {MOST_PANELS} of {count} traces" if count > MOST_PANELS else ""
                done.append(f"picture{note} -> {self.outputs[2][1]}")
            if ensemble is not None:
                done.append(self._save_ensemble(ensemble, signals, found, about))
            if table is not None:
                made = {**beats_description(about), "beats": found.metadata}
                table_of_beats = beats.BeatTable(found.columns, found.fps, made)
                beats.save_beats(table, table_of_beats, overwrite=self.recipe.overwrite)
                done.append(f"{in_numbers(found)} -> {self.table}")
        for line in done:
            report(f"{self.path}: {line}")

    def _measure(self, signals: "TraceTable", traces: _Traces) -> "BeatTable":
        """Return the beats, with warnings in the words of the command."""
        recipe = self.recipe
        stimuli = recipe.stimulus_times(traces.start, traces.end)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = beats.measure_beats(
                signals,
                levels=recipe.levels,
                polarity=recipe.steps.polarity,
                stimuli=stimuli,
                prefix=recipe.prefix,
            )
        for warning in caught:
            message = warning.message
            if isinstance(message, Advice) and message.argument == "baseline":
                is_flat = recipe.steps.kind is not None or recipe.steps.detrend is not None
                cure = "choose another kind of --baseline" if is_flat else "remove the drift with --baseline asls"
                subject = f"{self.path}: the baseline"
                message = Advice("--baseline", recipe.steps.kind, message.problem, cure, subject=subject)
            warnings.warn(message, stacklevel=2)
        return found

    def _save_ensemble(self, path: Path, signals: "TraceTable", found: "BeatTable", about: About) -> str:
        """Write the mean beat of each trace; return the report about it."""
        name = next(output for option, output in self.outputs if option == "--ensemble")
        cycles = found["cycle_length"]
        if self.recipe.around is None and not np.isfinite(cycles).any():
            return f"{name} is not written, because no trace has two beats: give --ensemble-window"
        before, after = self.recipe.around or tuple(share * float(np.nanmedian(cycles)) for share in (BEFORE, SHARE))
        average = beats.ensemble_average(signals, found, before, after)
        means = np.stack([average.mean, average.sd], axis=2).reshape(len(average.time), -1)
        unit = "frames" if signals.fps is None else "ms"
        made = {**beats_description(about), "x": f"time from activation in {unit}", "count": average.count.tolist()}
        names = [f"{label} {what}" for label in signals.labels for what in ("mean", "SD")]
        places = None if signals.positions is None else np.repeat(signals.positions, 2, axis=0)
        overwrite = self.recipe.overwrite
        trace.save_traces(path, means, places, x=average.time, names=names, metadata=made, overwrite=overwrite)
        return f"mean of {counted(int(average.count.sum()), 'complete beat')} -> {name}"


def _is_table(path: Path) -> bool:
    return path.is_file() and (path.suffix.lower() in (".csv", ".tsv") or _tables.is_table(path))


def _read_traces(path: Path) -> "TraceTable":
    """Return a table of traces."""
    if _tables.holds_columns(path):
        problem, cure = "is a table of beats", "give the recording or the table of traces that it was made from"
        raise ArgumentError("FILE", path, problem, cure, subject=str(path))
    return trace.load_traces(path)


def _check_table_options(recipe: BeatsRecipe) -> None:
    """Raise an error for options that need a recording."""
    for option, value in (("--spatial", recipe.steps.spatial), ("--background", recipe.background)):
        if value is not None:
            problem, cure = "needs a recording, but a table of traces is given", "leave it out, or give the recording"
            raise ArgumentError(option, value, problem, cure, subject=option)


def _refuse_times(path: Path, cure: str) -> NoReturn:
    """Raise the error for traces whose times are not those of a rate."""
    problem = "has times of its own in place of a frame rate, and beats are measured on evenly spaced frames"
    raise ArgumentError("FILE", path, problem, f"{cure} if all are evenly spaced", subject=str(path))


def _start_and_end(plan: Plan, frames: int, times: Array | None) -> tuple[float | None, float]:
    """Return when the frames that are used begin and when the recording ends, in ms from its first frame."""
    if plan.label == TIMES and plan.x is not None and times is not None:
        return 1000 * float(plan.x[0] - times[0]), 1000 * float(times[-1] - times[0])
    if plan.rate is None:
        return None, 0.0
    return 1000 * plan.span[0] / plan.rate, 1000 * frames / plan.rate


def _without_beats(found: "BeatTable", signals: "TraceTable") -> Iterator[str]:
    """Yield what to report about traces without beats: a line for each reason."""
    empty, all_labels = found.select(found["beat"] < 0), signals.labels
    for reason in dict.fromkeys(empty["why"].tolist()):
        numbers = empty["series"][empty["why"] == reason].tolist()
        labels = [all_labels[i] for i in numbers]
        few = ", ".join(labels[:MOST_NAMED]) + (", ..." if len(labels) > MOST_NAMED else "")
        has = "has" if len(labels) == 1 else "have"
        why = f": {_steepest(found, signals, numbers)}" if reason == NO_BEAT_FOUND else f", as {reason}"
        total = counted(signals.columns.shape[1], "trace")
        yield f"{len(numbers)} of {total} ({few}) {has} no beats{why}"


def _steepest(found: "BeatTable", signals: "TraceTable", numbers: list[int]) -> str:
    """Return how steep the traces without beats are at most."""
    snrs = [steepest_snr(signals.columns[:, i].astype(np.float64), found.metadata["polarity"]) for i in numbers]
    return instead_of_beats(max(snrs), "" if len(snrs) == 1 else " of all")


def in_numbers(found: "BeatTable") -> str:
    """Return the number of beats, and medians of what was measured."""
    real = found["beat"] >= 0
    count = len(np.unique(found["series"]))
    text = f"{counted(int(real.sum()), 'beat')} in {counted(count, 'trace')}"
    unit = "frames" if found.fps is None else "ms"
    durations = [name for name in (f"apd80_{unit}", f"catd80_{unit}") if name in found]
    shown = [*durations, f"cycle_length_{unit}", "snr"]
    medians = {name: found[name][np.isfinite(found[name])] for name in shown}
    words = [
        f"{_in_words(name, unit)} {np.median(values):.3g}{'' if name == 'snr' else f' {unit}'}"
        for name, values in medians.items()
        if len(values)
    ]
    return f"{text}, median {', '.join(words)}" if words else text


def _in_words(name: str, unit: str) -> str:
    plain = name.removesuffix(f"_{unit}").replace("_", " ")
    return plain.upper() if plain.startswith(("apd", "snr")) else plain.replace("catd", "CaTD")
