"""Positions and regions in a video, in every form that users give them, and the spans of pixels that they cover."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
