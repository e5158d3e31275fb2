"""Pictures of each `show_...` function and of `compare_traces`, compared with pictures that were looked at.

After a change that is meant to be seen, draw them again and look at each one:
``pytest tests/_draw/test_baselines.py --mpl-generate-path=tests/_draw/baselines``. Text is left out because it depends
on fonts; other tests read it.
"""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimap.activation import (
    compute_velocity_field,
    show_activation_map,
    show_alternans_map,
    show_apd_map,
    show_snr_map,
    show_velocity_field,
)
from optimap.beats import Restitution, ensemble_average, measure_beats, show_beats, show_ensemble, show_restitution
from optimap.image import show_image
from optimap.phase import detect_phase_singularities, show_phase, show_phase_singularities
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


def many(count):
    """Return traces of different size and noise."""
    rng = np.random.default_rng(0)
    time = np.arange(300) / FPS
    beats = np.exp(-(((time[:, None] - rng.uniform(0, 0.1, count)) % 0.2 - 0.05) ** 2) / 0.0005)
    return 1000 + 50 * beats * rng.uniform(0.4, 1, count) + rng.normal(size=(300, count))


def without_texts(ax):
    """Return the figure of axes without any text; where numbers are is tested by what they cover."""
    for each in ax.figure.axes:
        for text in list(each.texts):
            text.remove()
    return without_labels(ax)


@COMPARED
@pytest.mark.parametrize("count", [30, 100])
def test_show_many_traces(count):
    return without_texts(show_traces(many(count), fps=FPS, ax=panel(5, 5)))


@COMPARED
def test_show_traces_with_scale_bars():
    return without_texts(show_traces(many(3), fps=FPS, scale_bar=True, ax=panel(5, 2.5)))


@COMPARED
def test_show_many_positions_and_traces():
    rng = np.random.default_rng(1)
    positions = [(int(x), int(y)) for x, y in zip(rng.integers(8, 32, 30), rng.integers(6, 24, 30), strict=True)]
    axs = show_positions_and_traces(recording(), positions, fps=FPS, figsize=(8, 5), scale_bar=True, pixel_size=0.2)
    return without_texts(axs[0])


@COMPARED
@pytest.mark.parametrize("scale", ["raw", "normalized", "twin"])
def test_compare_traces_of_different_scale(scale):
    axs = plt.subplots(nrows=2, sharex=True, figsize=(5, 3), layout="constrained")[1]
    return without_texts(
        compare_traces([recording(), 3000 - 2 * recording()], POSITIONS[:2], fps=FPS, axs=axs, scale=scale)[0]
    )


@COMPARED
def test_compare_traces_at_many_positions():
    positions = [(8 + i, 16) for i in range(0, 24, 2)]
    axs = compare_traces([recording(), 3000 - recording()], positions, fps=FPS, scale="normalized", axs=None)
    axs[0].figure.set_size_inches(5, 5)
    return without_texts(axs[0])


def times():
    """Return activation times in frames around a pacing site, and none outside of an oval."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    tissue = ((x - 19) / 17) ** 2 + ((y - 15) / 13) ** 2 < 1
    return np.where(tissue, np.hypot(x - 6, 1.5 * (y - 15)) / 2, np.nan)


@COMPARED
def test_show_activation_map():
    return without_texts(show_activation_map(times(), fps=FPS, show_contours=True, image=recording()[0], ax=panel()))


@COMPARED
def test_show_apd_map():
    return without_texts(show_apd_map(80 - times(), recording()[0], histogram=False, ax=panel()))


@COMPARED
def test_show_velocity_field():
    velocity = compute_velocity_field(times(), fps=FPS)
    return without_texts(show_velocity_field(velocity, times(), fps=FPS, image=recording()[0], ax=panel()))


@COMPARED
def test_show_phase():
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    phase = np.where(np.isfinite(times()), np.arctan2(y - 15.4, x - 20.3), np.nan)[np.newaxis]
    ax = show_phase(phase, 0, detect_phase_singularities(phase), ax=panel())
    ax.get_legend().remove()
    return without_texts(ax)


@COMPARED
def test_show_alternans_map():
    return without_texts(show_alternans_map(times() - np.nanmedian(times()), recording()[0], ax=panel()))


@COMPARED
def test_show_snr_map():
    return without_texts(show_snr_map(np.sqrt(times() + 1), recording()[0], ax=panel()))


@COMPARED
def test_show_phase_singularities():
    t = np.arange(60)[:, np.newaxis, np.newaxis] / 10
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    phase = np.arctan2(y - 15.4 - 4 * np.sin(t), x - 12.3 - 4 * np.cos(t)) - np.arctan2(y - 10.3, x - 28.4 + t)
    ax = show_phase_singularities(detect_phase_singularities(phase), recording()[0], ax=panel())
    ax.get_legend().remove()
    return without_texts(ax)


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
