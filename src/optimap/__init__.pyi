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
from .image import background_mask as background_mask
from .image import foreground_mask as foreground_mask
from .image import invert_mask as invert_mask
from .image import load_mask as load_mask
from .image import save_mask as save_mask
from .image import show_image as show_image
from .image import show_mask as show_mask
from .phase import compute_phase as compute_phase
from .trace import compare_traces as compare_traces
from .trace import extract_traces as extract_traces
from .trace import select_positions as select_positions
from .trace import select_regions as select_regions
from .trace import select_traces as select_traces
from .trace import show_positions as show_positions
from .trace import show_positions_and_traces as show_positions_and_traces
from .trace import show_traces as show_traces
from .video import export_video as export_video
from .video import load_metadata as load_metadata
from .video import load_video as load_video
from .video import open_video as open_video
from .video import print_properties as print_properties
from .video import save_video as save_video
from .video import show_video as show_video
from .video import show_video_overlay as show_video_overlay
from .video import show_video_pair as show_video_pair
from .video import show_videos as show_videos

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "__version__",
    "activation",
    "background_mask",
    "beats",
    "compare_traces",
    "compute_activation_map",
    "compute_cv",
    "compute_cv_map",
    "compute_phase",
    "compute_velocity_field",
    "datasets",
    "export_video",
    "extract_traces",
    "find_activations",
    "foreground_mask",
    "image",
    "invert_mask",
    "load_mask",
    "load_metadata",
    "load_video",
    "open_video",
    "phase",
    "print_properties",
    "save_mask",
    "save_video",
    "select_positions",
    "select_regions",
    "select_traces",
    "show_activation_map",
    "show_image",
    "show_mask",
    "show_positions",
    "show_positions_and_traces",
    "show_traces",
    "show_video",
    "show_video_overlay",
    "show_video_pair",
    "show_videos",
    "trace",
    "video",
]
