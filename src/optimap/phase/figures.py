"""Figures of phases and their singularities: show_phase, show_phase_singularities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, VideoLike, on_host, whole_number
from .._draw import (
    add_legend,
    add_length_bar,
    as_image,
    check_axes,
    check_length_bar,
    check_scale,
    new_axes,
    show_figures,
)
from .._reading import as_source
from ..image import show_image
from .singular import PhaseSingularities

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGNS = ((1, "white", "+1"), (-1, "black", "-1"))


def show_phase(
    phase: VideoLike | ArrayLike,
    frame: int = 0,
    singularities: PhaseSingularities | None = None,
    *,
    cmap: str = "twilight",
    title: str | None = None,
    show_colorbar: bool = True,
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Axes:
    """Show the phases in one frame, and the singularities there.

    Parameters
    ----------
    phase : (T, H, W) or (H, W) array-like
        Phases in radians; NaN is transparent.
    frame : int
        The frame to show.
    singularities : PhaseSingularities, optional
        As `detect_phase_singularities` returns it: those of the frame are marked, white with positive and black with
        negative charge.
    cmap : str or matplotlib colormap
        A cyclic one, whose ends have the same colour.
    title : str, optional
        By default the number of the frame.
    show_colorbar : bool
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    scale_bar, pixel_size
        Draw a bar for the distance, as `optimap.image.show_image` does.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the frame does not exist.
    TypeError
        If `singularities` is something else.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.phase import detect_phase_singularities, show_phase
    >>> y, x = np.mgrid[:10, :12]
    >>> phase = np.arctan2(y - 4.4, x - 7.3)[np.newaxis]
    >>> ax = show_phase(phase, 0, detect_phase_singularities(phase))
    """
    check_axes(ax)
    check_scale(cmap, None, None)
    check_length_bar(scale_bar, pixel_size)
    if singularities is not None:
        _check_singularities(singularities)
    number, pixels = _frame(phase, frame)
    drawn = new_axes() if ax is None else ax
    name = f"frame {number}" if title is None else title
    show_image(pixels, name, -np.pi, np.pi, cmap, show_colorbar, "Phase [rad]", drawn)
    if singularities is not None:
        own = singularities.frame == number
        _mark(drawn, singularities.positions[own], singularities.charge[own])
    if scale_bar:
        add_length_bar(drawn, pixel_size)
    if ax is None:
        show_figures()
    return drawn


def _check_singularities(singularities: object) -> None:
    if not isinstance(singularities, PhaseSingularities):
        cure = "give what detect_phase_singularities returns"
        raise ArgumentTypeError("singularities", singularities, "is something else", cure, subject="singularities")


def _frame(phase: VideoLike | ArrayLike, frame: int) -> tuple[int, Array]:
    """Return the number of a frame, and its pixels."""
    if len(np.shape(phase)) == 2:
        return whole_number(frame, "frame"), as_image(on_host(phase), "phase")
    source = as_source(phase, "phase")
    number = whole_number(frame, "frame")
    if number >= source.shape[0]:
        raise ArgumentError.must_be("frame", frame, f"a frame of the video, 0 to {source.shape[0] - 1}")
    return number, as_image(np.asarray(on_host(source.video[number])), "phase")


def _mark(ax: Axes, positions: Array, charge: Array) -> None:
    """Mark singularities; nothing is drawn for a charge that none has."""
    for sign, color, label in SIGNS:
        x, y = positions[np.sign(charge) == sign].T
        if len(x):
            ax.plot(x, y, "o", color=color, markeredgecolor="red", markersize=7, label=label)
    if len(charge):
        add_legend(ax, title="charge")


def show_phase_singularities(
    singularities: PhaseSingularities,
    image: ArrayLike | None = None,
    *,
    cmap: str = "viridis",
    title: str = "",
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Axes:
    """Show where the singularities of all frames are, coloured by time: the paths of the tips.

    Parameters
    ----------
    singularities : PhaseSingularities
    image : (H, W) or (H, W, 3) array-like, optional
        The anatomy, drawn behind in grey.
    cmap : str or matplotlib colormap
        For the frames, from the first to the last.
    title : str
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    scale_bar, pixel_size
        Draw a bar for the distance, as `optimap.image.show_image` does.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `singularities` is something else.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.phase import detect_phase_singularities, show_phase_singularities
    >>> y, x = np.mgrid[:10, :12]
    >>> phase = np.arctan2(y - 4.4, x - 7.3)[np.newaxis]
    >>> ax = show_phase_singularities(detect_phase_singularities(phase), np.zeros((10, 12)))
    """
    check_axes(ax)
    check_scale(cmap, None, None)
    check_length_bar(scale_bar, pixel_size)
    _check_singularities(singularities)
    behind = None if image is None else as_image(image)
    drawn = new_axes() if ax is None else ax
    if behind is not None:
        show_image(behind, title, ax=drawn)
    else:
        drawn.set(aspect="equal", title=title, xlabel="x [pixels]", ylabel="y [pixels]")
        if not drawn.yaxis_inverted():
            drawn.invert_yaxis()
    for sign, marker, label in ((1, "+", "charge +1"), (-1, "_", "charge -1")):
        own = np.sign(singularities.charge) == sign
        x, y = singularities.positions[own].T
        points = drawn.scatter(
            x, y, c=singularities.frame[own], cmap=cmap, vmin=0, vmax=max(1, len(singularities) - 1), marker=marker,
            label=label,
        )  # fmt: skip
    drawn.figure.colorbar(points, ax=drawn, label="Frame", fraction=0.046, pad=0.04)
    add_legend(drawn)
    if scale_bar:
        add_length_bar(drawn, pixel_size)
    if ax is None:
        show_figures()
    return drawn
