"""optimap demo: a recording, its traces and a picture, to see how it works."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._version import __version__
from .common import save_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEMO_POSITIONS = [(20, 64), (64, 40), (104, 70)]
DEMO_PARAMETERS = {
    "positions": {"from": "demo"},
    "size": 5,
    "window": "rect",
    "detrend": "spline",
    "normalize": {"ymin": 1, "ymax": 0},
}


def add_command(commands: Any) -> None:
    """Add the command and its arguments."""
    demo = commands.add_parser("demo", help="make a recording, its traces and a picture, to see how it works")
    demo.add_argument("folder", nargs="?", type=Path, default=Path("optimap-demo"))
    demo.add_argument("--overwrite", action="store_true", help="replace the files of an earlier demo")
    demo.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .._files import check_output, make_folder
    from .._tables import find_table_kind
    from ..datasets import simulated_tissue
    from ..trace import detrend_timeseries, extract_traces, normalize, save_traces
    from ..video import open_video, save_video
    from .provenance import provenance

    make_folder(options.folder)
    recording_path, table, picture = (options.folder / name for name in ("tissue.tif", "traces.csv", "traces.png"))
    for path in (recording_path, *find_table_kind(table).outputs(table), picture):
        check_output(path, options.overwrite)

    tissue = simulated_tissue()
    by = {"made_by": f"optimap demo, optimap-trace {__version__}"}
    save_video(recording_path, tissue.video, tissue.fps, overwrite=options.overwrite, made=by)
    with open_video(recording_path) as recording:
        raw = extract_traces(recording, DEMO_POSITIONS)
        image, fps = recording[0], recording.fps
        made = {**provenance("demo", options, recording_path, recording), **DEMO_PARAMETERS}
    # The dye darkens at depolarisation: ymin=1, ymax=0 turns the action potentials upright.
    clean = normalize(detrend_timeseries(raw), ymin=1, ymax=0, dtype=raw.dtype)
    save_traces(table, clean, DEMO_POSITIONS, fps, metadata=made, overwrite=options.overwrite)
    save_picture(_demo_picture(image, raw, clean, fps), picture, options.overwrite, made)
    print(f"recording: {recording_path}\ntable:     {table}\npicture:   {picture}")
    return 0


def _demo_picture(image: Any, raw: Any, clean: Any, fps: float | None) -> "Figure":
    from matplotlib.figure import Figure

    from ..trace import show_positions, show_traces

    figure = Figure(figsize=(11, 4.4), layout="constrained")
    axs = figure.subplot_mosaic([["image", "raw"], ["image", "clean"]], width_ratios=[1, 1.6])
    show_positions(DEMO_POSITIONS, image, ax=axs["image"], size=60)
    axs["image"].set_title("simulated tissue, three positions")
    show_traces(raw, fps=fps, ax=axs["raw"])
    axs["raw"].set(title="as recorded: the signal points down, the dye bleaches", xlabel="", ylabel="Counts")
    show_traces(clean, fps=fps, ax=axs["clean"])
    axs["clean"].set(title="detrended, normalized, upright", ylabel="Normalized")
    axs["raw"].tick_params(labelbottom=False)
    for name in ("raw", "clean"):
        axs[name].spines[["top", "right"]].set_visible(False)
    return figure
