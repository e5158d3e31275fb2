"""compute_beat_maps: agrees with tables of beats, with known waves, with itself in every way of reading."""

import subprocess
import sys

import numpy as np
import pytest
import tifffile

from optimap.activation import compute_beat_maps
from optimap.beats import find_beats, measure_beats
from optimap.datasets import simulated_tissue
from optimap.video import open_video, save_video, smooth_spatiotemporal
from tests.activation.examples import assert_same, delays, wave
from tests.errors import check_error


@pytest.fixture(scope="module")
def video():
    return wave()


@pytest.fixture(scope="module")
def maps(video):
    return compute_beat_maps(video, fps=500)


def test_activation_follows_the_wave(maps):
    late = maps["activation_ms"] - maps["activation_ms"][:, :1, :1]
    assert maps.shape == late.shape == (4, 9, 11)
    np.testing.assert_allclose(late.mean(axis=0), 2 * delays(), atol=1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"levels": (75,), "method": "threshold_crossing", "start": "level", "baseline": "linear", "prefix": "catd"},
        {"smooth": 1.0, "sigma": 3.0, "min_snr": 30.0, "levels": ()},
    ],
)
def test_maps_are_exactly_what_tables_hold(video, options):
    maps = compute_beat_maps(video, fps=500, **options)
    table = measure_beats(video, fps=500, beats=maps.beats, **options)
    assert list(maps) == [name for name in table if name not in ("series", "x", "y", "beat", "why")]
    for name in [*maps, "why"]:
        column = table[name].reshape(9, 11, 4).transpose(2, 0, 1)
        np.testing.assert_array_equal(maps.why if name == "why" else maps[name], column, err_msg=name)


def test_beats_are_those_of_the_mean_signal(video, maps):
    np.testing.assert_allclose(maps.beats, find_beats(video.mean(axis=(1, 2)), fps=500), rtol=1e-12)


def test_without_a_rate_times_are_in_frames(video, maps):
    others = compute_beat_maps(video)
    assert "activation_frames" in others
    assert others.units["dvdt_max_per_frame"] == "1/frame"
    np.testing.assert_allclose(2 * others["activation"], maps["activation"])


def test_given_beats_are_measured_alone(video, maps):
    others = compute_beat_maps(video, fps=500, beats=maps.beats[1:3])
    np.testing.assert_array_equal(others["activation"], maps["activation"][1:3])


def test_columns_are_chosen_with_or_without_units(video, maps):
    others = compute_beat_maps(video, fps=500, columns=["snr", "apd80", "activation_ms"])
    assert list(others) == ["activation_ms", "snr", "apd80_ms"]
    for name in others:
        np.testing.assert_array_equal(others[name], maps[name])


def test_signals_that_point_down(video, maps):
    others = compute_beat_maps(-video, fps=500)
    np.testing.assert_array_equal(others["activation"], maps["activation"])
    np.testing.assert_array_equal(others["amplitude"], maps["amplitude"])
    np.testing.assert_array_equal(others["peak"], -maps["peak"])


def test_parts_of_a_long_recording_decide_the_direction():
    t = np.arange(270_000) % 500
    beats = np.exp(-((t - 60.3) ** 2) / np.where(t < 60.3, 20, 400))
    beats[:100_000] = 0  # nothing yet
    noise = np.random.default_rng(0).normal(size=(len(t), 1, 2)).astype(np.float32)
    found = compute_beat_maps(noise - 30 * beats[:, None, None], beats=[200_056, 200_556], columns=["activation"])
    np.testing.assert_allclose(found["activation_frames"].ravel(), [200_057] * 2 + [200_557] * 2, atol=1.5)


def test_turning_a_video_turns_every_map(video, maps):
    for turn in (np.rot90, lambda a, axes: np.flip(a, axes[1]), lambda a, axes: np.swapaxes(a, *axes)):
        others = compute_beat_maps(turn(video, axes=(1, 2)), fps=500, beats=maps.beats)
        for name in maps:
            np.testing.assert_array_equal(others[name], turn(maps[name], axes=(1, 2)), err_msg=name)


