from .grid import collage
from .show import show_image

__all__ = ["collage", "show_image"]
