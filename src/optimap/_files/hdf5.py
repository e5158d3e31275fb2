"""HDF5 files are opened here, and never lead to another file unless the user allows it.

A name in an HDF5 file may stand for an object of another file (an external link), and the values of a dataset may lie
in other files (external storage, virtual datasets). Whoever made a file could thus show any other file of the reader.
`hdf5_contents` goes through all objects once, without following links and no deeper than `DEEPEST` groups;
`hdf5_item` looks a name up step by step. What the objects mean is up to the callers.
"""

import importlib.util
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .._base import ArgumentError, budget, import_extra
from .hdf5_io import hdf5_input
from .hdf5_lengths import check_lengths
from .justified import DEFLATE, MOST, STORED, check_justified

if TYPE_CHECKING:
    import h5py

DEEPEST = 100  # groups in groups; HDF5 looks each name up from the top, so 5,000 took 20 s
UNSAFE = {32017: "SZ", 32024: "SZ3", 32028: "SPERR"}  # SZ calls exit, the others trust what a chunk states
WITHIN_DEFLATE = {1, 2, 3}  # the filters deflate, shuffle and checksum
OTHER_FILTERS, FIRST_OTHER = (
    "hdf5plugin",
    256,
)  # the package that brings filters of other makers; these have such numbers
LONGEST_NAME = 40  # of a filter, in messages
MOST_STEPS = 100  # of soft links to soft links
ALONE = "save it as one file that holds all of its data"
ALLOW = (
    "if you trust it, give external_links=True, which reads whatever files it names, wherever they are, or save it as "
    "one file that holds all of its data"
)


class Contents(NamedTuple):
    """All datasets and groups in a file, by name, and which names lead to which other file."""

    datasets: "dict[str, h5py.Dataset]"
    groups: "dict[str, h5py.Group]"
    links: dict[str, str]  # of groups and datasets: external links
    sources: dict[str, str]  # of datasets: other files that hold their values

    @property
    def elsewhere(self) -> dict[str, str]:
        """Return everything that leads to another file."""
        return {**self.sources, **self.links}


def open_hdf5(path: Path, purpose: str = "HDF5 files", external_links: bool = False) -> "h5py.File":
    """Open an HDF5 file for reading; what h5py raises for damaged ones is left to the `guard` around the call.

    Its bytes are looked at (`hdf5_io`). If external links are to be followed, which HDF5 must do by itself, they and
    those of the files that it leads to are looked at before.
    """
    h5py = import_extra("h5py", "hdf5", purpose)
    if not external_links:
        return hdf5_input(path)
    _look_through(path, set())
    return h5py.File(path, "r")


def _look_through(path: Path, seen: set[Path]) -> None:
    """Let the structure of a file, and of those that it leads to, pass through our hands once."""
    seen.add(path.resolve())
    with hdf5_input(path) as file:
        contents = hdf5_contents(file, path)
        for item in (file, *contents.groups.values(), *contents.datasets.values()):
            list(item.attrs)
        for name, dataset in contents.datasets.items():
            if name not in contents.sources:
                dataset.id.get_storage_size()  # goes through all chunks
                check_size(dataset, path)
    for name in contents.elsewhere.values():
        for other in (path.parent / name, Path(name)):
            if other.resolve() not in seen and other.is_file() and _is_hdf5(other):
                _look_through(other, seen)


def _is_hdf5(path: Path) -> bool:
    """Return whether a file is HDF5, and not values without a header."""
    import h5py

    return bool(h5py.is_hdf5(path))


@contextmanager
def own_hdf5(path: Path, name: str = "path", purpose: str = "HDF5 files") -> "Iterator[h5py.File]":
    """Open an HDF5 file for reading, or raise an error if anything in it leads to another file.

    Errors call the argument that names the file by `name`.
    """
    with open_hdf5(path, purpose) as file:
        check_own(file, path, name)
        yield file


