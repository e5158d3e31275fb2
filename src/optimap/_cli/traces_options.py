"""The arguments of `optimap traces`, and the options made from them."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

from .. import _regions
from .._base import Window
from .errors import FPS_KEYWORD, OVERWRITE_KEYWORD, POLARITY_KEYWORD, READING_KEYWORDS, REGION_KEYWORDS, Words
from .look import Look, add_look, look_of
from .options import (
    Position,
    Reading,
    add_cells_argument,
    add_reading_argument,
    add_window_arguments,
    background,
    count,
    frame_span,
    number,
    position,
    positive,
    time_span,
    whole,
)
from .places import Where
from .steps import BASELINES, Steps


class Folder(type(Path())):  # type: ignore[misc]  # the class of paths of this system, known only at run time
    """A path that was written with a trailing slash."""


@dataclass(frozen=True)
class Recipe:
    """What to do with each recording; it is sent to workers."""

    where: Where
    size: int
    window: Window
    fps: float | None
    background: float | Position | Path | None
    background_kind: str | None
    background_factor: float
    steps: Steps
    tidy: bool
    overwrite: bool
    reading: Reading
    look: Look

    def below(self, folder: Path) -> Self:
        """Return the same with file paths that do not depend on the current folder."""
        where = self.where if self.where.file is None else replace(self.where, file=folder / self.where.file)
        behind = folder / self.background if isinstance(self.background, Path) else self.background
        return replace(self, where=where, background=behind)

    def words(self, *outputs: tuple[str, Path | None]) -> Words:
        """Return the command line's own names for errors, with the files to write as (option, file)."""
        behind = self.background if isinstance(self.background, Path) else None
        files = [(self.where.option, self.where.file), ("--background", behind), *outputs]
        arguments = {
            "coords": str(self.where),
            "N": self.where.option,
            "background": "--background" if behind is None else f"--background {behind}",
            "background_factor": "--background-factor",
            "size": "--size",
            "window": "--window",
            "fps": "--fps",
            "tidy": "--tidy",
            "polarity": "--polarity",
            "signals": "every trace",
            **READING_KEYWORDS,
        }
        if "fps" in dict(self.reading):  # --fps is checked when it is parsed
            arguments["fps"] = "--option fps="
        return Words(
            arguments,
            tuple((option, path) for option, path in files if path is not None),
            {**READING_KEYWORDS, **OVERWRITE_KEYWORD, **FPS_KEYWORD, **REGION_KEYWORDS, **POLARITY_KEYWORD},
        )


@dataclass(frozen=True)
class TracesOptions:
    """The options of `optimap traces`."""

    files: tuple[Path, ...]
    recipe: Recipe
    output: Path | None
    format: str | None
    plot: Path | None
    workers: int | None
    scheduler: str | None

    suffixes: ClassVar[tuple[str, ...] | None] = None  # of the outputs, the default first; None: those of tables

    @property
    def elsewhere(self) -> bool:
        """Whether the work is done by workers."""
        return self.workers is not None or self.scheduler is not None

    @property
    def several(self) -> bool:
        """Whether outputs go into folders; a name with a slash, ``tables/``, is a folder for a batch of any size."""
        return len(self.files) > 1 or self.elsewhere or isinstance(self.output, Folder)

    def beside(self) -> tuple[tuple[str, Path | None], ...]:
        """Return the outputs next to the table, as (option, file or folder)."""
        return (("--plot", self.plot),)

    def words(self) -> Words:
        """Return the command's own names for errors."""
        return self.recipe.words(("-o", self.output), *self.beside())


def parse(given: argparse.Namespace) -> TracesOptions:
    """Return the options that argparse found."""
    recipe = recipe_of(given)
    return TracesOptions(
        files=tuple(given.files),
        recipe=recipe,
        output=given.output,
        format=given.format,
        plot=given.plot,
        workers=given.workers,
        scheduler=given.scheduler,
    )


def recipe_of(given: argparse.Namespace) -> Recipe:
    """Return what to do with each recording."""
    return Recipe(
        where=_where(given),
        size=given.size,
        window=given.window,
        fps=given.fps,
        background=given.background,
        background_kind=given.background_kind,
        background_factor=given.background_factor,
        steps=_steps(given),
        tidy=given.tidy,
        overwrite=given.overwrite,
        reading=tuple(given.option),
        look=look_of(given),
    )


def _steps(given: argparse.Namespace) -> Steps:
    return Steps(
        frames=given.frames,
        time=given.time,
        spatial=given.spatial,
        smooth=given.smooth,
        detrend=given.detrend,
        baseline=given.baseline,
        dff=given.dff,
        polarity=given.polarity,
        normalize=given.normalize,
        invert=given.invert,
    )


def _where(given: argparse.Namespace) -> Where:
    said = {"kind": given.regions_kind, "cells": given.cells}
    if given.at:
        return Where("--at", positions=tuple(given.at), **said)
    if given.grid:
        return Where("--grid", count=given.grid, **said)
    if given.random:
        return Where("--random", count=given.random, seed=given.seed, **said)
    if given.positions is not None:
        return Where("--positions", file=given.positions, **said)
    if given.regions is not None:
        return Where("--regions", file=given.regions, **said)
    return Where("", **said)  # a table of traces has places of its own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="recordings")
    add_arguments_of_traces(parser, is_table_allowed=False)
    parser.add_argument("--normalize", action="store_true", help="scale each trace to the range 0 to 1")
    parser.add_argument(
        "--invert",
        action="store_true",
        help="turn each trace upside down, for signals that point down: with --normalize within 0 to 1, else its sign",
    )
    add_outputs(parser, "NAME_traces.csv", "picture of the traces")
    add_look(parser)
    parser.add_argument("--tidy", action="store_true", help="long form: time, name, x, y, value (csv, parquet, xlsx)")
    add_workers(parser)
    add_reading_argument(parser)