def test_a_mask_changes_no_pixel_that_it_leaves(video, maps):
    mask = np.random.default_rng(0).random((9, 11)) < 0.5
    others = compute_beat_maps(video, fps=500, mask=mask)
    for name in maps:
        np.testing.assert_array_equal(others[name][:, mask], maps[name][:, mask], err_msg=name)
        assert np.isnan(others[name][:, ~mask]).all()
    assert set(others.why[:, ~mask].ravel()) == {"the pixel is masked"}
    np.testing.assert_array_equal(others.mask, mask)


def test_what_is_masked_has_no_effect(video):
    mask = np.zeros((9, 11), bool)
    mask[2:6, 3:8] = True
    spoilt = np.where(mask, video, 1e6 * np.random.default_rng(0).normal(size=video.shape))
    spoilt[:, 0, 0] = np.nan
    assert_same(compute_beat_maps(spoilt, mask=mask), compute_beat_maps(np.where(mask, video, 0), mask=mask))


def test_masks_of_other_kinds(video):
    mask = np.zeros((9, 11), np.uint8)
    mask[2:6, 3:8] = 1
    expected = compute_beat_maps(video, mask=mask)
    assert_same(compute_beat_maps(video, mask=mask.astype(bool)), expected)
    assert_same(compute_beat_maps(video, mask=[[(2.5, 1.5), (7.5, 1.5), (7.5, 5.5), (2.5, 5.5)]]), expected)


def test_a_pixel_with_nan_is_nan(video, maps):
    holes = video.copy()
    holes[7, 3, 4] = np.nan
    holes[9, 5, 6] = np.inf
    others = compute_beat_maps(holes, fps=500, beats=maps.beats)
    for y, x in ((3, 4), (5, 6)):
        assert np.isnan(others["activation"][:, y, x]).all()
        assert set(others.why[:, y, x]) == {"the series contains NaN"}
    np.testing.assert_array_equal(others["activation"][:, :3], maps["activation"][:, :3])


def test_smoothing_in_space_is_that_of_videos(video):
    for given in (video, video.astype(np.float32), np.where(np.arange(99).reshape(9, 11) == 50, np.nan, video)):
        maps = compute_beat_maps(given, spatial=1.2)
        assert_same(maps, compute_beat_maps(smooth_spatiotemporal(given, 0, 1.2), beats=maps.beats))


@pytest.mark.parametrize("sigma", [0, 0.7])
def test_every_way_of_reading_gives_the_same_bits(video, sigma, allow, tmp_path):
    counts = (1000 * video + 5000).astype(np.uint16)
    expected = compute_beat_maps(counts, spatial=sigma)
    np.save(tmp_path / "counts.npy", counts)
    save_video(tmp_path / "counts.tif", counts)
    h5py, zarr = pytest.importorskip("h5py"), pytest.importorskip("zarr")
    with h5py.File(tmp_path / "counts.h5", "w") as file:
        file.create_dataset("video", data=counts, chunks=(50, 4, 11), compression="gzip")
    zarr.save_array(str(tmp_path / "counts.zarr"), counts)
    # Small tiles, blocks and files, so that all of them are cut.
    allow(tile_bytes=8 * 420 * 5, tile_values=420 * 2, held_bytes=1000, read_bytes=20_000, block_bytes=5000)
    for other in (
        counts,
        np.asfortranarray(counts),
        counts.astype(">u2"),
        np.ma.array(counts),
        np.load(tmp_path / "counts.npy", mmap_mode="r"),
        open_video(tmp_path / "counts.tif"),
        zarr.open_array(str(tmp_path / "counts.zarr")),
    ):
        others = compute_beat_maps(other, spatial=sigma)
        assert_same(others, expected)
    with h5py.File(tmp_path / "counts.h5") as file:
        assert_same(compute_beat_maps(file["video"], spatial=sigma), expected)


@pytest.mark.parametrize("sigma", [0, 0.7])
@pytest.mark.parametrize("chunks", [(50, 4, 5), (-1, 9, 3), (420, 1, 11)])
def test_dask_arrays_are_measured_in_blocks_of_space(video, sigma, chunks):
    da = pytest.importorskip("dask.array")
    assert_same(
        compute_beat_maps(da.from_array(video, chunks=chunks), spatial=sigma, mask=delays() > 1),
        compute_beat_maps(video, spatial=sigma, mask=delays() > 1),
    )


def test_one_thread_and_several_give_the_same_bits(video, maps, monkeypatch, allow):
    allow(tile_values=420 * 3)
    for threads in ("1", "3"):
        monkeypatch.setenv("OPTIMAP_THREADS", threads)
        assert_same(compute_beat_maps(video, fps=500), maps)


