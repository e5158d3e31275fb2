"""Files are written whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def check_output(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, where `path` cannot be written."""
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists: choose another name, or ask for overwriting (overwrite=True, --overwrite)"
        )
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} does not exist: make it, or choose another")


@contextmanager
def written_whole(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it when the block succeeds, remove it when it fails."""
    check_output(path, overwrite)
    partial = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.partial{path.suffix}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def written_with_sidecar(path: Path, sidecar: Path, text: str, overwrite: bool = False) -> Iterator[Path]:
    """Like `written_whole`, with a second file of `text` that describes the first: both appear, or neither does."""
    check_output(sidecar, overwrite)
    before = sidecar.read_bytes() if sidecar.exists() else None
    replaced = False
    try:
        with written_whole(path, overwrite) as partial:
            yield partial
            # The description first: whoever waits for the file finds both.
            with written_whole(sidecar, overwrite=True) as partial_sidecar:
                partial_sidecar.write_text(text, encoding="utf-8")
            replaced = True
    except BaseException:  # such as a table that is open in a spreadsheet program and cannot be replaced
        if replaced and before is not None:
            sidecar.write_bytes(before)
        elif replaced:
            sidecar.unlink()
        raise
