"""What each library raises when the bytes of a file are damaged, and how it warns.

Readers written in Python follow damaged numbers wherever these lead, so they raise nearly everything that Python can
raise. Errors of a library's own are given by name and looked up among the modules that are loaded: a library that is
not loaded cannot have raised them. Who catches these errors, and what becomes of them, is in `guard`.
"""

import csv
import pickle
import struct
import sys
import tokenize
import zipfile
import zlib
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

# What code in Python raises that reads numbers from damaged bytes, and calculates or looks up things with them.
FOLLOWED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, EOFError, struct.error)
MEMORY = (MemoryError, RecursionError)  # sizes and depths that a damaged header states
# Members of zip files: damaged (several errors), encrypted (RuntimeError), in a way that is not known (its subclass
# NotImplementedError).
ZIPPED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
LZMA = "_lzma.LZMAError"
# Dates and distances of 0 in the tags of MetaMorph, which Prairie View (Bruker) writes into every file, too.
IDLE_OF_TIFFFILE = ("read_uic_tag> reading ", " STK Datetime", "invalid value encountered in divide")


class Library(NamedTuple):
    """The errors that mean that a file is damaged, and the loggers that the library reports to.

    Warnings about files that can be read all the same are shown, unless the library is `quiet`: one that warns about
    many things that are no matter of the user. Reports that contain a text in `idle` are not shown either. A library
    that calls Python from C, where exceptions are lost or become others, `loses_interrupts`: Ctrl-C is delayed until it
    is through.
    """

    errors: tuple[type[Exception], ...]
    own: tuple[str, ...] = ()  # dotted names
    loggers: tuple[str, ...] = ()
    quiet: bool = False
    idle: tuple[str, ...] = ()
    loses_interrupts: bool = False

    def raises(self) -> tuple[type[Exception], ...]:
        """Return the errors, with those of the library's own that are loaded."""
        found = [getattr(sys.modules.get(module), name, None) for module, _, name in map(_parted, self.own)]
        own = [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]
        return (*self.errors, *own)


def _parted(name: str) -> tuple[str, str, str]:
    return name.rpartition(".")


# THE table of libraries that read files.
LIBRARIES = {
    "header": Library((*FOLLOWED, *MEMORY)),  # no library: its entries are taken apart by a function of ours
    "text": Library((UnicodeDecodeError, csv.Error, OSError)),
    "json": Library((ValueError, OSError, *MEMORY)),
    "xml": Library((*FOLLOWED, ParseError, OSError, *MEMORY)),
    "numpy": Library((*FOLLOWED, *ZIPPED, *MEMORY, SyntaxError, tokenize.TokenError), (LZMA,)),
    "pickle": Library((*FOLLOWED, OSError, pickle.UnpicklingError, *MEMORY, SyntaxError, tokenize.TokenError)),
    "zip": Library((*FOLLOWED, *ZIPPED, *MEMORY), (LZMA,)),
    "scipy": Library(
        (*FOLLOWED, OSError, RuntimeError, NameError, zlib.error, *MEMORY), ("scipy.io.matlab.MatReadError",)
    ),
    "h5py": Library((*FOLLOWED, OSError, RuntimeError, *MEMORY), loses_interrupts=True),
    "zarr": Library(
        (*FOLLOWED, *ZIPPED, SystemError, SyntaxError, *MEMORY), (LZMA,), loggers=("zarr", "numcodecs"), quiet=True
    ),
    "tifffile": Library(
        (*FOLLOWED, OSError, RuntimeError, SystemError, SyntaxError, zlib.error, *MEMORY),
        (LZMA, "tifffile.TiffFileError"),
        loggers=("tifffile",),
        idle=IDLE_OF_TIFFFILE,
    ),
    "pillow": Library(
        (*FOLLOWED, OSError, RuntimeError, SyntaxError, zlib.error, *MEMORY),
        ("PIL.Image.DecompressionBombError",),
        loggers=("PIL",),
    ),
    "roifile": Library((*FOLLOWED, OSError, RuntimeError, *MEMORY), loggers=("roifile",)),
    "imagecodecs": Library(  # its own errors are RuntimeErrors
        (*FOLLOWED, OSError, RuntimeError, SystemError, zlib.error, *MEMORY)
    ),
    "av": Library((ValueError, EOFError, LookupError, MemoryError, OverflowError), ("av.error.FFmpegError",)),
    "nd2": Library(
        (*FOLLOWED, OSError, RuntimeError, NameError, SyntaxError, zlib.error, *MEMORY),
        loggers=("nd2",),
        quiet=True,
    ),
    "liffile": Library((*FOLLOWED, OSError, RuntimeError, SyntaxError, *MEMORY), loggers=("liffile",)),
    "sif_parser": Library((*FOLLOWED, OSError, RuntimeError, SyntaxError, NameError, *MEMORY)),
    "openpyxl": Library(
        (*FOLLOWED, *ZIPPED, *MEMORY, SyntaxError), ("openpyxl.utils.exceptions.InvalidFileException", LZMA), quiet=True
    ),
    "pyarrow": Library((*FOLLOWED, OSError, RuntimeError, *MEMORY), ("pyarrow.lib.ArrowException",)),
}