def test_the_rate_of_a_recording_is_used(video, maps, tmp_path):
    save_video(tmp_path / "wave.npy", video, fps=500)
    assert_same(compute_beat_maps(open_video(tmp_path / "wave.npy")), maps)


def test_the_video_is_not_modified(video):
    given = video.copy()
    given.flags.writeable = False
    compute_beat_maps(given, spatial=1, polarity="down", beats=[100])
    np.testing.assert_array_equal(given, video)


def test_few_counts_have_no_beats_where_they_were_given():
    rng = np.random.default_rng(0)
    kinds = [rng.poisson(mean, (600, 20, 20)).astype("u2") for mean in (0.05, 0.2, 0.5, 1, 2, 5)]
    kinds += [np.rint(100.3 + spread * rng.normal(size=(600, 20, 20))).astype("u1") for spread in (0.15, 0.3, 1)]
    for counts in kinds:
        maps = compute_beat_maps(counts, beats=[100, 250, 400, 550], polarity="up", levels=())
        assert np.isfinite(maps["activation"]).mean() < 0.03


def test_few_counts_of_beats_are_measured():
    t = np.arange(600)[:, np.newaxis, np.newaxis] - 40
    beats = np.clip(t % 140 / 3, 0, 1) * np.exp(-((t % 140 / 50) ** 3)) * (t >= 0)
    counts = np.random.default_rng(0).poisson(0.05 + 3 * beats, (600, 20, 20))
    maps = compute_beat_maps(counts, beats=[40, 180, 320, 460], polarity="up", levels=())
    assert np.isfinite(maps["activation"]).mean() > 0.99


def test_noise_has_no_beats():
    noise = np.random.default_rng(0).normal(size=(600, 40, 40))
    maps = compute_beat_maps(noise, beats=[50, 180, 310, 440, 560], polarity="up")
    assert np.isnan(maps["activation"]).all()
    assert set(maps.why.ravel()) == {"no significant upstroke"}
    error = check_error(lambda: compute_beat_maps(noise), ValueError, "video", r"an SNR of \d\.\d, and more than 5")
    assert error.keyword == "mask"


@pytest.mark.parametrize(("value", "why"), [(0.0, "is constant"), (np.nan, "all of its pixels are NaN")])
def test_recordings_without_a_signal(value, why):
    nothing = np.full((200, 4, 4), value)
    check_error(lambda: compute_beat_maps(nothing), ValueError, "video", f"has no beats, because .*{why}")


def test_infinite_pixels_are_as_those_with_nan(video, maps):
    """A division by 0, for example by a background that was subtracted."""
    spoilt = video.copy()
    spoilt[17, 3, 4], spoilt[:, 6, 2] = np.inf, -np.inf
    others = compute_beat_maps(spoilt, fps=500)
    is_whole = np.ones((9, 11), bool)
    is_whole[3, 4] = is_whole[6, 2] = False
    np.testing.assert_allclose(others.beats, maps.beats, atol=1)
    np.testing.assert_array_equal(others["activation"][:, is_whole], maps["activation"][:, is_whole])
    assert set(others.why[:, ~is_whole].ravel()) == {"the series contains NaN"}


@pytest.mark.parametrize("snr", [5, 10, 20])
def test_simulated_tissue(snr):
    recording = simulated_tissue(snr=snr, bleaching=0)
    truth = recording.true_beats([50, 80])
    inside = np.zeros_like(recording.tissue)
    inside[::4, ::4] = recording.tissue[::4, ::4]  # as SNR is that of the mean pixel, some have less
    maps = compute_beat_maps(recording.video, fps=recording.fps, mask=inside, levels=(50, 80))
    error = (maps["activation_ms"] / 1000 - truth.activation)[:, inside] * recording.fps  # frames
    assert np.isnan(error).mean() < {5: 0.01, 10: 0.001, 20: 0.001}[snr]
    assert np.sqrt(np.nanmean(error**2)) < {5: 0.8, 10: 0.4, 20: 0.25}[snr]
    for level, most in ((50, {5: 1.3, 10: 0.6, 20: 0.4}), (80, {5: 1.8, 10: 0.8, 20: 0.5})):
        lost = (maps[f"apd{level}"] / 1000 - truth.durations[level])[:, inside] * recording.fps
        assert np.nanmean(np.abs(lost)) < most[snr]


