"""Runs cases in one environment: reads "case<tab>what" lines from stdin and writes a number for each to stdout.

What to measure: `run` or `peer`, seconds; `read`, the seconds for reading the video; `write`, the same and writing the
result; `memory`, the peak of bytes in use during the run, minus those before it and those of the result (NaN if the
system does not report them).
"""

import gc
import statistics
import sys
import time
from pathlib import Path

from cases import CASES, read_once, write_once
from lines import LINES

# Seconds. If a turn is shorter, its first call is not counted, for any package: during the other turns the system puts
# the memory to sleep, and waking it takes as long as reading it (100 windows of 31 x 31: 24 ms, then 13 ms).
SHORT = 1.0
ALL = {**CASES, **{f"{line}@{x}": case for line, points in LINES.items() for x, case in points.items()}}


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def resident(name):
    """Return VmRSS (the current value) or VmHWM (the peak), in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


def extra_memory(run, prepared):
    """Return the peak of resident memory during a run, minus the memory before it and that of the result."""
    run(prepared)  # threads and imports need memory of their own
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    except OSError:
        return float("nan")
    before = resident("VmRSS")
    result = run(prepared)
    return resident("VmHWM") - before - result.nbytes


def task(case, what, prepared):
    """Return a function that takes one measurement."""
    if what == "memory":
        return lambda: extra_memory(case.run, prepared)
    if what == "read":
        return lambda: seconds(read_once, prepared[0])
    if what == "write":
        result = case.run(prepared)
        shape, dtype = result.shape, result.dtype
        return lambda: seconds(lambda: (read_once(prepared[0]), write_once(shape, dtype)))
    run = case.peer if what == "peer" and case.peer is not None else case.run
    return lambda: seconds(run, prepared)


def main():
    last, prepared, once = None, None, None
    for line in sys.stdin:
        name, what = line.rstrip("\n").split("\t")
        if last is None or name != last[0]:
            prepared = None
            gc.collect()
            prepared = ALL[name].prepare()
        if (name, what) != last:
            once = task(ALL[name], what, prepared)
            once()  # warm up: imports, caches
            last = name, what
        number = once()
        if what != "memory" and number < SHORT:
            number = statistics.median(once() for _ in range(3))
        print(number, flush=True)


if __name__ == "__main__":
    main()
