from .format_table import FOLDER, FORMATS
from .open import load_metadata, load_video, open_video
from .recording import Recording
from .save import save_video
from .smoothing import smooth_spatiotemporal

__all__ = [
    "FOLDER",
    "FORMATS",
    "Recording",
    "load_metadata",
    "load_video",
    "open_video",
    "save_video",
    "smooth_spatiotemporal",
]
