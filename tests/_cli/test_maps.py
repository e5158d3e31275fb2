"""`optimap maps`: what it measures, prints, draws and refuses; batches; what other commands say of its files."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from optimap._tables import load_columns
from optimap.activation import compute_beat_maps, compute_cv_map, load_beat_maps
from optimap.video import smooth_spatiotemporal
from tests import makers
from tests._cli.helpers import run, succeed
from tests.activation.examples import wave

VIDEO = np.rint(5000 - 1000 * wave(noise=0.03)).astype(np.uint16)  # (420, 9, 11)
MASK = np.zeros((9, 11), np.uint8)
MASK[2:8, 1:10] = 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with recordings at 500 frames/s, one without a rate, a mask, and noise."""
    monkeypatch.chdir(tmp_path)
    for name in ("rec.tif", "other.tif"):
        tifffile.imwrite(name, VIDEO, imagej=True, metadata={"axes": "TYX", "finterval": 0.002})
    np.save("rec.npy", VIDEO)
    np.save("mask.npy", MASK)
    np.save("noise.npy", np.random.default_rng(0).normal(size=(300, 9, 11)))
    return tmp_path


@pytest.fixture
def expected():
    return compute_beat_maps(VIDEO, fps=500)


def width_of(path):
    with Image.open(path) as picture:
        return picture.size[0]


def test_the_mean_of_all_beats_is_the_default(folder, expected, capsys):
    succeed("maps", "rec.tif")
    found = load_beat_maps("rec_maps.npz")
    assert list(found) == ["activation_ms", "apd80_ms", "amplitude", "snr", "cv_pixels_per_s"]
    for name in list(found)[:4]:
        np.testing.assert_array_equal(found[name], expected.mean()[name])
    frames = expected.mean()["activation"] / 2
    np.testing.assert_array_equal(found["cv"], compute_cv_map(frames, fps=500, show=False))
    (line,) = capsys.readouterr().out.splitlines()
    low, middle, high = np.percentile(found["apd80"], [25, 50, 75])
    assert line.startswith("rec.tif: mean of 4 beats; median (quartiles) of 99 pixels: activation ")
    assert f"APD80 {middle:.4g} ({low:.4g} to {high:.4g}) ms" in line
    assert line.endswith("-> rec_maps.npz")


def test_one_beat_or_all(folder, expected):
    succeed("maps", "rec.tif", "--beat", 2, "--maps", "apd50,rise_10_90", "-o", "one.npz")
    assert list(load_beat_maps("one.npz")) == ["apd50_ms", "rise_10_90_ms"]
    np.testing.assert_array_equal(load_beat_maps("one.npz")["apd50"], expected["apd50"][2])
    succeed("maps", "rec.tif", "--beat", "all", "--maps", "activation,cv,alternans_amplitude", "-o", "all.tif")
    found = load_beat_maps("all.tif")
    assert found["cv"].shape == (4, 9, 11)
    assert found["alternans_amplitude"].shape == (9, 11)
    np.testing.assert_array_equal(found["activation"], expected["activation"].astype(np.float32))


@pytest.mark.parametrize("suffix", [".npz", ".nc", ".h5", ".tif"])
def test_kinds_of_files(folder, suffix):
    succeed("maps", "rec.tif", "-o", f"maps{suffix}", "--maps", "apd80,frequency,repolarization80,activation")
    found = load_beat_maps(f"maps{suffix}")
    assert list(found) == ["apd80_ms", "frequency_hz", "repolarization80_ms", "activation_ms"]
    assert found.metadata["recording"]["name"] == "rec.tif"
    np.testing.assert_allclose(found["repolarization80"], found["activation"] + found["apd80"], rtol=1e-6)
    np.testing.assert_allclose(found["frequency"], 5, atol=0.1)


def test_options_reach_the_library(folder):
    options = ("--spatial", 1, "--mask", "mask.npy", "--polarity", "down", "--baseline", "linear", "--frames", "20:400")
    succeed("maps", "rec.tif", "-o", "maps.npz", "--beat", "all", "--pixel-size", 0.5, *options)
    found = load_beat_maps("maps.npz")
    smooth = smooth_spatiotemporal(VIDEO[20:400], 0, 1)
    expected = compute_beat_maps(smooth, fps=500, mask=MASK, polarity="down", baseline="linear", beats=found.beats)
    np.testing.assert_array_equal(found["apd80"], expected["apd80"])
    np.testing.assert_array_equal(found.mask, MASK == 1)
    assert "cv_cm_per_s" in found
    assert 5 < np.nanmedian(found["cv"]) < 100


def test_without_a_rate_times_are_in_frames(folder):
    succeed("maps", "rec.npy", "-o", "maps.npz")
    assert next(iter(load_beat_maps("maps.npz"))) == "activation_frames"
    succeed("maps", "rec.npy", "-o", "ms.npz", "--fps", 500)
    np.testing.assert_allclose(load_beat_maps("ms.npz")["apd80"], 2 * load_beat_maps("maps.npz")["apd80"])


