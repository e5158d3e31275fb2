"""The figure of a window. This module imports matplotlib, so it is imported only to open one."""

from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from ..._draw import EDITABLE


class WindowFigure(Figure):
    """A figure whose button to save writes text as text into vector files, as `--plot` does."""

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save the figure, called by toolbars."""
        with rc_context(EDITABLE):
            super().savefig(fname, **kwargs)
