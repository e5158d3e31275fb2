"""THE table of kinds of tables: name, suffixes, module, the extra it needs, what it can hold.

A new kind is one row here and one module beside this file with

- ``check(shape, dtype, tidy_form, timed)`` and ``check_table(table, regions)``, only where a kind has limits: an error,
  before any work, for what it cannot hold;
- ``write(path, table, header, regions)``, the regions where they were given;
- ``read_header(path) -> header``, quickly, and an error for files that are none of ours;
- ``read_values(path, header) -> (values (T, N), axis (T,))``;
- ``is_table(path)``, only where a suffix may be a recording's, too.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ..._base import import_extra
from ..._files import sidecar_path as sidecar


@dataclass(frozen=True)
class Kind:
    """One row of the table."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    extra: str | None = None  # optional dependency group that has what the module imports
    needs: tuple[str, ...] = ()  # the import names of those dependencies
    tidy: bool = False  # whether it can be written in long form
    sidecar: bool = False  # whether the header is a file of its own
    shared: bool = False  # whether recordings have the same suffix

    def load(self) -> ModuleType:
        """Import the module, or say which extra is missing."""
        for name in self.needs:
            import_extra(name, str(self.extra), f"{self.suffixes[0]} tables")
        return importlib.import_module(f".{self.module}", __package__)

    def outputs(self, path: Path) -> list[Path]:
        """Return the files that a table at `path` consists of."""
        return [path, sidecar(path)] if self.sidecar else [path]


KINDS = (
    Kind("CSV", (".csv",), "text", tidy=True, sidecar=True),
    Kind("tab-separated", (".tsv",), "text", tidy=True, sidecar=True),
    Kind("Parquet", (".parquet",), "parquet", extra="parquet", needs=("pyarrow",), tidy=True),
    Kind("Excel", (".xlsx",), "excel", extra="excel", needs=("openpyxl",), tidy=True),
    Kind("MATLAB", (".mat",), "matlab", shared=True),
    Kind("NumPy", (".npz",), "npz"),
    Kind("HDF5", (".h5", ".hdf5"), "hdf5", extra="hdf5", needs=("h5py",), shared=True),
    Kind("NetCDF", (".nc",), "netcdf", extra="xarray", needs=("xarray", "h5netcdf")),
    Kind("NWB", (".nwb",), "nwb", extra="nwb", needs=("pynwb",)),
)
SUFFIXES = tuple(suffix for kind in KINDS for suffix in kind.suffixes)


def find_kind(path: Path) -> Kind:
    """Return the row for a path, or raise an error that lists the known suffixes."""
    for kind in KINDS:
        if path.suffix.lower() in kind.suffixes:
            return kind
    raise ValueError(f"{path}: tables are written as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
