"""Drawing traces and positions. Every function draws on the Axes it is given, or shows a new figure; returns Axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._checks import RATE, positive_number
from ..image._show import as_image, check_scale, new_axes, show_figures
from ._arrays import on_host
from ._positions import parse_positions
from ._video import as_video

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._regions import Regions

Array = NDArray[Any]


def show_traces(
    traces: ArrayLike,
    x: ArrayLike | None = None,
    fps: float | None = None,
    colors: Any = None,
    labels: Any = None,
    ax: "Axes | None" = None,
    **kwargs: Any,
) -> "Axes":
    """Plot one or more traces over time.

    Long traces are reduced to each pixel's minimum and maximum, anew when the view changes, so that a million
    samples draw at once and no peak is lost.

    Parameters
    ----------
    traces : (T,) or (T, N) array-like
        NaN leaves a gap.
    x : (T,) array-like, optional
        Values on the x-axis.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps` it is in frames.
    colors : color or sequence of N colors, optional
        One for all, or one each; by default matplotlib's colour cycle.
    labels : str or sequence of N str, optional
        Names for the legend.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    **kwargs
        Passed to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    matplotlib.axes.Axes
        Lines of traces of more than 10,000 samples hold the points that are drawn, not every sample; such traces are
        kept by reference and read again when the view changes.

    Raises
    ------
    ValueError
        If `traces` is not 1-D or 2-D; both `x` and `fps` are given; ``fps <= 0``; `x`, `colors` or `labels` have the
        wrong length.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_traces
    >>> ax = show_traces(np.random.default_rng(0).normal(size=(500, 2)), fps=500, labels=["a", "b"])
    >>> ax.get_xlabel()
    'Time [s]'
    """
    check_axes(ax)
    values = _as_traces(traces)
    times, label = time_axis(len(values), x, fps)
    per_trace, kwargs = line_arguments(values.shape[1], colors, labels, kwargs)
    new = ax is None
    if ax is None:
        ax = new_axes()

    from ._long_traces import plot_traces

    for line, properties in zip(plot_traces(ax, times, values, **kwargs), per_trace, strict=True):
        line.set(**properties)
    if len(times) > 1 and times[0] != times[-1]:
        ax.set_xlim(times[0], times[-1])
    if label:
        ax.set_xlabel(label)
    ax.set_ylabel("Intensity")
    if labels is not None and values.shape[1]:
        ax.legend()
    if new:
        show_figures()
    return ax


def show_trace(*args: Any, **kwargs: Any) -> "Axes":
    """Plot one or more traces: another name for `show_traces`.

    Parameters
    ----------
    *args, **kwargs
        As for `show_traces`.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from optimap.trace import show_trace
    >>> ax = show_trace([1, 2, 1], fps=500)
    """
    return show_traces(*args, **kwargs)


def _as_traces(traces: ArrayLike) -> Array:
    if isinstance(traces, np.ma.MaskedArray):
        traces = np.ma.filled(traces.astype(float), np.nan)
    values = np.asarray(on_host(traces))
    if values.dtype.kind not in "biuf":
        raise TypeError(f"traces has dtype {values.dtype}: give real numbers, (T,) or (T, N)")
    if values.ndim not in (1, 2):
        raise ValueError(f"traces has shape {values.shape}: give one trace (T,) or several (T, N)")
    return values[:, None] if values.ndim == 1 else values


def time_axis(frames: int, x: ArrayLike | None, fps: float | None) -> tuple[Array, str]:
    """Return the values and the label of the x-axis, after checking them."""
    if x is not None and fps is not None:
        raise ValueError(f"x and fps = {fps!r} are both given: give one of them")
    if fps is not None:
        return np.arange(frames) / positive_number(fps, "fps", RATE), "Time [s]"
    if x is None:
        return np.arange(frames), "Frame"
    try:
        times = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"x is no array: the traces need one number for each of {frames} frames") from error
    if times.shape != (frames,):
        raise ValueError(f"x has shape {times.shape}: the traces need one value for each of {frames} frames")
    if times.dtype.kind in "cOUS":
        raise TypeError(f"x has dtype {times.dtype}: give real numbers, or times")
    if times.dtype.kind == "f" and not np.isfinite(times).all():
        raise ValueError("x holds NaN or infinity: each frame needs a finite place on the axis")
    return times, ""


def check_traces_arguments(
    shape: tuple[int, int],
    x: Any = None,
    fps: Any = None,
    colors: Any = None,
    labels: Any = None,
    ax: Any = None,
    **kwargs: Any,
) -> None:
    """Raise the errors that `show_traces` would, before any work is done."""
    check_axes(ax)
    time_axis(shape[0], x, fps)
    line_arguments(shape[1], colors, labels, kwargs)


def check_axes(ax: Any, name: str = "ax") -> None:
    """Raise an error where something else than Axes is given to draw on."""
    if ax is not None and not hasattr(ax, "plot"):
        raise TypeError(f"{name} = {ax!r}: give matplotlib Axes")


def line_arguments(
    count: int, colors: Any, labels: Any, kwargs: dict[str, Any], things: str = "traces"
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return each line's own properties, and the keywords that all lines share."""
    kwargs = dict(kwargs)
    if colors is not None:
        if "color" in kwargs or "c" in kwargs:
            raise ValueError("color and colors are both given: give one of them")
    else:
        colors = kwargs.pop("color", kwargs.pop("c", None))
    own: list[dict[str, Any]] = [{} for _ in range(count)]
    if colors is not None:
        for line, color in zip(own, parse_colors(colors, count, things=things), strict=True):
            line["color"] = color
    if labels is not None:
        names = [labels] if isinstance(labels, str) else list(labels)
        if len(names) != count:
            raise ValueError(f"labels has {len(names)} entries for {count} {things}: give one for each")
        for line, name in zip(own, names, strict=True):
            line["label"] = str(name)
    _check_line_keywords(kwargs)
    return own, kwargs


def _check_line_keywords(kwargs: dict[str, Any]) -> None:
    """Let matplotlib say what it does not know, before a figure is made."""
    from matplotlib.lines import Line2D

    known = {name: value for name, value in kwargs.items() if name not in ("label", "scalex", "scaley", "data")}
    try:
        Line2D([], [], **known)
    except (AttributeError, TypeError, ValueError) as error:
        raise type(error)(f"keywords {known}: matplotlib says {error}") from error


def parse_colors(colors: Any, count: int, name: str = "colors", things: str = "traces") -> list[Any]:
    """Return one colour for each thing, from one for all or one each."""
    from matplotlib.colors import is_color_like

    if is_color_like(colors):
        return [colors] * count
    if isinstance(colors, str) or not hasattr(colors, "__len__"):
        raise ValueError(f"{name} = {colors!r} is not a colour that matplotlib knows")
    if len(colors) != count:
        raise ValueError(f"{name} has {len(colors)} entries for {count} {things}: give one for all or one for each")
    for i, color in enumerate(colors):
        if color is not None and not is_color_like(color):
            raise ValueError(f"{name}[{i}] = {color!r} is not a colour that matplotlib knows")
    return [f"C{i}" if color is None else color for i, color in enumerate(colors)]


def show_positions(
    positions: ArrayLike,
    image: ArrayLike | None = None,
    size: ArrayLike | None = None,
    color: Any = None,
    cmap: str = "gray",
    vmin: float | None = None,
    vmax: float | None = None,
    ax: "Axes | None" = None,
    **kwargs: Any,
) -> "Axes":
    """Draw positions as dots, over an image if one is given.

    Parameters
    ----------
    positions : (x, y) or sequence of (x, y), in pixels
    image : (H, W) or (H, W, 3) array, optional
        Drawn below the positions.
    size : float or sequence of N floats, optional
        Area of the dots in points squared, as `s` of `matplotlib.axes.Axes.scatter`.
    color : color or sequence of N colors, optional
        One for all, or one each; by default matplotlib's colour cycle, as in `show_traces`.
    cmap, vmin, vmax
        How the image is drawn, see `optimap.image.show_image`.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    **kwargs
        Passed to `matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If a position is not a pair, `image` is not an image, or `size` or `color` have the wrong length.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_positions
    >>> ax = show_positions([(2, 3), (5, 1)], image=np.zeros((8, 8)))
    """
    points, _ = parse_positions(positions, name="positions")
    pixels = None if image is None else as_image(image)
    sizes = np.asarray(36.0 if size is None else size, float)
    if sizes.ndim and sizes.shape != (len(points),):
        raise ValueError(f"size has shape {sizes.shape} for {len(points)} positions: give one for all or one for each")
    if not (np.isfinite(sizes).all() and (sizes >= 0).all()):
        raise ValueError(f"size = {size!r}: areas of dots are 0 or more")
    if "c" in kwargs:
        if color is not None:
            raise ValueError("c and color are both given: give one of them")
        color = kwargs.pop("c")
    check_axes(ax)
    check_scale(cmap, vmin, vmax)
    wanted = [f"C{i}" for i in range(len(points))] if color is None else color
    dots = parse_colors(wanted, len(points), "color", "positions")

    new = ax is None
    if ax is None:
        ax = new_axes()
    if pixels is not None:
        ax.imshow(pixels, cmap=cmap, vmin=vmin, vmax=vmax, interpolation="none")
        ax.set_axis_off()
    elif not (ax.images or ax.collections):  # empty axes: make them an image's, origin at the top left
        ax.set_aspect("equal")
        ax.yaxis.set_inverted(True)
    has_face = {"facecolor", "facecolors", "fc"} & kwargs.keys()
    has_edge = {"edgecolor", "edgecolors", "ec"} & kwargs.keys()
    if not has_face:
        kwargs["c"] = dots
    if has_face and not has_edge:
        kwargs["edgecolors"] = dots
    elif not has_edge and "marker" not in kwargs:
        kwargs["edgecolors"] = "white"  # keeps dots visible on an image of any brightness
    if len(points):
        ax.scatter(points[:, 0], points[:, 1], s=sizes, **kwargs)
    if new:
        show_figures()
    return ax


def show_positions_and_traces(
    video_or_traces: Any,
    positions: "ArrayLike | Regions",
    image: Any = 0,
    size: int = 5,
    colors: Any = None,
    figsize: tuple[float, float] = (10, 2.5),
    fps: float | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    *,
    x: ArrayLike | None = None,
    window: str | None = None,
    axs: "Sequence[Axes] | None" = None,
    **kwargs: Any,
) -> "tuple[Axes, Axes]":
    """Show an image with positions beside their traces, in the same colours.

    Parameters
    ----------
    video_or_traces : (T, H, W) video, or (T, N) or (T,) traces
        From a video, the traces are extracted.
    positions : (x, y) or sequence of (x, y), in pixels, or Regions
        Of regions (see `regions`), the outlines are drawn.
    image : int or array (H, W)
        Frame number of the video, or an image; traces need an image.
    size : int
        Width of the window in pixels, for a video.
    colors : color or sequence of N colors, optional
    figsize : (float, float)
        Width and height of the new figure in inches.
    fps : float, optional
        Frames per second.
    vmin, vmax, cmap
        How the image is drawn, see `optimap.image.show_image`.
    x : (T,) array-like, optional
        Values on the x-axis, instead of `fps`.
    window : {'rect', 'disc', 'pixel'}, optional
        For a video, see `extract_traces`.
    axs : sequence of two matplotlib Axes, optional
        Draw there (image, traces); by default in a new figure, which is shown.
    **kwargs
        Passed to `show_traces`.

    Returns
    -------
    (Axes, Axes)
        Of the image and of the traces.

    Raises
    ------
    ValueError
        If shapes and numbers do not fit; see `extract_traces`, `show_positions` and `show_traces`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_positions_and_traces
    >>> video = np.random.default_rng(0).normal(size=(100, 16, 16))
    >>> image_ax, traces_ax = show_positions_and_traces(video, [(3, 4), (8, 8)], fps=500)
    >>> len(traces_ax.lines)
    2
    """
    from ._extract import extract_traces
    from ._regions import Regions
    from ._show_regions import show_regions

    is_video = len(np.shape(video_or_traces)) == 3
    points = positions if isinstance(positions, Regions) else parse_positions(positions, name="positions")[0]
    check_scale(cmap, vmin, vmax)
    frame = as_image(_frame(as_video(video_or_traces), image) if is_video else _image_for_traces(image))
    wanted = [f"C{i}" for i in range(len(points))] if colors is None else parse_colors(colors, len(points))
    check_traces_arguments((len(video_or_traces), len(points)), x, fps, wanted, **kwargs)
    values = _as_traces(extract_traces(video_or_traces, points, size, window=window) if is_video else video_or_traces)
    if values.shape[1] != len(points):
        raise ValueError(f"video_or_traces holds {values.shape[1]} traces for {len(points)} positions: give one each")

    ax_image, ax_traces = _two_axes(axs, figsize)
    show: Any = show_regions if isinstance(points, Regions) else show_positions
    show(points, frame, color=wanted, cmap=cmap, vmin=vmin, vmax=vmax, ax=ax_image)
    show_traces(values, x=x, fps=fps, colors=wanted, ax=ax_traces, **kwargs)
    if axs is None:
        show_figures()
    return ax_image, ax_traces


def _two_axes(axs: "Sequence[Axes] | None", figsize: tuple[float, float]) -> "tuple[Axes, Axes]":
    if axs is None:
        axs = new_axes(ncols=2, figsize=figsize, width_ratios=[1, 3])
    elif len(axs) != 2:
        raise ValueError(f"axs has {len(axs)} entries: give two Axes, for the image and for the traces")
    return axs[0], axs[1]


def _frame(video: Any, image: Any, name: str = "image") -> Any:
    """Return the image: a frame of the video by number, or the array given."""
    if np.ndim(image) > 0:
        return image
    frames = int(video.shape[0])
    if not isinstance(image, (int, np.integer)) or not -frames <= image < frames:
        raise ValueError(f"{name} = {image!r}: give a frame number in 0..{frames - 1}, or an image (H, W)")
    return np.asarray(on_host(video[int(image)]))


def _image_for_traces(image: Any) -> Any:
    if np.ndim(image) == 0:
        raise ValueError(f"image = {image!r}: traces have no frames to show; give an image (H, W)")
    return image
