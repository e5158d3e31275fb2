"""The command line: arguments in, library calls, files out; one module for each command. No science."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
