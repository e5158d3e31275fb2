"""The select functions: their arguments, what they return, and where there is no way to interact."""

import matplotlib as mpl
import numpy as np
import pytest

from optimap._pick.frontends import choose as frontend_module
from optimap.trace import Selection, compare_traces, extract_traces, select_positions, select_traces

VIDEO = np.random.default_rng(0).integers(0, 999, (60, 20, 30), dtype=np.uint16)


class Puppet:
    """A front end whose user does what the test says."""

    def __init__(self, act=lambda figure: None, blocks=True):
        self.act, self.blocks = act, blocks
        self.calls = []

    def new_figure(self, figsize):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.figure = Figure(figsize=figsize)
        FigureCanvasAgg(self.figure).draw()
        return self.figure

    def show(self):
        self.calls.append("show")
        self.figure.canvas.draw()
        self.act(self.figure)

    def wait(self):
        self.calls.append("wait")
        self.figure.canvas.draw()
        self.act(self.figure)

    def finish(self):
        self.calls.append("finish")

    def close(self):
        self.calls.append("close")


@pytest.fixture
def user(monkeypatch):
    """Return a function that puts a puppet in the place of windows."""

    def use(act=lambda figure: None, blocks=True):
        puppet = Puppet(act, blocks)
        monkeypatch.setattr("optimap._pick.select.choose_frontend", lambda block, browser: puppet)
        return puppet

    return use


def clicks(*positions):
    from matplotlib.backend_bases import MouseEvent

    def act(figure):
        for position in positions:
            x, y = figure.axes[0].transData.transform(position)
            for name in ("button_press_event", "button_release_event"):
                MouseEvent(name, figure.canvas, x, y, 1)._process()

    return act


def test_positions_that_were_clicked(user):
    puppet = user(clicks((3, 4), (20, 10)))
    assert select_positions(VIDEO[0]) == [(3, 4), (20, 10)]
    assert puppet.calls == ["wait", "finish", "close"]
    user(clicks((3.25, 4.5)))
    ((x, y),) = select_positions(VIDEO[0], as_integers=False)
    # A click lies on a whole pixel of the screen, 0.05 of these apart.
    assert abs(x - 3.25) < 0.05
    assert abs(y - 4.5) < 0.05


def test_num_points_ends_the_call(user):
    puppet = user(clicks((3, 4), (20, 10), (25, 5)))
    assert select_positions(VIDEO[0], num_points=2, positions=[(1, 1)]) == [(1, 1), (3, 4)]
    assert puppet.calls == ["wait", "finish", "close"]
    puppet = user()
    assert select_positions(VIDEO[0], num_points=1, positions=[(1, 1)]) == [(1, 1)]
    assert puppet.calls == ["close"]


def test_display_keywords_act(user):
    puppet = user()
    options = {"show_colorbar": True, "colorbar_title": "counts"}
    select_positions(VIDEO[0], title="here", cmap="viridis", vmin=1, vmax=5, alpha=0.5, **options)
    assert puppet.figure.axes[1].get_ylabel() == "counts"
    image = puppet.figure.axes[0].images[0]
    assert (image.get_cmap().name, image.get_clim(), image.get_alpha()) == ("viridis", (1, 5), 0.5)
    assert puppet.figure.axes[0].get_title() == "here"


@pytest.mark.parametrize(
    ("image", "shown"), [(VIDEO, VIDEO[0]), (np.zeros((5, 6, 3)), np.zeros((5, 6, 3))), (VIDEO[0].tolist(), VIDEO[0])]
)
def test_images_in_colour_as_they_are_and_videos_by_their_first_frame(user, image, shown):
    puppet = user()
    assert select_positions(image) == []
    np.testing.assert_array_equal(puppet.figure.axes[0].images[0].get_array(), shown)


def test_traces_that_were_clicked(user):
    puppet = user(clicks((3, 4), (20, 10)))
    traces, positions = select_traces(VIDEO, 3, 7, fps=100, window="disc")
    assert positions == [(3, 4), (20, 10)]
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, positions, 3, window="disc"))
    image, trace_axes = puppet.figure.axes[:2]
    np.testing.assert_array_equal(image.images[0].get_array(), VIDEO[7])
    assert trace_axes.get_xlabel() == "Time [s]"
    assert trace_axes.get_xlim() == (0, 0.59)


