from .grid import collage as collage
from .show import show_image as show_image

__all__ = ["collage", "show_image"]
