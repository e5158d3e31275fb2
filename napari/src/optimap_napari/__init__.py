"""optimap in napari: recordings as layers, and the traces of points and shapes while they are drawn.

The manifest, `napari.yaml`, says what napari calls. All computing is done by public functions of `optimap`.
"""

from .recordings import add_recording

__version__ = "0.1.0"

__all__ = ["__version__", "add_recording"]
