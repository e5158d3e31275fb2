from .figures import show_beats, show_ensemble, show_restitution
from .files import load_beats, save_beats
from .find import find_beats
from .measure import measure_beats
from .summaries import Alternans, Ensemble, Restitution, alternans, ensemble_average, restitution
from .table import BeatTable

__all__ = [
    "Alternans",
    "BeatTable",
    "Ensemble",
    "Restitution",
    "alternans",
    "ensemble_average",
    "find_beats",
    "load_beats",
    "measure_beats",
    "restitution",
    "save_beats",
    "show_beats",
    "show_ensemble",
    "show_restitution",
]
