"""How frames reach the loops: what a video is, which blocks are read, and by whom."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
