from .figures import show_beats as show_beats
from .figures import show_ensemble as show_ensemble
from .figures import show_restitution as show_restitution
from .files import load_beats as load_beats
from .files import save_beats as save_beats
from .find import find_beats as find_beats
from .measure import measure_beats as measure_beats
from .summaries import Alternans as Alternans
from .summaries import Ensemble as Ensemble
from .summaries import Restitution as Restitution
from .summaries import alternans as alternans
from .summaries import ensemble_average as ensemble_average
from .summaries import restitution as restitution
from .table import BeatTable as BeatTable

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
