"""The pixels of image files, for recordings and for regions: pages of TIFF files, and PNG images."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
