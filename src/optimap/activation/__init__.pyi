from .beat_maps import compute_beat_maps
from .derived import AlternansMaps, compute_alternans_map, compute_apd_map, compute_repolarization_map, compute_snr_map
from .files import load_beat_maps
from .frequency import compute_dominant_frequency_map
from .map_figures import (
    show_alternans_map,
    show_apd_map,
    show_beat_maps,
    show_dominant_frequency_map,
    show_repolarization_map,
    show_snr_map,
)
from .maps import BeatMaps
from .tissue import mask_tissue

__all__ = [
    "AlternansMaps",
    "BeatMaps",
    "compute_alternans_map",
    "compute_apd_map",
    "compute_beat_maps",
    "compute_dominant_frequency_map",
    "compute_repolarization_map",
    "compute_snr_map",
    "load_beat_maps",
    "mask_tissue",
    "show_alternans_map",
    "show_apd_map",
    "show_beat_maps",
    "show_dominant_frequency_map",
    "show_repolarization_map",
    "show_snr_map",
]
