"""The list of all kinds of tables: name, suffixes, module, the extra it needs, what it can hold.

A new kind is one row here and one module next to this file with

- ``check_limits(shape, dtype, tidy, timed)`` and ``check_contents(table, regions)``, only if a kind has limits: raise
  an error, before any work, for what it cannot hold;
- ``write(path, table, header, regions)``; regions are None unless they were given;
- ``read_header(path) -> header``, quickly, as `header.parse_header` returns it, with an error for files that optimap
  did not write; what is read from the file is guarded (`header.reading_table`);
- ``read(path) -> (header, values (T, N), axis (T,))``;
- ``is_table(path)``, only if recordings have the same suffix.

Paths and tables have been checked before they arrive there. Five modules are not kinds: `digits` and
`text_cells` are shared by the kinds that are text, `nwb_metadata` and `nwb_marks` belong to `nwb`, and `netcdf_marks`
to `netcdf`.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ..._base import ArgumentError, import_extra
from ..._files import sidecar_path


@dataclass(frozen=True)
class Kind:
    """One row of the list."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    extra: str | None = None  # the extra that installs what the module imports
    needs: tuple[str, ...] = ()  # the import names of those packages
    tidy: bool = False  # whether it can be written in long form
    sidecar: bool = False  # whether the header is a separate file
    shared: bool = False  # whether recordings have the same suffix
    digits: bool = False  # whether floats are written as digits, which are rounded to their data type when read
    marks: str = ""  # the module with ``is_table``, if the kind's own needs packages that recordings do not need

    def load(self) -> ModuleType:
        """Import the module, or raise an error that names the missing extra."""
        for name in self.needs:
            import_extra(name, str(self.extra), f"{self.suffixes[0]} tables")
        return importlib.import_module(f".{self.module}", __package__)

    def holds(self, path: Path) -> bool:
        """Return whether a file with the suffix of this kind is a table, not a recording."""
        if not self.shared:
            return True
        module = importlib.import_module(f".{self.marks}", __package__) if self.marks else self.load()
        return bool(module.is_table(path))

    def outputs(self, path: Path) -> list[Path]:
        """Return the files of a table at `path`."""
        return [path, sidecar_path(path)] if self.sidecar else [path]


KINDS = (
    Kind("CSV", (".csv",), "text", tidy=True, sidecar=True, digits=True),
    Kind("tab-separated", (".tsv",), "text", tidy=True, sidecar=True, digits=True),
    Kind("Parquet", (".parquet",), "parquet", extra="parquet", needs=("pyarrow",), tidy=True),
    Kind("Excel", (".xlsx",), "excel", extra="excel", needs=("openpyxl",), tidy=True, digits=True),
    Kind("MATLAB", (".mat",), "matlab", shared=True),
    Kind("NumPy", (".npz",), "npz", shared=True),
    Kind("HDF5", (".h5", ".hdf5"), "hdf5", extra="hdf5", needs=("h5py",), shared=True),
    Kind("NetCDF", (".nc",), "netcdf", extra="xarray", needs=("xarray", "h5netcdf"), shared=True, marks="netcdf_marks"),
    Kind("NWB", (".nwb",), "nwb", extra="nwb", needs=("pynwb",), shared=True, marks="nwb_marks"),
)
SUFFIXES = tuple(suffix for kind in KINDS for suffix in kind.suffixes)


def find_table_kind(path: Path) -> Kind:
    """Return the kind of table that a path has by its suffix, or raise an error that lists the known suffixes."""
    for kind in KINDS:
        if path.suffix.lower() in kind.suffixes:
            return kind
    raise ArgumentError(
        "path",
        path,
        "does not have the suffix of a table",
        f"tables are written as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}",
        subject=str(path),
        plain=True,
    )
