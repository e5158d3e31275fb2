from .conduction import compute_cv, compute_cv_map
from .events import find_activations, find_activations_dvdt, find_activations_threshold
from .first_maps import compute_activation_map
from .isochrones import show_activation_map, show_activations, show_velocity_field
from .velocity import (
    compute_velocity_field,
    compute_velocity_field_bayly,
    compute_velocity_field_circle,
    compute_velocity_field_gradient,
)

__all__ = [
    "compute_activation_map",
    "compute_cv",
    "compute_cv_map",
    "compute_velocity_field",
    "compute_velocity_field_bayly",
    "compute_velocity_field_circle",
    "compute_velocity_field_gradient",
    "find_activations",
    "find_activations_dvdt",
    "find_activations_threshold",
    "show_activation_map",
    "show_activations",
    "show_velocity_field",
]
