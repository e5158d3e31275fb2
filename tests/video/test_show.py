"""Players: what they show, when, and what they refuse. What a figure does with clicks is in tests/_draw."""

import numpy as np
import pytest

from optimap import show_video, show_video_overlay, show_video_pair, show_videos
from optimap._base import ArgumentError
from tests.errors import check_error
from tests.readers import Sliceable

VIDEO = np.random.default_rng(0).integers(0, 4000, (20, 6, 8)).astype(np.uint16)


def pictures(player):
    return [ax.images[0] for ax in player.figure.axes if ax.images]


def test_a_video_is_read_frame_by_frame():
    source = Sliceable(VIDEO)
    player = show_video(source, skip_frame=3, title="rabbit", cmap="viridis", vmin=0, vmax=9)
    assert all(stop - start == 1 for start, stop in source.read)
    picture = pictures(player)[0]
    assert (picture.axes.get_title(), picture.get_cmap().name, picture.get_clim()) == ("rabbit", "viridis", (0, 9))
    player.show(7)
    np.testing.assert_array_equal(picture.get_array(), VIDEO[7])
    assert player.step == 3


def test_the_range_is_not_that_of_the_first_frame_alone():
    video = np.zeros((50, 4, 4))
    video[25:], video[49, 0, 0] = 5, np.nan
    assert pictures(show_video(video))[0].get_clim() == (0, 5)
    assert pictures(show_video(video, vmin=-1))[0].get_clim() == (-1, 5)
    assert pictures(show_video(np.full((3, 4, 4), np.nan)))[0].get_clim() == (0, 1)


def test_several_videos():
    pair = pictures(show_video_pair(VIDEO, VIDEO * 1.0, title2="other", cmap2="Purples", vmin2=0, vmax2=1))
    assert [picture.axes.get_title() for picture in pair] == ["video1", "other"]
    assert [picture.get_cmap().name for picture in pair] == ["gray", "Purples"]
    assert pair[1].get_clim() == (0, 1)
    three = pictures(show_videos([VIDEO] * 3, vmins=[0, 1, 2], vmaxs=4000, figsize=(8, 3)))
    assert [picture.get_clim() for picture in three] == [(0, 4000), (1, 4000), (2, 4000)]
    assert [picture.axes.get_title() for picture in three] == ["Video 0", "Video 1", "Video 2"]


def test_colours_and_masked_pixels():
    colours = np.random.default_rng(0).uniform(size=(5, 4, 4, 3))
    np.testing.assert_array_equal(pictures(show_video(colours))[0].get_array(), colours[0])
    masked = np.ma.masked_greater(VIDEO, 2000)
    assert np.isnan(np.ma.filled(pictures(show_video(masked))[0].get_array(), np.nan)).any()


def test_an_overlay_covers_by_its_opacity():
    base, overlay = np.zeros((3, 2, 2)), np.zeros((3, 2, 2))
    base[:, 0] = 1  # black below white
    overlay[:, :, 0], overlay[1, 0, 0] = 1, np.nan
    player = show_video_overlay(base, overlay, cmap_overlay="Purples")
    darkest = [63, 0, 125]  # the last colour of Purples
    first = pictures(player)[0].get_array()
    assert first[0].tolist() == [darkest, [255, 255, 255]]
    player.show(1)
    assert pictures(player)[0].get_array()[0, 0].tolist() == [255, 255, 255]  # NaN is transparent
    half = pictures(show_video_overlay(base, overlay, alpha=0.5))[0].get_array()
    assert half[0, 0].tolist() == [159, 128, 190]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: show_video(VIDEO[0]), "video"),
        (lambda: show_video(VIDEO, skip_frame=0), "skip_frame"),
        (lambda: show_video(VIDEO, interval=-1), "interval"),
        (lambda: show_video(VIDEO, cmap="grey-ish"), "cmap"),
        (lambda: show_video(VIDEO, vmin=2, vmax=1), "vmin"),
        (lambda: show_video(np.zeros((2, 3, 3, 3), int)), "video"),
        (lambda: show_video(VIDEO[:0]), "video"),
        (lambda: show_video_pair(VIDEO, VIDEO[:5]), "video2"),
        (lambda: show_videos([]), "videos"),
        (lambda: show_videos([VIDEO, VIDEO], cmaps=["gray"]), "cmaps"),
        (lambda: show_video_overlay(VIDEO, VIDEO[:, :3]), "overlay"),
        (lambda: show_video_overlay(VIDEO, VIDEO, alpha=np.zeros(3)), "alpha"),
        (lambda: show_video_overlay(VIDEO, VIDEO, skip_frames=0), "skip_frames"),
    ],
)
def test_wrong_arguments(call, argument):
    check_error(call, ArgumentError, argument, "give|choose|must be|swap")
