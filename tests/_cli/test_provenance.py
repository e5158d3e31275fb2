"""Every table says how it was made: the parameters that its numbers depend on, and no others."""

import numpy as np
from PIL import Image

from optimap._cli import main
from optimap.trace import load_traces


def test_a_window_is_told_only_where_there_is_one(folder):
    labels = np.zeros((12, 15), np.uint8)
    labels[2:5, 3:6] = 1
    Image.fromarray(labels).save("labels.png")
    np.save("labels.npy", labels)
    np.save("places.npy", [[3.0, 4.0]])
    given = {
        "labels.png": [],
        "labels.npy": [],
        "places.npy": [],
        "./labels.png": ["--background", "3,4"],
        "./labels.npy": ["--background", "places.npy"],
    }
    told = []
    for i, (regions, more) in enumerate(given.items()):
        assert main(["traces", "rec.npy", "--regions", regions, *more, "--size", "3", "-o", f"t{i}.csv"]) == 0
        made = load_traces(f"t{i}.csv").metadata
        told.append((made.get("size"), made.get("window")))
    assert told == [(None, None), (None, None), (3, "rect"), (3, "rect"), (3, "rect")]
