"""Reading recordings from disk as arrays, and writing them."""

from .._base import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
