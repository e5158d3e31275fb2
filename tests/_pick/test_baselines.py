"""Pictures of whole windows at three sizes, compared with pictures that were looked at. All front ends show these.

After a change that is meant to be seen, draw them again and look at each one:
``pytest tests/_pick/test_baselines.py --mpl-generate-path=tests/_pick/baselines``. The font comes with matplotlib.
"""

import numpy as np
import pytest

from tests._draw.test_baselines import FPS, recording
from tests._pick.test_layout import SIZES, resize
from tests._pick.views import key, positions_view, traces_view

VIDEO = recording(noise=4)
POSITIONS = [(8, 22), (18, 10), (30, 16)]
COMPARED = pytest.mark.mpl_image_compare(
    baseline_dir="baselines", style="default", tolerance=3, savefig_kwargs={"dpi": 50}
)
SIZED = pytest.mark.parametrize("size", SIZES, ids=["640x480", "800x600", "1920x1080"])


def resized(view, size):
    """Return the figure of a view at a size in inches, as a window of 100 pixels an inch has it."""
    resize(view, size)
    return view.figure


def window(positions):
    """Return a view of the recording and its traces, against time."""
    times = {"times": np.arange(len(VIDEO)) / FPS, "time_label": "Time [s]"}
    image = VIDEO.mean(axis=0)
    return traces_view(videos=[VIDEO], positions=positions, image=image, title="heart_3.tif", **times)


@SIZED
@COMPARED
def test_positions(size):
    return resized(positions_view(POSITIONS, title="heart_3.tif", image=VIDEO.mean(axis=0)), size)


@SIZED
@COMPARED
def test_traces(size):
    return resized(window(POSITIONS), size)


@SIZED
@COMPARED
def test_many_traces_as_signals(size):
    view = window([(x, y) for y in (8, 16, 22) for x in (10, 16, 22, 28)])
    for number in ("1", "3", "4"):  # smooth, in percent, upright
        key(view, number)
    return resized(view, size)
