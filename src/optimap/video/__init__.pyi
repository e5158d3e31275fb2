from .differences import temporal_difference as temporal_difference
from .export import export_video as export_video
from .format_table import FOLDER as FOLDER
from .format_table import FORMATS as FORMATS
from .format_table import other_formats as other_formats
from .means import mean_filter as mean_filter
from .normalizing import normalize as normalize
from .normalizing import normalize_pixelwise as normalize_pixelwise
from .open import load_metadata as load_metadata
from .open import load_video as load_video
from .open import open_video as open_video
from .properties import print_properties as print_properties
from .recording import Recording as Recording
from .save import save_video as save_video
from .show import show_video as show_video
from .show import show_video_overlay as show_video_overlay
from .show import show_video_pair as show_video_pair
from .show import show_videos as show_videos
from .sliding import normalize_pixelwise_slidingwindow as normalize_pixelwise_slidingwindow
from .smoothing import smooth_spatiotemporal as smooth_spatiotemporal

__all__ = [
    "FOLDER",
    "FORMATS",
    "Recording",
    "export_video",
    "load_metadata",
    "load_video",
    "mean_filter",
    "normalize",
    "normalize_pixelwise",
    "normalize_pixelwise_slidingwindow",
    "open_video",
    "other_formats",
    "print_properties",
    "save_video",
    "show_video",
    "show_video_overlay",
    "show_video_pair",
    "show_videos",
    "smooth_spatiotemporal",
    "temporal_difference",
]
