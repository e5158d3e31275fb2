"""Import what the readers import, before children are forked; no thread may run yet."""

import importlib

PACKAGES = (
    "av", "h5py", "h5netcdf", "imagecodecs", "liffile", "matplotlib.pyplot", "nd2", "openpyxl", "pandas",
    "PIL.Image", "PIL.PngImagePlugin", "PIL.TiffImagePlugin", "pyarrow.parquet", "pynwb", "roifile", "scipy.io",
    "scipy.sparse", "sif_parser", "tifffile", "xarray", "zarr",
)  # fmt: skip


def imports():
    """Import packages, and the modules of the command line."""
    for name in (*PACKAGES, "optimap._cli", "optimap._cli.info"):
        importlib.import_module(name)
