"""optimap: time-series that scientists can trust, from fluorescence videos, above all cardiac optical mapping.

Importing is cheap: every name is loaded when it is first used.
"""

from ._base import published as _published
from ._version import __version__ as __version__

__getattr__, __dir__, __all__ = _published.attach_stub(__name__, __file__)
_published.warn_if_mixed(__file__)