def check_own(file: "h5py.File", path: Path, name: str = "path") -> None:
    """Raise an error if anything in an open file leads to another file, or states more than the file can hold."""
    contents = hdf5_contents(file, path, name)
    elsewhere = contents.elsewhere
    for dataset in contents.datasets.values():
        check_size(dataset, path, name)
    if elsewhere:
        refuse_elsewhere(path, *next(iter(elsewhere.items())), name=name, cure=ALONE)


def refuse_elsewhere(path: Path, item: str, other: str, name: str = "path", cure: str = ALLOW) -> None:
    """Raise the error for an object that leads to another file."""
    problem = f"keeps {item} in another file, {other}, which is not opened because any file may be named there"
    keyword = "external_links" if "external_links=" in cure else None
    raise ArgumentError(name, path, problem, cure, subject=str(path), keyword=keyword)


def hdf5_contents(file: "h5py.File", path: Path, name: str = "path", external_links: bool = False) -> Contents:
    """Return what is in a file; with `external_links`, also what is behind them."""
    import h5py

    found = Contents({}, {}, {}, {})
    groups = [(file, "", 0)]
    known = {_identity(file)}
    while groups:
        group, prefix, depth = groups.pop()
        if depth > DEEPEST:
            problem = f"nests groups more than {DEEPEST} deep"
            cure = "save its data nearer to the top of the file"
            raise ArgumentError(name, path, problem, cure, subject=str(path))
        inner = []
        for key, kind in _links(group):
            whole = prefix + _text(key)
            if kind == h5py.h5l.TYPE_EXTERNAL and not external_links:
                found.links[whole] = _linked(group, key)
            elif kind == h5py.h5l.TYPE_HARD or (kind == h5py.h5l.TYPE_EXTERNAL and _leads_to_a_file(group, key)):
                item = group[key]
                if _identity(item) in known:
                    continue
                known.add(_identity(item))
                if isinstance(item, h5py.Dataset):
                    found.datasets[whole] = item
                    source = _source(item)
                    if source is not None and not external_links:
                        found.sources[whole] = source
                elif isinstance(item, h5py.Group):
                    found.groups[whole] = item
                    inner.append((item, f"{whole}/", depth + 1))
        groups += reversed(inner)
    return found


def hdf5_item(group: "h5py.Group", name: str, path: Path, external_links: bool = False) -> Any:
    """Return the object of a name, or None; soft links are followed within the file, others only if allowed."""
    import h5py

    if external_links:
        return group.get(name)
    here: Any = group.file if name.startswith("/") else group
    parts, steps = [part for part in name.split("/") if part not in ("", ".")], 0
    while parts:
        if not isinstance(here, h5py.Group):
            return None
        link: Any = _link(here, parts[0])
        if link is None:
            return None
        if isinstance(link, h5py.ExternalLink):
            refuse_elsewhere(path, f"{here.name}/{parts[0]}".lstrip("/"), link.filename)
        if isinstance(link, h5py.SoftLink):
            steps += 1
            if steps > MOST_STEPS:
                return None
            here = here.file if link.path.startswith("/") else here
            parts = [part for part in link.path.split("/") if part not in ("", ".")] + parts[1:]
            continue
        here = here[parts.pop(0)]
    if isinstance(here, h5py.Dataset):
        source = _source(here)
        if source is not None:
            refuse_elsewhere(path, str(here.name).lstrip("/"), source)
    return here


def hdf5_values(dataset: "h5py.Dataset", path: Path, name: str = "path") -> Any:
    """Return all values of a dataset, which is as large as the file can hold."""
    check_size(dataset, path, name)
    return dataset[()]


