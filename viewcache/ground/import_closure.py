"""Which files of this repository a module runs: itself, what it imports, and what they read."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("stages", "viewcache")


def digest_of_closure(module: str, root: Path = Path()) -> str:
    """A line for every file that a module may run, with its SHA-256, in order of path.

    Args:
        module: Its dotted name.
        root: Folder of the packages.
    """
    files = sorted(path.relative_to(root) for path in import_closure(module, root))
    digests = (hashlib.sha256((root / file).read_bytes()).hexdigest() for file in files)
    lines = [f"{digest}  {file.as_posix()}\n" for digest, file in zip(digests, files, strict=True)]
    return "".join(lines)


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
        waiting.extend([*_packages_of(name), *_imports(tree)])
    return found


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


def _imports(node: ast.AST) -> Iterator[str]:
    """Names of modules, and of what is taken from them, which may be modules too."""
    if isinstance(node, ast.If) and _is_for_type_checkers(node.test):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _is_for_type_checkers(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _files_beside(path: Path, tree: ast.AST) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if name and "/" not in name and len(name) < 100 and "\0" not in name:
                beside = path.with_name(name) if name not in (".", "..") else path
                if beside.is_file() and beside.suffix != ".py":
                    yield beside
