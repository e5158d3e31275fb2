"""The table of formats: name, suffixes, module, the extra it needs, whether it can be written.

A new format is one row here and one module in ``formats/`` with ``open_recording(path, **options) -> Recording`` and,
if it can be written, ``check_video(shape, dtype)`` and ``save(path, video, fps, made)``. Modules in ``formats/``
are imported only when one of their files is opened or saved. A format that is known but not read has a row in
`REFUSED`, whose error says why, and how its recordings can be converted. Formats of other packages are found by
`plugins`, for files that no row in `FORMATS` takes.
"""

import importlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from .._base import ArgumentError, import_extra
from .plugins import Plugin, plugins
from .recognise import is_rhythm, is_suite2p, is_thorimage


@dataclass(frozen=True)
class Format:
    """One row of the table."""

    name: str
    suffixes: tuple[str, ...]
    module: str = ""
    extra: str | None = None  # the extra that installs the package that the module imports
    needs: str | None = None  # the import name of that package
    options: tuple[str, ...] = ()  # keywords of open_recording
    saves: tuple[str, ...] = ()  # suffixes that can be written
    fits: Callable[[Path], bool] | None = None  # whether a file is of this format, if others have its suffix too
    sidecar: bool = False  # whether rate and origin go into a file next to it: ``describe(path, fps, made) -> text``
    refused: str | None = None  # why it is not read: a sentence goes on after the path
    cure: str = ""  # what to do instead
    plugin: Plugin | None = None  # of another package, in place of a module of ours

    def load(self) -> Any:
        """Return what has ``open_recording``: a plug-in, or our module; if it needs an extra, the error says so."""
        if self.plugin is not None:
            return self.plugin
        if self.needs is not None:
            import_extra(self.needs, str(self.extra), f"{', '.join(self.suffixes)} files")
        return importlib.import_module(f".formats.{self.module}", __package__)

    def refuse(self, path: Path) -> NoReturn:
        """Raise the error for a file of a format that is not read."""
        raise ArgumentError("path", path, str(self.refused), self.cure, subject=str(path))


ARRAYS = ("axes", "channel", "z")  # options of formats that store arrays
LINKS = "external_links"  # the option of formats that are HDF5 inside
TIFF, HDF5, ZARR = (".tif", ".tiff", ".btf", ".tf8"), (".h5", ".hdf5"), (".zarr", ".zip")
# With its option ``shape``, it takes any file whose suffix is one of these or unknown.
RAW = Format(
    "raw binary", (".raw", ".bin", ".dat"), "raw", options=("shape", "dtype", "offset", "byteorder", "fps", *ARRAYS)
)
FORMATS = (
    Format("NumPy", (".npy",), "npy", options=ARRAYS, saves=(".npy",), sidecar=True),
    Format("TIFF", (*TIFF, ".stk"), "tiff", options=(*ARRAYS, "scene", "parts"), saves=TIFF),
    Format("MATLAB", (".mat",), "matlab", options=("fieldname", *ARRAYS, LINKS), saves=(".mat",)),
    Format("HDF5", HDF5, "hdf5", extra="hdf5", needs="h5py", options=("dataset", *ARRAYS, LINKS), saves=HDF5),
    Format("NetCDF", (".nc", ".nc4", ".cdf"), "netcdf", options=("dataset", *ARRAYS, LINKS)),
    Format("NWB", (".nwb",), "nwb", extra="hdf5", needs="h5py", options=("dataset", *ARRAYS, LINKS)),
    Format("Zarr", ZARR, "zarr", extra="zarr", needs="zarr", options=("dataset", *ARRAYS), saves=ZARR),
    Format("Nikon ND2", (".nd2",), "nd2", extra="nd2", needs="nd2", options=("channel", "z", "position")),
    Format("Andor SIF", (".sif",), "sif", extra="sif", needs="sif_parser"),
    Format("MiCAM05", (".gsh", ".gsd"), "micam05"),
    Format("MiCAM ULTIMA", (".rsh", ".rsm", ".rsd"), "micam_ultima", options=("channel",)),
    Format("MultiRecorder", (".dat",), "multirecorder"),
    Format("PCO", (".pcoraw",), "pco"),
    Format("StreamPix", (".seq",), "streampix"),
    Format("Inscopix", (".isxd",), "inscopix"),
    Format("Zeiss CZI", (".czi",), "czi", options=("channel", "z", "scene")),
    Format("Leica LIF", (".lif",), "lif", extra="lif", needs="liffile", options=("dataset", "channel", "z")),
    Format("Scanbox", (".sbx",), "scanbox", options=("channel", "z")),
    Format("suite2p", (".bin",), "suite2p", fits=is_suite2p),
    Format("Rhythm", (".bin",), "rhythm", fits=is_rhythm),
    Format("ThorImage", (".raw",), "thorimage", options=("channel", "z"), fits=is_thorimage),
    RAW,
    Format(
        "encoded video",
        (".mkv", ".avi", ".mp4", ".m4v", ".mov", ".webm", ".wmv"),
        "encoded",
        extra="video",
        needs="av",
        options=("channel", "parts"),
        saves=(".mkv",),
    ),
)
# Formats that are known, but not read, with the sentences in docs/formats.md.
REFUSED: tuple[Format, ...] = (
    Format(
        "Hamamatsu DCIMG",
        (".dcimg",),
        refused="is a DCIMG file, whose layout is not published, and programs that read it disagree on some pixels",
        cure="open it in Hamamatsu's free program HCImage Live, and export it as TIFF",
    ),
    Format(
        "Andor Solis, spooled",
        (".sifx",),
        refused="is the header of a recording that Andor Solis spooled into several files",
        cure="open it in Solis, and save it as TIFF",
    ),
    Format(
        "PCO image",
        (".b16",),
        refused="is a single image of a PCO camera",
        cure="export the recording as TIFF or .pcoraw from the program that made it",
    ),
    Format(
        "NumPy archive",
        (".npz",),
        refused="is an archive of arrays, which cannot be read frame by frame",
        cure="save the recording in it as .npy, with numpy.save('rec.npy', numpy.load('rec.npz')['NAME'])",
    ),
    Format(
        "microscopes",
        (
            *(".lsm", ".ims", ".oib", ".oif", ".oir", ".vsi", ".lof", ".xlef", ".zvi", ".sld", ".sldy", ".dv", ".r3d"),
            *(".cxd", ".spe", ".flex", ".ics", ".ids", ".msr", ".obf", ".mvd2"),
        ),
        refused="is in the format of a microscope that optimap does not read",
        cure="open it in Fiji, whose Bio-Formats reads it, and save it as TIFF",
    ),
)
FOLDER = Format("folder", (), "folder", options=(*ARRAYS, "ignore", "allow_gaps", "fps", "parts"))


