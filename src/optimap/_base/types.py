"""Types shared by all rooms. Input from users is an ``object`` until it is checked.

Arguments of public functions that take one of a few words are annotated with the aliases of literals below, so that
editors offer the words, and type checkers refuse others; `help` shows the name of an alias. Words are checked when a
function is called, too, where the lists of them belong to the rooms.
"""

import os
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
AnyArray = Any  # an array of any library, computed with the functions of that library
Namespace = Any  # the functions of an array library
FrameShape = tuple[int, int]  # rows and columns of a frame
Traces = NDArray[np.floating[Any]]
FilePath = str | os.PathLike[str]
SeriesLike = object  # arrays of any library, tables of traces, labelled arrays
Names = str | Sequence[str] | None  # of one thing, or of each
Limits = float | Sequence[float | None] | None  # of brightness, for all pictures or for each
PlacesLike = object  # positions or regions, in any of the forms that `optimap.trace.regions` takes

Window = Literal["rect", "disc", "pixel"]
Weights = Literal["mean", "sum"]
Cells = Literal["accepted", "all"]
RegionKind = Literal["mask", "labels", "stack", "polygons", "positions", "imagej", "footprints"]
NanPolicy = Literal["propagate", "omit", "raise"]
GapPolicy = Literal["raise", "omit"]
Polarity = Literal["auto", "up", "down"]
Trend = Literal["spline", "mean", "median", "line"]
BaselineKind = Literal["asls", "exponential", "percentile", "diastole", "spline", "mean", "median", "line"]
FilterKind = Literal["butterworth", "savgol", "gaussian"]
ActivationMethod = Literal["maximum_derivative", "threshold_crossing"]
DurationStart = Literal["activation", "level"]
BeatBaseline = Literal["before", "linear"]
DurationPrefix = Literal["apd", "catd"]
WhichBeat = int | Literal["mean", "all"]
VelocityMethod = Literal["bayly", "circle", "gradient"]
EdgeMode = Literal["nearest", "reflect", "mirror"]
PhaseMethod = Literal["hilbert", "delay"]
PhaseCenter = Literal["auto", "offset", "mean"]


class VideoLike(Protocol):
    """Anything that looks like a video (T, H, W): an array, a recording, a dataset, a dask array, a tensor."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(T, H, W)."""

    @property
    def dtype(self) -> Any:
        """Type of the pixels."""

    def __getitem__(self, key: Any, /) -> Any:
        """Return frames, or parts of them."""


class HostVideo(VideoLike, Protocol):
    """A video whose pixels have a type of NumPy: of `extract_traces` it gets arrays of NumPy."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels."""
