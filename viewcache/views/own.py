"""The operation that users write themselves: a function in the folder `augmentations`."""

import ast
import hashlib
import importlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.policy import Policy
from viewcache.views.operation import Field, Pixels, seeds

FOLDER = Path("augmentations")
Function = Callable[[np.ndarray, np.random.Generator], np.ndarray]


class Own(Pixels):
    """A function of yours (below).

    Its name and a digest of its code are columns of the plan: so they are in the keys of rows, and
    whoever has a plan can render it.
    """

    parameters = ("own",)
    fields = (Field("own", "S64", b""), Field("own_code", "<u8", 0), Field("own_seed", "<u4", 0))
    streams = ("/own",)

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        name, images = str(policy.own), len(chance[0])
        code = code_of(name)
        return [np.full(images, name.encode()), np.full(images, code), seeds(chance[0])]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        name, code = row["own"].decode(), int(row["own_code"])
        found = _call(name, code, view, int(row["own_seed"]))
        if not (isinstance(found, np.ndarray) and found.dtype == view.dtype):
            rule = f"{FOLDER}/{name} must return an array of uint8"
            raise PipelineError(rule, getattr(found, "dtype", type(found).__name__))
        if found.shape != view.shape:
            raise PipelineError(f"{FOLDER}/{name} must keep the shape {view.shape}", found.shape)
        return found


def code_of(name: str) -> np.uint64:
    """A digest of the function's file and of the versions of what it imports.

    Args:
        name: `FILE.py:FUNCTION`.

    Raises:
        PipelineError: there is no such file or function, or the file does not run.
    """
    _, code = _load(name, _source(name))
    return np.uint64(code)


def refuse_unsteady(rendered: Callable[[], np.ndarray], policy: Policy) -> None:
    """Raise a `PipelineError` where the user's function gives other pixels in a second call."""
    if policy.own and not np.array_equal(rendered(), rendered()):
        rule = (
            f"{FOLDER}/{policy.own} must give the same for the same image: draw from the generator "
            "that it gets, from nothing else"
        )
        raise PipelineError(rule, "other pixels in a second call")


def _call(name: str, code: int, view: np.ndarray, seed: int) -> object:
    function = _planned(name, code)
    try:
        return function(view.copy(), np.random.default_rng(seed))
    except Exception as error:  # Whatever the user's code raises.
        raise PipelineError(f"{FOLDER}/{name} must take every image", repr(error)) from error


@cache
def _planned(name: str, code: int) -> Function:
    function, found = _load(name, _source(name))
    if found != code:
        rule = f"{FOLDER}/{name} must be what views were planned with: `dvc repro` plans them anew"
        raise PipelineError(rule, "other code, or another version of what it imports")
    return function


def _source(name: str) -> bytes:
    path = FOLDER / name.partition(":")[0]
    try:
        return path.read_bytes()
    except OSError as error:
        raise PipelineError(f"augment.own: {path} must be a file", error) from error


@cache
def _load(name: str, source: bytes) -> tuple[Function, int]:
    """The function, and the digest of its code. Run, not imported, so that no bytecode is left."""
    file, _, wanted = name.partition(":")
    path, module = FOLDER / file, ModuleType(Path(file).stem)
    try:
        exec(compile(source, str(path), "exec"), vars(module))
        versions = sorted(_versions(ast.parse(source)))
    except Exception as error:  # Whatever the user's code raises.
        raise PipelineError(f"augment.own: {path} must run", repr(error)) from error
    function = vars(module).get(wanted)
    if not callable(function):
        raise PipelineError(f"augment.own: {path} must have a function {wanted}", "none")
    content = b"\n".join([source, *(version.encode() for version in versions)])
    return function, int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")


def _versions(tree: ast.AST) -> Iterator[str]:
    """NumPy's, whose generator the function gets, and those of all that its file imports."""
    names = {"numpy"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    for name in names:
        yield f"{name} {getattr(importlib.import_module(name), '__version__', '')}"
