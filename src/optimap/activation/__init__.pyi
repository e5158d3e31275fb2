from .arrows import show_velocity_field as show_velocity_field
from .beat_maps import compute_beat_maps as compute_beat_maps
from .conduction import compute_cv as compute_cv
from .conduction import compute_cv_map as compute_cv_map
from .derived import AlternansMaps as AlternansMaps
from .derived import compute_alternans_map as compute_alternans_map
from .derived import compute_apd_map as compute_apd_map
from .derived import compute_repolarization_map as compute_repolarization_map
from .derived import compute_snr_map as compute_snr_map
from .events import find_activations as find_activations
from .events import find_activations_dvdt as find_activations_dvdt
from .events import find_activations_threshold as find_activations_threshold
from .events import find_crossings as find_crossings
from .files import load_beat_maps as load_beat_maps
from .first_maps import compute_activation_map as compute_activation_map
from .frequency import compute_dominant_frequency_map as compute_dominant_frequency_map
from .isochrones import show_activation_map as show_activation_map
from .isochrones import show_activations as show_activations
from .map_figures import show_alternans_map as show_alternans_map
from .map_figures import show_apd_map as show_apd_map
from .map_figures import show_beat_maps as show_beat_maps
from .map_figures import show_dominant_frequency_map as show_dominant_frequency_map
from .map_figures import show_repolarization_map as show_repolarization_map
from .map_figures import show_snr_map as show_snr_map
from .map_kinds import holds_beat_maps as holds_beat_maps
from .maps import BeatMaps as BeatMaps
from .tissue import mask_tissue as mask_tissue
from .velocity import compute_velocity_field as compute_velocity_field
from .velocity import compute_velocity_field_bayly as compute_velocity_field_bayly
from .velocity import compute_velocity_field_circle as compute_velocity_field_circle
from .velocity import compute_velocity_field_gradient as compute_velocity_field_gradient

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
