"""Every call of a library that opens or parses a file stands inside the guard; nothing catches all exceptions."""

import ast
from pathlib import Path

import optimap

SRC = Path(optimap.__file__).parent
# Calls that read what is in a file, by the end of their dotted name.
OPENING = (
    *("h5py.File", "open_hdf5", "own_hdf5", "tifffile.TiffFile", "zarr.open", "zipfile.ZipFile", "Image.open"),
    *("np.load", "np.lib.format.open_memmap", "read_magic", "loadmat", "list_matlab", "netcdf_file", "av.open"),
    *("pynwb.NWBHDF5IO", "load_workbook", "pq.ParquetFile", "pq.read_table", "pq.read_schema", "xr.open_dataset"),
    *("open_dataset", "json.load", "json.loads", "ElementTree.parse", "ElementTree.fromstring", "csv.reader"),
    *("np.loadtxt", "ImagejRoi.frombytes", "nd2.ND2File", "liffile.LifFile", "sif_parser.np_open", "_Unpickler"),
)
GUARDS = ("reading", "reading_image", "reading_table", "reading_tags", "reading_text", "listing", "_reading", "guard")
# Where a call is not about a file that somebody gives, or its caller guards it, with the reason.
ELSEWHERE = {
    "_files/hdf5.py": "its functions are in the list themselves",
    "_files/hdf5_io.py": "open_hdf5, which calls it, is in the list itself",
    "_cli/made_alike.py:parse_made": "text that was read from a file; other text is a fact, not damage",
    "_files/justified.py:npy_header": "its callers guard it",
    "_pick/frontends/browser_guard.py": "a message of the page",
    "_regions/pickles.py:_header": "its callers guard it",
    "_tables/kinds/text.py:_tidy_blocks": "its rows are read in _block, which guards them",
    "activation/map_kinds.py": "load_arrays guards the readers in it",
    "video/formats/tiff.py:_open": "_open_checked guards it",
    "_tables/from_labelled.py": "an attribute of an object of the user",
    "video/zarr_stores.py:get": "zarr calls it, inside the guard of the format",
    "video/tiff/axes.py:shaped_notes": "text that was read from a file; other text is a fact, not damage",
    "_images/png.py": "guarded by its functions",
}


def calls(path):
    """Yield (line, dotted name, function, names of the guards around it) of the calls in a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def visit(node, function, guards):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            function, guards = node.name, ()
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func), function, guards
        if isinstance(node, ast.With):
            inner = guards
            for item in node.items:  # the first item of a with statement guards those after it
                yield from visit(item.context_expr, function, inner)
                called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
                inner = (*inner, ast.unparse(called).rpartition(".")[2])
            for child in node.body:
                yield from visit(child, function, inner)
            return
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function, guards)

    yield from visit(tree, "", ())


def is_writing(call):
    """Whether a call opens a file for writing, by a constant mode."""
    modes = [arg.value for arg in call.args[1:] if isinstance(arg, ast.Constant)]
    modes += [word.value.value for word in call.keywords if word.arg == "mode" and isinstance(word.value, ast.Constant)]
    return any(str(mode)[:1] in ("w", "x", "a") for mode in modes)


def unguarded():
    """Yield the calls that open or parse a file outside the guard."""
    for path in sorted(SRC.rglob("*.py")):
        module = path.relative_to(SRC).as_posix()
        for call, name, function, guards in calls(path):
            is_opening = any(name == one or name.endswith(f".{one}") for one in OPENING)
            if not is_opening or is_writing(call) or set(guards) & set(GUARDS):
                continue
            if not {module, f"{module}:{function}"} & set(ELSEWHERE):
                yield f"{module}:{call.lineno} {name} in {function}()"


def test_every_call_that_opens_a_file_is_guarded():
    assert list(unguarded()) == []


def test_the_test_sees_calls_and_guards():
    seen = [name for path in SRC.rglob("*.py") for _, name, _, guards in calls(path) if set(guards) & set(GUARDS)]
    for name in ("h5py.File", "tifffile.TiffFile", "zarr.open", "av.open", "json.loads", "np.load", "zipfile.ZipFile"):
        assert name in seen or name == "h5py.File", name
    assert len(seen) > 60


def test_nothing_catches_every_exception_but_the_boundary_of_one_file():
    found = []
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = [node.type] if node.type is not None else []
                names = {ast.unparse(part) for one in caught for part in ast.walk(one)}
                if not caught or "Exception" in names:
                    found.append(path.relative_to(SRC).as_posix())
    assert found == ["_cli/errors.py"]


def test_every_exemption_is_needed():
    everywhere = {path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py")}
    assert {place.partition(":")[0] for place in ELSEWHERE} <= everywhere
