"""Figures at the sizes of small screens: no text covers another or is cut off, no legend covers a trace."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap.image import show_image
from optimap.trace import compare_traces, show_positions, show_positions_and_traces, show_regions, show_traces
from tests._draw.layout import covered, faults

SIZES = [(8.0, 6.0), (6.4, 4.8)]  # inches, of 100 pixels
RNG = np.random.default_rng(0)
TIMES = np.arange(300) / 500
BEATS = np.exp(-((TIMES % 0.2 - 0.05) ** 2) / 0.0008)
TRACES = 1000 + 50 * BEATS[:, None] * RNG.uniform(0.5, 1, 100) + RNG.normal(size=(300, 100)) + 30 * np.arange(100)
VIDEO = 1000 + 50 * BEATS[:, None, None] + RNG.normal(size=(300, 40, 50))
POSITIONS = [(int(x), int(y)) for x, y in zip(RNG.integers(0, 50, 100), RNG.integers(0, 40, 100), strict=True)]
LABELS = np.zeros((40, 50), int)
for number in range(20):
    LABELS[10 * (number // 5) + 1 : 10 * (number // 5) + 8, 10 * (number % 5) + 1 : 10 * (number % 5) + 8] = number + 1


def few(count):
    """Return a label image of the first regions."""
    return np.where(count >= LABELS, LABELS, 0)


FIGURES = {
    "3 traces": lambda: show_traces(TRACES[:, :3], fps=500, labels=["apex", "base", "a longer name"]),
    "8 with bars": lambda: show_traces(TRACES[:, :8], fps=500, scale_bar=True),
    "12 names": lambda: show_traces(TRACES[:, :12], fps=500, labels=[f"site {i}" for i in range(12)]),
    "30 traces": lambda: show_traces(TRACES[:, :30], fps=500),
    "30 in frames, with bars": lambda: show_traces(TRACES[:, :30], scale_bar=True),
    "30 overlaid": lambda: show_traces(TRACES[:, :30], fps=500, stack=False),
    "30 overlaid with names": lambda: show_traces(TRACES[:, :30], stack=False, labels=[f"site {i}" for i in range(30)]),
    "100 traces": lambda: show_traces(TRACES, fps=500),
    "100 overlaid": lambda: show_traces(TRACES, fps=500, stack=False),
    "12 positions": lambda: show_positions(POSITIONS[:12], VIDEO[0], numbers=True),
    "100 positions": lambda: show_positions(POSITIONS, VIDEO[0], scale_bar=True, pixel_size=0.1),
    "positions on one pixel": lambda: show_positions([(3, 4)] * 20, VIDEO[0]),
    "9 names of regions": lambda: show_regions(few(9), VIDEO[0]),
    "20 regions": lambda: show_regions(LABELS, VIDEO[0]),
    "an image": lambda: show_image(VIDEO[0], "a title", show_colorbar=True, colorbar_title="counts", scale_bar=True),
    "30 positions and traces": lambda: show_positions_and_traces(VIDEO, POSITIONS[:30], fps=500)[1],
    "3 positions with bars": lambda: show_positions_and_traces(VIDEO, POSITIONS[:3], scale_bar=True, pixel_size=0.1)[1],
    "3 positions with names": lambda: show_positions_and_traces(VIDEO, POSITIONS[:3], labels=["a", "b", "c"])[1],
    "10 regions and traces": lambda: show_positions_and_traces(VIDEO, few(10), fps=500)[1],
    "20 regions and traces": lambda: show_positions_and_traces(VIDEO, LABELS, fps=500)[1],
    **{
        f"3 compared, {scale}": lambda scale=scale: compare_traces(
            [VIDEO, 9 * VIDEO[:200]], POSITIONS[:3], ["voltage", "calcium"], fps=500, title="a title", scale=scale
        )[0]
        for scale in ("raw", "normalized", "twin")
    },
    "7 compared on two axes": lambda: compare_traces([VIDEO, 9 * VIDEO], POSITIONS[:7], ["a", "b"], scale="twin")[0],
    "8 compared": lambda: compare_traces([VIDEO, VIDEO], POSITIONS[:8], ["a", "b"], title="a title")[0],
    "2 compared, with bars": lambda: compare_traces([VIDEO, VIDEO], POSITIONS[:2], ["a", "b"], scale_bar=True)[0],
    "30 compared": lambda: compare_traces([VIDEO, VIDEO], POSITIONS[:30], ["a", "b"], fps=500, title="a title")[0],
}


@pytest.mark.parametrize("size", [None, *SIZES], ids=["as made", "800 x 600", "640 x 480"])
@pytest.mark.parametrize("name", FIGURES)
def test_no_text_covers_another_or_is_cut_off(name, size):
    figure = FIGURES[name]().figure
    if size is not None:
        figure.set_size_inches(size)
    assert faults(figure) == []


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
@pytest.mark.parametrize("values", ["noise", "low", "high", "few"])
def test_legends_cover_no_trace(layout, values):
    traces = RNG.normal(size=(300, 6)) if values == "noise" else TRACES[:, :6] * (-1 if values == "high" else 1)
    labels = [f"a name of region {i}" for i in range(6)]
    _, ax = plt.subplots(layout=layout)
    if values == "few":
        traces, labels = traces[:, 0], "one"
    show_traces(traces, labels=labels, ax=ax)
    ax.figure.canvas.draw()
    assert covered(ax.get_legend()) == []
    assert faults(ax.figure) == []


@pytest.mark.parametrize("scale", ["raw", "twin"])
def test_the_legend_in_given_panels_covers_no_trace(scale):
    _, axs = plt.subplots(nrows=2)
    noise = [RNG.normal(size=(300, 4, 4)), 100 * RNG.normal(size=(300, 4, 4))]
    panels = compare_traces(noise, [(1, 1), (2, 2)], ["voltage", "calcium"], axs=axs, scale=scale)
    panels[0].figure.canvas.draw()
    assert covered(panels[0].get_legend()) == []


def test_a_very_long_name_leaves_room_for_the_traces():
    ax = show_traces(TRACES[:, :2], labels=["n" * 60, "m"])
    ax.figure.canvas.draw()
    assert ax.bbox.width > 0.6 * ax.figure.bbox.width
    assert covered(ax.get_legend()) == []
