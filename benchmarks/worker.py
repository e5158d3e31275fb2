"""Runs cases in one environment: "case<tab>what" on each line of stdin, a number on stdout.

What: `run` or `peer`, seconds; `read`, seconds that reading the video takes; `write`, with writing the result too;
`memory`, the most bytes in use while it ran beyond those of before and of the result (NaN where the system cannot say).
"""

import gc
import statistics
import sys
import time
from pathlib import Path

from cases import CASES, read_once, write_once
from lines import LINES

# Seconds. Of a turn that is shorter the first call is not counted, of nobody: while the others had their turns, the
# system put the memory to sleep, and waking it takes as long as reading it (100 windows of 31 x 31: 24 ms, then 13).
SHORT = 1.0
ALL = {**CASES, **{f"{line}@{x}": case for line, points in LINES.items() for x, case in points.items()}}


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def resident(name):
    """Return VmRSS (now) or VmHWM (the most so far), in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


def extra_memory(run, prepared):
    """Return the peak of resident memory while it ran, beyond what was there before and the result's own."""
    run(prepared)  # threads and imports have theirs
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    except OSError:
        return float("nan")
    before = resident("VmRSS")
    result = run(prepared)
    return resident("VmHWM") - before - result.nbytes


def task(case, what, prepared):
    """Return a function that measures once."""
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
