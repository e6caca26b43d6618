"""Which files of this repository a module runs: itself, what it imports, and what they read."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGES = ("stages", "viewcache")


def import_closure(module: str, root: Path = Path()) -> set[Path]:
    """The files of `PACKAGES` that a module may import, at its top or within a function.

    Imports for type checkers alone are left out. A file that a module names and that lies beside
    it, such as a template, belongs to it.
    """
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file_of(name, root)
        if path is None or path in found:
            continue
        found.add(path)
        tree = ast.parse(path.read_bytes())
        found.update(_files_beside(path, tree))
        waiting.extend([*_packages_of(name), *imports(tree)])
    return found


def imports(node: ast.AST) -> Iterator[str]:
    """Names of modules, and of what is taken from them, which may be modules too."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in _parts_that_run(node):
        yield from imports(child)


def _file_of(module: str, root: Path) -> Path | None:
    if module.split(".")[0] not in PACKAGES:
        return None
    path = root.joinpath(*module.split("."))
    candidates = (path.with_name(path.name + ".py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def _packages_of(module: str) -> Iterator[str]:
    """The packages that Python runs on the way to a module."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _parts_that_run(node: ast.AST) -> Iterable[ast.AST]:
    """The children of a node, but for those that only type checkers see."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return node.orelse
    return ast.iter_child_nodes(node)


def _files_beside(path: Path, tree: ast.AST) -> Iterator[Path]:
    """Files in a module's folder whose name stands in it as a string."""
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    beside = (file for file in path.parent.iterdir() if file.name in strings)
    yield from (file for file in beside if file.is_file() and file.suffix != ".py")
