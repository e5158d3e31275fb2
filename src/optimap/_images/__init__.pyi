from .coded import (
    check_coded,
    stated_sizes,
)
from .directories import (
    DESCRIPTION,
    PLANAR,
    SAMPLES,
    SIZE_AND_TYPE,
    STRIP_BYTES,
    TILE_BYTES,
    Directories,
    OpenFile,
    read_directories,
)
from .guard import (
    reading_image,
    reading_tags,
)
from .pages import (
    TiffPages,
    check_compression,
    in_parallel,
    mapped_pages,
    series_pixels,
)
from .png import (
    check_png,
    open_png,
    png_pixels,
)
from .sizes import (
    ratio_of,
)

__all__ = [
    "DESCRIPTION",
    "PLANAR",
    "SAMPLES",
    "SIZE_AND_TYPE",
    "STRIP_BYTES",
    "TILE_BYTES",
    "Directories",
    "OpenFile",
    "TiffPages",
    "check_coded",
    "check_compression",
    "check_png",
    "in_parallel",
    "mapped_pages",
    "open_png",
    "png_pixels",
    "ratio_of",
    "read_directories",
    "reading_image",
    "reading_tags",
    "series_pixels",
    "stated_sizes",
]
