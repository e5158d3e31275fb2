"""Pictures of each `show_...` function and of `compare_traces`, compared with pictures that were looked at.

After a change that is meant to be seen, draw them again and look at each one:
``pytest tests/_draw/test_baselines.py --mpl-generate-path=tests/_draw/baselines``. Text is left out because it depends
on fonts; other tests read it.
"""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap.beats import Restitution, ensemble_average, measure_beats, show_beats, show_ensemble, show_restitution
from optimap.image import show_image
from optimap.trace import (
    compare_traces,
    extract_traces,
    show_positions,
    show_positions_and_traces,
    show_regions,
    show_traces,
)

FPS = 500.0
SHAPE = (32, 40)
POSITIONS = [(8, 22), (18, 10), (30, 16)]
COMPARED = pytest.mark.mpl_image_compare(
    baseline_dir="baselines", style="default", tolerance=2, remove_text=True, savefig_kwargs={"dpi": 60}
)


def recording(noise=1.0, frames=300):
    """Return a video of beats that travel from left to right over a bright oval."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    tissue = ((x - 19) / 17) ** 2 + ((y - 15) / 13) ** 2 < 1
    lamp = 1000 * np.exp(-(((x - 15) / 25) ** 2) - ((y - 13) / 20) ** 2) * tissue
    since = np.arange(frames)[:, None, None] / FPS - 0.03 - 0.002 * x  # s since the first stimulus arrived
    phase = np.where(since > 0, since % 0.2, 10.0)
    action_potential = (1 - np.exp(-phase / 0.004)) * (1 - np.tanh((phase - 0.08) / 0.02)) / 2
    return lamp * (1 - 0.1 * action_potential) + noise * rng.normal(size=(frames, *SHAPE))


def labels():
    """Return a label image of a disc, a ring and a bar."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    distance = np.hypot(x - 28, y - 18)
    image = np.zeros(SHAPE, int)
    image[np.hypot(x - 10, y - 10) < 5] = 1
    image[(distance > 4) & (distance < 8)] = 2
    image[24:28, 5:18] = 3
    return image


def without_labels(ax):
    """Return the figure of axes, without the labels of all its axes."""
    for each in ax.figure.axes:
        each.set(xlabel="", ylabel="")
    return ax.figure


def panel(width=4, height=3):
    """Return the axes of a small figure."""
    return plt.subplots(figsize=(width, height), layout="constrained")[1]


@COMPARED
def test_show_traces():
    return without_labels(show_traces(extract_traces(recording(), POSITIONS), fps=FPS, ax=panel(6, 2.5)))


@COMPARED
def test_show_traces_of_many_samples():
    samples = np.arange(200_000)
    trace = np.sin(samples / 20_000) + np.random.default_rng(0).normal(size=len(samples)) / 10
    trace[60_000] = 3  # one sample among 200,000 is seen
    return without_labels(show_traces(trace, fps=1000, ax=panel(6, 2.5)))


@COMPARED
def test_show_positions():
    return without_labels(show_positions(POSITIONS, recording()[0], ax=panel()))


@COMPARED
def test_show_regions():
    return without_labels(show_regions(labels(), recording()[0], names=False, ax=panel()))


@COMPARED
def test_show_image():
    return without_labels(show_image(recording()[0], cmap="viridis", show_colorbar=True, ax=panel()))


@COMPARED
def test_show_positions_and_traces():
    return without_labels(show_positions_and_traces(recording(), POSITIONS, fps=FPS, figsize=(9, 2.5))[0])


@COMPARED
def test_show_positions_and_traces_of_regions():
    axs = plt.subplots(ncols=2, figsize=(9, 2.5), width_ratios=[1, 3], layout="constrained")[1]
    show_positions_and_traces(recording(), labels(), fps=FPS, axs=axs)
    for name in list(axs[0].texts):
        name.remove()
    return without_labels(axs[0])


@COMPARED
def test_compare_traces():
    videos = [recording(noise=8), recording(frames=200)]
    axs = plt.subplots(nrows=2, sharex=True, figsize=(5, 3), layout="constrained")[1]
    return without_labels(compare_traces(videos, POSITIONS[:2], colors=["0.6", "C0"], fps=FPS, axs=axs)[0])


def traces_and_beats():
    """Return a trace, which points down, and the table of its beats."""
    traces = extract_traces(recording(), POSITIONS[1:2], size=5)
    return traces, measure_beats(traces, fps=FPS)


def without_numbers(ax):
    """Remove the numbers next to bars, which are text."""
    for text in list(ax.texts):
        text.remove()
    return without_labels(ax)


@COMPARED
def test_show_beats():
    ax = show_beats(*traces_and_beats(), ax=panel(6, 2.5))
    ax.get_legend().remove()
    return without_numbers(ax)


@COMPARED
def test_show_ensemble():
    traces, beats = traces_and_beats()
    ax = show_ensemble(ensemble_average(traces, beats, before=30, after=140), ax=panel())
    ax.get_legend().remove()
    return without_labels(ax)


@COMPARED
def test_show_restitution():
    rng = np.random.default_rng(0)
    interval = np.concatenate([np.linspace(20, 200, 12)] * 2)
    duration = 60 - 40 * np.exp(-interval / 40) + rng.normal(size=24)
    pairs = Restitution(interval, duration, np.repeat([0, 1], 12), np.tile(np.arange(12), 2), 80, "ms")
    ax = show_restitution(pairs, ax=panel())
    ax.get_legend().remove()
    return without_labels(ax)
