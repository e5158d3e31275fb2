"""select_positions and select_traces: what they return, how they draw, which arguments they refuse."""

import functools
from contextlib import ExitStack

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backend_bases import KeyEvent

from optimap._draw import contrast_limits
from optimap._pick import NoWindowError
from optimap.trace import extract_traces, regions, select_positions, select_traces
from optimap.video import open_video
from tests import makers
from tests._pick import puppet
from tests._pick.puppet import clicks, wheel
from tests.errors import check_error

VIDEO = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)


@pytest.fixture
def user():
    """A function that puts a puppet in the place of the front end in use."""
    with ExitStack() as stack:
        yield functools.partial(puppet.seat, stack)


def test_positions_that_were_clicked(user):
    user(clicks((3, 4), (20, 10)))
    assert select_positions(VIDEO[0]) == [(3, 4), (20, 10)]
    user(clicks((3.25, 4.5)))
    ((x, y),) = select_positions(VIDEO[0], as_integers=False)
    # A click lies on a whole pixel of the screen, 0.05 of these apart.
    assert abs(x - 3.25) < 0.05
    assert abs(y - 4.5) < 0.05


def test_num_points_ends_the_call(user):
    shown = user(clicks((3, 4), (20, 10), (25, 5)))
    assert select_positions(VIDEO[0], num_points=2, positions=[(1, 1)]) == [(1, 1), (3, 4)]
    assert shown.calls == ["present", "finish", "close"]
    shown = user()
    assert select_positions(VIDEO[0], num_points=1, positions=[(1, 1)]) == [(1, 1)]
    assert shown.calls == ["close"]


def test_display_keywords_act(user):
    shown = user()
    options = {"show_colorbar": True, "colorbar_title": "counts"}
    select_positions(VIDEO[0], title="here", cmap="viridis", vmin=1, vmax=5, alpha=0.5, **options)
    assert shown.figure.axes[1].get_ylabel() == "counts"
    image = shown.figure.axes[0].images[0]
    assert (image.get_cmap().name, image.get_clim(), image.get_alpha()) == ("viridis", (1, 5), 0.5)
    assert shown.figure.axes[0].get_title() == "here"


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        (VIDEO, VIDEO.mean(axis=0).astype(np.float32)),
        (np.zeros((5, 6, 3)), np.zeros((5, 6, 3))),
        (VIDEO[0].tolist(), VIDEO[0]),
    ],
)
def test_images_in_colour_as_they_are_and_videos_by_the_mean_of_frames(user, image, shown):
    frontend = user()
    assert select_positions(image) == []
    np.testing.assert_array_equal(frontend.figure.axes[0].images[0].get_array(), shown)


def test_traces_that_were_clicked(user):
    shown = user(clicks((3, 4), (20, 10)))
    traces, positions = select_traces(VIDEO, 3, 7, fps=100, window="disc")
    assert positions == [(3, 4), (20, 10)]
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, positions, 3, window="disc"))
    image, trace_axes = shown.figure.axes[:2]
    np.testing.assert_array_equal(image.images[0].get_array(), VIDEO[7])
    assert trace_axes.get_xlabel() == "Time [s]"
    assert trace_axes.get_xlim() == (0, 0.59)


def test_the_size_that_the_wheel_set_is_returned(user):
    def act(figure):
        clicks((3, 4))(figure)
        wheel((3, 4), 1)(figure)

    user(act)
    picked = select_traces(VIDEO, 3)
    assert picked.size == 5
    np.testing.assert_array_equal(picked[0], extract_traces(VIDEO, [(3, 4)], 5))


