"""An artist that draws nothing, but is drawn first: what has to be placed again for each size and view is placed then.

This module imports matplotlib, so it is imported only to draw.
"""

from typing import Any, Protocol

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase


class Arranged(Protocol):
    """Texts or bars that know where they belong on axes."""

    def arrange(self, ax: Axes) -> None:
        """Put them where they belong in the present view."""


class Arranger(Artist):
    """Arranges something whenever its axes are drawn."""

    def __init__(self, arranged: Arranged) -> None:
        super().__init__()
        self.arranged = arranged
        self.set_zorder(-1e9)
        self.set_in_layout(False)

    def draw(self, renderer: RendererBase) -> None:
        """Arrange it."""
        ax: Any = self.axes
        if ax is not None:
            self.arranged.arrange(ax)


def keep_arranged(ax: Axes, arranged: Arranged) -> None:
    """Arrange something now, and whenever the axes are drawn."""
    ax.add_artist(Arranger(arranged))
    arranged.arrange(ax)


def arranged_on(ax: Axes) -> list[Arranged]:
    """Return what is arranged on axes."""
    return [artist.arranged for artist in ax.artists if isinstance(artist, Arranger)]
