"""Shared by all drawing functions: axes of new figures, and checks of images, scales, axes and colours."""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, SupportsFloat, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, counted, in_doubles
from .colors import default_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType


# One colour for all, or one for each; None stands for the default colour.
Colors: TypeAlias = "ColorType | Sequence[ColorType | None] | None"

FRAME, LINE = 0.6, 1.0  # points
# Text in vector files is text, which can be searched and edited, not outlines.
EDITABLE: Any = {"svg.fonttype": "none", "pdf.fonttype": 42, "ps.fonttype": 42}


def as_image(image: ArrayLike, name: str = "image") -> Array:
    """Return an image as an array that matplotlib draws, or raise an error."""
    try:
        pixels = image if isinstance(image, np.ma.MaskedArray) else np.asarray(image)
    except ValueError as error:
        problem, cure = "is not an image, or its rows differ in length", "give an array (H, W), or (H, W, 3) in colour"
        raise ArgumentError(name, image, problem, cure, subject=name) from error
    if pixels.dtype.kind not in "biuf":
        cure = "give an image of real numbers, or of True and False"
        raise ArgumentTypeError(name, image, f"holds {pixels.dtype} values", cure, subject=name)
    pixels = in_doubles(pixels)
    if pixels.ndim == 3 and pixels.shape[-1] in (3, 4):
        return pixels
    if pixels.ndim != 2:
        cure = "give an image (H, W), or (H, W, 3) in colour"
        if pixels.ndim == 3:
            cure += f"; for a video, give one frame, for example {name}[0]"
        raise ArgumentError(name, image, f"has shape {pixels.shape}", cure, subject=name)
    return pixels


def check_scale(cmap: object, vmin: object, vmax: object) -> None:
    """Raise an error, before a figure is made, if the colour map or the range of values cannot be used."""
    import matplotlib
    from matplotlib.colors import Colormap

    if not (cmap is None or isinstance(cmap, Colormap) or (isinstance(cmap, str) and cmap in matplotlib.colormaps)):
        cure = "give the name of one that matplotlib has, such as 'gray' or 'viridis'"
        raise ArgumentError("cmap", cmap, "is not a colour map", cure)
    low, high = _limit(vmin, "vmin"), _limit(vmax, "vmax")
    if low is not None and high is not None and low > high:
        cure = "swap them, or use cmap='gray_r'"
        raise ArgumentError("vmin", vmin, f"is more than vmax = {vmax!r}", cure, keyword="cmap")


def _limit(value: object, name: str) -> float | None:
    """Return a limit of the range of values as a float, None if it was left out, or raise an error."""
    if value is None:
        return None
    if not isinstance(value, SupportsFloat) or getattr(value, "ndim", 0) != 0 or not math.isfinite(float(value)):
        raise ArgumentError.must_be(name, value, "a finite number, or left out")
    return float(value)


def new_axes(**subplots: Any) -> Any:
    """Return the axes of a new figure, or an array of them."""
    import matplotlib.pyplot as plt

    return plt.subplots(**{"layout": "constrained", **subplots})[1]


def thin_frame(ax: "Axes") -> None:
    """Give axes thin lines on the left and below, and none elsewhere."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[:].set_linewidth(FRAME)
    ax.tick_params(width=FRAME)


def default_width() -> float:
    """Return the width of lines, thin enough for many of them; whoever sets ``lines.linewidth`` gets that."""
    import matplotlib

    own = matplotlib.rcParams["lines.linewidth"]
    return LINE if own == matplotlib.rcParamsDefault["lines.linewidth"] else float(own)


def show_figures() -> None:
    """Show new figures on the screen; a backend that only writes files does nothing."""
    import matplotlib.pyplot as plt
    from matplotlib.backends.registry import BackendFilter, backend_registry

    file_only = backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE)  # type: ignore[no-untyped-call]
    if plt.get_backend().lower() not in file_only:
        plt.show()


def check_axes(ax: object, name: str = "ax") -> None:
    """Raise an error if something other than Axes is given to draw on."""
    if ax is not None and not hasattr(ax, "plot"):
        raise ArgumentTypeError(name, ax, "is not a matplotlib Axes", "give matplotlib Axes", plain=True)


def keyword_error(make: Callable[..., object], keywords: dict[str, Any], error: Exception) -> ArgumentError:
    """Return the error for keywords that matplotlib rejects, about the first of them that it rejects alone."""
    argument, value = "**kwargs", cast(object, keywords)
    for name, given in keywords.items():
        try:
            make(**{name: given})
        except (AttributeError, TypeError, ValueError) as own:
            argument, value, error = name, given, own
            break
    kind = ArgumentError if isinstance(error, ValueError) else ArgumentTypeError
    cure = "give keywords and values that matplotlib accepts"
    return kind(argument, value, f"is not accepted by matplotlib ({error})", cure)


def check_keywords(make: Callable[..., object], keywords: dict[str, Any]) -> None:
    """Raise an error for keywords that matplotlib rejects in `make`, before a figure is created.

    An unknown keyword is an AttributeError, as in matplotlib itself.
    """
    try:
        with warnings.catch_warnings():  # warnings concern the figure itself
            warnings.simplefilter("ignore")
            make(**keywords)
    except (AttributeError, TypeError, ValueError) as error:
        refused = keyword_error(make, keywords, error)
        if isinstance(error, AttributeError):
            raise AttributeError(str(refused)) from error
        raise refused from error


def hidden_axes() -> "Axes":
    """Return axes of a figure that is never shown, to try keywords on."""
    from matplotlib.figure import Figure

    return Figure().add_subplot()


def parse_colors(colors: Any, count: int, name: str = "colors", thing: str = "trace") -> "list[ColorType]":
    """Return one colour for each thing, given one for all or one for each."""
    from matplotlib.colors import is_color_like

    problem, cure = "is not a colour known to matplotlib", "give a name such as 'red', or (r, g, b)"
    if is_color_like(colors):
        return [colors] * count
    if isinstance(colors, str) or not hasattr(colors, "__len__"):
        raise ArgumentError(name, colors, problem, cure)
    if len(colors) != count:
        number = f"has {counted(len(colors), 'entry', 'entries')} for {counted(count, thing)}"
        raise ArgumentError(name, colors, number, "give one for all or one for each", subject=name)
    for i, color in enumerate(colors):
        if color is not None and not is_color_like(color):
            raise ArgumentError(f"{name}[{i}]", color, problem, cure)
    own = default_colors(count)
    return [own[i] if color is None else color for i, color in enumerate(colors)]