def test_a_window_that_cannot_be_made_is_closed(user):
    puppet = user()
    with pytest.raises(AttributeError, match="nothing"):
        select_positions(VIDEO[0], nothing=1)
    assert puppet.calls == ["close"]


def test_the_size_in_the_end_is_told(user):
    def turn(figure):
        from matplotlib.backend_bases import MouseEvent

        clicks((3, 4))(figure)
        x, y = figure.axes[0].transData.transform((3, 4))
        MouseEvent("scroll_event", figure.canvas, x, y, "up", step=1)._process()

    user(turn)
    picked = select_traces(VIDEO, 3)
    assert picked.size == 5
    np.testing.assert_array_equal(picked[0], extract_traces(VIDEO, [(3, 4)], 5))


def test_no_click_gives_no_traces(user):
    user()
    traces, positions = select_traces(VIDEO)
    assert traces.shape == (60, 0)
    assert positions == []


def test_a_reference_image_and_an_x_axis(user):
    puppet = user()
    reference = np.zeros((20, 30))
    select_traces(VIDEO, ref_frame=reference, x=np.linspace(5, 6, 60), positions=[(3, 4)])
    np.testing.assert_array_equal(puppet.figure.axes[0].images[0].get_array(), reference)
    assert puppet.figure.axes[1].get_xlim() == (5, 6)
    select_traces(VIDEO, ref_frame=-1)


def test_where_the_call_cannot_wait_the_selection_is_live(user):
    puppet = user(blocks=False)
    selection = select_traces(VIDEO, 3)
    assert isinstance(selection, Selection)
    assert puppet.calls == ["show"]
    assert repr(selection) == "<Selection of 0 traces of 60 frames, positions: none yet, click on the image>"
    clicks((3, 4))(puppet.figure)
    traces, positions = selection
    assert positions == selection.positions == [(3, 4)]
    np.testing.assert_array_equal(traces, extract_traces(VIDEO, [(3, 4)], 3))
    assert len(selection) == 2
    np.testing.assert_array_equal(selection[0], traces)
    clicks((20, 10))(puppet.figure)
    assert "2 traces of 60 frames, positions: (3, 4), (20, 10)" in repr(selection)


def test_live_positions_are_like_a_list(user):
    puppet = user(blocks=False)
    spots = select_positions(VIDEO[0])
    clicks((3, 4), (20, 10))(puppet.figure)
    assert spots == [(3, 4), (20, 10)]
    assert list(spots) == [(3, 4), (20, 10)]
    assert (len(spots), spots[1], spots[:1]) == (2, (20, 10), [(3, 4)])
    assert repr(spots) == "<Selection of 2 positions: (3, 4), (20, 10)>"
    np.testing.assert_array_equal(extract_traces(VIDEO, spots), extract_traces(VIDEO, [(3, 4), (20, 10)]))
    with pytest.raises(AttributeError, match="no attribute 'traces'"):
        _ = spots.traces