def test_traces_are_returned_as_they_are_drawn_on_request(user):
    def act(figure):
        clicks((3, 4), (20, 10))(figure)
        KeyEvent("key_press_event", figure.canvas, "5", 0, 0)._process()  # normalize

    for treated in (False, True):
        user(act)
        picked = select_traces(VIDEO, 3, treated=treated)
        raw = extract_traces(VIDEO, picked[1], 3)
        np.testing.assert_array_equal(picked[0], (raw - raw.min(axis=0)) / np.ptp(raw, axis=0) if treated else raw)
        assert picked.metadata["values"] == ("as drawn" if treated else "as recorded")
        assert picked.metadata.get("steps") == (["normalized"] if treated else None)
    user(act, waits=False)
    selection = select_traces(VIDEO, 3, treated=True)
    np.testing.assert_array_equal(selection.traces, picked[0])
    assert selection.metadata == picked.metadata


def test_no_click_gives_no_traces(user):
    user()
    traces, positions = select_traces(VIDEO)
    assert traces.shape == (60, 0)
    assert positions == []


def test_a_reference_image_and_an_x_axis(user):
    shown = user()
    reference = np.zeros((20, 30))
    select_traces(VIDEO, ref_frame=reference, x=np.linspace(5, 6, 60), positions=[(3, 4)])
    np.testing.assert_array_equal(shown.figure.axes[0].images[0].get_array(), reference)
    assert shown.figure.axes[1].get_xlim() == (5, 6)
    select_traces(VIDEO, ref_frame=-1)
    np.testing.assert_array_equal(shown.figure.axes[0].images[0].get_array(), VIDEO[-1])
    select_traces(VIDEO, ref_frame=0)
    np.testing.assert_array_equal(shown.figure.axes[0].images[0].get_array(), VIDEO[0])


def test_the_picture_starts_as_the_mean_of_frames_of_the_whole_recording(user):
    shown = user()
    select_traces(VIDEO)
    np.testing.assert_allclose(shown.figure.axes[0].images[0].get_array(), VIDEO.mean(axis=0), rtol=1e-6)
    assert shown.figure.axes[0].images[0].get_clim() == contrast_limits(VIDEO.mean(axis=0).astype(np.float32))


def test_nothing_of_matplotlib_is_changed(user):
    user(clicks((3, 4)))
    before = (mpl.get_backend(), dict(mpl.rcParams))
    select_traces(VIDEO)
    assert (mpl.get_backend(), dict(mpl.rcParams)) == before


@pytest.mark.parametrize(
    ("call", "kind", "argument", "match"),
    [
        (lambda: select_positions(np.zeros((2, 3, 4, 5))), ValueError, "image", "give an image"),
        (lambda: select_positions(VIDEO[0], cmap="grau"), ValueError, "cmap", "cmap = 'grau'"),
        (lambda: select_positions(VIDEO[0], vmin="low"), ValueError, "vmin", "vmin = 'low'"),
        (lambda: select_traces(VIDEO, window="star"), ValueError, "window", "window = 'star'"),
        (lambda: select_traces(VIDEO[0]), ValueError, "video", "a single image"),
        (lambda: select_traces(VIDEO, treated="no"), TypeError, "treated", "must be True or False"),
        (lambda: select_traces(VIDEO, nan_policy="x"), ValueError, "nan_policy", "nan_policy = 'x'"),
        (lambda: select_positions(VIDEO[0], positions=[(99, 1)]), ValueError, "positions[0]", "is outside the frame"),
        (lambda: select_positions(VIDEO[0], num_points=0), ValueError, "num_points", "num_points = 0: it must be"),
        (
            lambda: select_positions(VIDEO[0], num_points=1, positions=[(1, 1), (2, 2)]),
            ValueError,
            "positions",
            "positions has 2 entries, more than num_points = 1: give fewer",
        ),
        (lambda: select_positions(VIDEO[0], extent=(0, 1, 0, 1)), ValueError, "extent", "would move the pixels"),
        (lambda: select_positions(VIDEO[0], origin="lower"), ValueError, "origin", "origin = 'lower' would move"),
        (lambda: select_traces(VIDEO, -1), ValueError, "size", "size = -1"),
        (
            lambda: select_traces(VIDEO, ref_frame=60),
            ValueError,
            "ref_frame",
            r"ref_frame = 60: give a frame number in 0\.\.59, or an image \(H, W\)",
        ),
        (lambda: select_traces(VIDEO, ref_frame=1.5), ValueError, "ref_frame", "ref_frame = 1.5: give a frame number"),
        (
            lambda: select_traces(VIDEO, ref_frame=np.zeros((3, 4))),
            ValueError,
            "ref_frame",
            r"ref_frame has shape \(3, 4\): give an image of the size of the video's frames, \(20, 30\)",
        ),
        (lambda: select_traces(VIDEO, x=range(60), fps=5), ValueError, "fps", "x and fps"),
        (lambda: select_traces(VIDEO, x=range(59)), ValueError, "x", r"x has shape \(59,\)"),
        (lambda: select_traces(VIDEO, fps=0), ValueError, "fps", "fps = 0: it must be a positive number"),
    ],
)
def test_wrong_arguments_are_refused_before_a_figure_is_made(user, call, kind, argument, match):
    shown = user()
    check_error(call, kind, argument, match)
    assert shown.figure is None
    assert shown.calls == []


