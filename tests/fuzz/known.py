"""Findings that are known and not mended yet, by kind: pieces of their text. This list only shrinks."""

KNOWN: dict[str, tuple[str, ...]] = {
    "beats .h5": ("memory",),
    "beats .nc": ("hang",),
    "netcdf": ("death", "hang"),
    "netcdf 3": ("gc.collect", "overflow encountered in divide"),
    "positions picked": ("info says",),
    "table .h5": ("memory", "hang"),
    "table .nwb": ("hang",),
    "tiff folder": ("warnings: 2",),
    "tiff ome set": ("warnings: 2",),
}
