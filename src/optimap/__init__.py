"""optimap: time-series that scientists can trust, from fluorescence videos, above all cardiac optical mapping.

Importing is cheap: every name is loaded when it is first used.
"""

import lazy_loader

from ._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
