"""The keys and words below the picture and below the traces in a window with traces: what each of them shows.

These are methods of `TracesView`, which has the parts that they act on.
"""

from typing import TYPE_CHECKING

from .._reading import Source
from .layout import MESSAGE, ROW, SPLIT, Box
from .pictures import FRAME, MAP, MODES, PICTURE, SIGNAL, Pictures
from .playing import Playing
from .positions_view import FAILURES, PositionsView
from .switches import Switches
from .trace_lines import TraceLines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLAY, STACK = "play", "stack"
CYCLE = {PICTURE: FRAME, FRAME: SIGNAL}  # and back to the picture
FASTER = {"<": -1, ">": 1, ",": -1, ".": 1}


class TracesControls(PositionsView):
    """What keys and words do."""

    pictures: Pictures
    playing: Playing
    lines: TraceLines
    ax_traces: "Axes"
    frame: int | None
    treated: bool  # whether the call returns what is drawn
    returns = "returned and saved: as {}"

    @property
    def videos(self) -> list[Source]:
        """The videos that are shown."""
        raise NotImplementedError

    def show_frame(self, frame: int) -> None:
        """Show a frame."""
        raise NotImplementedError

    def press_key(self, key: str) -> bool:
        """Act on a key; return whether it has a meaning here."""
        if key in ("m", "M", "w", "W"):
            self.press_picture(MAP if key in "mM" else CYCLE.get(self.pictures.mode, PICTURE))
        elif key in (" ", "space"):
            self.play()
        elif key in FASTER:
            self.playing.change_speed(FASTER[key], self.frame or 0)
            self._say_speed()
        elif key in self._digits:
            self.press_switch(self._digits[key])
        else:
            return super().press_key(key)
        return True

    def show_picture(self, mode: str) -> None:
        """Show the still picture, the frame, its signal, or the map of the beat."""
        before = self.pictures.image, self.pictures.mode, self.pictures.image.get_clim()
        try:
            title = self.pictures.show(mode, self.frame or 0)
        except FAILURES as error:
            self.show_message(f"no {mode}: {error}", problem=True)
            return
        stays = (title or self.title) == self._image_name and MAP not in (before[1], mode)
        if not stays:
            self.name_image(title or self.title)
        if before != (self.pictures.image, mode, self.pictures.image.get_clim()):
            self.contrast.follow(self.pictures.image)
            self.painter.redraw(self.contrast.ax)
        self._light()
        if stays:
            self.painter.redraw_images(self.ax_image)
        else:
            self.painter.redraw(self.ax_image)

    def press_picture(self, name: str) -> None:
        """Act on a word below the picture; that which is lit leads back to the still picture."""
        if name == PLAY:
            self.play()
        else:
            self.show_picture(PICTURE if name == self.pictures.mode else name)

    # Playing

    def play(self) -> None:
        """Play the recording, as a signal if the still picture is shown, or stop."""
        if self.playing.is_on:
            self.playing.stop()
        else:
            if self.pictures.mode in (PICTURE, MAP):
                self.show_picture(SIGNAL)
            self.playing.start(self.frame or 0)
        self._say_speed()
        self._light()

    def _play(self, frame: int) -> None:
        if self.videos and not self.finished:
            self.show_frame(frame)
        else:
            self.playing.stop()

    def _say_speed(self) -> None:
        """Write how fast the recording plays."""
        state = "playing" if self.playing.is_on else "stopped"
        self.show_message(f"{state}, {self.playing.speed} frames per second   space: play, stop   < >: slower, faster")

    # Switches

    def _add_switches(self) -> None:
        """Add the words below the picture and below the traces."""
        names = [*MODES, PLAY]
        self.picture_switches = Switches(
            self.figure, self.layout, self.painter, self._words_place, names, self.press_picture
        )
        switches = [*self.lines.treatment.switches, *([] if self.lines.right else [STACK])]
        self._digits = {str(i): name for i, name in enumerate(switches, start=1)}
        self.trace_switches = Switches(
            self.figure, self.layout, self.painter, self._switches_place, switches, self.press_switch
        )
        self._light()

    def _words_place(self, width: float, height: float) -> Box:
        return Box(0, MESSAGE, SPLIT * width, MESSAGE + ROW)

    def _switches_place(self, width: float, height: float) -> Box:
        return Box(SPLIT * width, MESSAGE, width, MESSAGE + ROW)

    def _light(self) -> None:
        """Light the words that are on."""
        on = [name for name, is_on in self.lines.treatment.switches.items() if is_on]
        pictures = {self.pictures.mode, *([PLAY] if self.playing.is_on else [])}
        self.picture_switches.show(pictures)
        self.trace_switches.show({*on, *([STACK] if self.lines.is_stacked else [])})

    def _label_axes(self) -> None:
        """Write what the heights of traces are."""
        self.ax_traces.set_ylabel(self.lines.treatment.label())

    def press_switch(self, name: str) -> None:
        """Turn one switch of the traces the other way, and draw them all again."""
        if name == STACK:
            self.lines.stack = not self.lines.is_stacked
        else:
            self.lines.treat(self.lines.treatment.switched(name))
        for ax in self.lines.axes:
            ax.set_autoscaley_on(True)
        self._label_axes()
        self.lines.arrange([point.key for point in self.picker.points])
        drawn = ", ".join(self.lines.treatment.words()) or "as recorded"
        words = f"drawn: {drawn}   {self.returns.format('drawn' if self.treated else 'recorded')}"
        self.show_message(self.lines.problem or words, problem=bool(self.lines.problem))
        self._light()
        self.painter.redraw(self.ax_traces)
