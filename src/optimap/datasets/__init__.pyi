from .simulation import SimulatedRecording as SimulatedRecording
from .simulation import simulated_tissue as simulated_tissue
from .spiral import SimulatedSpiral as SimulatedSpiral
from .spiral import simulated_spiral as simulated_spiral
from .truth import TrueBeats as TrueBeats

__all__ = ["SimulatedRecording", "SimulatedSpiral", "TrueBeats", "simulated_spiral", "simulated_tissue"]
