from . import activation, beats, datasets, image, phase, trace, video
from ._base.errors import ArgumentError, ArgumentTypeError
from ._version import __version__
from .activation import (
    compute_activation_map,
    compute_cv,
    compute_cv_map,
    compute_velocity_field,
    find_activations,
    show_activation_map,
)
from .image import show_image
from .phase import compute_phase
from .trace import (
    compare_traces,
    extract_traces,
    select_positions,
    select_traces,
    show_positions,
    show_traces,
)
from .video import load_metadata, load_video, open_video, save_video

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "__version__",
    "activation",
    "beats",
    "compare_traces",
    "compute_activation_map",
    "compute_cv",
    "compute_cv_map",
    "compute_phase",
    "compute_velocity_field",
    "datasets",
    "extract_traces",
    "find_activations",
    "image",
    "load_metadata",
    "load_video",
    "open_video",
    "phase",
    "save_video",
    "select_positions",
    "select_traces",
    "show_activation_map",
    "show_image",
    "show_positions",
    "show_traces",
    "trace",
    "video",
]