def is_zarr(folder: Path) -> bool:
    """Whether a folder is a zarr store, or a group or array in one, whatever its name."""
    return any((folder / name).is_file() for name in ("zarr.json", ".zgroup", ".zarray"))


def find_format(path: Path, options: Collection[str] = ()) -> Format:
    """Return the row for a path and the names of options, or raise an error for a format that is unknown or not read.

    Of several rows with its suffix, the first that the file fits.
    """
    suffix = ".zarr" if path.is_dir() and is_zarr(path) else path.suffix.lower()
    if path.is_dir() and suffix != ".zarr":
        return FOLDER
    rows = [row for row in FORMATS if suffix in row.suffixes]
    if "shape" in options and (RAW in rows or not rows):
        return RAW
    for row in rows:
        if row.fits is None or row.fits(path):
            return row
    others = other_formats(path)
    for row in others:
        if suffix in row.suffixes and (row.fits is None or row.fits(path)):
            return row
    for row in REFUSED:
        if suffix in row.suffixes:
            row.refuse(path)
    known = " ".join(dict.fromkeys(suffix for row in (*FORMATS, *others) for suffix in row.suffixes))
    raise ArgumentError(
        "path",
        path,
        f"has an unknown suffix {path.suffix!r}",
        f"give a file with one of {known}, or a folder of images; for raw binary, give its layout with shape=",
        subject=str(path),
        keyword="shape",
    )


def other_formats(path: Path | None = None) -> list[Format]:
    """Return the rows of formats of other packages; one that fails is an error about a file, if one is given."""
    return [
        Format(found.name, found.suffixes, options=found.options, fits=found.fits, plugin=found)
        for found in plugins(path)
    ]


def format_to_write(path: Path) -> Format:
    """Return the row that writes to a path, or raise an error that lists the suffixes that can be written.

    A folder may be replaced only if it is a zarr store.
    """
    suffix = path.suffix.lower()
    row = next((row for row in FORMATS if suffix in row.saves), None)
    if row is None:
        known = " ".join(row.saves[0] for row in FORMATS if row.saves)
        raise ArgumentError("path", path, "cannot be written", f"choose one of {known}", subject=str(path))
    if path.is_dir() and not (suffix == ".zarr" and is_zarr(path)):
        raise ArgumentError("path", path, "is a folder and is not replaced", "choose another name", subject=str(path))
    return row
