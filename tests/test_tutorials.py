"""Scripts in the form of the published package's tutorials run, on simulated tissue in place of its recordings.

Each step calls what a cell of the tutorial calls, in its order, with its arguments scaled to a smaller recording. The
steps that track motion, or need packages of their own, are left out: simulated tissue does not move.
"""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import optimap as om
from optimap.datasets import simulated_tissue

POSITIONS = [(20, 24), (40, 30), (30, 12)]


@pytest.fixture(scope="module")
def tissue():
    """Return a recording with every second pixel, which takes a few MB, and its rate."""
    recording = simulated_tissue(snr=40)
    return recording.video[:, ::2, ::2].copy(), recording.fps


@pytest.fixture
def files(tissue, tmp_path, monkeypatch):
    """Work in a folder that holds the recording as a file."""
    monkeypatch.chdir(tmp_path)
    np.save("VF_Rabbit_1.npy", tissue[0])
    return tmp_path


def test_basics(files, tissue, capsys):
    fps = tissue[1]
    video = om.load_video("VF_Rabbit_1.npy")
    om.print_properties(video)
    assert f"array with dimensions: {video.shape}" in capsys.readouterr().out
    om.show_video(video, skip_frame=3)
    om.show_positions_and_traces(video, POSITIONS, fps=fps)
    traces = om.extract_traces(video, POSITIONS, size=1, show=True, fps=fps)
    assert traces.shape == (len(video), 3)

    _, axs = plt.subplots(1, 2, figsize=(10, 5))
    om.trace.show_positions(POSITIONS, video[0], ax=axs[0])
    x_axis_ms = (np.arange(video.shape[0]) / fps) * 1000
    om.extract_traces(video[:300], POSITIONS, x=x_axis_ms[:300], size=5, window="disc", ax=axs[1])
    axs[1].set_xlabel("Time [ms]")
    plt.show()
    assert len(axs[1].lines) == 3

    om.show_video_pair(video, video, title1="with motion", title2="without motion", skip_frame=3)
    om.save_video("warped_recording.tiff", video)
    om.export_video("warped_recording.mp4", video[:40], fps=50)
    assert (om.load_video("warped_recording.tiff") == video).all()
    assert (files / "warped_recording.mp4").stat().st_size > 1000

    normalized = om.video.normalize_pixelwise_slidingwindow(video, window_size=60)
    mask = om.background_mask(video[0])
    normalized[:, mask] = 1.0
    om.show_video(normalized, interval=20)
    assert normalized.min() == 0
    assert 0.2 < mask.mean() < 0.8


def test_signal_extraction(tissue):
    video, fps = tissue
    om.show_video(video, title="recording without motion", skip_frame=3)
    om.extract_traces(video, POSITIONS, size=3, show=True, fps=fps)
    pnorm = om.video.normalize_pixelwise(video)
    om.show_video(pnorm, title="pixel-wise normalization", interval=20)
    om.extract_traces(pnorm, POSITIONS[0], size=3, show=True, fps=fps)
    spnorm = om.video.normalize_pixelwise_slidingwindow(video, window_size=60)
    om.extract_traces(spnorm, POSITIONS, size=3, show=True, fps=fps)

    diff = om.video.temporal_difference(video, 5)
    abs_max = 0.33 * np.nanmax(np.abs(diff))
    om.show_video(diff, title="temporal difference", cmap="PiYG", vmin=-abs_max, vmax=abs_max, interval=20)
    diff[diff > 0] = 0
    low = 0.2 * np.nanmin(diff)
    om.show_video_pair(spnorm, diff, title1="Sliding Window", vmin1=0, vmax1=1, cmap2="gray", vmin2=low, vmax2=0)
    diff_norm = om.video.normalize_pixelwise_slidingwindow(-diff, window_size=60)
    om.video.show_video_overlay(video, diff_norm, vmin_overlay=-1, vmax_overlay=1)

    background_mask = om.background_mask(video[0])
    spnorm[:, background_mask] = np.nan
    om.show_video(spnorm, title="sliding window normalization", interval=20)
    alpha = om.video.normalize(spnorm, vmin=0, vmax=0.5)
    om.video.show_video_overlay(video, 1 - spnorm, alpha=alpha, vmin_overlay=0, vmax_overlay=1, interval=30)
    assert np.isnan(spnorm).any(axis=0).mean() == background_mask.mean()


