from .simulation import SimulatedRecording, simulated_tissue

__all__ = ["SimulatedRecording", "simulated_tissue"]