def test_the_tissue_is_found(folder):
    bright = np.where(MASK, VIDEO, 100)
    np.save("tissue.npy", bright)
    succeed("maps", "tissue.npy", "--mask", "auto", "-o", "maps.npz")
    np.testing.assert_array_equal(load_beat_maps("maps.npz").mask, MASK == 1)


def test_several_recordings_and_their_summary(folder, capsys):
    call = ("maps", "rec.tif", "other.tif", "--maps", "apd80,snr", "-o", "out", "--plot", "out", "--summary", "sum.csv")
    succeed(*call)
    _, columns = load_columns(folder / "sum.csv")
    found = load_beat_maps("out/rec_maps.npz")
    assert columns["recording"].tolist() == ["rec.tif", "other.tif"]
    assert columns["beats"].tolist() == [4, 4]
    assert columns["pixels"].tolist() == [99, 99]
    for name, percent in (("q25", 25), ("median", 50), ("q75", 75)):
        assert columns[f"{name}_apd80_ms"][0] == np.percentile(found["apd80"], percent)
    assert width_of("out/other_maps.png") > 500
    capsys.readouterr()
    succeed(*call)
    assert "2 of 2 recordings are done" in capsys.readouterr().out
    assert run(*call[:3], "--maps", "apd50", "-o", "out") == 2
    error = capsys.readouterr().err
    assert "made with --maps ['apd80', 'snr'] (now ['apd50'])" in error
    assert "--overwrite" in error


def test_what_other_commands_say_of_maps(folder, capsys):
    succeed("maps", "rec.tif", "-o", "maps.tif")
    succeed("maps", "rec.tif", "-o", "maps.npz")
    capsys.readouterr()
    for name in ("maps.tif", "maps.npz"):
        succeed("info", name)
        out = capsys.readouterr().out
        assert "maps        mean of 4 beats" in out
        assert "apd80_ms: median" in out
        assert run("traces", name, "--at", "3,3") == 2
        assert "it holds maps of beats" in capsys.readouterr().err
    succeed("plot", "maps.npz")
    assert width_of("maps.png") > 500


@pytest.mark.filterwarnings("default")
def test_drift_is_a_warning_in_the_words_of_the_command(folder, capsys):
    np.save("drift.npy", VIDEO - 2 * np.arange(420)[:, np.newaxis, np.newaxis])
    succeed("maps", "drift.npy")
    assert "the baseline drifts by" in (error := capsys.readouterr().err)
    assert "--baseline linear" in error


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("rec.tif", "--maps", "foo"), "'foo' is not a map: choose from activation, apd80"),
        (("rec.tif", "--maps", "apd0"), "'apd0' is not a map"),
        (("rec.tif", "--maps", "snr,snr"), "twice"),
        (("rec.tif", "--beat", 9), "--beat 9 is not among the 4 beats: choose from 0 to 3"),
        (("rec.tif", "--beat", "first"), "give mean, all, or a number"),
        (("rec.tif", "--mask", "none.npy"), "is not a FILE that exists"),
        (("rec.tif", "-o", "maps.csv"), "choose one of .npz, .nc, .h5, .tif"),
        (("rec.tif", "-o", "maps"), "write maps/ to create that folder"),
        (("rec.tif", "--format", "csv"), "--format csv is not a kind of file for maps: choose from npz, nc, h5, tif"),
        (("rec.tif", "--plot", "rec.tif"), "is an input"),
        (
            ("noise.npy",),
            "noise.npy: the recording has no beats: the steepest upstroke of its mean signal has an SNR of",
        ),
        (("rec.tif", "--frames", "0:9999"), "--frames 0:9999 is not in a recording of 420 frames"),
    ],
)
def test_wrong_arguments(folder, capsys, arguments, match):
    assert run("maps", *arguments) == 2
    error = capsys.readouterr().err
    assert match in error
    assert len(error.splitlines()) == 1
    assert not list(folder.glob("*_maps.npz"))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], "lacks frames, and beats are measured on evenly spaced frames"),
        (
            ["--option", "fps=500"],
            "has times of its own in place of a frame rate, and beats are measured on evenly",
        ),
    ],
)
def test_frames_between_two_gaps(tmp_path, monkeypatch, capsys, options, problem):
    monkeypatch.chdir(tmp_path)
    frames = makers.images(tmp_path / "rec", VIDEO)
    (frames / f"frame_{len(VIDEO) - 20}.png").unlink()
    arguments = ["maps", "rec", "--option", "allow_gaps=True", *options, "-o", "maps.npz"]
    assert run(*arguments) == 2
    assert f"rec {problem}" in (said := capsys.readouterr().err)
    assert "choose frames between two gaps with --frames" in said
    succeed(*arguments, "--frames", f":{len(VIDEO) - 20}")
    found = load_beat_maps("maps.npz")
    assert found.fps == (500 if options else None)
    expected = compute_beat_maps(VIDEO[: len(VIDEO) - 20], fps=500)
    np.testing.assert_allclose(found["apd80"] * (1 if options else 2), expected.mean()["apd80"], atol=0.5)