def test_mask(files):
    frame = om.load_video("VF_Rabbit_1.npy")[0]
    background_mask = om.background_mask(frame, title="Automatic background mask")
    om.save_mask("background_mask.png", background_mask)
    level = float(np.percentile(frame, 60))
    om.foreground_mask(frame, threshold=level, title="Manual threshold foreground mask")
    manual_mask = om.load_mask("background_mask.png")
    om.save_mask("custom_mask.png", manual_mask, image=frame)
    loaded_mask = om.load_mask("custom_mask.png")
    om.show_mask(manual_mask, image=frame, title="Manual mask")
    assert (loaded_mask == background_mask).all()

    mask = np.logical_not(manual_mask)
    _, axs = plt.subplots(1, 3, figsize=(15, 5))
    dilated = om.image.dilate_mask(mask, iterations=3, show=False)
    eroded = om.image.erode_mask(mask, iterations=3, border_value=True, show=False)
    om.show_mask(mask, image=frame, ax=axs[0], title="Original")
    om.show_mask(eroded, image=frame, ax=axs[1], title="Eroded (shrunk)")
    om.show_mask(dilated, image=frame, ax=axs[2], title="Dilated (expanded)")
    assert eroded.sum() < mask.sum() < dilated.sum()

    mask = om.foreground_mask(frame, threshold=level, show=False)
    om.image.fill_mask(mask, image=frame, title="Filled holes", ax=axs[1])
    om.image.largest_mask_component(mask, image=frame, title="Largest component only", ax=axs[2])
    om.image.open_mask(mask, iterations=2, image=frame, ax=axs[1], title="Opening")
    om.image.close_mask(mask, iterations=2, image=frame, ax=axs[2], title="Closing")
    plt.tight_layout()
    plt.show()

    mask = om.image.dilate_mask(manual_mask, iterations=2, image=frame, show=False)
    video_masked = om.load_video("VF_Rabbit_1.npy").astype(np.float32).copy()
    video_masked[:, mask] = np.nan
    om.show_video(video_masked)


def test_activation(tissue):
    video, frequency = tissue
    mask = om.background_mask(video[0], show=False)
    mask = om.image.dilate_mask(mask, iterations=2, show=False)
    om.image.show_mask(mask, video[0], title="Background mask")
    smoothed = om.video.smooth_spatiotemporal(video, sigma_temporal=1, sigma_spatial=2)
    smoothed[:, mask] = np.nan
    om.compute_activation_map(smoothed[10:60], falling_edge=True, fps=frequency)
    om.compare_traces([video, smoothed], [(30, 30)], size=1, labels=["Original Video", "Smoothed"], fps=frequency)
    video_norm = om.video.normalize_pixelwise_slidingwindow(smoothed, window_size=200)
    video_norm[:, mask] = np.nan
    om.show_video_pair(video, video_norm, title1="original video", title2="normalized video", interval=10)

    _, axs = plt.subplot_mosaic("ABB", figsize=(10, 2))
    om.show_positions([(30, 30)], video[0], ax=axs["A"])
    trace = om.extract_traces(smoothed, (30, 30), size=10)
    events = om.activation.find_activations(1 - trace, ax=axs["B"], fps=frequency)
    assert len(events) > 2
    traces = om.extract_traces(video_norm, POSITIONS, fps=frequency, ax=axs["B"])
    for method in ["threshold_crossing", "maximum_derivative"]:
        found = om.activation.find_activations(traces, method=method, falling_edge=True, show=False)
        assert len(found) == 3

    t = int(events[1])
    beat = video_norm[t - 25 : t + 25]
    om.compute_activation_map(beat, falling_edge=True, fps=frequency, show_contours=True)
    activation_map = om.compute_activation_map(beat, falling_edge=True, interpolate=True, show=False)
    om.show_activation_map(activation_map, show_contours=True, contour_fmt=" %.1f ms ", title="with contours")
    om.compute_cv_map(activation_map, vmax=20)
    velocity_field = om.activation.compute_velocity_field(activation_map)
    assert np.isfinite(velocity_field).any()
    om.image.smooth_gaussian(activation_map, sigma=2)


def test_apd(files, tissue):
    fps = tissue[1]
    voltage = om.load_video("VF_Rabbit_1.npy", start_frame=0, step=2)
    calcium = om.load_video("VF_Rabbit_1.npy", start_frame=1, step=2)
    position = [(30, 30)]
    om.compare_traces([voltage, calcium], position, labels=["Voltage", "Calcium"], size=3, fps=fps / 2)
    trace_v = om.extract_traces(voltage, position, size=3, show=True, fps=fps / 2)
    om.extract_traces(calcium, position, size=3, show=True, fps=fps / 2, colors=["orange"])
    voltage_norm = 1.0 - om.video.normalize_pixelwise(voltage)
    calcium_norm = om.video.normalize_pixelwise(calcium, ymax=0.65)
    om.compare_traces([voltage_norm, calcium_norm], position, size=3, fps=fps / 2)
    om.compare_traces([voltage_norm[50:350], calcium_norm[50:350]], position, size=3)
    trace_v_norm = om.trace.normalize(trace_v)
    trace_v_norm = om.trace.normalize(1 - trace_v_norm, vmax=0.58)
    om.show_traces(trace_v_norm)
    om.show_traces(trace_v_norm[50:350])
    assert calcium_norm.max() == np.float32(0.65)


def test_phase(tissue):
    video = tissue[0][:300]
    normalized = om.video.normalize_pixelwise_slidingwindow(video, window_size=60)
    mask = om.background_mask(video[0], show=False)
    normalized[:, mask] = np.nan
    om.show_video(normalized, interval=40)
    phases = om.phase.compute_phase(normalized)
    om.show_video(phases, title="phase video", cmap="hsv", interval=40)
    assert np.isnan(phases[0]).mean() >= mask.mean()
