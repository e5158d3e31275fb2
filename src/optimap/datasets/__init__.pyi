from .simulation import SimulatedRecording, simulated_tissue
from .spiral import SimulatedSpiral, simulated_spiral
from .truth import TrueBeats

__all__ = ["SimulatedRecording", "SimulatedSpiral", "TrueBeats", "simulated_spiral", "simulated_tissue"]
