"""A format for optimap: frames as numbers in a text file, below a line ``rows columns fps mm``."""

import numpy as np

from optimap.video import Recording

SUFFIXES = (".textvideo",)
OPTIONS = ("invert",)


def open_recording(path, invert=False):
    """Open a file; `invert` turns the signal upside down."""
    with open(path, encoding="ascii") as file:
        rows, columns, fps, pixel_size = (float(number) for number in file.readline().split())
        frames = np.loadtxt(file, ndmin=2).reshape(-1, int(rows), int(columns))
    return Recording.from_array(-frames if invert else frames, fps=fps, pixel_size=pixel_size)
