"""One recording of `optimap traces`: read, extracted, cleaned, drawn and written, here or by a worker elsewhere."""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._files import make_folder, written_by
from .common import EXPECTED, check_picture, error_text, mean_image, save_picture, traces_picture


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
    run: str = ""  # mark of the hidden files of this run

    def missing(self) -> tuple[Path | None, Path | None]:
        """Return where to write table and picture; None for what is not wanted, or is there and done."""
        wanted = [None if output is None else self.folder / output for output in (self.table, self.plot)]
        if self.several and not self.options.overwrite:
            wanted = [None if output is None or output.exists() else output for output in wanted]
        return wanted[0], wanted[1]

    def is_done(self) -> bool:
        """Return whether all outputs exist, which still may have been made in another way."""
        return self.missing() == (None, None)

    def check_done(self, about: dict[str, Any]) -> None:
        """Raise an error where an output that is taken for done was made in another way than `about` says."""
        from .made_alike import check_made_alike

        for output, left in zip((self.table, self.plot), self.missing(), strict=True):
            if output is not None and left is None:
                check_made_alike(self.folder / output, about)


@dataclass(frozen=True)
class Outcome:
    """What there is to say about a job that was done."""

    lines: list[str]
    error: str | None = None


def run_job_on_worker(job: Job) -> Outcome:
    """Do a job in the process of a worker, which has one core for each of its jobs."""
    os.environ.setdefault("OPTIMAP_THREADS", "1")
    with written_by(job.run):
        return run_job(job)


def run_job(job: Job) -> Outcome:
    """Do a job; what is wrong with its recording is told, so that the others go on."""
    lines: list[str] = []
    try:
        _do(job, lines.append)
    except EXPECTED as error:
        return Outcome(lines, error_text(error, job.options, job.path if job.several else None))
    return Outcome(lines)


def _do(job: Job, tell: Callable[[str], None]) -> None:
    from ..trace import Regions, save_traces
    from .made_alike import picture_description
    from .open import open_recording

    options = job.options
    table, plot = job.missing()
    with open_recording(job.folder / job.path, dict(options.option)) as recording:
        places, behind, about = _plan(job, recording)
        job.check_done(about)
        if table is None and plot is None:  # done by a worker that was lost before it could say so
            tell(f"{job.path}: {job.table} is written")
            return
        _make_folders(job.several, table, plot)
        fps = about["fps"]
        _check_outputs(table, plot, options, (len(recording), len(places)), fps)
        traces, steps = _clean_traces(recording, places, behind, options)
        image = mean_image(recording) if plot is not None else None
    if plot is not None and image is not None:
        figure = traces_picture(image, traces, places, fps, job.path.name, steps)
        save_picture(figure, plot, options.overwrite, picture_description(about))
        tell(f"{job.path}: picture -> {job.plot}")
    if table is not None:
        where = {"regions": places} if isinstance(places, Regions) else {"positions": places}
        how = {"metadata": about["metadata"], "tidy": options.tidy, "overwrite": options.overwrite}
        save_traces(table, traces, fps=fps, **how, **where)
        tell(f"{job.path}: {traces.shape[1]} traces of {len(traces)} frames -> {job.table}")


def _plan(job: Job, recording: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Return the positions or regions, those of the background, and what the outputs will say of themselves."""
    from ..trace import Regions
    from .provenance import provenance

    options, frame_shape = job.options, recording.shape[1:]
    places, behind = _places(job.positions, frame_shape, options), _background(options, frame_shape)
    are_regions = isinstance(places, Regions)
    about = {
        "fps": options.fps or recording.fps,
        "positions": (places.centers() if are_regions else np.array(places, np.float64)).tolist(),
        "names": places.names if are_regions else None,
        "tidy": options.tidy,
        "metadata": provenance("traces", options, job.path, recording, places, behind),
    }
    return places, behind, about


def check_done(job: Job) -> str | None:
    """Return what is wrong with the outputs of a job that exist, where they are not what it would make."""
    from .open import open_recording

    try:
        with open_recording(job.folder / job.path, dict(job.options.option)) as recording:
            job.check_done(_plan(job, recording)[2])
    except EXPECTED as error:
        return error_text(error, job.options, job.path)
    return None


def _check_outputs(
    table: Path | None, plot: Path | None, options: argparse.Namespace, shape: tuple[int, int], fps: float | None
) -> None:
    from .._tables import check_table

    if table is not None:
        check_table(table, options.overwrite, options.tidy, shape, timed=fps is not None)
    if plot is not None:
        check_picture(plot, options.overwrite)


def _clean_traces(recording: Any, places: Any, behind: Any, options: argparse.Namespace) -> tuple[Any, list[str]]:
    """Return the traces, and what was done to them in words."""
    from ..trace import detrend_timeseries, extract_traces, normalize

    traces = extract_traces(
        recording,
        places,
        options.size,
        window=options.window,
        background=behind,
        background_factor=options.background_factor,
    )
    steps = [] if behind is None else ["background subtracted"]
    if options.detrend:
        traces, steps = detrend_timeseries(traces, options.detrend), [*steps, "detrended"]
    if options.normalize:
        low, high = (1, 0) if options.invert else (0, 1)
        traces = normalize(traces, ymin=low, ymax=high, dtype=traces.dtype)
        steps += ["normalized, inverted" if options.invert else "normalized"]
    return traces, steps


def _make_folders(several: bool, *outputs: Path | None) -> None:
    """Make the folders named for several files, when the first of them is about to be written."""
    for path in outputs:
        if several and path is not None:
            make_folder(path.parent)


def _places(positions: list[tuple[float, float]] | None, frame_shape: tuple[int, int], options: Any) -> Any:
    """Return the positions, or the regions in the file, one trace each."""
    from .._regions import grid_positions, random_positions

    if options.grid:
        return list(grid_positions(frame_shape, options.grid))
    if options.random:
        return list(random_positions(frame_shape, options.random, rng=options.seed))
    if not options.regions:
        return positions
    found = _regions("--regions", options.regions, frame_shape, options)
    if not len(found):
        raise ValueError(f"--regions {options.regions} holds no regions: every pixel is 0")
    return found


def _background(options: Any, frame_shape: tuple[int, int]) -> Any:
    if not isinstance(options.background, Path):
        return options.background
    return _regions("--background", options.background, frame_shape, options)


def _regions(option: str, path: Path, frame_shape: tuple[int, int], options: Any) -> Any:
    """Return the regions in a file, after checking that each has pixels in the frame."""
    from .._regions import make_regions

    name = f"{option} {path}"
    found = make_regions(path, frame_shape, size=options.size, window=options.window, name=name)[:]
    found.spans(frame_shape, name)
    return found
