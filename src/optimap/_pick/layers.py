"""Artists as transparent bitmaps, a few of them in each, which are laid over each other in half a millisecond.

Drawing a noisy trace takes 10 ms, its number 1 ms. When one of thirty changes, only the layer that holds it is drawn
again; when it changes many times in a row, it is left out of its layer. A layer is drawn again when an artist in it is
stale, as matplotlib calls it, or its axes have other limits or another place. Artists that are quick to draw (`stamps`)
are drawn each time.
"""

from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array

if TYPE_CHECKING:
    from matplotlib.artist import Artist

MOST = 16  # layers of the same height: more are merged, so that memory does not grow with the number of points


CLEAR = np.array([255, 255, 255, 0], np.uint8).view(np.uint32)[0]  # a pixel of a renderer that was cleared


class Layer:
    """Some artists of the same height, and a bitmap of the first of them."""

    def __init__(self, height: float, is_quick: bool) -> None:
        self.height, self.is_quick = height, is_quick
        self.artists: list[Artist] = []
        self.done = 0  # artists in the bitmap
        self.view: tuple[object, ...] = ()  # for which it was drawn
        self.place = 0, 0
        self.pixels: Array | None = None

    def is_current(self, view: tuple[object, ...]) -> bool:
        """Whether the bitmap can be shown, or drawn on."""
        return view == self.view and not any(artist.stale for artist in self.artists[: self.done])


class Layers:
    """The artists of some axes, with at most `size` in each layer."""

    def __init__(self, canvas: Any, size: int) -> None:
        self._canvas, self._size = canvas, size
        self._layers: list[Layer] = []
        self._scratch: Any = None

    def add(self, artist: "Artist") -> None:
        """Draw an artist from now on, above those that are not higher."""
        height, is_quick = artist.get_zorder(), getattr(artist, "is_quick", False)
        own = [layer for layer in self._layers if (layer.height, layer.is_quick) == (height, is_quick)]
        if not own or (len(own[-1].artists) >= self._size and not is_quick):
            self._merge(own)
            own = [Layer(height, is_quick)]
            self._layers.append(own[0])
            self._layers.sort(key=lambda layer: layer.height)
        own[-1].artists.append(artist)

    def remove(self, artist: "Artist") -> None:
        """Draw an artist no more."""
        layer = next(layer for layer in self._layers if artist in layer.artists)
        layer.artists.remove(artist)
        layer.done = 0
        if not layer.artists:
            self._layers.remove(layer)

    def draw(self, without: "Collection[Artist]" = ()) -> None:
        """Draw all artists but some on the canvas."""
        renderer = self._canvas.get_renderer()
        views = self._views()
        for layer in self._layers:
            kept = [artist for artist in layer.artists if artist not in without]
            if layer.is_quick or len(kept) < len(layer.artists):
                layer.done = 0  # those that are left out are about to change
                for artist in kept:
                    artist.draw(renderer)
            elif self._update(layer, views):
                left, bottom = layer.place
                renderer.draw_image(renderer.new_gc(), left, bottom, layer.pixels)

    def _merge(self, own: list[Layer]) -> None:
        """Merge the two smallest neighbours, if there are many layers."""
        if len(own) >= MOST:
            sizes = [len(one.artists) + len(other.artists) for one, other in pairwise(own)]
            at = int(np.argmin(sizes))
            own[at].artists += own[at + 1].artists
            own[at].done = 0
            self._layers.remove(own[at + 1])

    def _views(self) -> dict[object, tuple[object, ...]]:
        """Return where the axes of the artists are, and what they show, on the present canvas."""
        canvas = self._canvas.get_renderer()
        size = canvas.width, canvas.height, canvas.dpi
        axes: Any = {artist.axes for layer in self._layers for artist in layer.artists}
        return {ax: (*size, *ax.bbox.bounds, *ax.get_xlim(), *ax.get_ylim()) for ax in axes}

    def _update(self, layer: Layer, views: dict[object, tuple[object, ...]]) -> bool:
        """Draw what is missing in a layer; return whether there is anything to see."""
        canvas = self._canvas.get_renderer()
        view = tuple(views[ax] for ax in dict.fromkeys(artist.axes for artist in layer.artists))
        if not layer.is_current(view):
            layer.done = 0
        if layer.done < len(layer.artists):
            scratch = self._cleared(canvas)
            if layer.done and layer.pixels is not None:
                scratch.draw_image(scratch.new_gc(), *layer.place, layer.pixels)
            for artist in layer.artists[layer.done :]:
                artist.draw(scratch)
                artist.stale = False  # also if it has nothing to draw
            layer.done, layer.view = len(layer.artists), view
            layer.place, layer.pixels = cropped(np.asarray(scratch.buffer_rgba()))
        return layer.pixels is not None

    def _cleared(self, canvas: Any) -> Any:
        """Return a transparent renderer like that of the canvas."""
        from matplotlib.backends.backend_agg import RendererAgg

        like = self._scratch
        if like is None or (like.width, like.height, like.dpi) != (canvas.width, canvas.height, canvas.dpi):
            self._scratch = RendererAgg(canvas.width, canvas.height, canvas.dpi)  # type: ignore[no-untyped-call]
        self._scratch.clear()
        return self._scratch


def cropped(pixels: Array) -> tuple[tuple[int, int], Array | None]:
    """Return the part of an image that is drawn on, upside down as matplotlib draws it, and its left bottom."""
    words = pixels.view(np.uint32)[..., 0]  # a pixel in each, which is compared in one go
    rows = np.flatnonzero((words != CLEAR).any(axis=1))
    if not len(rows):
        return (0, 0), None
    top, stop = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero((words[top:stop] != CLEAR).any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return (left, len(pixels) - stop), pixels[top:stop, left:right][::-1].copy()
