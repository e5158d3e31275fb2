"""The words below picture and traces, by click and by key: what is drawn is what is on, what is returned is raw."""

import numpy as np
import pytest
from matplotlib.backend_bases import MouseEvent, ResizeEvent

from optimap._pick import Treatment
from optimap.trace import baseline, delta_f_over_f, extract_traces, filter_traces
from tests._pick.test_pictures import wave
from tests._pick.views import difference, key, lines, traces_view

POSITIONS = [(5, 5), (20, 10), (25, 15)]


def view_of(sign=-1, **kwargs):
    video, _ = wave(sign, frames=400)
    return video, traces_view(videos=(video,), positions=POSITIONS, times=np.arange(400), frame=None, **kwargs)


def press(view, switches, name):
    """Click a word."""
    x, y = switches.place_of(name)
    MouseEvent("button_press_event", view.figure.canvas, x, y, 1)._process()
    MouseEvent("button_release_event", view.figure.canvas, x, y, 1)._process()


TREATED = {
    "smooth": lambda trace: filter_traces(trace, 1.0, lowpass=0.125, kind="gaussian"),
    "baseline": lambda trace: trace - baseline(trace, polarity="down"),
    "ΔF/F": lambda trace: delta_f_over_f(trace, polarity="down"),
    "upright": lambda trace: -trace,
    "normalize": lambda trace: (trace - trace.min()) / np.ptp(trace),
}


@pytest.mark.parametrize(("number", "name"), list(enumerate(TREATED, start=1)))
def test_what_is_drawn_is_what_is_on(number, name):
    video, view = view_of()
    raw = extract_traces(video, POSITIONS, 3)
    key(view, str(number))
    for line, trace in zip(lines(view), raw.T, strict=True):
        np.testing.assert_allclose(line.get_ydata(), TREATED[name](trace.astype(float)), rtol=1e-9, atol=1e-9)
    low, high = view.ax_traces.get_ylim()
    assert low < min(line.get_ydata().min() for line in lines(view))
    assert high > max(line.get_ydata().max() for line in lines(view))
    np.testing.assert_array_equal(view.traces, raw)
    assert difference(view) == 0
    press(view, view.trace_switches, name)
    np.testing.assert_array_equal(lines(view)[0].get_ydata(), raw[:, 0])
    assert difference(view) == 0


def test_subtracting_and_dividing_exclude_each_other():
    on = Treatment().switched("baseline").switched("ΔF/F")
    assert on.words() == ["ΔF/F"]
    assert on.switched("baseline").words() == ["baseline"]
    assert on.switched("smooth").switched("ΔF/F").words() == ["smooth"]


def test_the_stack_is_switched_whatever_the_count():
    _, view = view_of()
    key(view, "6")
    assert view.lines.is_stacked
    assert difference(view) == 0
    press(view, view.trace_switches, "stack")
    assert not view.lines.is_stacked
    assert view.ax_traces.yaxis.get_visible()


def test_the_word_is_lit_where_many_traces_are_stacked():
    _, view = view_of()
    for i in range(9):
        view.picker.add((i, 2))
    assert view.lines.is_stacked
    assert "stack" in view.trace_switches._lit
    assert difference(view) == 0


def test_words_below_the_picture_choose_it():
    _, view = view_of()
    for name in ("frame", "signal"):
        press(view, view.picture_switches, name)
        assert view.pictures.mode == name
    press(view, view.picture_switches, "signal")
    assert view.pictures.mode == "picture"
    press(view, view.picture_switches, "play")
    assert view.playing.is_on
    view.playing.stop()


def test_a_trace_that_cannot_be_treated_is_shown_as_it_is_and_the_window_says_so():
    video = np.zeros((3, 20, 30))
    view = traces_view(videos=(video,), positions=[(5, 5)], times=np.arange(3), frame=None)
    for name in ("baseline", "ΔF/F"):
        view.press_switch(name)
        if view.lines.problem:
            assert view.message.get_text().startswith("shown as recorded")
            np.testing.assert_array_equal(lines(view)[0].get_ydata(), [0, 0, 0])


@pytest.mark.parametrize("size", [(6.4, 4.8), (8, 6), (12.8, 8), (19.2, 10.8)])
def test_words_fit_into_every_window(size):
    _, view = view_of()
    view.figure.set_size_inches(size)
    ResizeEvent("resize_event", view.figure.canvas)._process()
    view.figure.canvas.draw()
    boxes = [text.get_window_extent() for row in (view.picture_switches, view.trace_switches) for text in row._texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(box.x0 >= 0 and box.x1 <= view.figure.bbox.width for box in boxes)


def test_the_result_is_what_is_drawn_on_request():
    video, view = view_of(treated=True)
    raw = extract_traces(video, POSITIONS, 3)
    np.testing.assert_array_equal(view.result, raw)
    assert view.made == {"size": 3, "window": "rect", "values": "as recorded"}
    for name in ("smooth", "ΔF/F", "upright"):
        view.press_switch(name)
    view.press_switch("stack")  # which moves lines, not values
    smooth = filter_traces(raw.astype(float), 1.0, lowpass=0.125, kind="gaussian")
    expected = np.stack([-delta_f_over_f(trace, polarity="down") for trace in smooth.T], axis=1)
    np.testing.assert_allclose(view.result, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(view.traces, raw)
    assert view.made == {
        "size": 3,
        "window": "rect",
        "values": "as drawn",
        "steps": ["smoothed in time (gaussian, 0.125 cycles/frame)", "ΔF/F (asls)", "turned upright"],
        "treatment": {
            "smooth": {"kind": "gaussian", "lowpass": 0.125, "lowpass_unit": "cycles/frame"},
            "ΔF/F": {"kind": "asls", "p": 0.01, "background": 0},
            "upright": {},
        },
        "polarity": ["down"] * 3,
    }
    assert "as drawn" in view.message.get_text()


def test_traces_that_cannot_be_treated_are_returned_as_recorded_and_named():
    video, _ = wave(1, frames=400)
    video[:, 10, 20] = 0  # nowhere above a background of 0
    view = traces_view(videos=(video,), positions=POSITIONS, times=np.arange(400), frame=None, size=1, treated=True)
    view.press_switch("ΔF/F")
    assert list(view.made["as_recorded"]) == ["2"]
    with pytest.warns(UserWarning, match="trace 2 is returned as recorded: .*is nowhere below the baseline"):
        view.warn_of_untreated()
    np.testing.assert_array_equal(view.result[:, 1], 0)
    np.testing.assert_allclose(view.result[:, 0], delta_f_over_f(view.traces[:, 0].astype(float), polarity="up"))
