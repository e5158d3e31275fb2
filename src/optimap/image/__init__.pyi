from ._collage import collage
from ._show import show_image

__all__ = ["collage", "show_image"]
