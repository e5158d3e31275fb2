"""A canvas of ipympl below the notebook cell; a call cannot wait for it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Notebook:
    """A canvas below the cell, where it stays."""

    WIDTH = 10.0  # inches; a cell has about that much room

    def __init__(self) -> None:
        self._canvas: Any = None

    def new_figure(self, figsize: tuple[float, float], name: str) -> "Figure":
        """Return an empty figure of the backend in use, reduced to the width of a cell."""
        import matplotlib.pyplot as plt

        from .figure import WindowFigure  # imports matplotlib

        # Interactive mode is off, otherwise the figure would appear twice: when it is made, and when it is shown.
        with plt.ioff():
            scale = min(1.0, self.WIDTH / figsize[0])
            figure = plt.figure(figsize=(figsize[0] * scale, figsize[1] * scale), FigureClass=WindowFigure)
        self._canvas = figure.canvas
        self._canvas.manager.set_window_title(name)
        self._canvas.capture_scroll = True  # the wheel over a point does not scroll the page
        return figure

    def present(self) -> bool:
        """Show the canvas and return at once: the kernel handles clicks only between cells."""
        from IPython.display import display

        display(self._canvas)  # type: ignore[no-untyped-call]  # IPython has no types here
        return False

    def finish(self) -> None:
        """Do nothing: no call waits, and the canvas stays below its cell."""

    def close(self) -> None:
        """Close the figure, and with it the canvas."""
        import matplotlib.pyplot as plt

        if self._canvas is not None:
            plt.close(self._canvas.figure)
