"""Which traces are extracted, kept and forgotten."""

import numpy as np
import pytest

from optimap.trace import extract_traces
from optimap_napari.live import LiveTraces, Window, extract
from optimap_napari.places import POINT, Place

LEFT, RIGHT = (Place(POINT, ((2.0, column),), f"{column}", "points", 0) for column in (1.0, 12.0))
AREA = Place("rectangle", ((1.0, 6.0), (1.0, 12.0), (4.0, 12.0), (4.0, 6.0)), "area", "shapes", 0)


@pytest.fixture
def live(video):
    made = LiveTraces()
    made.use(video)
    return made


def test_only_what_is_new_is_missing(live, video):
    window = Window()
    assert live.missing([LEFT, LEFT, AREA], window) == [LEFT, AREA]
    live.take(extract(video, [LEFT, AREA], window))
    assert live.missing([LEFT, RIGHT, AREA], window) == [RIGHT]
    assert live.missing([LEFT, AREA], Window(3)) == [LEFT]  # areas have no window
    np.testing.assert_array_equal(live.matrix([AREA, LEFT], window)[:, 1], extract_traces(video, (1, 2)))


def test_what_is_not_wanted_is_forgotten(live, video):
    window = Window(3, "disc")
    live.take(extract(video, [LEFT, RIGHT], window))
    np.testing.assert_array_equal(
        live.matrix([RIGHT], window)[:, 0], extract_traces(video, (12, 2), size=3, window="disc")
    )
    assert live.missing([LEFT, RIGHT], window) == [LEFT]
    assert live.matrix([], window).shape == (len(video), 0)


def test_traces_that_come_too_late_are_not_those_of_another_recording(live, video):
    late = extract(video, [LEFT], Window())
    live.use(video[::-1])
    live.take(late)
    assert live.missing([LEFT], Window()) == [LEFT]
    live.use(live.video)
    live.take(extract(live.video, [LEFT], Window()))
    live.forget()
    assert live.missing([LEFT], Window()) == [LEFT]
