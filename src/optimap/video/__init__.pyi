from .format_table import FOLDER as FOLDER
from .format_table import FORMATS as FORMATS
from .open import load_metadata as load_metadata
from .open import load_video as load_video
from .open import open_video as open_video
from .recording import Recording as Recording
from .save import save_video as save_video
from .smoothing import smooth_spatiotemporal as smooth_spatiotemporal

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
