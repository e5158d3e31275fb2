"""Figures of maps: durations, repolarisation, SNR, frequency, alternans, and any column of beat maps.

Several maps that are given together are compared, so they have the same limits. What is drawn, and how, is in `_draw`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, check_flag
from .._beats import in_words
from .._draw import MapStyle, as_image, check_axes, check_length_bar, check_scale, draw_maps, show_figures
from .derived import AlternansMaps
from .maps import BeatMaps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 24  # maps in a figure


def show_apd_map(
    apd_map: ArrayLike,
    image: ArrayLike | None = None,
    *,
    unit: str = "ms",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: Any = "viridis",
    title: str | Sequence[str] = "",
    label: str = "Action potential duration",
    histogram: bool = True,
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Any:
    """Show a map of durations, with its histogram beside it.

    Parameters
    ----------
    apd_map : (H, W) or (N, H, W) array-like
        As `compute_apd_map` returns it. Several maps have the same limits. NaN is transparent.
    image : (H, W) array-like, optional
        The anatomy, shown in grey behind the map.
    unit : str
        Of the values, for the colour bar; ``""`` if they have none.
    vmin, vmax : float, optional
        The limits of the colours; by default the values, without the most extreme hundredth at each end.
    cmap : str or matplotlib Colormap
    title : str or sequence of str
        For each map.
    label : str
        Of the colour bar.
    histogram : bool
        Draw how often each value occurs, in a new figure.
    ax : matplotlib Axes, optional
        Draw one map there, without a histogram; by default in a new figure, which is shown.
    scale_bar, pixel_size
        Draw a bar for the distance, as `optimap.image.show_image` does.

    Returns
    -------
    matplotlib.axes.Axes, or a list of them
        Of each map, and then of the histogram.

    Raises
    ------
    ValueError
        If the map has another shape, an argument cannot be drawn, or there are too many maps.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import show_apd_map
    >>> apd = np.random.default_rng(0).normal(50, 2, size=(20, 30))
    >>> axes = show_apd_map(apd, title="Control")
    >>> axes[0].get_title(), axes[1].get_ylabel()
    ('Control', 'Pixels')
    """
    check_flag(histogram, "histogram")
    style = _style(
        _with_unit(label, unit),
        cmap,
        (vmin, vmax),
        (scale_bar, pixel_size),
        has_histogram=bool(histogram) and ax is None,
    )
    return _show(apd_map, "apd_map", image, style, title, ax)


def show_repolarization_map(
    repolarization_map: ArrayLike,
    image: ArrayLike | None = None,
    *,
    unit: str = "ms",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: Any = "viridis",
    title: str | Sequence[str] = "",
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Any:
    """Show a map of times of repolarisation, as `compute_repolarization_map` returns it.

    Parameters and results are those of `show_apd_map`, without the histogram.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import show_repolarization_map
    >>> ax = show_repolarization_map(np.indices((20, 30)).sum(axis=0))
    """
    style = _style(_with_unit("Repolarisation", unit), cmap, (vmin, vmax), (scale_bar, pixel_size))
    return _show(repolarization_map, "repolarization_map", image, style, title, ax)


def show_snr_map(
    snr_map: ArrayLike,
    image: ArrayLike | None = None,
    *,
    vmin: float | None = 0,
    vmax: float | None = None,
    cmap: Any = "magma",
    title: str | Sequence[str] = "",
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Any:
    """Show a map of signal-to-noise ratios, as `compute_snr_map` returns it.

    Parameters and results are those of `show_apd_map`, without the histogram.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import show_snr_map
    >>> ax = show_snr_map(np.indices((20, 30)).sum(axis=0))
    """
    return _show(
        snr_map,
        "snr_map",
        image,
        _style("Signal-to-noise ratio", cmap, (vmin, vmax), (scale_bar, pixel_size)),
        title,
        ax,
    )


def show_dominant_frequency_map(
    frequency_map: ArrayLike,
    image: ArrayLike | None = None,
    *,
    unit: str = "Hz",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: Any = "cividis",
    title: str | Sequence[str] = "",
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Any:
    """Show a map of dominant frequencies, as `compute_dominant_frequency_map` returns it.

    Parameters and results are those of `show_apd_map`, without the histogram.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import show_dominant_frequency_map
    >>> ax = show_dominant_frequency_map(np.indices((20, 30)).sum(axis=0))
    """
    style = _style(_with_unit("Dominant frequency", unit), cmap, (vmin, vmax), (scale_bar, pixel_size))
    return _show(frequency_map, "frequency_map", image, style, title, ax)


def show_alternans_map(
    alternans_map: ArrayLike,
    image: ArrayLike | None = None,
    *,
    unit: str = "ms",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: Any = "RdBu_r",
    title: str | Sequence[str] = "",
    label: str = "Even less odd beats",
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Any:
    """Show a map of differences between even and odd beats in diverging colours, white at 0.

    Regions in which beats alternate in opposite phase (discordant alternans) are red and blue.

    Parameters
    ----------
    alternans_map : (H, W) or (N, H, W) array-like
        The ``difference`` of `compute_alternans_map`; its ``magnitude``, which is not negative, with ``vmin=0`` and
        another `cmap`.
    image, unit, vmin, vmax, cmap, title, label, ax, scale_bar, pixel_size
        As for `show_apd_map`; by default, the limits are symmetric.

    Returns
    -------
    matplotlib.axes.Axes, or a list of them

    Raises
    ------
    ValueError
        As `show_apd_map`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import show_alternans_map
    >>> ax = show_alternans_map(np.random.default_rng(0).normal(size=(20, 30)))
    >>> low, high = ax.images[0].get_clim()
    >>> bool(low == -high)
    True
    """
    style = _style(_with_unit(label, unit), cmap, (vmin, vmax), (scale_bar, pixel_size), is_centred=True)
    return _show(alternans_map, "alternans_map", image, style, title, ax)


def show_beat_maps(
    maps: BeatMaps,
    column: str = "apd80",
    image: ArrayLike | None = None,
    *,
    beats: int | slice | Sequence[int] | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: Any = "viridis",
    ax: Axes | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Any:
    """Show a column of maps, beat by beat with the same limits, or its mean.

    Parameters
    ----------
    maps : BeatMaps
        As `compute_beat_maps` returns them, or their mean.
    column : str
        With or without the unit. Times of activation are counted from the earliest of each beat.
    image : (H, W) array-like, optional
        The anatomy, shown in grey behind the maps.
    beats : int, slice or sequence of int, optional
        Which beats; by default all.
    vmin, vmax, cmap, ax, scale_bar, pixel_size
        As for `show_apd_map`.

    Returns
    -------
    matplotlib.axes.Axes, or a list of them

    Raises
    ------
    ValueError
        If there is no such column or beat, or there are too many.
    TypeError
        If `maps` are not beat maps.

    Examples
    --------
    >>> from optimap.activation import compute_beat_maps, show_beat_maps
    >>> from optimap.datasets import simulated_tissue
    >>> recording = simulated_tissue(snr=20, bleaching=0)
    >>> maps = compute_beat_maps(recording.video[:, 60:64, 60:70], fps=recording.fps)
    >>> axes = show_beat_maps(maps, "apd80", beats=[0, 1])
    >>> len(axes), axes[0].get_title()
    (2, 'Beat 0')
    """
    if not isinstance(maps, BeatMaps):
        cure = "give what compute_beat_maps returns"
        raise ArgumentTypeError("maps", maps, "are not maps of beats", cure, subject="maps")
    name = maps.full_name(column)
    unit = maps.units[name]
    chosen = None if maps.is_mean and beats is None else maps.chosen(beats)
    values = maps[name][np.newaxis] if chosen is None else maps[name][chosen]
    if name.startswith("activation"):
        values = values - np.fmin.reduce(values, axis=(1, 2))[:, np.newaxis, np.newaxis]
    titles = [""] if chosen is None else [f"Beat {number}" for number in chosen]
    style = _style(_with_unit(in_words(name), unit), cmap, (vmin, vmax), (scale_bar, pixel_size))
    return _show(values[0] if len(values) == 1 else values, "maps", image, style, titles, ax)


def _with_unit(label: str, unit: str) -> str:
    """Return what a colour bar says: a number without a unit has no brackets."""
    return label if unit in ("", "1") else f"{label} [{unit}]"


def _style(
    label: str,
    cmap: Any,
    limits: tuple[float | None, float | None],
    bar: tuple[bool, float | None],
    **more: bool,
) -> MapStyle:
    """Return how maps are drawn, after checking colours, limits and the scale bar."""
    check_scale(cmap, *limits)
    check_length_bar(*bar)
    return MapStyle(label, cmap, *limits, bar=bar if bar[0] else None, **more)


def _show(
    values: ArrayLike, name: str, image: ArrayLike | None, style: MapStyle, title: str | Sequence[str], ax: Axes | None
) -> Any:
    """Draw one map or several, and show the figure if it is a new one."""
    check_axes(ax)
    maps = _as_maps(values, name)
    behind = None if image is None else as_image(image)
    if behind is not None and behind.shape[:2] != maps.shape[1:]:
        problem = f"has shape {behind.shape}, but the map has {maps.shape[1:]}"
        raise ArgumentError("image", image, problem, "give an image of the same pixels", subject="image")
    titles = [title] * len(maps) if isinstance(title, str) else list(title)
    if len(titles) != len(maps):
        problem, cure = f"has {len(titles)} entries for {len(maps)} maps", "give one for each"
        raise ArgumentError("title", title, problem, cure)
    if ax is not None and len(maps) > 1:
        raise ArgumentError("ax", ax, "holds one map", f"leave it out for {len(maps)} maps", subject="ax")
    axes = draw_maps(maps, behind, style, titles, None if ax is None else [ax])
    if ax is None:
        show_figures()
    return axes[0] if len(axes) == 1 else axes


def _as_maps(values: ArrayLike, name: str) -> Array:
    """Return maps as (N, H, W) floats, masked pixels as NaN."""
    if isinstance(values, AlternansMaps):
        cure = "give its difference or its magnitude"
        raise ArgumentTypeError(name, values, "holds three maps of different kinds", cure, subject=name)
    if isinstance(values, BeatMaps):
        cure = "give one of them by its name, or call show_beat_maps(maps, NAME)"
        raise ArgumentTypeError(name, values, f"holds maps of {', '.join(values)}", cure, subject=name)
    array = np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan) if np.ma.isMA(values) else np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ArgumentTypeError(name, values, f"has dtype {array.dtype}", "give real numbers", subject=name)
    if array.ndim not in (2, 3) or array.size == 0:
        cure = "give a map (H, W), or several (N, H, W)"
        raise ArgumentError(name, values, f"has shape {array.shape}", cure, subject=name)
    maps = array.astype(np.float64).reshape(-1, *array.shape[-2:])
    if len(maps) > MOST:
        cure = "choose some of them"
        raise ArgumentError(name, values, f"has {len(maps)} maps, more than {MOST}", cure, subject=name)
    return maps
