"""The command line: from arguments to library calls and files; one module for each command. No science is done here."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
