"""A front end without a screen, whose user does what the test says."""

from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from optimap._pick.frontends import chosen_by


class Puppet:
    """A front end that notes the calls it gets; `act` is what the user does with the figure."""

    def __init__(self, act=lambda figure: None, waits=True):
        self.act, self.waits = act, waits
        self.calls = []
        self.figure = None

    def new_figure(self, figsize, name):
        self.figure = Figure(figsize=figsize)
        FigureCanvasAgg(self.figure).draw()
        return self.figure

    def present(self):
        self.calls.append("present")
        self.figure.canvas.draw()
        self.act(self.figure)
        return self.waits

    def finish(self):
        self.calls.append("finish")

    def close(self):
        self.calls.append("close")


def seat(stack, act=lambda figure: None, waits=True):
    """Let calls use a puppet as their front end, until an ExitStack is closed; return it."""
    puppet = Puppet(act, waits)
    stack.enter_context(chosen_by(lambda block, browser: puppet))
    return puppet


def clicks(*positions):
    """Return an action that clicks at these pixels of the image."""

    def act(figure):
        for position in positions:
            x, y = figure.axes[0].transData.transform(position)
            for name in ("button_press_event", "button_release_event"):
                MouseEvent(name, figure.canvas, x, y, 1)._process()

    return act


def wheel(position, step):
    """Return an action that turns the wheel at a pixel of the image."""

    def act(figure):
        x, y = figure.axes[0].transData.transform(position)
        MouseEvent("scroll_event", figure.canvas, x, y, "up" if step > 0 else "down", step=step)._process()

    return act
