"""Interrupt many extractions under load, each in its own process: none may hang.

    python benchmarks/interrupts.py --runs 1000

Each run reads a sparse file, far longer than the run lasts, and is interrupted by SIGINT or SIGTERM after a
random time; several run at once, so that the machine is loaded. A run that has not ended after a minute hangs.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

SHAPE = (20_000, 256, 256)
PATIENCE = 60  # s
# Many windows in a mapped file (threads that read), a reader (a thread that computes), the command line.
MAPPED = "numpy.load(PATH, mmap_mode='r')"
READER = "type('Slow', (), {'shape': (9999, 64, 64), 'dtype': numpy.dtype('u2'), '__getitem__': read})()"
SCRIPT = """
import signal, sys, time, numpy, optimap
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
PATH = sys.argv[1]
def read(self, key):
    return numpy.zeros((key.stop - key.start, 64, 64), 'u2')
positions = numpy.random.default_rng(0).integers(0, 64, (2000, 2))
video = VIDEO
print("ready", flush=True)
for _ in range(1000):
    optimap.extract_traces(video, positions, 21)
"""


def command(kind: str, path: Path) -> list[str]:
    """Return the command line of a run."""
    if kind == "command":
        arguments = ["traces", str(path), "--grid", "12", "--size", "31", "-o", str(path.parent / "out.csv")]
        return [sys.executable, "-m", "optimap", *arguments]
    return [sys.executable, "-c", SCRIPT.replace("VIDEO", {"map": MAPPED, "reader": READER}[kind]), str(path)]


def interrupt(number: int, path: Path) -> str:
    """Do one run; return how it ended."""
    rng = random.Random(number)
    kind = ("map", "reader", "command")[number % 3]
    sent = signal.SIGINT if rng.random() < 0.5 else signal.SIGTERM
    process = subprocess.Popen(
        command(kind, path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    if kind == "command":
        time.sleep(rng.uniform(0.3, 1.2))
    else:
        process.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.3))
    process.send_signal(sent)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return f"{kind} {sent.name}: HANGS (run {number})"
    return f"{kind} {sent.name}: ended"


def main() -> int:
    """Do all runs, several at a time; return 1 if one hung."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument(
        "--at-once", type=int, default=6, help="more than the number of cores, so that the machine is loaded"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.at_once) as pool:
        path = Path(folder) / "rec.npy"
        with open(path, "wb") as file:
            np.lib.format.write_array_header_1_0(file, {"descr": "<u2", "fortran_order": False, "shape": SHAPE})
            file.truncate(file.tell() + 2 * int(np.prod(SHAPE)))
        outcomes = Counter(pool.map(lambda number: interrupt(number, path), range(options.runs)))
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:5d}  {outcome}")
    return int(any("HANGS" in outcome for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
