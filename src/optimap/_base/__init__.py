"""Shared by all rooms: checks of arguments, errors, optional packages, progress, interrupts, devices, types."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
