"""Picking with the mouse: points, views that show them, and the front ends where views appear."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