def check_size(dataset: "h5py.Dataset", path: Path, name: str = "path") -> None:
    """Raise an error for a dataset, or a chunk of it, of more bytes than those stored for it can hold.

    Chunks that were never written are chunks of one value, as if compressed.
    """
    check_filters(dataset, path, name)
    width, shape = dataset.dtype.itemsize, dataset.shape or ()
    asked = max(math.prod(shape), math.prod(dataset.chunks or ())) * width
    if asked > budget().free_bytes:
        filters = _filters(dataset).keys()
        ratio = STORED if dataset.chunks is None else DEFLATE if filters <= WITHIN_DEFLATE else MOST
        stored = None if dataset.is_virtual else dataset.id.get_storage_size()
        check_justified(path, asked, ratio, f"values of {dataset.name}", argument=name, stored=stored)
    if dataset.dtype.hasobject:
        check_lengths(dataset, path, name)


def _filters(dataset: "h5py.Dataset") -> dict[int, str]:
    """Return the numbers and names of the filters of a dataset."""
    plist = dataset.id.get_create_plist()
    found = (plist.get_filter(i) for i in range(plist.get_nfilters()))
    return {number: " ".join(_text(name).partition(";")[0].split())[:LONGEST_NAME] for number, _, _, name in found}


def check_filters(dataset: "h5py.Dataset", path: Path, name: str = "path") -> None:
    """Raise an error if a filter that a dataset was compressed with is not installed, or cannot be trusted."""
    others = {number: text for number, text in _filters(dataset).items() if number not in WITHIN_DEFLATE}
    if not others:
        return
    for number in others.keys() & UNSAFE.keys():
        problem = f"is compressed with {UNSAFE[number]}, whose decoder ends the process where a chunk is damaged"
        cure = "save it with gzip in the program that made it"
        raise ArgumentError(name, path, problem, cure, subject=str(path))
    import h5py

    has_package = importlib.util.find_spec(OTHER_FILTERS) is not None
    if has_package:
        importlib.import_module(OTHER_FILTERS)  # makes its filters known to HDF5
    for number, text in others.items():
        if not h5py.h5z.filter_avail(number):
            called = f" ({text})" if text else ""
            problem = f"is compressed with the HDF5 filter {number}{called}, which is not installed"
            cure = "save it with gzip in the program that made it"
            cure = (
                cure
                if has_package or number < FIRST_OTHER
                else f"install it with pip install {OTHER_FILTERS}, or {cure}"
            )
            raise ArgumentError(name, path, problem, cure, subject=str(path))


def _link(group: "h5py.Group", name: str) -> Any:
    """Return the link of a name, or None, also where the list of names is damaged: whoever lists them finds that."""
    try:
        return group.get(name, getlink=True)
    except (KeyError, RuntimeError):
        return None


def _links(group: "h5py.Group") -> list[tuple[bytes, int]]:
    """Return the names in a group, and which kind of link each is."""
    found: list[tuple[bytes, int]] = []
    add: Callable[[bytes, Any], None] = lambda key, info: found.append((key, info.type))  # noqa: E731
    group.id.links.iterate(add, info=True)
    return found


def _identity(item: Any) -> tuple[int, int]:
    """Return what is the same for all names of an object."""
    import h5py

    info = h5py.h5o.get_info(item.id)
    return info.fileno, info.addr


def _linked(group: "h5py.Group", key: bytes) -> str:
    """Return the file that an external link names."""
    return _text(group.id.links.get_val(key)[0])


def _leads_to_a_file(group: "h5py.Group", key: bytes) -> bool:
    """Return whether the object of an external link is there: many links are dangling."""
    try:
        return group.get(key) is not None
    except OSError:  # h5py looked for the file, and could not open it
        return False


def _source(dataset: "h5py.Dataset") -> str | None:
    """Return the first other file that holds values of a dataset, or None."""
    import h5py

    stored = dataset.id.get_create_plist()
    if stored.get_external_count():
        return _text(stored.get_external(0)[0])
    if stored.get_layout() != h5py.h5d.VIRTUAL:
        return None
    names = (_text(stored.get_virtual_filename(i)) for i in range(stored.get_virtual_count()))
    return next((name for name in names if name != "."), None)


def _text(name: str | bytes) -> str:
    """Return a name as text; names may be in no encoding."""
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name
