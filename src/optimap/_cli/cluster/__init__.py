"""Workers elsewhere: dask is imported only here, and only on request."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
