"""How often the trace of a region is drawn while the region is."""

from matplotlib.backend_bases import TimerBase

from optimap._pick import Draft
from tests._pick.views import CLOCK


class Canvas:
    """A canvas whose timer rings when the test says so."""

    timer = None

    def new_timer(self, interval, callbacks):
        self.timer = TimerBase(interval, callbacks)
        return self.timer


def draft(took):
    """Return a draft whose drawing takes some seconds, its canvas, and what was drawn."""
    canvas, drawn = Canvas(), []
    return Draft(canvas, lambda path: (drawn.append(path), CLOCK.sleep(took))), canvas, drawn


def test_the_mouse_rests_longer_than_drawing_takes():
    shown, canvas, drawn = draft(took=0.1)
    for step in range(3):
        shown.ask(("polygon", [step]))
    assert drawn == [("polygon", [0])]
    assert canvas.timer.interval == 201
    canvas.timer._on_timer()
    assert drawn == [("polygon", [0]), ("polygon", [2])]
    CLOCK.sleep(0.3)
    shown.ask(("polygon", [4]))
    assert drawn[-1] == ("polygon", [4])


def test_what_takes_too_long_is_drawn_once():
    shown, canvas, drawn = draft(took=1)
    for step in range(3):
        shown.ask(("polygon", [step]))
        CLOCK.sleep(10)
    assert drawn == [("polygon", [0])]
    shown.ask(None)
    assert drawn == [("polygon", [0]), None]
    assert canvas.timer is None


def test_the_end_takes_back_what_waits():
    shown, canvas, drawn = draft(took=0.1)
    shown.ask(("freehand", [0]))
    shown.ask(("freehand", [1]))
    shown.ask(None)
    canvas.timer._on_timer()
    assert drawn == [("freehand", [0]), None]
    shown.ask(None)
    assert len(drawn) == 2
