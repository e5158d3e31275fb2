"""The arguments of `optimap maps`, and the options made from them."""

import argparse
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

from .. import _regions
from .._base import ArgumentError, BeatBaseline
from .errors import Words
from .look import add_look, look_of
from .options import add_reading_argument, frame_span, positive, time_span
from .places import Where
from .steps import Steps
from .traces_options import Recipe, TracesOptions, add_outputs, add_workers

DEFAULT = ("activation", "apd80", "amplitude", "snr", "cv")
LEVEL = r"\d{1,2}(?:\.\d+)?"
# What the loops measure, and what is made from it.
MEASURED = ("activation", "baseline", "peak", "time_to_peak", "amplitude", "snr", "rise_10_90", "dvdt_max", "tau")
NAMES = re.compile(rf"(?:{'|'.join(MEASURED)}|cycle_length|cv|frequency|(?:apd|di|repolarization){LEVEL})")
COMPARED = re.compile(rf"alternans_(?:apd{LEVEL}|amplitude|peak)")
LISTED = "activation, apd80 (any level), repolarization80, di80, amplitude, snr, cv, frequency, alternans_apd80, "
LISTED += "rise_10_90, dvdt_max, tau, time_to_peak, cycle_length, baseline, peak"


@dataclass(frozen=True)
class MapsRecipe(Recipe):
    """What to do with each recording; it is sent to workers."""

    maps: tuple[str, ...]
    mask: str | None  # 'auto', or a file
    pixel_size: float | None  # mm
    beat: int | str  # 'mean', 'all' or a number
    between: BeatBaseline  # the baseline of beats, 'before' or 'linear'

    @property
    def mask_file(self) -> Path | None:
        """The file of the mask, if there is one."""
        return None if self.mask in (None, "auto") else Path(str(self.mask))

    @property
    def levels(self) -> list[float]:
        """The levels of recovery that the maps need."""
        found = {
            float(level) for name in self.maps for level in re.findall(rf"(?:apd|di|repolarization)({LEVEL})", name)
        }
        return sorted(found)

    def words(self, *outputs: tuple[str, Path | None]) -> Words:
        """Return the command line's own names for errors, with the files to write as (option, file)."""
        words = super().words(("--mask", self.mask_file), *outputs)
        own = {"beat": "--beat", "beats": "--beat", "mask": "--mask", "space_scale": "--pixel-size", "levels": "--maps"}
        keywords = {"mask": "--mask", "baseline": "--baseline ", "space_scale": "--pixel-size="}
        return words._replace(arguments={**words.arguments, **own}, keywords={**words.keywords, **keywords})


@dataclass(frozen=True)
class MapsOptions(TracesOptions):
    """The options of `optimap maps`."""

    recipe: MapsRecipe
    summary: Path | None

    suffixes: ClassVar[tuple[str, ...]] = (".npz", ".nc", ".h5", ".tif")

    def words(self) -> Words:
        """Return the command's own names for errors."""
        return self.recipe.words(("-o", self.output), *self.beside(), ("--summary", self.summary))


def parse(given: argparse.Namespace) -> MapsOptions:
    """Return the options that argparse found."""
    steps = Steps(
        given.frames, given.time, given.spatial, None, None, None, dff=False, polarity=given.polarity, normalize=False,
        invert=False,
    )  # fmt: skip
    base = Recipe(
        where=Where(""), size=5, window="rect", fps=given.fps, background=None, background_kind=None,
        background_factor=1.0, steps=steps, tidy=False, overwrite=given.overwrite, reading=tuple(given.option),
        look=look_of(given),
    )  # fmt: skip
    recipe = MapsRecipe(
        **{field.name: getattr(base, field.name) for field in fields(Recipe)},
        maps=given.maps,
        mask=given.mask,
        pixel_size=given.pixel_size,
        beat=given.beat,
        between=given.baseline,
    )
    return MapsOptions(
        files=tuple(given.files),
        recipe=recipe,
        output=given.output,
        format=given.format,
        plot=given.plot,
        workers=given.workers,
        scheduler=given.scheduler,
        summary=given.summary,
    )


def check_mask(recipe: MapsRecipe) -> None:
    """Raise an error for a file that holds no mask."""
    if recipe.mask_file is not None:
        found = _regions.read_region_file(recipe.mask_file, "mask")
        if found is None:
            raise ArgumentError(
                "--mask", recipe.mask, "holds no regions", "give a mask", subject=f"--mask {recipe.mask}"
            )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="recordings")
    _add_arguments_of_maps(parser)
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--frames", type=frame_span, metavar="FROM:TO", help="use these frames alone, numbered from 0 and without TO"
    )
    part.add_argument("--time", type=time_span, metavar="FROM,TO", help="the same, in s")
    add_outputs(parser, "NAME_maps.npz", "picture of the maps over the mean image", MapsOptions.suffixes)
    add_look(parser, has_traces=False)
    parser.add_argument(
        "--summary",
        type=Path,
        metavar="TABLE",
        help="table to write with one row for each FILE: the number of beats, and median, quartiles and number of "
        "pixels of each map. A summary of an earlier run is replaced",
    )
    add_workers(parser)
    add_reading_argument(parser)


def _add_arguments_of_maps(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--maps", type=maps, default=DEFAULT, metavar="NAME,...", help=f"{LISTED} (default {','.join(DEFAULT)})"
    )
    parser.add_argument(
        "--mask",
        type=mask,
        metavar="auto|FILE",
        help="measure only the tissue, found by its brightness, or the regions in a file, as for --regions of "
        "optimap traces",
    )
    parser.add_argument(
        "--spatial", type=positive, metavar="SIGMA", help="smooth frames in space first: sigma of a Gaussian in pixels"
    )
    parser.add_argument(
        "--pixel-size", type=positive, metavar="MM", help="width of a pixel, if the recording does not state it, for cv"
    )
    parser.add_argument(
        "--beat",
        type=beat,
        default="mean",
        metavar="mean|N|all",
        help="mean over beats (default), number, or all",
    )
    parser.add_argument(
        "--fps", type=positive, help="frames per second, if the recording does not state them or states wrong ones"
    )
    parser.add_argument("--polarity", choices=("auto", "up", "down"), default="auto", help="where beats point")
    parser.add_argument(
        "--baseline",
        choices=("before", "linear"),
        default="before",
        help="level before each beat (default), or the line from there to the level before the next, if there is drift",
    )


def maps(text: str) -> tuple[str, ...]:
    """Return the names in ``activation,apd80``."""
    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        level = re.search(rf"{LEVEL}$", name)
        is_known = NAMES.fullmatch(name) or COMPARED.fullmatch(name)
        if not is_known or (level and name != "rise_10_90" and not 0 < float(level.group()) < 100):
            raise argparse.ArgumentTypeError(f"{name!r} is not a map: choose from {LISTED}")
    if len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(f"{text!r} has a map twice: give each once")
    return names


def mask(text: str) -> str:
    """Return ``auto`` or the name of a file."""
    if text != "auto" and not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is not a FILE that exists: give one, or auto")
    return text


def beat(text: str) -> int | str:
    """Return ``mean``, ``all`` or the number of a beat."""
    if text in ("mean", "all"):
        return text
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a beat: give mean, all, or a number from 0 on")
    return int(text)
