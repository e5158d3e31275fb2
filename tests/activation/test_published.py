"""The calls of the published package's own tutorials, released and head, on simulated tissue."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import optimap as om
from optimap.datasets import simulated_tissue


@pytest.fixture(scope="module")
def tissue():
    return simulated_tissue(snr=20, bleaching=0)


@pytest.fixture(scope="module")
def video(tissue):
    smooth = om.video.smooth_spatiotemporal(tissue.video, sigma_temporal=1, sigma_spatial=2)
    smooth[:, ~tissue.tissue] = np.nan
    return smooth


@pytest.fixture(scope="module")
def normalized(tissue, video):
    traces = video[:, tissue.tissue]
    low, high = traces.min(axis=0), traces.max(axis=0)
    found = np.full(video.shape, np.nan, np.float32)
    found[:, tissue.tissue] = (traces - low) / (high - low)
    return found


def test_the_tutorial_of_the_release(tissue, normalized):
    """It inverts the signal by a keyword, and gets times in ms."""
    beat = normalized[110:190]
    activation_map = om.compute_activation_map(beat, threshold=0.5, inverted=True, fps=500)
    true = (tissue.activation_times[1] * 500 - 110) * 2
    assert np.nanmedian(np.abs(activation_map - true)) < 2
    assert np.isnan(activation_map[~tissue.tissue]).all()
    om.show_image(activation_map, cmap="jet", title="Activation Map", show_colorbar=True, colorbar_title="[ms]")
    _, axs = plt.subplots(1, 3, figsize=(8, 3))
    for ax, cmap in zip(axs, ("jet", "magma", "twilight_shifted"), strict=True):
        om.show_image(activation_map, cmap=cmap, show_colorbar=True, title=f"cmap={cmap}", ax=ax)
    positions = [(30, 64), (60, 64), (90, 64)]
    traces = om.extract_traces(normalized, positions, fps=500, ax=axs[1])
    assert len(om.activation.find_activations(traces, falling_edge=True)) == 3


def test_the_tutorial_of_the_head(tissue, video, normalized):
    frequency = tissue.fps
    mask = ~tissue.tissue
    om.compute_activation_map(video[110:190], falling_edge=True, fps=frequency)
    activations = om.find_activations(1 - normalized, fps=frequency, method="threshold_crossing")
    assert len(activations) == 6
    _, axs = plt.subplot_mosaic("ABB", figsize=(10, 2))
    om.show_positions([(20, 64)], tissue.video[0], ax=axs["A"])
    trace = om.extract_traces(video, (20, 64), size=10)
    pacing_events = om.activation.find_activations(1 - trace, ax=axs["B"], fps=frequency)
    assert len(pacing_events) == 6
    assert np.abs(pacing_events / frequency - tissue.activation_times[:, 64, 20]).max() < 0.004
    t = pacing_events[2]
    activation_map = om.compute_activation_map(
        normalized[t - 10 : t + 60],
        falling_edge=True,
        fps=frequency,
        show_contours=True,
        contour_levels=[3, 6, 9, 12],
        vmax=13,
    )
    assert np.nanmin(activation_map) == 0
    _, axs = plt.subplots(1, 2, figsize=(10, 4))
    for ax, method in zip(axs, ["maximum_derivative", "threshold_crossing"], strict=True):
        om.compute_activation_map(
            normalized[t - 10 : t + 60], falling_edge=True, fps=frequency, method=method, ax=ax, title=f"{method=}"
        )
        traces = om.extract_traces(normalized, [(30, 64), (60, 64), (90, 64)], show=False)
        found = om.activation.find_activations(traces, method=method, falling_edge=True, show=False)
        assert [len(times) for times in found] == [6, 6, 6]
    smooth = om.compute_activation_map(normalized[t - 10 : t + 60], falling_edge=True, interpolate=True, show=False)
    options = {"show_contours": True, "contour_levels": [3, 6, 9], "contour_fmt": " %.1f ms ", "vmax": 15}
    om.show_activation_map(smooth, ax=axs[0], show_colorbar=False, title="with contours", **options)
    _, ax = plt.subplots(figsize=(8, 6))
    om.show_image(tissue.video[t], ax=ax)
    ax.contour(~mask, levels=[0], colors="black", linewidths=1.5, alpha=0.8)
    om.show_activation_map(
        smooth,
        ax=ax,
        fps=frequency,
        show_map=False,
        show_contours=True,
        contour_levels=range(2, 20, 2),
        contour_fontsize=10,
        contour_args={"linewidths": 1.5, "alpha": 0.8, "cmap": "turbo", "colors": None},
    )
    check_velocities(tissue, smooth)


def check_velocities(tissue, smooth):
    """The arrows of the tutorial: the wave runs from the left edge to the right."""
    om.compute_cv_map(smooth, vmax=20)
    velocity_field = om.activation.compute_velocity_field(smooth)
    cv = np.linalg.norm(velocity_field, axis=-1)
    velocity_field[cv > 25, :] = np.nan
    y, x = np.mgrid[: smooth.shape[0], : smooth.shape[1]]
    step = 12
    _, ax = plt.subplots()
    om.show_activation_map(smooth, ax=ax, fps=tissue.fps, vmax=15)
    u, v = velocity_field[::step, ::step, 0], velocity_field[::step, ::step, 1]
    ax.quiver(x[::step, ::step], y[::step, ::step], u, v, color="black", pivot="mid", angles="xy")
    assert np.nanmedian(velocity_field[..., 0]) > 1
    velocity = om.compute_cv(smooth, [(20, 64), (100, 64)], fps=tissue.fps, space_scale=tissue.pixel_size, show=False)
    true = tissue.activation_times[2]
    assert velocity == pytest.approx(8 * tissue.pixel_size / (true[64, 100] - true[64, 20]), rel=0.05)
