"""optimap demo: a simulated recording, its traces and a picture, to show how it works."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _files, _tables, datasets, trace, video
from .._base import Array
from .errors import OVERWRITE_KEYWORD, Words
from .pictures import save_picture
from .provenance import made_by, origin, provenance

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .options import Commands

POSITIONS = [(20, 64), (64, 40), (104, 70)]
PARAMETERS = {"size": 5, "window": "rect", "detrend": "spline", "normalize": {"ymin": 1, "ymax": 0}}


@dataclass(frozen=True)
class DemoOptions:
    """The options of `optimap demo`."""

    folder: Path
    overwrite: bool

    def words(self) -> Words:
        """Return the command's own names for errors."""
        return Words({}, (), OVERWRITE_KEYWORD)


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser("demo", help="make a recording, its traces and a picture, to see how it works")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("optimap-demo"), help="where to put them (default optimap-demo)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the files of an earlier demo")
    parser.set_defaults(parse=parse, run=run)


def parse(given: argparse.Namespace) -> DemoOptions:
    """Return the options that argparse found."""
    return DemoOptions(given.folder, given.overwrite)


def run(options: DemoOptions) -> int:
    """Make the demo; return the exit status."""
    overwrite = options.overwrite
    _files.make_folder(options.folder)
    recording_path, table, picture = (options.folder / name for name in ("tissue.tif", "traces.csv", "traces.png"))
    for path in (recording_path, *_tables.find_table_kind(table).outputs(table), picture):
        _files.check_output(path, overwrite)

    tissue = datasets.simulated_tissue()
    video.save_video(recording_path, tissue.video, tissue.fps, overwrite=overwrite, made=made_by("demo"))
    with video.open_video(recording_path) as recording:
        raw = trace.extract_traces(recording, POSITIONS)
        image, fps = recording[0], recording.fps
        made = provenance(origin("demo", recording_path, recording), {"from": "demo"}, PARAMETERS)
    # The dye darkens at depolarisation: ymin=1, ymax=0 turns the action potentials upright.
    clean = trace.normalize(trace.detrend_timeseries(raw), ymin=1, ymax=0, dtype=raw.dtype)
    trace.save_traces(table, clean, POSITIONS, fps, metadata=made, overwrite=overwrite)
    save_picture(_demo_picture(image, raw, clean, fps), picture, overwrite, made)
    print(f"recording: {recording_path}\ntable:     {table}\npicture:   {picture}")
    return 0


def _demo_picture(image: Array, raw: Array, clean: Array, fps: float | None) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.4), layout="constrained")
    axs = figure.subplot_mosaic([["image", "raw"], ["image", "clean"]], width_ratios=[1, 1.6])
    trace.show_positions(POSITIONS, image, ax=axs["image"], size=60)
    axs["image"].set_title("simulated tissue, three positions")
    trace.show_traces(raw, fps=fps, ax=axs["raw"])
    axs["raw"].set(title="as recorded: the signal points down, the dye bleaches", xlabel="", ylabel="Counts")
    trace.show_traces(clean, fps=fps, ax=axs["clean"])
    axs["clean"].set(title="detrended, normalized, upright", ylabel="Normalized")
    axs["raw"].tick_params(labelbottom=False)
    for name in ("raw", "clean"):
        axs[name].spines[["top", "right"]].set_visible(False)
    return figure
