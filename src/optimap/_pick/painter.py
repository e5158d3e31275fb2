"""Fast drawing for live figures: only changes are redrawn.

A full draw of a figure with two axes and thirty traces takes a tenth of a second, too long to follow a moving mouse.
So markers and traces, which change, are *animated* artists, which matplotlib leaves out of full draws except when it
saves a figure. The rest of each axes is kept as a bitmap (bare), and the animated artists are laid over it (`layers`).
When the scale of an axes changes, only that axes is redrawn. The views decide what is drawn, and when.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .layers import Layers

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import DrawEvent
    from matplotlib.figure import Figure
    from matplotlib.transforms import BboxBase

SOON = 0.02  # seconds
FEW, MANY = 4, 8  # artists in a layer, if each takes long to draw, and otherwise

Area = tuple[float, float, float, float]  # left, bottom, right, top in fractions of the figure


class Painter:
    """Draws animated artists over bitmaps of the axes that hold them."""

    def __init__(self, figure: "Figure") -> None:
        self.figure = figure
        self._boxes: dict[Axes, Area] = {}
        self._artists: dict[Axes, Layers] = {}
        self._bare: dict[Axes, Any] = {}  # bitmap without animated artists
        self._held: dict[Axes, tuple[tuple[Artist, ...], Any]] = {}  # bitmap of everything except some artists
        self._below: dict[Axes, tuple[list[Artist], Any]] = {}  # bitmap of images, below those that change
        self._cover: Artist | None = None
        self._push_is_due = False
        self._pause = SOON  # s until the next picture is sent
        self._canvas.mpl_connect("draw_event", self._on_draw)

    @property
    def _canvas(self) -> Any:
        """The canvas, with methods that only canvases with an Agg renderer have."""
        return self.figure.canvas

    def watch(self, ax: "Axes", box: Area) -> None:
        """Draw an axes from now on; with its labels, it lies within `box`, which a later call may change."""
        self._boxes[ax] = box
        if ax not in self._artists:
            self._artists[ax] = Layers(self._canvas, MANY)

    def expect_long_lines(self, ax: "Axes") -> None:
        """Keep few artists in a layer, since each takes long to draw."""
        self._artists[ax] = Layers(self._canvas, FEW)

    def cover(self, artist: "Artist") -> None:
        """Draw an artist on top of the whole figure, if it is visible."""
        artist.set_animated(True)
        self._cover = artist

    def add(self, ax: "Axes", *artists: "Artist") -> None:
        """Draw artists of an axes from now on, and once immediately, on top of the rest."""
        self.watch_also(ax, *artists)
        self.repaint(ax)

    def watch_also(self, ax: "Axes", *artists: "Artist") -> None:
        """Draw artists of an axes from now on, when the others are drawn."""
        for artist in artists:
            artist.set_animated(True)
            self._artists[ax].add(artist)
        self._held.pop(ax, None)

    def remove(self, ax: "Axes", *artists: "Artist") -> None:
        """Remove artists from the figure; `repaint` shows it."""
        self._held.pop(ax, None)
        for artist in artists:
            self._artists[ax].remove(artist)
            artist.remove()

    def repaint(self, ax: "Axes") -> None:
        """Redraw the artists of an axes."""
        self._held.pop(ax, None)
        if ax in self._bare:
            self._canvas.restore_region(self._bare[ax])
            self._artists[ax].draw()
            self._blit(ax)

    def repaint_only(self, ax: "Axes", *artists: "Artist") -> None:
        """Redraw artists that change many times in a row: the others are kept as a bitmap."""
        if ax not in self._bare:
            return
        if ax not in self._held or self._held[ax][0] != artists:
            self._canvas.restore_region(self._bare[ax])
            self._artists[ax].draw(without=artists)
            self._held[ax] = (artists, self._canvas.copy_from_bbox(self._region(ax)))
        self._canvas.restore_region(self._held[ax][1])
        self._draw(artists)
        self._blit(ax)

    def redraw(self, ax: "Axes") -> None:
        """Redraw an axes with its ticks, labels and artists."""
        self._held.pop(ax, None)
        if ax not in self._bare:
            return
        from matplotlib.patches import Rectangle
        from matplotlib.transforms import IdentityTransform

        region = self._region(ax)
        blank = Rectangle(
            region.p0, region.width, region.height, facecolor=self.figure.get_facecolor(), edgecolor="none"
        )
        blank.set_transform(IdentityTransform())
        blank.set_figure(self.figure)
        renderer = self._canvas.get_renderer()
        blank.draw(renderer)
        for other in self.figure.axes:  # and the axes of its colour bar
            center = other.bbox.x0 + other.bbox.width / 2, other.bbox.y0 + other.bbox.height / 2
            if other is ax or (other not in self._boxes and region.contains(*center)):
                other.draw(renderer)
        self._bare[ax] = self._canvas.copy_from_bbox(region)
        self._below.pop(ax, None)
        self._artists[ax].draw()
        self._blit(ax)

    def redraw_images(self, ax: "Axes") -> None:
        """Redraw the images of an axes whose ticks and titles stay; those below the first that changed are kept."""
        if ax not in self._bare:
            return
        self._held.pop(ax, None)
        images: list[Artist] = [image for image in ax.images if image.get_visible()]
        same = next((i for i, image in enumerate(images) if image.stale), len(images))
        below, bitmap = self._below.get(ax, ([], None))
        if bitmap is None or not below or below != images[: min(same, len(below))]:
            below = images[:-1]
            self._canvas.restore_region(self._bare[ax])
            self._draw([ax.patch])  # images are transparent where they are NaN
            self._draw(below)
            self._below[ax] = below, self._canvas.copy_from_bbox(self._region(ax))
        else:
            self._canvas.restore_region(bitmap)
        self._draw(images[len(below) :])
        self._draw(ax.spines.values())
        self._bare[ax] = self._canvas.copy_from_bbox(self._region(ax))
        self._artists[ax].draw()
        self._blit(ax)

    def _on_draw(self, event: "DrawEvent") -> None:
        """Keep the bitmaps of a full draw, and add the animated artists to it."""
        if self._canvas.is_saving():
            return
        self._held.clear()
        self._below.clear()
        for ax in self._boxes:
            self._bare[ax] = self._canvas.copy_from_bbox(self._region(ax))
            self._artists[ax].draw()
        if self._cover is not None:
            self._draw([self._cover])

    def _draw(self, artists: "Iterable[Artist]") -> None:
        renderer = self._canvas.get_renderer()
        for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
            artist.draw(renderer)

    def _region(self, ax: "Axes") -> "BboxBase":
        """Return the box of an axes in pixels of the canvas."""
        from matplotlib.transforms import Bbox, TransformedBbox

        left, bottom, right, top = self._boxes[ax]
        return TransformedBbox(Bbox([[left, bottom], [right, top]]), self.figure.transFigure)

    def _blit(self, ax: "Axes") -> None:
        """Copy an axes to the screen."""
        canvas = self._canvas
        if hasattr(canvas, "get_diff_image"):
            self._push_soon()
        elif hasattr(canvas, "blit"):
            canvas.blit(self._region(ax))

    def _push_soon(self) -> None:
        """Send the browser the whole picture, once for all changes within 20 ms, or as long as sending the last took.

        The canvas would send only the difference from the last picture; if a busy browser skips one of these, parts of
        older pictures stay visible. The pause lets the mouse be heard in between where a picture takes long.
        """
        if self._push_is_due:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._push()
        else:
            self._push_is_due = True
            loop.call_later(self._pause, self._push)

    def _push(self) -> None:
        self._push_is_due = False
        canvas, began = self._canvas, time.monotonic()
        canvas._force_full = canvas._png_is_old = True
        if canvas.manager is not None:
            canvas.manager.refresh_all()
        self._pause = max(SOON, time.monotonic() - began)