def add_arguments_of_traces(parser: argparse.ArgumentParser, is_table_allowed: bool) -> None:
    """Add the arguments that say which traces are extracted, and how they are freed of drift and noise."""
    _add_where(parser, is_required=not is_table_allowed)
    add_window_arguments(parser)
    _add_frames(parser)
    _add_background(parser)
    _add_arguments_of_baselines(parser)


def _add_where(parser: argparse.ArgumentParser, is_required: bool) -> None:
    where = parser.add_mutually_exclusive_group(required=is_required)
    where.add_argument(
        "--at", nargs="+", action="extend", type=position, metavar="X,Y", help="positions; may be repeated"
    )
    where.add_argument(
        "--positions", type=Path, metavar="FILE.csv", help="positions from a table with columns x, y (.csv, .tsv)"
    )
    where.add_argument("--grid", type=count, metavar="N", help="N x N positions, evenly spaced")
    where.add_argument("--random", type=count, metavar="N", help="N random positions")
    where.add_argument(
        "--regions",
        type=Path,
        metavar="FILE",
        help="regions drawn in ImageJ (.roi, .zip, .tif with an overlay), napari (.csv) or QuPath (.geojson), found by "
        "suite2p (stat.npy), cellpose (_seg.npy) or CaImAn (.hdf5), a mask, labels or a stack (.png, .tif, .npy), or "
        "positions (.csv with columns x, y)",
    )
    parser.add_argument(
        "--regions-kind", choices=_regions.KINDS, metavar="KIND", help=f"what --regions is: {', '.join(_regions.KINDS)}"
    )
    add_cells_argument(parser)
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="seed for --random (default 0)")


def _add_frames(parser: argparse.ArgumentParser) -> None:
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--frames",
        type=frame_span,
        metavar="FROM:TO",
        help="use these frames alone, numbered from 0 and without TO; one of them may be missing. Time 0 is the first",
    )
    part.add_argument("--time", type=time_span, metavar="FROM,TO", help="the same, in s")
    parser.add_argument(
        "--spatial", type=positive, metavar="PX", help="smooth frames in space first: sigma of a Gaussian in pixels"
    )
    parser.add_argument(
        "--smooth", type=positive, metavar="MS", help="smooth traces in time: sigma of a Gaussian in ms"
    )


def _add_arguments_of_baselines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--baseline",
        choices=BASELINES,
        metavar="KIND",
        help=f"subtract the baseline below the beats: {', '.join(BASELINES)}",
    )
    parser.add_argument(
        "--dff", action="store_true", help="change relative to the baseline, (F - F0) / F0 (F0: --baseline, or asls)"
    )
    parser.add_argument(
        "--polarity",
        choices=("auto", "up", "down"),
        default="auto",
        help="where beats point (default auto)",
    )


def _add_background(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--background",
        type=background,
        metavar="FILE|X,Y|NUMBER",
        help="subtract this from every trace: the trace of a region or position, or a number",
    )
    parser.add_argument(
        "--background-kind", choices=_regions.KINDS, metavar="KIND", help="what the file of --background is"
    )
    parser.add_argument(
        "--background-factor", type=number, default=1.0, metavar="R", help="subtract R times the background (default 1)"
    )
    parser.add_argument(
        "--detrend",
        choices=("spline", "mean", "median", "line"),
        metavar="KIND",
        help="remove the trend: spline, mean, median or line; a trace with a gap (NaN) becomes NaN, and is reported",
    )


def add_outputs(
    parser: argparse.ArgumentParser, default: str, picture: str, suffixes: Sequence[str] | None = None
) -> None:
    """Add the arguments of the outputs: the default name of a table, what --plot draws, and other suffixes than its."""
    what, kinds = ("table", ".csv .tsv .parquet .xlsx .mat .npz .h5 .nc .nwb")
    if suffixes is not None:
        what, kinds = "file", " ".join(suffixes)
    parser.add_argument(
        "-o",
        "--output",
        type=_output_path,
        metavar="TABLE" if suffixes is None else "FILE",
        help=f"{what} to write; for several FILEs, a folder (default: {default} in the current folder). The suffix "
        f"chooses the kind: {kinds}",
    )
    few = ", ".join(kind[1:] for kind in suffixes or (".parquet", ".xlsx"))
    parser.add_argument("--format", metavar="KIND", help=f"kind of {what} if -o does not name a file: {few}, ...")
    parser.add_argument(
        "--plot", type=Path, metavar="PICTURE.png", help=f"{picture} to write; for several FILEs, a folder"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing outputs")


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for work in other processes."""
    cluster = parser.add_mutually_exclusive_group()
    cluster.add_argument(
        "--workers", type=count, metavar="N", help="use N processes on this machine, each with one FILE at a time"
    )
    cluster.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="use the workers of a dask scheduler, tcp://HOST:PORT or its scheduler file; they must see the same paths",
    )


def _output_path(text: str) -> Path:
    return Folder(text) if text.endswith(("/", os.sep)) else Path(text)
