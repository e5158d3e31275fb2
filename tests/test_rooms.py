"""Rooms and floors: who may import whom, and only what a room lists. Imports inside functions count, too.

The tests themselves are held to the same lists, and replace nothing that belongs to optimap.
"""

import ast
import functools
import importlib
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

import optimap

SRC = Path(optimap.__file__).parent
# From the ground up; docs/architecture.md says what each room is for.
FLOORS = [
    {"_base", "_version"},
    {"_files", "kernels"},
    {"_images"},
    {"_regions", "datasets"},
    {"_reading", "_draw", "_tables"},
    {"_extract", "_series", "_beats"},
    {"video", "image"},
    {"trace", "beats"},
    {"activation", "phase"},
    {"_pick"},
    {"_cli"},
    {"", "__main__"},  # the package itself
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# The documented select functions live in trace, and open windows: inside these functions only.
UPWARD = {("trace", "_pick"): {"select_positions", "select_traces", "select_regions", "compare_traces"}}
PUBLIC = {"trace", "video", "image", "datasets", "beats", "activation", "phase"}
MATPLOTLIB = {"_draw", "_pick", "image"}
TESTS = Path(__file__).parent
# Names that must not be there.
UNLISTED = {
    "test_import.py: optimap.trace.nothing",
    "typed/wrong.py: optimap.extract_trace",
    "typed/wrong.py: optimap.trace.nothing",
}
REPLACING = {"setattr", "delattr", "setitem", "delitem", "patch", "object", "multiple"}  # of pytest, mock, Python


def modules():
    """Return the path of every module below the package, as parts without the suffix."""
    return sorted(path.relative_to(SRC) for path in SRC.rglob("*.py"))


def room_of(path):
    """Return the room that a module is in; modules at the top are rooms of their own."""
    return path.parts[0] if len(path.parts) > 1 else ("" if path.stem == "__init__" else path.stem)


@functools.cache
def tree_of(path):
    """Return the program of a module, given as below the package."""
    return ast.parse((SRC / path).read_text(encoding="utf-8"))


def imports(path):
    """Yield (dotted module below the package, names, function around it) of each import of our own."""
    package = list(path.parts[:-1])
    tree = tree_of(path)
    around = {}
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            around[child] = node.name if is_function else around.get(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - (node.level - 1)]
            yield [*base, *(node.module or "").split(".")] if node.module else base, node, around.get(node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "optimap":
            yield node.module.split(".")[1:], node, around.get(node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "optimap":
                    yield alias.name.split(".")[1:], node, around.get(node)


def arrows():
    """Yield (module, its room, other room, place in that room, names, function) of each import of another room."""
    for path in modules():
        for target, node, function in imports(path):
            names = [alias.name for alias in getattr(node, "names", [])]
            targets = [target] if target else [[name] for name in names]
            for to in targets:
                if to[0] != room_of(path):
                    yield path, room_of(path), to[0], to[1:], names if target else [], function


def listed(room):
    """Return the names that a room lists."""
    return set(importlib.import_module(f"optimap.{room}").__all__)


def test_every_room_has_a_floor():
    assert {room_of(path) for path in modules()} <= set(FLOOR)


def test_no_import_runs_up_a_floor_or_along_it():
    wrong = [
        f"{path} imports {other}" + (f" in {function}()" if function else "")
        for path, room, other, _, _, function in arrows()
        if FLOOR[other] >= FLOOR[room] and function not in UPWARD.get((room, other), ())
    ]
    assert wrong == []


def test_rooms_take_from_others_only_what_these_list():
    wrong = [
        f"{path}: {other}{'.' + '.'.join(inside) if inside else ''} {sorted(names)}"
        for path, room, other, inside, names, _ in arrows()
        if other not in ("_version", "") and room != "" and (inside or not set(names) <= listed(other))
    ]
    assert wrong == []


def test_modules_do_not_import_each_other_in_circles():
    graph = defaultdict(set)
    known = {".".join(path.with_suffix("").parts) for path in modules()}
    for path in modules():
        here = ".".join(path.with_suffix("").parts)
        for target, node, function in imports(path):
            room = room_of(path)
            if target and function in UPWARD.get((room, target[0]), ()):
                continue
            for name in (alias.name for alias in node.names):
                for module in (".".join([*target, name]), ".".join(target)):
                    if module in known:
                        graph[here].add(module)
                        break
    done, open_ = set(), []

    def visit(module):
        assert module not in open_, " -> ".join([*open_[open_.index(module) :], module])
        if module in done:
            return
        open_.append(module)
        for other in sorted(graph[module]):
            visit(other)
        done.add(open_.pop())

    for module in sorted(known):
        visit(module)


def test_matplotlib_is_imported_inside_functions_of_rooms_that_draw():
    wrong = []
    for path in modules():
        tree = tree_of(path)
        inside = {child for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for child in ast.walk(node)}
        checked = {
            child
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for child in ast.walk(node)
        }
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            if not any(name.split(".")[0] == "matplotlib" for name in names) or node in checked:
                continue
            # Artists of ours are classes of matplotlib's; these modules are imported only to draw.
            ours = (
                "long_traces.py",
                "strokes.py",
                "arranger.py",
                "player.py",
                "highlight.py",
                "stamps.py",
                "figure.py",
            )
            is_lazy = node in inside or path.name in ours
            if room_of(path) not in MATPLOTLIB | {"_cli"} or not is_lazy:
                wrong.append(str(path))
    assert wrong == []


@pytest.mark.parametrize("room", sorted({room_of(path) for path in modules()} & set().union(*FLOORS[:9])))
def test_no_listed_name_is_that_of_a_file(room):
    """lazy_loader would return the module instead of the name, depending on what was imported first."""
    if room == "_version":
        pytest.skip("a module, no room")
    files = {path.stem for path in (SRC / room).iterdir() if path.suffix == ".py" or path.is_dir()}
    assert listed(room) & files <= ({"formats"} if room == "video" else set())


def test_the_face_of_the_documented_module_is_small():
    assert len([path for path in (SRC / "trace").iterdir() if path.suffix in (".py", ".pyi")]) <= 6


def test_files_and_bodies_are_short():
    long_files = [str(path) for path in modules() if (SRC / path).read_text(encoding="utf-8").count("\n") > 400]
    assert long_files == []
    long_bodies = []
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                is_table = node.name.startswith("_add_arguments")  # of options
                if body and body[-1].end_lineno - body[0].lineno + 1 > 40 and not is_table:
                    long_bodies.append(f"{path}: {node.name}")
    assert long_bodies == []


def test_few_parameters_can_be_anything():
    total = anything = 0
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                arguments = node.args
                every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                every += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
                annotated = [ast.unparse(argument.annotation) for argument in every if argument.annotation]
                total += len(annotated)
                anything += annotated.count("Any")
    assert anything <= 0.05 * total


def test_every_module_says_what_it_is_for():
    silent = [str(path) for path in modules() if not ast.get_docstring(tree_of(path))]
    assert silent in ([], ["_version.py"])


def test_lists_are_shipped():
    """The lists of rooms are read when the package runs, so the wheel must hold them."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    excluded = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["scikit-build"]["wheel"]["exclude"]
    assert not any(pattern.endswith((".pyi", "*")) and "pyi" in pattern for pattern in excluded)


# The plugin for napari, which is a distribution of its own

PLUGIN = Path(__file__).parents[1] / "napari" / "src" / "optimap_napari"


def test_the_plugin_uses_names_for_users_and_is_short():
    paths = sorted(PLUGIN.rglob("*.py"))
    trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    assert trees
    wrong = [f"{name}: {used}" for name, tree in trees.items() for used in unlisted(tree)]
    wrong += [f"{name}: {used}" for name, tree in trees.items() for used in own_names(tree).values() if "._" in used]
    assert wrong == []
    assert [path.name for path in paths if path.read_text(encoding="utf-8").count("\n") > 400] == []
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_the_plugin_has_the_version_of_the_package():
    assert f'__version__ = "{optimap.__version__}"' in (PLUGIN / "__init__.py").read_text(encoding="utf-8")


# What tests use, and what they replace


def is_room(dotted):
    """Whether a dotted name is that of a room: a package with a list of names."""
    folder = SRC.joinpath(*dotted.split(".")[1:])
    return dotted == "optimap" or (folder / "__init__.pyi").exists() or dotted == "optimap.kernels"


def has_name(room, name):
    """Whether a room has a name for others: one that it lists, one of Python's, or that of a room inside."""
    is_pythons = name.startswith("__") and name.endswith("__")
    return is_pythons or name in importlib.import_module(room).__all__ or is_room(f"{room}.{name}")


def own_room(test):
    """Return the room that a test is about, if the list of that room is for users and cannot hold inner names."""
    return f"optimap.{test.parts[0]}" if test.parts[0] in PUBLIC else None


def chain(node):
    """Return the names of an expression such as ``a.b.c``, or an empty list."""
    names = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def programs(tree):
    """Yield the tree of a test, and those of programs in its strings."""
    yield tree
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "None" for part in parts)
        if isinstance(node, (ast.JoinedStr, ast.Constant)) and "optimap" in text and "import" in text:
            try:
                yield ast.parse(text)
            except SyntaxError:  # a message, or a file of another kind
                continue


def own_names(tree):
    """Return what the names in a program stand for that it imports from optimap: dotted names."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "optimap":
                    names[alias.asname or "optimap"] = alias.name if alias.asname else "optimap"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "optimap":
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def unlisted(tree, own=None):
    """Yield each name of optimap that a program uses and no room lists; names of modules in its `own` room are free."""
    names = own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] == "optimap" and not is_room(a.name))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "optimap":
            for name in (alias.name for alias in node.names):
                is_listed = is_room(node.module) and has_name(node.module, name)
                is_inner = own is not None and node.module.startswith(f"{own}.") and not name.startswith("_")
                if not is_listed and not is_inner:
                    yield f"{node.module}.{name}"
        elif isinstance(node, ast.Attribute) and chain(node)[:1] and chain(node)[0] in names:
            room, *rest = names[chain(node)[0]], *chain(node)[1:]
            while rest and is_room(room):
                if not has_name(room, rest[0]):
                    yield f"{room}.{rest[0]}"
                room = f"{room}.{rest.pop(0)}"
        elif isinstance(node, ast.Call) and chain(node.func)[-1:] in (["import_module"], ["importorskip"]):
            named = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
            if str(named).split(".")[0] == "optimap" and not is_room(named):
                yield named


def replaced(tree):
    """Yield each name of optimap that a program replaces, by an assignment or a function that patches."""
    names = own_names(tree)

    def is_own(node):
        if isinstance(node, ast.Constant):
            return str(node.value).split(".")[0] == "optimap" and "." in str(node.value)
        return bool(chain(node)) and chain(node)[0] in names

    for node in ast.walk(tree):
        is_changed = isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
        parts = [node.value, node.slice] if isinstance(node, ast.Subscript) else [node]
        if is_changed and not isinstance(node, ast.Name) and any(is_own(part) for part in parts):
            yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if function in REPLACING and any(is_own(argument) for argument in node.args[:2]):
                yield ast.unparse(node)


@functools.cache
def every_program():
    """Return the path of every file of the tests, below their folder, and the trees of its programs."""
    paths = sorted(path.relative_to(TESTS) for path in TESTS.rglob("*.py"))
    return [(path, list(programs(ast.parse((TESTS / path).read_text(encoding="utf-8"))))) for path in paths]


def test_tests_use_what_rooms_list():
    wrong = {
        f"{path}: {name}"
        for path, trees in every_program()
        if path.name != Path(__file__).name
        for tree in trees
        for name in unlisted(tree, own_room(path))
    }
    assert sorted(wrong - UNLISTED) == []


def test_tests_replace_only_the_outside_world():
    wrong = [
        f"{path}: {name}"
        for path, trees in every_program()
        if path.name != Path(__file__).name
        for tree in trees
        for name in replaced(tree)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("import optimap, optimap.trace\noptimap.trace.extract_traces(optimap.__version__)", []),
        ("from optimap import kernels, trace\nkernels.thread_count()\ntrace.regions(0).names", []),
        ("from optimap._pick.frontends import chosen_by\nfrom optimap._base import budget", []),
        ("import optimap._reading.blocks", ["optimap._reading.blocks"]),
        ("def f():\n    from optimap._reading import blocks, walk_blocks", ["optimap._reading.blocks"]),
        ("from optimap._reading.blocks import walk_blocks", ["optimap._reading.blocks.walk_blocks"]),
        ("from optimap.video.units import MM", []),  # in the room that the test is about, which has a list for users
        ("from optimap.video.save import _as_json", ["optimap.video.save._as_json"]),
        ("from optimap.trace.extract import Picked", ["optimap.trace.extract.Picked"]),
        ("import optimap\noptimap._reading.blocks.x", ["optimap._reading.blocks"]),
        ("from optimap import kernels\nkernels._numpy", ["optimap.kernels._numpy"]),
        ("import importlib\nimportlib.import_module('optimap.kernels._numpy')", ["optimap.kernels._numpy"]),
        ("run('-c', 'from optimap._series import period; print(period)')", ["optimap._series.period"]),
        ("code = 'x = 1\\nfrom optimap._series import period'", ["optimap._series.period"]),
    ],
)
def test_unlisted_names_are_found(program, found):
    own = own_room(Path("video/test_units.py"))
    assert sorted({name for tree in programs(ast.parse(program)) for name in unlisted(tree, own)}) == found


@pytest.mark.parametrize(
    "program",
    [
        "monkeypatch.setattr('optimap._base.budget', 1)",
        "from optimap import kernels\nmonkeypatch.setattr(kernels, 'backend', 1)",
        "from optimap import kernels\nsetattr(kernels, 'backend', 1)",
        "from optimap.video import Recording\nmonkeypatch.setattr(Recording, 'close', None)",
        "from optimap import kernels as k\nk.backend = 'numpy'",
        "import optimap.trace\noptimap.trace.extract_traces = None",
        "import optimap.trace\ndel optimap.trace.extract_traces",
        "with mock.patch('optimap.trace.extract_traces'): pass",
        "from optimap import trace\nwith mock.patch.object(trace, 'extract_traces'): pass",
        "monkeypatch.setitem(sys.modules, 'optimap.trace', None)",
        "import sys\nsys.modules['optimap._version'] = None",
        "from optimap.trace import REGISTRY\nREGISTRY['a'] = 1",
        "code = f'import optimap.trace\\noptimap.trace.x = {value}'",
    ],
)
def test_replaced_names_are_found(program):
    assert [name for tree in programs(ast.parse(program)) for name in replaced(tree)]


@pytest.mark.parametrize(
    "program",
    [
        "import os\nmonkeypatch.setattr(os, 'link', None)",
        "monkeypatch.setitem(sys.modules, 'h5py', None)",
        "from optimap.trace import regions\nfound = regions(0)\nfound.size = 3",
        "from optimap import kernels\nseen.backend = kernels.backend",
    ],
)
def test_the_outside_world_may_be_replaced(program):
    assert [name for tree in programs(ast.parse(program)) for name in replaced(tree)] == []