MASK = np.zeros((20, 30), bool)
MASK[4:7, 8:13] = True
LABELS = np.zeros((20, 30), int)
LABELS[4:7, 8:13], LABELS[10:13, 20:23] = 1, 2
TRIANGLE = [(3, 3), (9, 3), (3, 9)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((3, 4), [(3, 4)]),
        (np.array([(3, 4), (7, 8)]), [(3, 4), (7, 8)]),
        (MASK, [(10, 5)]),
        (LABELS, [(10, 5), (21, 11)]),
        (np.stack([MASK, LABELS == 2]), [(10, 5), (21, 11)]),
        ([TRIANGLE], [(5, 5)]),
        (regions(LABELS), [(10, 5), (21, 11)]),
    ],
    ids=["one position", "positions", "mask", "labels", "masks", "polygon", "Regions"],
)
def test_positions_are_what_extract_traces_takes(user, given, expected):
    user()
    assert select_positions(VIDEO[0], positions=given) == expected
    traces, positions = select_traces(VIDEO, 3, positions=given)
    assert positions == expected
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, expected, 3))


def test_exact_positions_of_regions_are_their_centres(user):
    user()
    found = regions([TRIANGLE], (20, 30))
    assert select_positions(VIDEO[0], False, positions=found) == [tuple(found.centers()[0])]


@pytest.mark.parametrize(
    ("given", "kind", "match"),
    [
        (MASK[:10], ValueError, "positions"),
        (5, TypeError, "positions = 5"),
        ("nowhere.roi", FileNotFoundError, "nowhere.roi"),
    ],
)
def test_positions_that_extract_traces_refuses(user, given, kind, match):
    shown = user()
    for call in (lambda: select_positions(VIDEO[0], positions=given), lambda: select_traces(VIDEO, positions=given)):
        check_error(call, kind, "positions", match)
    assert shown.figure is None


@pytest.mark.parametrize("call", [lambda: select_positions(VIDEO[0]), lambda: select_traces(VIDEO)])
def test_without_a_way_to_interact_the_alternatives_are_listed(call, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "OPTIMAP_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NoWindowError, match=r"Cannot open a window \(the matplotlib backend is 'agg', no display\)"):
        call()


def test_irregular_times_of_a_recording_are_the_axis(user, tmp_path):
    stamps = np.arange(60) * 2 + (np.arange(60) > 9) * 48
    path = makers.encoded_at(tmp_path / "rec.mkv", VIDEO.astype("u1"), stamps)
    shown = user(clicks((3, 4)))
    with open_video(path) as recording:
        select_traces(recording)
        trace_axes = shown.figure.axes[1]
        assert trace_axes.get_xlabel() == "Time [s]"
        np.testing.assert_allclose(trace_axes.get_xlim(), (0, stamps[-1] / 1000))
        shown = user(clicks((3, 4)))
        select_traces(recording, fps=100)
        np.testing.assert_allclose(shown.figure.axes[1].get_xlim(), (0, 0.59))
