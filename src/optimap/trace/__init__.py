"""Functions for extracting time-series ("traces") from videos, cleaning, comparing and plotting them."""

from .._base import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
