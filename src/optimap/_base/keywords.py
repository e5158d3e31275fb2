"""The keywords that public functions pass on, so that type checkers and editors know them.

They are those of matplotlib, of the readers of formats, and of functions of ours that others call. Only type checkers
read these: at run time, whoever gets the keywords checks them, with the cure. So values are annotated only where the
type is simple.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from .types import (
    ActivationMethod,
    BeatBaseline,
    DurationPrefix,
    DurationStart,
    FilterKind,
    NanPolicy,
    PlacesLike,
    Polarity,
    Weights,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike


class ArtistKeywords(TypedDict, total=False):
    """Of everything that matplotlib draws."""

    agg_filter: object
    alpha: object
    animated: bool
    clip_box: object
    clip_on: bool
    clip_path: object
    gid: str
    in_layout: bool
    label: object
    mouseover: bool
    path_effects: object
    picker: object
    rasterized: bool
    sketch_params: object
    snap: bool | None
    transform: object
    url: str
    visible: bool
    zorder: float


class LineKeywords(ArtistKeywords, total=False):
    """Of `matplotlib.axes.Axes.plot`."""

    aa: bool
    antialiased: bool
    c: object
    color: object
    dash_capstyle: str
    dash_joinstyle: str
    dashes: object
    drawstyle: str
    ds: str
    fillstyle: str
    gapcolor: object
    linestyle: object
    linewidth: float
    ls: object
    lw: float
    marker: object
    markeredgecolor: object
    markeredgewidth: float
    markerfacecolor: object
    markerfacecoloralt: object
    markersize: float
    markevery: object
    mec: object
    mew: float
    mfc: object
    mfcalt: object
    ms: float
    pickradius: float
    scalex: bool
    scaley: bool
    solid_capstyle: str
    solid_joinstyle: str


class LabelledLineKeywords(LineKeywords, total=False):
    """The same with names in the legend."""

    labels: str | Sequence[str] | None


class TraceKeywords(LabelledLineKeywords, total=False):
    """Of `optimap.trace.show_traces`."""

    x: "ArrayLike | None"
    fps: float | None
    colors: object
    ax: "Axes | None"
    stack: bool | None
    scale_bar: bool


class ExtractKeywords(TraceKeywords, total=False):
    """The arguments of `optimap.trace.extract_traces` that are keywords only."""

    nan_policy: NanPolicy
    weights: Weights | None
    background: PlacesLike
    background_factor: float


class BaselineKeywords(TypedDict, total=False):
    """The arguments of `optimap.trace.baseline` that are keywords only."""

    polarity: Polarity
    period: float | None
    lam: float | None
    p: float
    percentile: float
    ptimes: float
    iterations: int
    tolerance: float
    beats: object


class RelativeKeywords(TypedDict, total=False):
    """The arguments of `optimap.trace.delta_f_over_f` that are keywords only."""

    background: "ArrayLike"
    polarity: Polarity
    percent: bool


class FilterKeywords(TypedDict, total=False):
    """The arguments of `optimap.trace.filter_traces` that are keywords only."""

    lowpass: float | None
    highpass: float | None
    notch: float | Sequence[float] | None
    kind: FilterKind
    order: int


class MaskKeywords(TypedDict, total=False):
    """Of `optimap.image.show_mask`, but the mask and the image."""

    title: str
    alpha: float
    color: object
    cmap: str
    ax: "Axes | None"


class MaskImageKeywords(MaskKeywords, total=False):
    """The same with the image."""

    image: "ArrayLike | None"


class ImageKeywords(ArtistKeywords, total=False):
    """Of `matplotlib.axes.Axes.imshow`."""

    aspect: object
    extent: object
    filternorm: bool
    filterrad: float
    interpolation: str | None
    interpolation_stage: str
    norm: object
    origin: str
    resample: bool


class MarkKeywords(ArtistKeywords, total=False):
    """Of `matplotlib.axes.Axes.scatter` and `matplotlib.collections.PathCollection`."""

    antialiased: object
    antialiaseds: object
    c: object
    capstyle: str
    ec: object
    edgecolor: object
    edgecolors: object
    facecolor: object
    facecolors: object
    fc: object
    hatch: str
    joinstyle: str
    linestyle: object
    linestyles: object
    linewidth: object
    linewidths: object
    lw: object
    marker: object
    norm: object
    plotnonfinite: bool


class PositionKeywords(MarkKeywords, total=False):
    """Of dots, or of regions drawn by `show_regions`."""

    names: bool


class ArrowKeywords(ArtistKeywords, total=False):
    """Of `matplotlib.axes.Axes.quiver`."""

    angles: object
    edgecolor: object
    facecolor: object
    headaxislength: float
    headlength: float
    headwidth: float
    linewidth: object
    minlength: float
    minshaft: float
    pivot: str
    scale: float | None
    scale_units: str
    units: str
    width: float


class ReadingKeywords(TypedDict, total=False):
    """The options of all formats, see `optimap.video.open_video`."""

    axes: str
    channel: int | str
    z: int
    scene: int | str
    parts: bool
    fieldname: str
    dataset: str
    external_links: bool
    position: int
    shape: Sequence[int]
    dtype: object
    offset: int
    byteorder: str
    fps: float
    ignore: str | Sequence[str]
    allow_gaps: bool


class BeatKeywords(TypedDict, total=False):
    """The arguments of `optimap.activation.compute_beat_maps` after the video."""

    fps: float | None
    levels: Sequence[float]
    polarity: Polarity
    mask: PlacesLike
    spatial: float
    beats: "ArrayLike | None"
    method: ActivationMethod
    start: DurationStart
    baseline: BeatBaseline
    smooth: float
    sigma: float
    min_snr: float
    prefix: DurationPrefix
    columns: Sequence[str] | None
