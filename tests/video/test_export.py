"""Movies: read again with PyAV, their frames are those of the video, in colours, within what H.264 loses."""

import numpy as np
import pytest

from optimap import export_video
from optimap._base import ArgumentError
from tests.errors import check_error

av = pytest.importorskip("av")
RAMP = np.tile(np.linspace(0, 1000, 64), (12, 48, 1)) * np.linspace(0.5, 1, 12)[:, None, None]


def frames_of(path):
    with av.open(str(path)) as movie:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)])


def test_grey(tmp_path):
    export_video(tmp_path / "movie.mp4", RAMP, fps=25)
    found = frames_of(tmp_path / "movie.mp4")
    assert found.shape == (12, 48, 64, 3)
    assert np.abs(found[..., 0] - RAMP * 0.255).mean() < 3
    with av.open(str(tmp_path / "movie.mp4")) as movie:
        assert movie.streams.video[0].average_rate == 25


def test_steps_range_colours_and_odd_sizes(tmp_path):
    export_video(tmp_path / "movie.mkv", RAMP[:, :47, :63], skip_frames=5, cmap="magma", vmin=2000, vmax=3000)
    found = frames_of(tmp_path / "movie.mkv")
    assert found.shape == (3, 48, 64, 3)
    assert found.mean() < 6  # everything is below the range: the first colour, which is nearly black


def test_missing_pixels_are_black_and_colours_are_kept(tmp_path):
    video = RAMP.copy()
    video[:, :24] = np.nan
    export_video(tmp_path / "movie.mp4", video, cmap="gray_r", vmin=0, vmax=1e6)
    found = frames_of(tmp_path / "movie.mp4")
    assert found[:, :20].max() < 10
    assert found[:, 28:].min() > 245
    colours = np.zeros((4, 16, 16, 3), np.uint8)
    colours[..., 2] = 200
    export_video(tmp_path / "movie.mp4", colours)  # in place of the one before
    assert np.abs(frames_of(tmp_path / "movie.mp4").mean(axis=(0, 1, 2)) - [0, 0, 200]).max() < 6


@pytest.mark.parametrize(
    ("name", "options", "argument"),
    [
        ("movie.gif", {}, "filename"),
        ("movie.mp4", {"fps": 0}, "fps"),
        ("movie.mp4", {"skip_frames": 0}, "skip_frames"),
        ("movie.mp4", {"cmap": "greyish"}, "cmap"),
        ("movie.mp4", {"ffmpeg_encoder": "x"}, "ffmpeg_encoder"),
        ("movie.mp4", {"pad_mode": "x"}, "pad_mode"),
        ("movie.mp4", {"progress_bar": "no"}, "progress_bar"),
    ],
)
def test_wrong_arguments_leave_no_file(name, options, argument, tmp_path):
    check_error(
        lambda: export_video(tmp_path / name, RAMP, **options), ArgumentError, argument, "choose|must be|give|leave"
    )
    assert list(tmp_path.iterdir()) == []
