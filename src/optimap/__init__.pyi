from . import activation as activation
from . import beats as beats
from . import datasets as datasets
from . import image as image
from . import phase as phase
from . import trace as trace
from . import video as video
from ._base.errors import ArgumentError as ArgumentError
from ._base.errors import ArgumentTypeError as ArgumentTypeError
from ._version import __version__ as __version__
from .activation import compute_activation_map as compute_activation_map
from .activation import compute_cv as compute_cv
from .activation import compute_cv_map as compute_cv_map
from .activation import compute_velocity_field as compute_velocity_field
from .activation import find_activations as find_activations
from .activation import show_activation_map as show_activation_map
from .image import show_image as show_image
from .phase import compute_phase as compute_phase
from .trace import compare_traces as compare_traces
from .trace import extract_traces as extract_traces
from .trace import select_positions as select_positions
from .trace import select_regions as select_regions
from .trace import select_traces as select_traces
from .trace import show_positions as show_positions
from .trace import show_traces as show_traces
from .video import load_metadata as load_metadata
from .video import load_video as load_video
from .video import open_video as open_video
from .video import save_video as save_video

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
    "select_regions",
    "select_traces",
    "show_activation_map",
    "show_image",
    "show_positions",
    "show_traces",
    "trace",
    "video",
]
