"""What the tests of the command line share: a recording, labels, calls of the program, and a reader of tables."""

import numpy as np
import pandas as pd

from optimap._cli import main

VIDEO = np.random.default_rng(0).integers(0, 65536, (40, 12, 15), dtype=np.uint16)
LABELS = np.zeros((12, 15), np.uint8)
LABELS[2:5, 3:9], LABELS[8:, 10:] = 4, 2


def run(*arguments):
    """Return the exit status of a call, also where argparse ends it."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code


def table(path):
    """Return a CSV table, every digit as written."""
    return pd.read_csv(path, dtype=str).astype(float)
