"""Where the tables and pictures of `optimap traces` go, and a check that no output replaces an input."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .. import _tables
from .._base import ArgumentError
from .traces_options import TracesOptions


def check_inputs_are_kept(inputs: Sequence[Path | None], outputs: Sequence[tuple[str, Path | None]]) -> None:
    """Raise an error if an output, an (option, file) pair, would overwrite an input."""
    taken = {path.resolve() for path in inputs if path is not None}
    for option, path in outputs:
        if path is not None and path.resolve() in taken:
            subject = f"{option} {path}"
            raise ArgumentError(option, path, "is an input", "name another file to write to", subject=subject)


def check_outputs_differ(outputs: Sequence[tuple[str, Path | None]]) -> None:
    """Raise an error if two outputs, (option, file) pairs, are the same file."""
    taken: dict[Path, str] = {}
    for option, path in outputs:
        if path is not None:
            other = taken.setdefault(path.resolve(), option)
            if other != option:
                problem, cure = f"is the file of {other}, too", "name another file to write to"
                raise ArgumentError(option, path, problem, cure, subject=f"{option} {path}")


def find_outputs(options: TracesOptions, what: str) -> list[tuple[tuple[str, Path | None], ...]]:
    """Return the outputs for each recording, the table first, or raise an error if two are the same or one cannot be.

    `what` is how their names end, such as ``traces``.
    """
    if options.several:
        for option, folder in (("-o", options.output), *options.beside()):
            _check_folder(option, folder, options)
    ending = f"_{what}{_suffix(options)}"
    asked = options.output
    if asked is not None and not options.several and not asked.suffix and not asked.is_dir():
        kind = "table" if options.suffixes is None else "file"
        raise ArgumentError(
            "-o",
            asked,
            f"is neither a {kind}, such as {asked}{_suffix(options)}, nor an existing folder",
            "give another name" if asked.exists() else f"write {asked}/ to create that folder",
            subject=f"-o {asked}",
        )
    tables = [_output(asked, path, ending, options.several) for path in options.files]
    table, times = Counter(tables).most_common(1)[0]
    if times > 1:
        raise ArgumentError(
            "FILE",
            table,
            f"would be written for {times} recordings",
            "run them one by one, each with its own -o",
            subject=str(table),
        )
    return [
        (("-o", table), *((option, _beside(option, asked, path, what, options)) for option, asked in options.beside()))
        for path, table in zip(options.files, tables, strict=True)
    ]


def _beside(option: str, asked: Path | None, recording: Path, what: str, options: TracesOptions) -> Path | None:
    """Return an output next to the table: the picture, or the ensemble of beats."""
    if asked is None:
        return None
    ending = f"_{what}.png" if option == "--plot" else f"_{option.lstrip('-')}{_suffix(options)}"
    return _output(asked, recording, ending, options.several)


def _check_folder(option: str, folder: Path | None, options: TracesOptions) -> None:
    if folder is None or not folder.suffix or folder.is_dir():
        return
    if len(options.files) == 1:
        problem = "is a file, but with --workers or --scheduler, outputs go into a folder"
    else:
        problem = f"is one file for {len(options.files)} recordings"
    raise ArgumentError(option, folder, problem, "name a folder", subject=f"{option} {folder}")


def _output(asked: Path | None, recording: Path, ending: str, several: bool) -> Path:
    name = recording.resolve().with_suffix("").name + ending
    if asked is None:
        return Path(name)
    return asked / name if several or asked.is_dir() else asked


def _suffix(options: TracesOptions) -> str:
    """Return the suffix of tables, after checking --format."""
    known = options.suffixes or _tables.SUFFIXES
    if options.format is None:
        return known[0]
    suffix = f".{options.format.lower().lstrip('.')}"
    subject = f"--format {options.format}"
    if suffix not in known:
        kinds = ", ".join(own[1:] for own in known)
        what = "is not a kind of table" if options.suffixes is None else "is not a kind of file for maps"
        raise ArgumentError("--format", options.format, what, f"choose from {kinds}", subject=subject)
    output = options.output
    if output is not None and not options.several and not output.is_dir() and output.suffix.lower() != suffix:
        raise ArgumentError(
            "--format", options.format, f"does not match -o {output}", "give only one of them", subject=subject
        )
    return suffix