@pytest.mark.parametrize(
    ("arguments", "argument", "match"),
    [
        ({"fps": 0}, "fps", "must be a positive number of frames"),
        ({"levels": (80, 80)}, "levels[1]", "given twice"),
        ({"polarity": "both"}, "polarity", "must be 'auto'"),
        ({"mask": np.zeros((9, 11), bool)}, "mask", "has no pixels"),
        ({"mask": np.zeros((9, 11))}, "mask", "has no pixels"),
        ({"mask": np.ones((9, 12), bool)}, "mask", "shape"),
        ({"spatial": -1}, "spatial", "0 or more"),
        ({"beats": []}, "beats", "has no times"),
        ({"beats": [5, 3]}, "beats", "not increasing"),
        ({"method": "foot"}, "method", "maximum_derivative"),
        ({"prefix": "x"}, "prefix", "apd"),
        ({"columns": ["apd77"]}, "columns[0]", "is not one of the maps: choose one of activation_frames"),
        ({"columns": "apd80"}, "columns", "is not a list"),
        ({"columns": []}, "columns", "is empty"),
    ],
)
def test_wrong_arguments(video, arguments, argument, match):
    check_error(lambda: compute_beat_maps(video, **arguments), ValueError, argument, match)


def test_tissue_is_found_by_its_brightness(video):
    tissue = np.zeros((9, 11), bool)
    tissue[2:7, 3:9] = True
    bright = np.where(tissue, 5 + video, 0.01 * video)
    assert_same(compute_beat_maps(bright, mask="auto"), compute_beat_maps(bright, mask=tissue))


def test_reference_numbers_of_an_action_potential_recording(real_data):
    counts = tifffile.imread(real_data / "optical-mapping" / "controlV.tif")
    maps = compute_beat_maps(counts, fps=1000, columns=["activation"], levels=())
    expected = [115.36, 264.92, 415.57, 565.20, 715.67, 865.02]  # published head, of the frame means
    np.testing.assert_allclose(maps.beats, expected, atol=0.15)
    binned = counts.reshape(1000, 16, 2, 16, 2).mean(axis=(2, 4))
    maps = compute_beat_maps(binned, fps=1000, levels=(75, 80), start="level")
    for level, duration in ((75, 44.6), (80, 51.4)):  # ms, from COSMAS
        assert abs(np.median(maps.mean()[f"apd{level}"]) - duration) < 2


def test_what_is_no_video():
    check_error(lambda: compute_beat_maps(np.zeros((2, 5, 5))), ValueError, "video", "has 2 frames: give at least 3")
    check_error(lambda: compute_beat_maps(np.zeros((9, 0, 5))), ValueError, "video", "frames with pixels")
    check_error(lambda: compute_beat_maps(np.zeros((5, 5))), ValueError, "video", "a single image")


def test_drift_is_reported_once(video):
    drifting = video - 0.002 * np.arange(len(video))[:, np.newaxis, np.newaxis]
    with pytest.warns(UserWarning, match="drifts by 21 % of the amplitude from beat to beat") as caught:
        compute_beat_maps(drifting)
    assert [warning.filename for warning in caught] == [__file__]
    compute_beat_maps(drifting, baseline="linear")


def test_memory_stays_flat(tmp_path):
    """Tiles are read and released one after the other: a small part of the recording is in memory at a time."""
    video = np.lib.format.open_memmap(tmp_path / "v.npy", "w+", np.float32, (400, 128, 512))  # 100 MB
    video[:] = np.nan  # which takes no time to measure
    video.flush()
    code = """
import sys, numpy
from optimap._base import budgeted
from optimap.activation import compute_beat_maps
def megabytes(key): return int(open("/proc/self/status").read().split(key)[1].split()[0]) / 1024
video = numpy.load(sys.argv[1], mmap_mode="r")
options = {"beats": [100, 250], "polarity": "up", "levels": (), "columns": ["activation"]}
compute_beat_maps(numpy.zeros((400, 2, 2)), **options)
before = megabytes("VmRSS:")
with budgeted(tile_bytes=2**22, tile_values=2**14):
    compute_beat_maps(video, **options)
print(megabytes("VmHWM:") - before)
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "v.npy"], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 70
