"""Shared by the tests of the command line: a recording, labels, calls of the program, and a reader of tables."""

import numpy as np
import pandas as pd

from optimap._cli import main
from optimap.trace import extract_traces

VIDEO = np.random.default_rng(0).integers(0, 65536, (40, 12, 15), dtype=np.uint16)
LABELS = np.zeros((12, 15), np.uint8)
LABELS[2:5, 3:9], LABELS[8:, 10:] = 4, 2

# A recording of floats with a few NaN, and traces of it.
NAN_VIDEO = np.random.default_rng(0).normal(1000, 50, (40, 12, 15)).astype(np.float32)
NAN_VIDEO[7, 3:5, 2:4] = np.nan
PLACES = [(3, 4), (7.5, 2), (0, 11)]
EXPECTED = extract_traces(NAN_VIDEO, PLACES, 3, window="disc")  # float32, with a NaN


def run(*arguments):
    """Return the exit status of a call, also where argparse ends it."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code


def succeed(*arguments):
    """Call the program, which must succeed."""
    assert run(*arguments) == 0


def table(path):
    """Return a CSV table, every digit as written."""
    return pd.read_csv(path, dtype=str).astype(float)
