from .figures import show_phase as show_phase
from .figures import show_phase_singularities as show_phase_singularities
from .phases import compute_phase as compute_phase
from .singular import PhaseSingularities as PhaseSingularities
from .singular import detect_phase_singularities as detect_phase_singularities

__all__ = [
    "PhaseSingularities",
    "compute_phase",
    "detect_phase_singularities",
    "show_phase",
    "show_phase_singularities",
]
