from .grid import collage as collage
from .mask_files import load_mask as load_mask
from .mask_files import save_mask as save_mask
from .masks import background_mask as background_mask
from .masks import detect_background_threshold as detect_background_threshold
from .masks import foreground_mask as foreground_mask
from .masks import show_mask as show_mask
from .morphology import close_mask as close_mask
from .morphology import dilate_mask as dilate_mask
from .morphology import erode_mask as erode_mask
from .morphology import fill_mask as fill_mask
from .morphology import invert_mask as invert_mask
from .morphology import largest_mask_component as largest_mask_component
from .morphology import open_mask as open_mask
from .morphology import smooth_gaussian as smooth_gaussian
from .show import show_image as show_image

__all__ = [
    "background_mask",
    "close_mask",
    "collage",
    "detect_background_threshold",
    "dilate_mask",
    "erode_mask",
    "fill_mask",
    "foreground_mask",
    "invert_mask",
    "largest_mask_component",
    "load_mask",
    "open_mask",
    "save_mask",
    "show_image",
    "show_mask",
    "smooth_gaussian",
]
