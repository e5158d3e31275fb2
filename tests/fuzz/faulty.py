"""Readers with every fault that the fuzzer looks for: the fuzzer itself is tested with them, and nothing else."""

import os
import signal
import sys
import time
import warnings

import numpy as np


def _make(folder):
    (folder / "rec.npy").write_bytes(b"\x93NUMPY of no use, 7 frames of 5 x 6 pixels")
    return folder / "rec.npy"


def _after_the_first(fault):
    """Let the first file, which is the seed, be read without a fault."""
    seed = b"\x93NUMPY of no use, 7 frames of 5 x 6 pixels"

    def read(path):
        if path.read_bytes() != seed:
            fault(path)

    return read


def _killed(path):
    os.kill(os.getpid(), signal.SIGSEGV)


def _endless(path):
    while True:
        pass


def _asleep(path):
    time.sleep(600)


def _large(path):
    np.ones(120 * 2**20, np.uint8).sum()


def _too_large(path):
    np.ones(3 * 2**30, np.uint8).sum()


def _loud(path):
    warnings.warn("one", stacklevel=2)
    warnings.warn("two", stacklevel=2)


def _printing(path):
    print("one\ntwo", file=sys.stderr)


def _wrong(path):
    raise KeyError("video")


def _nameless(path):
    raise ValueError("it is damaged")


def _right(path):
    raise ValueError(f"{path} is damaged")


def _slow(path):
    time.sleep(0.01)


FAULTY = {
    fault.__name__[1:]: (_make, _after_the_first(fault))
    for fault in (_killed, _endless, _asleep, _large, _too_large, _loud, _printing, _wrong, _nameless, _right, _slow)
}
