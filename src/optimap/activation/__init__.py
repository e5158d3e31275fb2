"""Activation maps and maps of everything else that is measured of beats; conduction velocity."""

from .._base import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
