"""optimap traces: extract traces from recordings into tables."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _files
from .batch import check_file_options, read_where, run_jobs
from .jobs import TracesJob
from .outputs import check_inputs_are_kept, find_outputs
from .together import given_together
from .traces_options import TracesOptions, add_arguments, parse

if TYPE_CHECKING:
    from .options import Commands


def add_command(commands: "Commands") -> None:
    """Add the command and its arguments."""
    parser = commands.add_parser(
        "traces",
        help="extract traces from recordings into tables",
        epilog="With several FILEs, or on workers, a recording whose table exists counts as done: running the same "
        "command again does only the rest. A table made with other parameters is kept and reported as a failure. "
        "A FILE that fails is reported in one line and does not stop the others; the exit status is then 2.",
    )
    add_arguments(parser)
    parser.set_defaults(parse=parse, run=run)


def run(options: TracesOptions) -> int:
    """Extract the traces; return the exit status."""
    options.recipe.steps.check()
    check_file_options(options.recipe)
    return 2 if run_jobs(_jobs(options), options) else 0


def _jobs(options: TracesOptions) -> list[TracesJob]:
    """Return one job for each recording, after checking everything that concerns all of them."""
    outputs = find_outputs(options, "traces")
    behind = options.recipe.background if isinstance(options.recipe.background, Path) else None
    where = read_where(options.recipe.where, behind, options.recipe.background_kind)
    check_inputs_are_kept([*options.files, where.file, behind], [output for own in outputs for output in own])
    # The recipe for workers: without the list of all files, and without paths that depend on the current folder.
    together = given_together(options.files, options.recipe.reading)
    folder = Path.cwd() if options.elsewhere else Path()
    recipe, mark = replace(options.recipe, where=where).below(folder), _files.new_run()
    return [
        TracesJob(path, own, recipe, options.several, folder, mark, path in together.alone)
        for path, own in zip(options.files, outputs, strict=True)
        if path not in together.left_out
    ]