def test_compare_by_clicking(user):
    puppet = user(clicks((3, 4), (20, 10)))
    clips = [VIDEO, VIDEO[:40] + 7]
    ax = compare_traces(clips, labels=["a", "b"], colors=["red", "blue"], size=3, ref_frame=2, fps=100, title="both")
    assert ax.get_title() == "(20, 10)"
    drawn = [line for line in ax.lines if line.get_color() in ("red", "blue")]
    for line, clip in zip(drawn, clips, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), extract_traces(clip, (20, 10), 3))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert ax.get_xlabel() == "Time [s]"
    np.testing.assert_array_equal(puppet.figure.axes[0].images[0].get_array(), VIDEO[2])
    assert puppet.figure.axes[0].get_title() == "both"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: select_positions(np.zeros((2, 3, 4, 5))), "an image is"),
        (lambda: select_positions(VIDEO[0], positions=[(99, 1)]), r"positions\[0\] = \(x=99, y=1\) is outside"),
        (lambda: select_positions(VIDEO[0], num_points=0), "num_points = 0"),
        (lambda: select_traces(VIDEO[0]), "a single image"),
        (lambda: select_traces(VIDEO, -1), "size = -1"),
        (lambda: select_traces(VIDEO, window="star"), "window = 'star'"),
        (lambda: select_traces(VIDEO, ref_frame=60), r"ref_frame = 60: give a frame number in 0\.\.59"),
        (lambda: select_traces(VIDEO, ref_frame=np.zeros((3, 4))), r"ref_frame has shape \(3, 4\): the video's frames"),
        (lambda: select_traces(VIDEO, x=range(60), fps=5), "x and fps"),
        (lambda: select_traces(VIDEO, x=range(59)), r"x has shape \(59,\)"),
        (lambda: select_traces(VIDEO, nan_policy="x"), "nan_policy = 'x'"),
        (lambda: compare_traces([VIDEO], ref_frame=60), "ref_frame = 60"),
        (lambda: compare_traces([VIDEO], axs=[1]), "axs is given without coords"),
        (lambda: select_positions(VIDEO[0], extent=(0, 1, 0, 1)), "would move the pixels"),
    ],
)
def test_wrong_arguments_are_refused_before_a_window_opens(user, call, message):
    puppet = user()
    with pytest.raises(ValueError, match=message):
        call()
    assert not hasattr(puppet, "figure")


# Which front end


@pytest.mark.parametrize("call", [lambda: select_positions(VIDEO[0]), lambda: select_traces(VIDEO)])
def test_without_a_way_to_interact_the_ways_out_are_named(call, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("OPTIMAP_BROWSER", raising=False)
    with pytest.raises(RuntimeError, match=r"no window to click in .*'agg', no display") as error:
        call()
    for way in ("optimap-trace[qt]", "%matplotlib widget", "browser=True", "OPTIMAP_BROWSER=1", "--browser"):
        assert way in str(error.value)


def test_a_desktop_backend_without_a_display_is_no_way(monkeypatch):
    def refuse(name):
        raise ImportError("Cannot load backend 'QtAgg' which requires the 'qt' interactive framework")

    monkeypatch.setattr("matplotlib.pyplot.get_backend", lambda: "QtAgg")
    monkeypatch.setattr("matplotlib.pyplot.switch_backend", refuse)
    with pytest.raises(RuntimeError, match=r"Cannot load backend 'QtAgg'.*Ways out"):
        frontend_module.choose_frontend(None, None)


@pytest.mark.parametrize(
    ("backend", "environment", "browser", "block", "expected"),
    [
        ("agg", "", True, None, "Browser"),
        ("agg", "1", None, None, "Browser"),
        ("webagg", "", None, None, "Browser"),
        ("agg", "1", False, None, RuntimeError),
        ("agg", "0", None, None, RuntimeError),
        ("module://matplotlib_inline.backend_inline", "", None, None, RuntimeError),
        ("module://ipympl.backend_nbagg", "", None, None, "Notebook"),
        ("nbagg", "", None, False, RuntimeError),
        ("ipympl", "", None, True, ValueError),
        ("webagg", "", None, False, ValueError),
    ],
)
def test_the_backend_chooses(monkeypatch, backend, environment, browser, block, expected):
    pytest.importorskip("tornado")
    monkeypatch.setenv("OPTIMAP_BROWSER", environment)
    monkeypatch.setattr(frontend_module, "_backend", lambda: (backend, None))
    if isinstance(expected, str):
        assert type(frontend_module.choose_frontend(block, browser)).__name__ == expected
    else:
        with pytest.raises(expected):
            frontend_module.choose_frontend(block, browser)


def test_a_desktop_waits_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(frontend_module, "_backend", lambda: ("qtagg", "qt"))
    assert frontend_module.choose_frontend(None, None).blocks
    assert not frontend_module.choose_frontend(False, None).blocks


def test_the_browser_needs_tornado(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tornado", None)
    with pytest.raises(RuntimeError, match=r"pip install 'optimap-trace\[web\]'"):
        frontend_module.choose_frontend(None, True)


def test_nothing_of_matplotlib_is_changed(user):
    user(clicks((3, 4)))
    before = (mpl.get_backend(), dict(mpl.rcParams))
    select_traces(VIDEO)
    assert (mpl.get_backend(), dict(mpl.rcParams)) == before
