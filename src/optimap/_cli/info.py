"""optimap info: what is in recordings and tables, or what is installed."""

import argparse
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .common import EXPECTED, add_option_argument, complain, version_text
from .made_alike import parse_made, picture_made
from .open import check_not_empty, described, open_recording
from .provenance import lines, nested


def add_command(commands: Any) -> None:
    """Add the command and its arguments."""
    info = commands.add_parser("info", help="what is in recordings and tables; without FILE, what is installed")
    info.add_argument("files", nargs="*", type=Path, metavar="FILE")
    add_option_argument(info)
    info.add_argument("--version", action="store_true", help="show the version and exit")
    info.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.version:
        print(version_text())
        return 0
    if not options.files:
        _print_installed()
        return 0
    status = 0
    for path in options.files:
        try:
            _print_one(path, dict(options.option))
        except BrokenPipeError:
            raise
        except EXPECTED as error:
            complain(error, options, path)
            status = 2
    return status


def _print_installed() -> None:
    from .. import kernels
    from .._tables import KINDS
    from ..video import FORMATS

    print(version_text())
    if kernels.backend == "numpy":
        print("The compiled loops are not in use: the same numbers, slower. Install with a C++ compiler to have them.")
    print("\nformat           suffixes")
    for row in FORMATS:
        _print_row(row.name, row.suffixes, [row.needs] if row.needs else [], row.extra)
    print(f"{'images':<16} a folder of .tif or .png")
    print("\ntable            suffixes")
    for kind in KINDS:
        _print_row(kind.name, kind.suffixes, kind.needs, kind.extra)


def _print_row(name: str, suffixes: Sequence[str], needs: Sequence[str], extra: str | None) -> None:
    missing = any(importlib.util.find_spec(module) is None for module in needs)
    note = f"   (needs: pip install 'optimap-trace[{extra}]')" if missing else ""
    print(f"{name:<17}{' '.join(suffixes)}{note}")


def _print_one(path: Path, options: dict[str, Any]) -> None:
    from .._regions import holds_rois, is_positions
    from .._tables import is_table

    check_not_empty(path)
    if described(path) is not None:
        _print_description(path)
    elif is_positions(path):
        _print_positions(path)
    elif is_table(path):
        _print_table(path)
    elif holds_rois(path):
        _print_regions(path)
    elif path.suffix.lower() == ".png" and path.is_file():
        _print_picture(path)
    else:
        _print_recording(path, options)


def _print_table(path: Path) -> None:
    from .._tables import find_table_kind, load_header

    header = load_header(path)
    print(path)
    print(f"  table       {find_table_kind(path).name}")
    for line in lines(header):
        print(f"  {line}")


def _print_positions(path: Path) -> None:
    from .._regions import read_made, read_positions

    positions, made = read_positions(path), read_made(path)
    few = ", ".join(f"({x:g}, {y:g})" for x, y in positions[:6])
    print(f"{path}\n  positions   {len(positions)}: {few}{', ...' if len(positions) > 6 else ''}")
    if made:
        print(f"  written by  {made['written_by']}{', and edited since' if made['edited'] else ''}")
        for line in nested(made["metadata"]):
            print(f"  {line}")


def _print_description(path: Path) -> None:
    table = path.with_suffix("")
    there = "" if table.exists() else ", which is not there: they belong together"
    print(f"{path}\n  describes   {table.name}{there}")


def _print_regions(path: Path) -> None:
    from .._regions import named_rois

    found = named_rois(path)
    print(f"{path}\n  regions     {len(found)}, drawn in ImageJ")
    for name, roi in found:
        kind = roi.subtype.name if roi.subtype.value else roi.roitype.name
        print(f"  {name}: {'rectangle' if kind == 'RECT' else kind.lower()}")


def _print_picture(path: Path) -> None:
    made = picture_made(path)
    print(f"{path}\n  picture     {'' if made else 'of another program; folders of such are recordings'}".rstrip())
    for line in nested(made):
        print(f"  {line}")


def _print_recording(path: Path, options: dict[str, Any]) -> None:
    with open_recording(path, options) as recording:
        frames, height, width = recording.shape
        print(path)
        print(f"  format      {recording.format}")
        print(f"  frames      {frames}")
        print(f"  size        {width} x {height} pixels (width x height)")
        print(f"  pixels      {recording.dtype}, {recording.nbytes / 1e6:.1f} MB in memory")
        rate = "unknown" if recording.fps is None else f"{recording.fps:g} frames/s, {frames / recording.fps:g} s"
        print(f"  rate        {rate}")
        if recording.pixel_size is not None:
            print(f"  pixel size  {recording.pixel_size:g} mm")
        metadata = dict(recording.metadata)
        made = parse_made(metadata.get("made"))
        for line in nested({**metadata, "made": made} if made else metadata):
            print(f"  {line}")
