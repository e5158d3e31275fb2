"""Rooms and floors: who may import whom, and only what a room lists. Imports inside functions count, too."""

import ast
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
    {"_regions", "datasets"},
    {"_reading", "_draw", "_tables"},
    {"_extract", "_series", "video", "image"},
    {"trace", "beats", "activation", "phase"},
    {"_pick"},
    {"_cli"},
    {"", "__main__"},  # the package itself
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# The documented select functions live in trace, and open windows: inside these functions only.
UPWARD = {("trace", "_pick"): {"select_positions", "select_traces", "compare_traces"}}
PUBLIC = {"trace", "video", "image", "datasets", "beats"}
MATPLOTLIB = {"_draw", "_pick", "image"}


def modules():
    """Return the path of every module below the package, as parts without the suffix."""
    return sorted(path.relative_to(SRC) for path in SRC.rglob("*.py"))


def room_of(path):
    """Return the room that a module is in; modules at the top are rooms of their own."""
    return path.parts[0] if len(path.parts) > 1 else ("" if path.stem == "__init__" else path.stem)


def imports(path):
    """Yield (dotted module below the package, names, function around it) of each import of our own."""
    package = list(path.parts[:-1])
    tree = ast.parse((SRC / path).read_text(encoding="utf-8"))
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
        tree = ast.parse((SRC / path).read_text(encoding="utf-8"))
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
            # Artists of ours are classes of matplotlib's; the module is imported only to draw.
            is_lazy = node in inside or path.name == "long_traces.py"
            if room_of(path) not in MATPLOTLIB | {"_cli"} or not is_lazy:
                wrong.append(str(path))
    assert wrong == []


@pytest.mark.parametrize("room", sorted({room_of(path) for path in modules()} & set().union(*FLOORS[:7])))
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
        for node in ast.walk(ast.parse((SRC / path).read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                is_table = node.name.startswith("_add_arguments")  # of options
                if body and body[-1].end_lineno - body[0].lineno + 1 > 40 and not is_table:
                    long_bodies.append(f"{path}: {node.name}")
    assert long_bodies == []


def test_few_parameters_can_be_anything():
    total = anything = 0
    for path in modules():
        for node in ast.walk(ast.parse((SRC / path).read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                arguments = node.args
                every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                every += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
                annotated = [ast.unparse(argument.annotation) for argument in every if argument.annotation]
                total += len(annotated)
                anything += annotated.count("Any")
    assert anything <= 0.05 * total


def test_every_module_says_what_it_is_for():
    silent = [str(p) for p in modules() if not ast.get_docstring(ast.parse((SRC / p).read_text(encoding="utf-8")))]
    assert silent in ([], ["_version.py"])


def test_lists_are_shipped():
    """The lists of rooms are read when the package runs, so the wheel must hold them."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    excluded = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["scikit-build"]["wheel"]["exclude"]
    assert not any(pattern.endswith((".pyi", "*")) and "pyi" in pattern for pattern in excluded)
