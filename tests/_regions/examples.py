"""A video, and regions in its frames, that several tests of regions use."""

import numpy as np
import roifile

VIDEO = np.random.default_rng(0).integers(0, 65536, (12, 6, 7), dtype=np.uint16)
LABELS = np.zeros((6, 7), int)
LABELS[1:3, 1:4], LABELS[4:, 2:], LABELS[0, 5:] = 7, 2, 30
ROI = roifile.ImagejRoi.frompoints([[1, 1], [4, 1], [4, 4]])
TRIANGLE = [(0.5, 0.5), (5.5, 0.5), (0.5, 4.5)]
SQUARE = [(1, 1), (4, 1), (4, 4), (1, 4)]


def painted(found, shape=(6, 7)):
    """Return each region as an image of its weights."""
    images = np.zeros((len(found), *shape))
    for i, image in enumerate(images):
        x, y, weight = found.pixels(i)
        np.add.at(image, (y, x), weight)
    return images


def masks(found, shape=(6, 7)):
    """Return each region as an image of the pixels that count."""
    return painted(found, shape) != 0
