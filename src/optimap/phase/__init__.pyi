from .figures import show_phase, show_phase_singularities
from .phases import compute_phase
from .singular import PhaseSingularities, detect_phase_singularities

__all__ = [
    "PhaseSingularities",
    "compute_phase",
    "detect_phase_singularities",
    "show_phase",
    "show_phase_singularities",
]
