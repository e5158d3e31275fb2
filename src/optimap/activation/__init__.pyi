from .beat_maps import compute_beat_maps
from .conduction import compute_cv, compute_cv_map
from .derived import AlternansMaps, compute_alternans_map, compute_apd_map, compute_repolarization_map, compute_snr_map
from .events import find_activations, find_activations_dvdt, find_activations_threshold, find_crossings
from .files import load_beat_maps
from .first_maps import compute_activation_map
from .frequency import compute_dominant_frequency_map
from .isochrones import show_activation_map, show_activations, show_velocity_field
from .map_figures import (
    show_alternans_map,
    show_apd_map,
    show_beat_maps,
    show_dominant_frequency_map,
    show_repolarization_map,
    show_snr_map,
)
from .map_kinds import holds_beat_maps
from .maps import BeatMaps
from .tissue import mask_tissue
from .velocity import (
    compute_velocity_field,
    compute_velocity_field_bayly,
    compute_velocity_field_circle,
    compute_velocity_field_gradient,
)

__all__ = [
    "AlternansMaps",
    "BeatMaps",
    "compute_activation_map",
    "compute_alternans_map",
    "compute_apd_map",
    "compute_beat_maps",
    "compute_cv",
    "compute_cv_map",
    "compute_dominant_frequency_map",
    "compute_repolarization_map",
    "compute_snr_map",
    "compute_velocity_field",
    "compute_velocity_field_bayly",
    "compute_velocity_field_circle",
    "compute_velocity_field_gradient",
    "find_activations",
    "find_activations_dvdt",
    "find_activations_threshold",
    "find_crossings",
    "holds_beat_maps",
    "load_beat_maps",
    "mask_tissue",
    "show_activation_map",
    "show_activations",
    "show_alternans_map",
    "show_apd_map",
    "show_beat_maps",
    "show_dominant_frequency_map",
    "show_repolarization_map",
    "show_snr_map",
    "show_velocity_field",
]
