"""optimap maps: maps of activation, duration, velocity and the rest of the beats in recordings."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _files
from .batch import run_jobs
from .maps_job import MapsJob
from .maps_options import MapsOptions, add_arguments, check_mask, parse
from .maps_summary import check_summary, write_summary
from .outputs import check_inputs_are_kept, check_outputs_differ, find_outputs
from .together import given_together

if TYPE_CHECKING:
    from .options import Commands


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser(
        "maps",
        help="maps of the beats in recordings: activation, durations, velocity, SNR",
        epilog="Beats are found in the mean signal of the mask. Times in the outputs count from the first frame that "
        "is used; in pictures and in what is printed, they count from the beginning of activation. With several FILEs, "
        "or on workers, a FILE whose maps exist counts as done: running the same command again does only the rest.",
    )
    add_arguments(parser)
    parser.set_defaults(parse=parse, run=run)


def run(options: MapsOptions) -> int:
    """Make the maps; return the exit status."""
    check_mask(options.recipe)
    jobs = _jobs(options)
    if options.summary is not None:
        check_summary(options.summary, options.recipe.overwrite)
    failed = run_jobs(jobs, options)
    if options.summary is not None:
        write_summary(options.summary, [job for job in jobs if job not in failed])
    return 2 if failed else 0


def _jobs(options: MapsOptions) -> list[MapsJob]:
    """Return one job for each file, after checking everything that concerns all of them."""
    outputs = find_outputs(options, "maps")
    written = [*(output for own in outputs for output in own), ("--summary", options.summary)]
    check_inputs_are_kept([*options.files, options.recipe.mask_file], written)
    check_outputs_differ(written)
    together = given_together(options.files, options.recipe.reading)
    folder = Path.cwd() if options.elsewhere else Path()
    recipe, mark = options.recipe.below(folder), _files.new_run()
    if recipe.mask_file is not None:
        recipe = replace(recipe, mask=str(folder / recipe.mask_file))
    return [
        MapsJob(path, own, recipe, options.several, folder, mark, path in together.alone)
        for path, own in zip(options.files, outputs, strict=True)
        if path not in together.left_out
    ]
