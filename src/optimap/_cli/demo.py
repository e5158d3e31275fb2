"""optimap demo: a simulated recording, its traces, beats, an activation map and pictures, to show how it works."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _files, _tables, beats, datasets, trace, video
from .._base import Array
from .beats_job import in_numbers
from .demo_maps import activation_of_beat, map_picture, velocities
from .errors import OVERWRITE_KEYWORD, Words
from .pictures import save_picture
from .provenance import made_by, origin, provenance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..beats import BeatTable
    from .options import Commands

POSITIONS = [(20, 64), (64, 40), (104, 70)]
PARAMETERS = {"size": 5, "window": "rect", "baseline": "asls", "normalize": {"ymin": 1, "ymax": 0}}


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
    parser = commands.add_parser("demo", help="make a recording, its traces, beats, an activation map and pictures")
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
    recording = options.folder / "tissue.tif"
    is_new, folders = not recording.exists(), _files.missing_folders(options.folder)
    try:
        _make(options)
    except BaseException as error:
        if is_new and not isinstance(error, FileExistsError):
            recording.unlink(missing_ok=True)
        _files.remove_empty(folders)
        raise
    return 0


def _make(options: DemoOptions) -> None:
    """Write all files: the recording first, because the others are made from it, and then these together."""
    overwrite = options.overwrite
    _files.make_folder(options.folder)
    names = ("tissue.tif", "traces.csv", "beats.csv", "traces.png", "activation.png")
    recording_path, table, beat_table, picture, map_path = (options.folder / name for name in names)
    outputs = [*_tables.find_table_kind(table).outputs(table), *_tables.find_table_kind(beat_table).outputs(beat_table)]
    for path in (recording_path, *outputs, picture, map_path):
        _files.check_output(path, overwrite)

    tissue = datasets.simulated_tissue()
    video.save_video(recording_path, tissue.video, tissue.fps, overwrite=overwrite, made=made_by("demo"))
    print(f"recording: {recording_path}", flush=True)
    with video.open_video(recording_path) as recording:
        raw = trace.extract_traces(recording, POSITIONS)
        image, fps = recording[0], recording.fps
        made = provenance(origin("demo", recording_path, recording), {"from": "demo"}, PARAMETERS)
    # The dye darkens at depolarisation: ymin=1, ymax=0 turns the action potentials upright.
    clean = trace.normalize(raw - trace.baseline(raw), ymin=1, ymax=0, dtype=raw.dtype)
    found = beats.measure_beats(clean, fps=fps, positions=POSITIONS)
    measured = beats.BeatTable(found.columns, found.fps, {**made, "beats": found.metadata})
    with video.open_video(recording_path) as recording:
        times = activation_of_beat(recording, found)
    with _files.together():
        trace.save_traces(table, clean, POSITIONS, fps, metadata=made, overwrite=overwrite)
        beats.save_beats(beat_table, measured, overwrite=overwrite)
        save_picture(_demo_picture(image, raw, clean, found), picture, overwrite, made)
        save_picture(map_picture(times, image, tissue.fps), map_path, overwrite, made)
    print(f"traces:    {table}\nbeats:     {beat_table}\npictures:  {picture}, {map_path}")
    _print_numbers(found, velocities(times, tissue))


def _print_numbers(found: "BeatTable", velocity: tuple[float, float]) -> None:
    first = found["activation"][found["beat"] == 0]
    late = ", ".join(f"{time - first.min():.1f}" for time in first)
    print(f"numbers:   {in_numbers(found)}; activation {late} ms after the earliest")
    print(f"velocity:  {velocity[0]:.1f} cm/s, the median of the activation map; {velocity[1]:.1f} cm/s are true")


def _demo_picture(image: Array, raw: Array, clean: Array, found: "BeatTable") -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.4), layout="constrained")
    axs = figure.subplot_mosaic([["image", "raw"], ["image", "clean"]], width_ratios=[1, 1.6])
    trace.show_positions(POSITIONS, image, ax=axs["image"], size=60)
    axs["image"].set_title("simulated tissue, three positions")
    trace.show_traces(raw, fps=found.fps, ax=axs["raw"])
    axs["raw"].set(title="as recorded: the signal points down, the dye bleaches", xlabel="", ylabel="Counts")
    trace.show_traces(clean, fps=found.fps, ax=axs["clean"])
    _mark_beats(axs["clean"], found)
    axs["clean"].set(title="baseline subtracted, normalized, upright; ticks: activation", ylabel="Normalized")
    axs["raw"].tick_params(labelbottom=False)
    return figure


def _mark_beats(ax: "Axes", found: "BeatTable") -> None:
    """Draw a tick below each beat, in the colour of its trace."""
    for number, line in enumerate(list(ax.lines)):
        times = found["activation"][found["series"] == number] / 1000
        ax.vlines(times, -0.16, -0.06, colors=line.get_color(), linewidth=1.8)
