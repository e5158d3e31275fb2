from . import activation, beats, datasets, image, phase, trace, video
from ._base.errors import ArgumentError, ArgumentTypeError
from ._version import __version__
from .image import show_image
from .trace import (
    compare_traces,
    extract_traces,
    select_positions,
    select_traces,
    show_positions,
    show_traces,
)
from .video import load_metadata, load_video, open_video

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "__version__",
    "activation",
    "beats",
    "compare_traces",
    "datasets",
    "extract_traces",
    "image",
    "load_metadata",
    "load_video",
    "open_video",
    "phase",
    "select_positions",
    "select_traces",
    "show_image",
    "show_positions",
    "show_traces",
    "trace",
    "video",
]
