from .simulation import SimulatedRecording, simulated_tissue
from .truth import TrueBeats

__all__ = ["SimulatedRecording", "TrueBeats", "simulated_tissue"]
