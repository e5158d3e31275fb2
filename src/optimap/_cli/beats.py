"""optimap beats: find and measure the beats in recordings, or in tables of traces."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _files
from .batch import check_file_options, read_where, run_jobs
from .beats_job import BeatsJob
from .beats_options import BeatsOptions, add_arguments, parse
from .beats_summary import check_summary, write_summary
from .outputs import check_inputs_are_kept, check_outputs_differ, find_outputs
from .together import given_together

if TYPE_CHECKING:
    from .options import Commands


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser(
        "beats",
        help="find and measure beats in recordings or tables of traces",
        epilog="A recording needs positions or regions (--at, --positions, --grid, --random or --regions); a table of "
        "traces has its own. Times in the outputs count from the first frame that is used. With several FILEs, or on "
        "workers, a FILE whose table exists counts as done: running the same command again does only the rest.",
    )
    add_arguments(parser)
    parser.set_defaults(parse=parse, run=run)


def run(options: BeatsOptions) -> int:
    """Measure the beats; return the exit status."""
    options.recipe.steps.check()
    check_file_options(options.recipe)
    jobs = _jobs(options)
    if options.summary is not None:
        check_summary(options.summary, options.recipe.overwrite)
    failed = run_jobs(jobs, options)
    is_whole = True
    if options.summary is not None:
        is_whole = write_summary(options.summary, [job for job in jobs if job not in failed])
    return 0 if is_whole and not failed else 2


def _jobs(options: BeatsOptions) -> list[BeatsJob]:
    """Return one job for each file, after checking everything that concerns all of them."""
    outputs = find_outputs(options, "beats")
    recipe = options.recipe
    behind = recipe.background if isinstance(recipe.background, Path) else None
    where = read_where(recipe.where, behind, recipe.background_kind)
    written = [*(output for own in outputs for output in own), ("--summary", options.summary)]
    given = [*options.files, where.file, behind, getattr(recipe, "stimuli_file", None)]
    check_inputs_are_kept(given, written)
    check_outputs_differ(written)
    together = given_together(options.files, recipe.reading)
    folder = Path.cwd() if options.elsewhere else Path()
    recipe, mark = replace(recipe, where=where).below(folder), _files.new_run()
    return [
        BeatsJob(path, own, recipe, options.several, folder, mark, path in together.alone)
        for path, own in zip(options.files, outputs, strict=True)
        if path not in together.left_out
    ]
