"""Phase of oscillating signals, and phase singularities."""

from .._base import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
