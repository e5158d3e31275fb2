from .beat_maps import compute_beat_maps
from .files import load_beat_maps
from .maps import BeatMaps

__all__ = [
    "BeatMaps",
    "compute_beat_maps",
    "load_beat_maps",
]
