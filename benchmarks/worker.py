"""Runs cases in one environment: a case's name on each line of stdin, the seconds it took on stdout."""

import gc
import sys
import time

from cases import CASES


def main():
    prepared_name, prepared = None, None
    for line in sys.stdin:
        name = line.strip()
        prepare, run = CASES[name]
        if name != prepared_name:
            prepared = None
            gc.collect()
            prepared_name, prepared = name, prepare()
            run(prepared)  # warm up: imports, caches
        start = time.perf_counter()
        run(prepared)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
