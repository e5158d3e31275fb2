"""save_mask and load_mask: masks as ``.npy``, PNG and TIFF files, alone or as the opacity of an image."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._base import ArgumentError, Array, FilePath, MissingFileError, file_path
from .._draw import as_image, contrast_limits
from .._files import check_npy, check_output, reading, written_whole
from .._images import open_png, png_pixels, read_directories, reading_image, series_pixels
from .masks import parse_mask

SUFFIXES = (".npy", ".png", ".tif", ".tiff")
PROBLEM, CURE = "cannot be read as an image, or is damaged", "save the mask again"


def save_mask(filename: FilePath, mask: ArrayLike, image: ArrayLike | None = None, *, overwrite: bool = False) -> None:
    """Save a mask; `load_mask` reads it again.

    Parameters
    ----------
    filename : path-like
        ``.npy``: truth values. ``.png`` and ``.tif``: a grey image of 0 and 255, or `image` with the mask as its
        opacity.
    mask : (H, W) array-like of bool
    image : (H, W) or (H, W, 3) array-like, optional
        What to show outside this package, where the mask is opaque; 8 bits a channel.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is not True.
    ValueError
        If the suffix is none of these, an image is given for ``.npy``, or the image does not have the mask's shape.
    TypeError
        If it is not a mask.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.image import load_mask, save_mask
    >>> mask = np.eye(4, dtype=bool)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_mask(pathlib.Path(folder) / "mask.png", mask)
    ...     bool((load_mask(pathlib.Path(folder) / "mask.png") == mask).all())
    True
    """
    path, truth = _known(filename), parse_mask(mask)
    suffix = path.suffix.lower()
    check_output(path, overwrite)
    if image is not None and suffix == ".npy":
        cure = "leave it out, or choose .png"
        raise ArgumentError("image", image, "cannot be part of a .npy file", cure, subject="image")
    pixels: Array = truth if suffix == ".npy" else np.where(truth, np.uint8(255), np.uint8(0))
    if image is not None:
        pixels = np.dstack([_as_colours(image, truth), pixels])
    with written_whole(path, overwrite) as partial:
        _write(partial, pixels, suffix)


def _write(path: Path, pixels: Array, suffix: str) -> None:
    """Write pixels to a file of a kind."""
    if suffix == ".npy":
        content = io.BytesIO()  # given a file, NumPy does not see that the disk is full
        np.save(content, pixels)
        path.write_bytes(content.getbuffer())
    elif suffix == ".png":
        from PIL import Image

        Image.fromarray(pixels).save(path, format="PNG")
    else:
        import tifffile

        colours: dict[str, Any] = {"photometric": "rgb", "extrasamples": ["unassalpha"]} if pixels.ndim == 3 else {}
        tifffile.imwrite(path, pixels, compression="zlib", metadata=None, **colours)


def _as_colours(image: ArrayLike, mask: NDArray[np.bool_]) -> Array:
    """Return an image as (H, W, 3) with 8 bits a channel."""
    pixels = as_image(image)
    if pixels.shape[:2] != mask.shape:
        cure = f"give an image of the shape of the mask, {mask.shape}"
        raise ArgumentError("image", image, f"has shape {pixels.shape}", cure, subject="image")
    if pixels.ndim == 3:
        scale = 1 if pixels.dtype == np.uint8 else 255
        colours: Array = np.clip(np.nan_to_num(pixels[..., :3]) * scale, 0, 255).astype(np.uint8)
        return colours
    values = np.ma.filled(pixels.astype(np.float64), np.nan)
    low, high = contrast_limits(values)
    if low is None or high is None or high <= low:
        low, high = 0.0, 1.0
    grey = np.clip((np.nan_to_num(values, nan=low) - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    return np.dstack([grey] * 3)


def load_mask(filename: FilePath) -> NDArray[np.bool_]:
    """Load a mask from an image, or from a ``.npy`` file.

    Parameters
    ----------
    filename : path-like
        ``.npy``, ``.png`` or ``.tif``. Of an image with an opacity, that is the mask; of other images, what is brighter
        than half of the brightest pixel.

    Returns
    -------
    (H, W) array of bool

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If its suffix is none of these, it is damaged, or it holds no single image.

    See Also
    --------
    optimap.trace.regions : Masks, labels and outlines of other programs.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from optimap.image import load_mask
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(pathlib.Path(folder) / "mask.npy", np.array([[0, 1], [2, 3]]))
    ...     load_mask(pathlib.Path(folder) / "mask.npy").tolist()
    [[False, False], [True, True]]
    """
    path = _known(filename)
    if not path.is_file():
        raise MissingFileError("filename", path, "does not exist", "check the name and the folder", subject=str(path))
    pixels = _read(path, path.suffix.lower())
    if pixels.ndim == 3 and pixels.shape[-1] in (2, 3, 4):
        pixels = pixels.max(axis=-1) if pixels.shape[-1] == 3 else pixels[..., -1]
    if pixels.ndim != 2 or pixels.dtype.kind not in "biuf":
        problem = f"holds {pixels.dtype} values of shape {pixels.shape}"
        raise ArgumentError("filename", path, problem, "give a file with one image (H, W)", subject=str(path))
    if pixels.dtype == bool:
        return pixels
    known = pixels[np.isfinite(pixels)]
    found: NDArray[np.bool_] = pixels > (known.max() / 2 if known.size else 0)
    return found


def _read(path: Path, suffix: str) -> Array:
    """Return the pixels in a file."""
    if suffix == ".npy":
        with reading(path, "numpy", PROBLEM, CURE, argument="filename"), open(path, "rb") as file:
            check_npy(file, path.stat().st_size, path, "filename")
            array: Array = np.load(path, allow_pickle=False)
            return array
    if suffix == ".png":
        with open_png(path, PROBLEM, CURE, "filename") as image:
            return png_pixels(image, path, PROBLEM, CURE, "filename")
    import tifffile

    with reading_image(path, "filename", PROBLEM, CURE), tifffile.TiffFile(path) as tiff:
        return series_pixels(tiff, read_directories(path))


def _known(filename: FilePath) -> Path:
    """Return a path with a known suffix, or raise an error."""
    path = file_path(filename, "filename")
    if path.suffix.lower() not in SUFFIXES:
        cure = f"choose one of {' '.join(SUFFIXES)}"
        raise ArgumentError("filename", path, "is of an unknown kind", cure, subject=str(path))
    return path
