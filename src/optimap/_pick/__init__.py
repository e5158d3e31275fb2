"""Picking with the mouse: points, windows, and the places where windows appear."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
