"""optimap info: the contents of recordings, tables and other files, or what is installed."""

import argparse
import importlib.metadata
import importlib.util
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _regions, _tables, activation, video
from .._base import counted
from .._version import __version__
from .errors import CELLS_KEYWORD, READING_KEYWORDS, Words, error_of, error_text, say_error
from .listing import columns_lines, nested_lines, rate_text, show, table_lines
from .made_alike import parse_made, picture_made
from .open import asked, check_not_empty, described, open_recording
from .options import Reading, add_cells_argument, add_reading_argument
from .together import given_together

if TYPE_CHECKING:
    from ..video import Recording
    from .options import Commands


@dataclass(frozen=True)
class InfoOptions:
    """The options of `optimap info`."""

    files: tuple[Path, ...]
    reading: Reading
    version: bool
    cells: str

    def words(self) -> Words:
        """Return the command's own names for errors."""
        return Words({**READING_KEYWORDS, "fps": "--option fps="}, (), {**READING_KEYWORDS, **CELLS_KEYWORD})


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser(
        "info", help="show the contents of recordings and tables or, without FILE, what is installed"
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="recordings, tables, regions or pictures")
    add_reading_argument(parser)
    add_cells_argument(parser)
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    parser.set_defaults(parse=parse, run=run)


def parse(given: argparse.Namespace) -> InfoOptions:
    """Return the options that argparse found."""
    return InfoOptions(tuple(given.files), tuple(given.option), given.version, given.cells)


def run(options: InfoOptions) -> int:
    """Print the requested information; return the exit status."""
    if options.version:
        print(version_text())
        return 0
    if not options.files:
        _print_installed()
        return 0
    status, together = 0, given_together(options.files, options.reading)
    for path in options.files:
        if path in together.left_out:
            continue
        error = error_of(partial(_print_file, path, options, together.alone))
        if error is not None:
            say_error(error_text(error, options.words(), path))
            status = 2
    return status


def version_text() -> str:
    """Return the version, and whether the compiled loops are in use."""
    return f"optimap-trace {__version__} (kernels: {_backend()})"


def _backend() -> str:
    # Not imported at the top, because this reads OPTIMAP_KERNELS, and a wrong value is reported like other errors.
    from .. import kernels

    return kernels.backend


def _print_installed() -> None:
    print(version_text())
    if _backend() == "numpy":
        print(
            "The compiled loops are not in use: results are the same, but slower. They need a C++ compiler to install."
        )
    print(_neighbour())
    print("\nformat           suffixes")
    for row in video.FORMATS:
        _print_row(row.name, row.suffixes, [row.needs] if row.needs else [], row.extra)
    for other in video.other_formats():
        _print_row(other.name, other.suffixes, [], None)
    print(f"{'images':<16} a folder of .tif or .png")
    print("\ntable            suffixes")
    for kind in _tables.KINDS:
        _print_row(kind.name, kind.suffixes, kind.needs, kind.extra)


def _neighbour() -> str:
    """Return a sentence about the published package, which has the same import name."""
    try:
        version = importlib.metadata.version("optimap")
    except importlib.metadata.PackageNotFoundError:
        return "The published package 'optimap', which has the same import name, is not installed in this environment."
    return (
        f"The published package 'optimap' {version}, which has the same import name, is installed in this environment, "
        "too: install each into an environment of its own."
    )


def _print_row(name: str, suffixes: Sequence[str], needs: Sequence[str], extra: str | None) -> None:
    missing = any(importlib.util.find_spec(module) is None for module in needs)
    note = f"   (needs: pip install 'optimap-trace[{extra}]')" if missing else ""
    print(f"{name:<17}{' '.join(suffixes)}{note}")


def _print_file(path: Path, options: InfoOptions, alone: Collection[Path]) -> None:
    check_not_empty(path)
    with asked():
        print_content = _printer(path, options, alone)
    print_content()


def _printer(path: Path, options: InfoOptions, alone: Collection[Path]) -> Callable[[], None]:
    """Return what prints a file, by what it is."""
    if described(path) is not None:
        return partial(_print_description, path)
    if _regions.is_positions(path):
        return partial(_print_positions, path)
    if _regions.content_of(path) is not None:
        return partial(_print_regions, path, options.cells)
    if activation.holds_beat_maps(path):
        return partial(_print_maps, path)
    if _tables.is_table(path):
        return partial(_print_table, path)
    if path.suffix.lower() == ".png" and path.is_file():
        return partial(_print_picture, path)
    if _regions.is_flat(path) and _regions.image_summary(path) is not None:
        return lambda: show(path, *_as_regions(path))
    return partial(_print_recording, path, {**dict(options.reading), **({"parts": False} if path in alone else {})})


def _print_table(path: Path) -> None:
    beats = _tables.find_columns(path)
    lines = table_lines(_tables.load_header(path)) if beats is None else columns_lines(beats[0])
    show(path, f"  table       {_tables.find_table_kind(path).name}", *(f"  {line}" for line in lines))


