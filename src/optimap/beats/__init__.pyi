from .find import find_beats
from .measure import measure_beats
from .table import BeatTable

__all__ = [
    "BeatTable",
    "find_beats",
    "measure_beats",
]
