"""A player of videos in a matplotlib figure: one or more panels, a slider, a button, keys; and saving as a movie.

Frames come from functions that return the picture of a frame, so that nothing is read or computed before it is shown.
This module imports matplotlib, so it is imported inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.animation import FuncAnimation
from matplotlib.widgets import Button, Slider

from .._base import Array, FilePath
from .figures import new_axes, show_figures

PLAY, PAUSE = "▶", "■"


@dataclass(frozen=True)
class Panel:
    """A video in the player."""

    frame: Callable[[int], Array]  # the picture of a frame
    title: str
    style: dict[str, Any]  # keywords of imshow


class InteractivePlayer(FuncAnimation):
    """Videos side by side, which play until the figure is closed.

    The space bar stops and continues, the left and right arrow keys show the frames before and after, and the up and
    down arrow keys make it faster and slower.

    Attributes
    ----------
    i : int
        The frame that is shown.
    step : int
        From one frame to the next one that is shown.
    runs : bool
        Whether it plays.
    """

    def __init__(self, panels: Sequence[Panel], frames: int, step: int, interval: float, **figure: Any) -> None:
        self.i, self.step, self.runs, self._counts = 0, step, True, True
        self._panels, self._frames = panels, frames
        axs = new_axes(ncols=len(panels), squeeze=False, **figure)[0]
        self.figure = axs[0].figure
        self._images = [ax.imshow(panel.frame(0), **panel.style) for ax, panel in zip(axs, panels, strict=True)]
        for ax, panel in zip(axs, panels, strict=True):
            ax.set_title(panel.title)
            ax.set_axis_off()
        self._counter = self.figure.text(0.99, 0.99, "", ha="right", va="top", family="monospace")
        self._add_controls()
        self.figure.canvas.mpl_connect("key_press_event", self._on_key)
        self.figure.optimap_player = self  # it plays as long as its figure is there, whoever keeps the result
        super().__init__(
            self.figure, self._show_next, frames=self._endless, interval=interval, repeat=False, cache_frame_data=False
        )

    def __del__(self) -> None:
        """Matplotlib would warn if it was never drawn, as where files are written only."""

    def _add_controls(self) -> None:
        """Add the button and the slider below the videos."""
        self.figure.get_layout_engine().set(rect=(0, 0.08, 1, 0.92))
        self._controls = [self.figure.add_axes(place) for place in ([0.02, 0.02, 0.06, 0.05], [0.14, 0.02, 0.74, 0.05])]
        for ax in self._controls:
            ax.set_in_layout(False)
        self._button = Button(self._controls[0], PAUSE)
        self._button.on_clicked(lambda event: self.toggle())
        self._slider = Slider(self._controls[1], "", 0, max(1, self._frames - 1), valinit=0, valstep=1)
        self._slider.on_changed(lambda value: self.show(int(value)))

    def _endless(self) -> Generator[int, None, None]:
        """Yield the frames to show, over and over again."""
        yield self.i
        while True:
            following = self.i + self.step
            if not 0 <= following < self._frames:
                following = 0 if self.step > 0 else self._frames - 1
            yield following

    def _show_next(self, number: int) -> None:
        self._slider.set_val(number)  # which shows the frame
        self.show(number)

    def show(self, number: int) -> None:
        """Show a frame."""
        self.i = min(max(number, 0), self._frames - 1)
        for image, panel in zip(self._images, self._panels, strict=True):
            image.set_data(panel.frame(self.i))
        self.figure.canvas.draw_idle()

    def toggle(self) -> None:
        """Stop, or continue."""
        self.runs = not self.runs
        (self.resume if self.runs else self.pause)()
        self._button.label.set_text(PAUSE if self.runs else PLAY)
        self.figure.canvas.draw_idle()

    def _on_key(self, event: Any) -> None:
        if event.key == " ":
            self.toggle()
        elif event.key in ("left", "right"):
            self._show_next((self.i + (1 if event.key == "right" else -1)) % self._frames)
        elif event.key in ("up", "down"):
            self.step = max(1, self.step + (1 if event.key == "up" else -1))

    def save(
        self,
        filename: FilePath,
        *args: Any,
        hide_slider: bool = True,
        hide_buttons: bool = True,
        hide_framecounter: bool = False,
        **kwargs: Any,
    ) -> None:
        """Save all frames, in steps, as a movie.

        Parameters
        ----------
        filename : path-like
        *args, **kwargs
            As for `matplotlib.animation.Animation.save`, such as ``writer``, ``fps``, ``dpi``.
        hide_slider, hide_buttons, hide_framecounter : bool
            What is not part of the movie.
        """
        before = self.i
        self._counts = not hide_framecounter
        self._controls[0].set_visible(not hide_buttons)
        self._controls[1].set_visible(not hide_slider)
        try:
            super().save(str(Path(filename)), *args, **kwargs)
        finally:
            for ax in self._controls:
                ax.set_visible(True)
            self._counter.set_text("")
            self._show_next(before)

    def new_saved_frame_seq(self) -> Iterator[Any]:
        """Return the frames of a movie, whose numbers are shown in it; matplotlib asks for them."""
        for number in range(0, self._frames, self.step):
            self._counter.set_text(f"Frame {number:4d}" if self._counts else "")
            yield number


def play(panels: Sequence[Panel], frames: int, step: int, interval: float, **figure: Any) -> InteractivePlayer:
    """Show a player; the call returns when its window is closed, where windows are waited for."""
    player = InteractivePlayer(panels, frames, step, interval, **figure)
    show_figures()
    return player
