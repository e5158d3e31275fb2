"""``python -m tests.fuzz``: read mutated files of every kind, and report whatever is neither read nor a proper error.

``make fuzz`` reads 300 inputs of each kind, ``make fuzz N=20000 KIND=npy`` more of one; ``KIND`` is a part of a name.
``--input NUMBER --keep FOLDER`` writes the files of one input, to look at it.
"""

import argparse
import collections
import re
import sys
import tempfile
import time
from pathlib import Path

from . import pool, warm
from .kinds import KINDS
from .mutator import files_of

SLOW = ("nwb", "miniscope", "xlsx", ".nc", ".h5")  # these kinds are first, so that no core waits for one at the end
IN_MEMORY = Path("/dev/shm")  # writing the files takes a tenth of the time on a disk


def main():
    """Run the inputs that were asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("-n", type=int, default=300, help="inputs of each kind")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--kind", default="", help="only kinds with this in their name; an exact name is only that one")
    parser.add_argument("--seconds", type=float, default=0, help="stop each kind after so long")
    parser.add_argument("--workers", type=int, default=0, help="processes; by default as many as there are cores")
    parser.add_argument("--input", type=int, help="one input only")
    parser.add_argument("--keep", type=Path, help="write the files of --input here, and read nothing")
    parser.add_argument("--list", action="store_true", help="list the kinds")
    given = parser.parse_args()
    kinds = [given.kind] if given.kind in KINDS else [kind for kind in KINDS if given.kind in kind]
    if given.list or not kinds:
        print("\n".join(KINDS))
        return 0 if given.list else 2
    numbers = range(given.first, given.first + given.n) if given.input is None else [given.input]
    with tempfile.TemporaryDirectory(prefix="optimap-fuzz-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        if given.keep is not None:
            return _keep(kinds[0], given.input, given.keep, folder)
        return _fuzz(kinds, numbers, given, Path(folder))


def _keep(kind, number, target, folder):
    seed = pool.Job(kind, [], folder).seed
    for name, data in {**seed.files, **files_of(seed, number)}.items():
        if data is not None:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(data)
    print(target / seed.opened)
    return 0


def _fuzz(kinds, numbers, given, folder):
    began, jobs = time.monotonic(), []
    warm.imports()
    for i, kind in enumerate(sorted(kinds, key=lambda kind: not any(word in kind for word in SLOW))):
        jobs.append(pool.Job(kind, numbers, folder / str(i), 0.0))
    if given.seconds:
        for job in jobs:
            job.stop_at = began + given.seconds * len(jobs)
    pool.run(jobs, given.workers, _report)
    read, found = sum(job.read for job in jobs), sum(len(job.found) for job in jobs)
    print(f"{read} inputs of {len(jobs)} kinds in {time.monotonic() - began:.0f} s: {found} findings")
    return 1 if found else 0


def signature(finding):
    """Return a finding without what differs from input to input."""
    return re.sub(r"\d+", "#", re.sub(r"'[^']*'|\"[^\"]*\"|/\S+", "...", finding))[:110]


def findings_of(job):
    """Return the findings of a job: signature -> numbers of inputs."""
    grouped = collections.defaultdict(list)
    for number, findings in sorted(job.found.items()):
        for finding in findings:
            grouped[signature(finding)].append((number, finding))
    return grouped


def _report(job):
    print(f"{job.kind:<28}{job.read:>7} inputs {len(job.found):>6} findings {job.cpu:>7.1f} s", flush=True)
    for found in sorted(findings_of(job).values(), key=len, reverse=True):
        number, text = found[0]
        print(f"    {len(found):>5} x  input {number}: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
