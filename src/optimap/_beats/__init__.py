"""What tables and maps of beats share: columns, units and reasons, where upstrokes are, checks of arguments."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