def _print_maps(path: Path) -> None:
    maps = activation.load_beat_maps(path)
    height, width = maps.mask.shape
    beats = counted(len(maps.beats), "beat")
    print(f"{path}\n  maps        {f'mean of {beats}' if maps.is_mean else beats}")
    print(f"  size        {width} x {height} pixels (width x height), {maps.mask.sum()} measured")
    for name in maps:
        known = maps[name][np.isfinite(maps[name])]
        unit = "" if maps.units[name] in ("1", "intensity") else f" {maps.units[name]}"
        print(f"  {name}: {f'median {np.median(known):.4g}{unit}' if len(known) else 'nowhere'}")
    for line in nested_lines(maps.metadata):
        print(f"  {line}")


def _print_positions(path: Path) -> None:
    positions, made = _regions.read_positions(path), _regions.read_made(path)
    few = ", ".join(f"({x:g}, {y:g})" for x, y in positions[:6])
    show(path, f"  positions   {len(positions)}: {few}{', ...' if len(positions) > 6 else ''}")
    if made:
        show(f"  written by  {made['written_by']}{', and edited since' if made['edited'] else ''}")
        show(*(f"  {line}" for line in nested_lines(made["metadata"])))


def _print_description(path: Path) -> None:
    table = path.with_suffix("")
    note = "" if table.exists() else ", which is missing: keep the two files together"
    show(path, f"  describes   {table.name}{note}")


def _print_regions(path: Path, cells: str) -> None:
    made = str(_regions.content_of(path)).partition(" ")[2]  # "drawn in ImageJ"
    if _regions.holds_rois(path):
        rois = _regions.named_rois(path)
        show(path, f"  regions     {len(rois)}, {made}")
        for name, roi in rois:
            kind = roi.subtype.name if roi.subtype.value else roi.roitype.name
            show(f"  {name}: {'rectangle' if kind == 'RECT' else kind.lower()}")
        return
    names = _regions.region_names(path, cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shown already
        every = _regions.region_names(path, "all")
    which = f"{len(names)}" if len(names) == len(every) else f"{len(names)} accepted of {len(every)}"
    show(path, f"  regions     {which}, {made}", f"  names       {_few(names)}")


def _is_binary(value: object) -> bool:
    return isinstance(value, bytes) or (isinstance(value, list) and any(isinstance(one, bytes) for one in value))


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


def _as_regions(path: Path) -> list[str]:
    """Return a line about what an image would be as regions; none if it would be none."""
    summary = _regions.image_summary(path)
    return [] if summary is None else [f"  as regions  {summary}"]


def _print_picture(path: Path) -> None:
    made = picture_made(path)
    note = "" if made else "from another program; a folder of such pictures is a recording"
    show(path, f"  picture     {note}".rstrip())
    if not made:
        show(*_as_regions(path))
    show(*(f"  {line}" for line in nested_lines(made)))


def _runs(numbers: Sequence[int]) -> str:
    """Return numbers that grow as runs: 0 to 9, 12 to 20."""
    ends = np.flatnonzero(np.diff(numbers) > np.diff(numbers).min()).tolist()
    starts = [0, *(end + 1 for end in ends)]
    pairs = zip(starts, [*ends, len(numbers) - 1], strict=True)
    return ", ".join(f"{numbers[i]} to {numbers[j]}" if j > i else f"{numbers[i]}" for i, j in pairs)


def _recording_rate(recording: "Recording") -> str:
    """Return the frame rate and the duration in words, or what is irregular about the times."""
    irregularity = recording.irregularity
    return rate_text(recording.fps, len(recording)) if irregularity is None else f"irregular times: {irregularity}"


def _print_recording(path: Path, reading: Mapping[str, Any]) -> None:
    with open_recording(path, reading) as recording:
        frames, height, width = recording.shape
        show(path)
        show(f"  format      {recording.format}")
        show(f"  frames      {frames}")
        show(f"  size        {width} x {height} pixels (width x height)")
        show(f"  axes        {recording.axes}, {recording.axes_source}")
        show(f"  pixels      {recording.dtype}, {recording.nbytes / 1e6:.1f} MB in memory")
        show(f"  rate        {_recording_rate(recording)}")
        if recording.pixel_size is not None:
            show(f"  pixel size  {recording.pixel_size:g} mm")
        for name, analog in recording.analog.items():
            show(f"  {name:<12}{analog.count} samples, rate {rate_text(analog.fps, analog.count, 'samples')}")
        outlines = _regions.overlay_of(path)
        if outlines:
            show(f"  overlay     {counted(len(outlines), 'region')}: {_few(outlines)}")
        elif frames == 1:
            show(*_as_regions(path))
        metadata = {key: value for key, value in recording.metadata.items() if not _is_binary(value)}
        if "frame_numbers" in metadata:
            metadata["frame_numbers"] = _runs(metadata["frame_numbers"])
        made = parse_made(metadata.get("made"))
        for line in nested_lines({**metadata, "made": made} if made else metadata):
            show(f"  {line}")
