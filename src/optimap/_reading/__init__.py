"""How frames reach the loops: the description of a video, which blocks are read, and by which thread."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
