"""show_positions_and_traces and compare_traces: figures of videos and traces together."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import roifile
from matplotlib.colors import to_rgba

from optimap._regions import write_positions
from optimap.trace import (
    compare_traces,
    extract_traces,
    regions,
    show_positions,
    show_positions_and_traces,
    show_traces,
)
from optimap.video import open_video
from tests import arrays, makers
from tests.errors import check_error

VIDEO = np.random.default_rng(1).integers(0, 999, (20, 6, 8))
MASK = np.zeros((6, 8), bool)
MASK[1:3, 2:5] = True
LABELS = np.zeros((6, 8), int)
LABELS[1:3, 1:4], LABELS[4:, 3:] = 1, 5
SQUARE = [(1.5, 0.5), (4.5, 0.5), (4.5, 2.5), (1.5, 2.5)]


@pytest.fixture(params=["mask", "labels", "stack", "polygon", "imagej", "regions", "file"])
def pointed_at(request, tmp_path):
    """One region, the same pixels each time, as each kind of thing that `extract_traces` takes."""
    roi = roifile.ImagejRoi.frompoints(np.array(SQUARE) + 0.5, name="square")
    roi.tofile(tmp_path / "square.roi")
    return {
        "mask": MASK,
        "labels": MASK.astype(int),
        "stack": MASK.astype(float)[None],
        "polygon": [SQUARE],
        "imagej": roi,
        "regions": regions(MASK),
        "file": tmp_path / "square.roi",
    }[request.param]


def dots(ax):
    return np.concatenate([c.get_offsets() for c in ax.collections])


def test_show_positions_draws_any_region_as_an_outline(pointed_at):
    ax = show_positions(pointed_at, VIDEO[0], color="red")
    (outline,) = ax.collections[0].get_paths()
    assert outline.get_extents().bounds == (1.5, 0.5, 3, 2)


def test_a_video_beside_any_region(pointed_at):
    image_ax, traces_ax = show_positions_and_traces(VIDEO, pointed_at)
    assert len(image_ax.collections[0].get_paths()) == 1
    np.testing.assert_allclose(traces_ax.lines[0].get_ydata(), VIDEO[:, MASK].mean(axis=1))


def test_traces_beside_any_region(pointed_at):
    traces = np.arange(20.0)
    image_ax, traces_ax = show_positions_and_traces(traces, pointed_at, image=VIDEO[0])
    assert len(image_ax.collections[0].get_paths()) == 1
    np.testing.assert_array_equal(traces_ax.lines[0].get_ydata(), traces)


def test_videos_compared_at_any_region(pointed_at):
    axs = np.atleast_1d(compare_traces([VIDEO, VIDEO[:10]], pointed_at))
    assert len(axs) == 1
    assert axs[0].get_title() in ("region_0", "label_1", "square")
    for line, frames in zip(axs[0].lines, (20, 10), strict=True):
        np.testing.assert_allclose(line.get_ydata(), VIDEO[:frames, MASK].mean(axis=1))


def test_a_table_of_positions(tmp_path):
    path = tmp_path / "points.csv"
    write_positions(path, [(1, 2), (3, 4)])
    np.testing.assert_array_equal(show_positions(path).collections[0].get_offsets(), [(1, 2), (3, 4)])
    image_ax, traces_ax = show_positions_and_traces(VIDEO, path)
    np.testing.assert_array_equal(image_ax.collections[0].get_offsets(), [(1, 2), (3, 4)])
    wanted = extract_traces(VIDEO, [(1, 2), (3, 4)])
    np.testing.assert_array_equal([line.get_ydata() for line in traces_ax.lines], wanted.T)
    axs = compare_traces([VIDEO], str(path))
    np.testing.assert_array_equal([ax.lines[0].get_ydata() for ax in axs], wanted.T)
    assert [ax.get_title() for ax in axs] == ["(1, 2)", "(3, 4)"]


def test_positions_from_an_iterator_are_read_once():
    axs = compare_traces([VIDEO, VIDEO + 1], (position for position in [(1, 2), (3, 4)]))
    assert [ax.get_title() for ax in axs] == ["(1, 2)", "(3, 4)"]


def test_positions_beside_their_traces_in_the_same_colours():
    where = [(1, 2), (3.5, 4)]
    left, right = show_positions_and_traces(VIDEO, where, 3, size=3, fps=500)
    np.testing.assert_array_equal(left.images[0].get_array(), VIDEO[3])
    np.testing.assert_array_equal(dots(left), where)
    for i, line in enumerate(right.lines):
        np.testing.assert_array_equal(line.get_ydata(), extract_traces(VIDEO, where[i], 3))
        np.testing.assert_array_equal(left.collections[0].get_facecolors()[i], to_rgba(line.get_color()))
    assert right.get_xlabel() == "Time [s]"


def test_given_traces_are_drawn_as_they_are():
    image = np.zeros((6, 8))
    traces = np.random.default_rng(0).normal(size=(20, 2))
    _, axs = plt.subplots(ncols=2)
    left, right = show_positions_and_traces(traces, [(1, 2), (3, 4)], image, colors="red", axs=axs, linewidth=2)
    assert (left, right) == tuple(axs)
    np.testing.assert_array_equal([line.get_ydata() for line in right.lines], traces.T)
    assert {line.get_linewidth() for line in right.lines} == {2}
    one = show_positions_and_traces(traces[:, 0], (1, 2), image)[1]
    np.testing.assert_array_equal(one.lines[0].get_ydata(), traces[:, 0])


@pytest.mark.parametrize(
    ("video", "kwargs", "argument", "message"),
    [
        (VIDEO, {"image": 20}, "image", r"image = 20: give a frame number in 0\.\.19"),
        (VIDEO, {"image": 1.5}, "image", "image = 1.5"),
        (VIDEO[:, 0, :2], {}, "image", "image = 0: traces have no frames"),
        (VIDEO[:, 0, :3], {"image": VIDEO[0]}, "video_or_traces", "holds 3 traces for 2 positions"),
        (VIDEO, {"fps": 0}, "fps", "fps = 0"),
        (VIDEO, {"labels": ["r"]}, "labels", "labels has 1 entry for 2 traces"),
        (VIDEO, {"axs": [1, 2, 3]}, "axs", "axs has 3 entries"),
    ],
)
def test_wrong_arguments_of_show_positions_and_traces_are_errors(video, kwargs, argument, message):
    figures = plt.get_fignums()
    check_error(lambda: show_positions_and_traces(video, [(1, 2), (3, 4)], **kwargs), ValueError, argument, message)
    assert plt.get_fignums() == figures


def test_one_panel_for_each_position_one_line_for_each_video():
    clips = [VIDEO, VIDEO[:12] + 100]
    given = list(clips)
    axs = compare_traces(clips, [(1, 2), (3, 4)], ["raw", "short"], ["red", "blue"], 3, fps=500, title="both")
    assert axs.shape == (2,)
    assert [ax.get_title() for ax in axs] == ["(1, 2)", "(3, 4)"]
    for ax, position in zip(axs, [(1, 2), (3, 4)], strict=True):
        for line, clip, color in zip(ax.lines, clips, ["red", "blue"], strict=True):
            np.testing.assert_array_equal(line.get_ydata(), extract_traces(clip, position, 3))
            np.testing.assert_array_equal(line.get_xdata(), np.arange(len(clip)) / 500)
            assert line.get_color() == color
        assert ax.get_xlim() == (0, 19 / 500)
    assert axs[-1].get_xlabel() == "Time [s]"
    figure = axs[0].figure
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["raw", "short"]
    assert figure.get_suptitle() == "both"
    assert all(a is b for a, b in zip(clips, given, strict=True))


def test_one_position_alone_gives_one_axes():
    ax = compare_traces((VIDEO, VIDEO), (1, 2), window="disc")
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), extract_traces(VIDEO, (1, 2), window="disc"))
    assert ax.get_xlabel() == "Frame"


def test_given_axes_and_x_are_used():
    _, axs = plt.subplots(2)
    x = np.linspace(0, 1, 20)
    result = compare_traces(iter([VIDEO, VIDEO[:5]]), [(1, 2), (3, 4)], labels=["a", "b"], x=x, axs=axs)
    assert list(result) == list(axs)
    np.testing.assert_array_equal(axs[0].lines[1].get_xdata(), x[:5])
    assert [text.get_text() for text in axs[0].get_legend().get_texts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("videos", "kwargs", "argument", "message"),
    [
        ([], {}, "videos", "videos is empty"),
        (VIDEO, {}, "videos", "videos is a single video"),
        ([VIDEO, VIDEO[0]], {}, "videos[1]", r"videos\[1\] has shape \(6, 8\), a single image"),
        ([VIDEO], {"coords": []}, "coords", "coords is empty"),
        (
            [VIDEO, VIDEO[:, :3]],
            {"coords": (1, 4)},
            "coords",
            r"in videos\[1\], coords = \(x=1, y=4\) is outside",
        ),
        ([VIDEO], {"labels": ["a", "b"]}, "labels", "labels has 2 entries for 1 video:"),
        ([VIDEO], {"colors": ["r", "g"]}, "colors", "colors has 2 entries for 1 video:"),
        ([VIDEO], {"fps": 1, "x": range(20)}, "fps", "x and fps"),
        (
            [VIDEO, VIDEO[:, :3]],
            {"coords": MASK},
            "coords",
            r"in videos\[1\], coords belong to frames of shape",
        ),
        ([VIDEO], {"coords": (1, 2, 3)}, "coords", "is not a position"),
        ([VIDEO], {"size": -1}, "size", "size = -1"),
        ([VIDEO], {"window": "star"}, "window", "window = 'star' is unknown"),
        ([VIDEO], {"coords": None, "axs": [1]}, "axs", "axs is given without coords: give coords="),
        (3, {}, "videos", "videos = 3: give a list of videos"),
        ([VIDEO], {"axs": [1, 2, 3]}, "axs", "axs has 3 entries for 1 position"),
    ],
)
def test_wrong_arguments_of_compare_traces_are_errors(videos, kwargs, argument, message):
    check_error(lambda: compare_traces(videos, **{"coords": (1, 2), **kwargs}), ValueError, argument, message)


def test_regions_beside_their_traces():
    image_ax, traces_ax = show_positions_and_traces(VIDEO, regions(LABELS, names=["a", "b"]), fps=10)
    np.testing.assert_array_equal(traces_ax.lines[1].get_ydata(), VIDEO[:, LABELS == 5].mean(axis=1))
    assert [text.get_text() for text in image_ax.texts] == ["a", "b"]
    alone = regions(LABELS == 5)
    assert len(show_positions_and_traces(VIDEO, alone)[1].lines) == 1


def test_traces_are_copied_to_the_host_to_be_drawn(torch):
    video = arrays.library("torch").to(VIDEO)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matplotlib.pyplot.show", lambda *a, **k: None)
        traces = extract_traces(video, [(3, 2), (1, 1)], show=True)
        axes = compare_traces([video, VIDEO], [(3, 2)], size=5)
    assert isinstance(traces, torch.Tensor)
    for line in axes[0].lines:
        np.testing.assert_array_equal(line.get_ydata(), extract_traces(VIDEO, (3, 2)))
    ax = show_traces(torch.ones(5, dtype=torch.float64, requires_grad=True), ax=axes[0])
    assert ax.lines[-1].get_ydata().tolist() == [1] * 5


def test_panels_without_positions_are_refused():
    _, axes = plt.subplots()
    check_error(lambda: compare_traces([VIDEO], axs=axes), ValueError, "axs", "axs is given without coords")


def test_the_image_may_be_a_frame_by_number_or_an_array():
    for image in (3, np.int64(-17), VIDEO[3]):
        image_ax, _ = show_positions_and_traces(VIDEO, [(2, 3)], image=image)
        np.testing.assert_array_equal(image_ax.images[0].get_array(), VIDEO[3])


def test_videos_of_one_frame_are_compared():
    panel = compare_traces([VIDEO[:1], VIDEO[:1] + 1], (2, 3), labels=["a", "b"])
    assert [line.get_ydata().size for line in panel.lines] == [1, 1]


@pytest.fixture
def irregular(tmp_path):
    """A recording with a pause, and the times of its frames."""
    stamps = np.arange(20) * 2 + (np.arange(20) > 9) * 48
    video = makers.random_video((20, 6, 8), "u1")
    with open_video(makers.encoded_at(tmp_path / "rec.mkv", video, stamps)) as recording:
        yield recording, stamps / 1000


def test_irregular_times_of_a_recording_are_the_axis(irregular):
    recording, times = irregular
    ax = show_positions_and_traces(recording, [(3, 4)])[1]
    np.testing.assert_allclose(ax.lines[0].get_xdata(), times, rtol=0, atol=1e-12)
    assert ax.get_xlabel() == "Time [s]"
    ax = show_positions_and_traces(recording, [(3, 4)], fps=100)[1]
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), np.arange(20) / 100)
    ax = compare_traces([recording, recording], (3, 4))
    np.testing.assert_allclose(ax.lines[1].get_xdata(), times, rtol=0, atol=1e-12)
    assert ax.get_xlabel() == "Time [s]"


def test_irregular_times_that_recordings_do_not_share(irregular):
    recording, _ = irregular
    ax = compare_traces([recording, VIDEO], (3, 4))
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), np.arange(20))
    assert ax.get_xlabel() == "Frame"
