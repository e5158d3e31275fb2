from .directories import (
    PLANAR,
    SAMPLES,
    SIZE_AND_TYPE,
    Directories,
    OpenFile,
    read_directories,
)
from .pages import (
    TiffPages,
    check_compression,
    in_parallel,
    mapped_pages,
    ratio_of,
    reading_tags,
    series_pixels,
)
from .png import (
    open_png,
    png_pixels,
)

__all__ = [
    "PLANAR",
    "SAMPLES",
    "SIZE_AND_TYPE",
    "Directories",
    "OpenFile",
    "TiffPages",
    "check_compression",
    "in_parallel",
    "mapped_pages",
    "open_png",
    "png_pixels",
    "ratio_of",
    "read_directories",
    "reading_tags",
    "series_pixels",
]
