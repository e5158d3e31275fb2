"""Read one input and judge what happens: the rule that every kind of file is held to.

A file is read, or there is a ValueError or OSError that names it. Anything else is a finding: another exception, an
error without the name, more memory than the size of the file justifies, more than one line of warnings, a traceback of
the command line. Deaths and hangs are seen from outside, by `pool`.
"""

import gc
import logging
import os
import re
import sys
import traceback
import warnings
from pathlib import Path

FREE_BYTES = 50 * 2**20
RATIO = 1032  # of the best that deflate can do: what a file may unfold to
LONGEST = 1000  # characters of one line
OURS = Path(__file__).parents[2] / "src" / "optimap"


def judge(seed, path, errors):
    """Read a file in Python and by ``optimap info``; return findings. `errors` is an open file, which is stderr."""
    from optimap._cli import main

    size = sum(file.stat().st_size for file in (path.parent if path.is_file() else path).rglob("*") if file.is_file())
    start = _begin(errors)
    findings = list(_read(seed, path))
    findings += _noise(_said(errors), 1, "reading says")
    with _captured() as shown:
        try:
            status = main(["info", str(path)])
            if status not in (0, 2):
                findings.append(f"info: exit status {status}")
        except Exception as error:  # noqa: BLE001  # whatever comes is the finding
            findings.append(f"info: {_described(error)}")
            status = 2
    said = _said(errors)
    findings += _noise(said, 2 if status == 2 else 1, "info says")
    if status == 2 and not findings and not any(name in said for name in seed.names):
        findings.append(f"info: an error that does not name the file: {said.strip()[:300]}")
    used = _peak() - start
    if used > FREE_BYTES + RATIO * min(size, 2**20):
        findings.append(f"memory: {used / 2**20:.0f} MB for {size} bytes")
    del shown
    return findings


def _read(seed, path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            seed.read(path)
        except (ValueError, OSError) as error:
            text = str(error)
            if not any(name in text for name in seed.names):
                yield f"no name: {_described(error)}"
            elif len(text) > LONGEST + len(str(path)) * 4:
                yield f"long: {len(text)} characters: {_described(error)}"
        except Exception as error:  # noqa: BLE001
            yield _described(error)
    lines = [str(warning.message) for warning in caught]
    if len(lines) > 1 or any(len(line) > LONGEST or "\n" in line for line in lines):
        yield f"warnings: {len(lines)}: {lines[0][:200]!r}"


class _captured:
    """Output goes nowhere."""

    def __enter__(self):
        self.before, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")
        return self

    def __exit__(self, *_):
        sys.stdout.close()
        sys.stdout = self.before


def _described(error):
    """Return an exception in one line, with where it comes from: the last line of ours, and the very last one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(OURS)]
    places = [f"{Path(f.filename).name}:{f.name}" for f in (*ours[-1:], *frames[-1:])]
    text = re.sub(r"\s+", " ", str(error))[:200]
    return f"{type(error).__name__} in {' > '.join(dict.fromkeys(places))}: {text}"


def _noise(said, allowed, what):
    lines = said.splitlines()
    if len(lines) > allowed or any(len(line) > 2 * LONGEST for line in lines):
        yield f"{what} {len(lines)} lines, {len(said)} characters: {lines[0][:150]!r} ... {lines[-1][:150]!r}"


def _begin(errors):
    """Forget what was said and how much memory was needed before; return how much is used now."""
    errors.seek(0)
    errors.truncate()
    logging.raiseExceptions = True
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _peak()


def _said(errors):
    gc.collect(0)
    sys.stderr.flush()
    errors.seek(0)
    text = errors.read().decode("utf-8", "replace")
    errors.seek(0)
    errors.truncate()
    return text


def _peak():
    """Return the largest amount of memory so far, in bytes."""
    with open("/proc/self/status") as file:
        (line,) = (line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
