"""A canvas of ipympl below the cell, which cannot wait."""

from typing import Any


class Notebook:
    """A canvas below the cell."""

    blocks = False

    def __init__(self) -> None:
        self._figure: Any = None

    def new_figure(self, figsize: tuple[float, float]) -> Any:
        """Return an empty figure of the backend in use."""
        import matplotlib.pyplot as plt

        # Not interactive meanwhile, or the figure would appear twice: when it is made, and when it is shown.
        with plt.ioff():
            # Narrower than on the desktop: a cell has some 10 inches.
            scale = min(1.0, 10 / figsize[0])
            self._figure = plt.figure(figsize=(figsize[0] * scale, figsize[1] * scale))
        self._figure.canvas.capture_scroll = True  # the wheel over a point does not move the page
        return self._figure

    def show(self) -> None:
        """Show the canvas."""
        from IPython.display import display

        display(self._figure.canvas)  # type: ignore[no-untyped-call]

    def wait(self) -> None:
        """A notebook cannot wait."""
        raise NotImplementedError

    def finish(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """The canvas stays below its cell."""
