"""Beats: finding and measuring each in time-series, tables of them, averages, alternans and restitution."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
