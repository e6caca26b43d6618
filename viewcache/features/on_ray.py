"""Rows of features computed by a pool of Ray's actors: on this machine, or on a cluster.

Numbers of rows and their plan travel, never pixels: each actor reads these from `data/prepared`,
so every node must see the workspace under the same path, as on a shared file system.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from viewcache.bases.artifact import CompiledBase, find_base
from viewcache.bases.base import Base
from viewcache.features.extraction import Batch, Computed, Failure, failure_of
from viewcache.features.wanted import Maker
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.paths import PREPARED
from viewcache.ground.quiet import quiet_unless_it_fails
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import DetailedFile, open_prepared
from viewcache.views.plan import identity
from viewcache.views.registry import OPERATIONS
from viewcache.views.render import render

os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what fails is raised, too
try:
    with quiet_unless_it_fails():
        import ray
        import ray.data
        from ray._private.services import canonicalize_bootstrap_address
        from ray.data.exceptions import ExecutionTimeoutError
        from ray.exceptions import RayError
except ImportError as error:
    rule = "extract.engine ray needs Ray: `pip install 'ray[data]'`"
    raise PipelineError(rule, error) from error

BATCHES = 16
"""Of a block, which an actor takes and gives back at once: half a second of its work."""
STORE_BYTES = 2**28
"""What blocks may hold that are computed and not yet written; of a local cluster, its store."""
SHARE = 0.9
"""Of a processor that an actor asks for: what is left lets Ray's own tasks start."""
PATIENCE = 600
"""Seconds in which no block ends, such as where no actor can be started."""
DEATHS = 2
"""Actors that may die of the same images: one may have been killed from outside."""
ANSWER = 5
"""Seconds that a cluster has to answer in."""
CODE = Path(__file__).resolve().parents[2]
"""What actors of a local cluster import; those of another one, what lies in the stage's folder."""
IN_HAND = PREPARED.with_name("in_hand")
"""Notes of what actors have in hand, which every node sees."""
Block = dict[str, np.ndarray]


class Pool(NamedTuple):
    """Actors of a cluster.

    Attributes:
        threads: Of each actor's base.
        processors, gpus: That each asks Ray for.
        nodes: Of the cluster.
    """

    actors: int
    threads: int
    processors: float
    gpus: int
    nodes: int


class OnRay(NamedTuple):
    """The engine `ray`.

    Attributes:
        costs: Gets the seconds of rendering, shared by the actors.
        actors: How many; None: as many as the cluster has processors, or GPUs for a base on one.
        batches: How many make a block.
    """

    maker: Maker
    costs: Stopwatch
    actors: int | None = None
    batches: int = BATCHES

    def compute(self, batches: Iterator[Batch]) -> Iterator[Computed]:
        """As `Engine` says.

        Raises:
            PipelineError: there is no cluster at RAY_ADDRESS, the base fails on an image, an actor
                cannot open it, or Ray fails.
        """
        pool = _pool(self.maker.base, self.actors)
        if pool.nodes > 1:
            self.costs.cluster = pool._asdict()
        with scratch(IN_HAND) as notes:
            for block in _results(self._dataset(batches, pool, notes)):
                if block["rule"][0]:
                    raise PipelineError(block["rule"][0], block["received"][0])
                self.costs.parts["augment"] += float(block["seconds"].sum()) / pool.actors
                yield block["place"], block["features"]

    def _dataset(self, batches: Iterator[Batch], pool: Pool, notes: Path) -> "ray.data.Dataset":
        opening = (self.maker.base, self.maker.batch_size, pool.threads)
        settings = (str(Path.cwd()), notes, *opening)
        return ray.data.from_blocks([*map(_table, self._blocks(batches))]).map_batches(
            Extractor,
            fn_constructor_args=settings,
            batch_size=None,
            compute=ray.data.ActorPoolStrategy(size=pool.actors),
            num_cpus=pool.processors,
            num_gpus=pool.gpus or None,
        )

    def _blocks(self, batches: Iterator[Batch]) -> Iterator[list[Batch]]:
        """Batches of one view, as many as make a block; the first block of but one."""
        block: list[Batch] = []
        size = 1
        for batch in batches:
            if len(block) == size or (block and batch.view != block[0].view):
                yield block
                block, size = [], self.batches
            block.append(batch)
        yield block


def _table(block: list[Batch]) -> pa.Table:
    plan = np.concatenate([batch.plan for batch in block])
    return pa.table(
        {
            "place": np.concatenate([batch.places for batch in block]),
            "image": np.concatenate([batch.images for batch in block]),
            **{name: plan[name] for name in plan.dtype.names or ()},
        }
    )


class DeadlyError(Exception):
    """Actors die of some images; the arguments are those of a `Failure`."""


class Extractor:
    """An actor: it opens base and pixels once, where they lie, and computes blocks of rows.

    What stops it, it tells in what it gives back: of what an actor raises, Ray makes pages.

    Args:
        workspace: The folder in which the stage runs.
        notes: Folder where it notes what it has in hand, for the actor that follows if it dies.
    """

    def __init__(
        self, workspace: str, notes: Path, base: CompiledBase, batch_size: int, threads: int
    ) -> None:
        os.chdir(workspace)
        self._notes, self._refused, self._seconds = notes, "", 0.0
        try:
            self._base = _open(base, batch_size, threads)
            self._pixels = DetailedFile(PREPARED)
        except (PipelineError, OSError) as error:
            self._refused = str(error)

    def __call__(self, block: Block) -> Block:
        """Features of a block's rows.

        Args:
            block: `place` and `image` (int64), and the fields of the plan.

        Returns:
            `place`; `features`: float32, shape (rows, width); `rule` and `received` of the error
            that ends the stage, else empty; `seconds` of rendering, shared by the rows.
        """
        if self._refused:
            rule = f"each actor of Ray must open the base and the images in {Path.cwd()}"
            return _told(block["place"], rule=rule, received=self._refused)
        try:
            features = self._noted(block)
        except DeadlyError as deadly:
            return _told(block["place"], **Failure(*deadly.args)._asdict())
        except Exception as error:  # Whatever a runtime raises.
            failure = failure_of(lambda row: self._features(_of(block, row)), block["image"], error)
            return _told(block["place"], **failure._asdict())
        return _told(block["place"], features, self._seconds)

    def _noted(self, block: Block) -> np.ndarray:
        """Features of a block; where an actor died of it, each image is tried alone before.

        Raises:
            DeadlyError: actors die of an image, or of the block.
        """
        if self._note(block).exists():
            for row in range(len(block["image"])):
                alone = _of(block, np.array([row]))
                with self._in_hand(alone):
                    self._features(alone)
        with self._in_hand(block):
            return self._features(block)

    def _note(self, block: Block) -> Path:
        """A file of a byte for each actor that had these images in hand."""
        return self._notes / f"{block['place'][0]}+{len(block['place'])}"

    @contextmanager
    def _in_hand(self, block: Block) -> Iterator[None]:
        note = self._note(block)
        if note.exists() and note.stat().st_size >= DEATHS:
            paths = open_prepared(PREPARED).paths
            names = dict.fromkeys(paths[image] for image in block["image"][[0, -1]])
            rule = f"features of {' to '.join(names)} must be computed"
            raise DeadlyError(rule, f"the death of {DEATHS} actors of Ray")
        with note.open("ab") as file:
            file.write(b".")
        yield
        note.unlink(missing_ok=True)

    def _features(self, block: Block) -> np.ndarray:
        self._seconds, plan = 0.0, _plan(block)

        def rendered(rows: np.ndarray) -> np.ndarray:
            started = time.perf_counter()
            images = block["image"][rows]
            views = render(self._pixels.read(images), plan[rows], self._pixels.detail(images))
            self._seconds += time.perf_counter() - started
            return views

        size = self._base.batch_size
        batches = np.split(np.arange(len(plan)), range(size, len(plan), size))
        return np.concatenate(list(self._base.stream(map(rendered, batches))))


def _of(block: Block, rows: np.ndarray) -> Block:
    """Some rows of a block."""
    return {name: column[rows] for name, column in block.items()}


def _open(base: CompiledBase, batch_size: int, threads: int) -> Base:
    """The base as this node has it; another processor may make another one of it.

    Raises:
        PipelineError: it is missing, damaged, or another one than that of the stage.
    """
    here = find_base(base.folder)
    if here.identity != base.identity:
        rule = f"{base.folder} must be on every node the base that the stage found: {base.identity}"
        raise PipelineError(rule, here.description)
    return base.open(batch_size, threads)


def _plan(block: Block) -> np.ndarray:
    """The rows of the plan that came as columns."""
    operations = [one for one in OPERATIONS if one.fields[0].name in block]
    plan = identity(len(block["image"]), operations)
    for name in plan.dtype.names or ():
        plan[name] = block[name]
    return plan


def _told(
    places: np.ndarray,
    features: np.ndarray | None = None,
    seconds: float = 0.0,
    rule: str = "",
    received: str = "",
) -> Block:
    """What an actor gives back: without features, why there are none."""
    rows = len(places)
    return {
        "place": places,
        "features": np.zeros((rows, 1), np.float32) if features is None else features,
        "seconds": np.full(rows, seconds / rows),
        "rule": np.full(rows, rule),
        "received": np.full(rows, received),
    }


def _results(dataset: "ray.data.Dataset") -> Iterator[Block]:
    """What actors give back, as it comes.

    Raises:
        PipelineError: Ray fails.
    """
    try:
        yield from dataset.iter_batches(batch_size=None, batch_format="numpy")
    except (RayError, ExecutionTimeoutError) as error:
        raise PipelineError("Ray must compute the features", error) from error


def _pool(base: CompiledBase, actors: int | None) -> Pool:
    """So many actors, or one a processor; they share the processors evenly."""
    join()
    resources = ray.cluster_resources()
    nodes = sum(node["Alive"] for node in ray.nodes())
    if base.on_gpu:
        return Pool(actors or int(resources.get("GPU", 1)), 1, 0, 1, nodes)
    actors = actors or max(1, int(resources["CPU"]))
    each = resources["CPU"] / actors
    return Pool(actors, max(1, int(each)), SHARE * each, 0, nodes)


def join() -> None:
    """Join the cluster at RAY_ADDRESS; where that is not set, start one on this machine.

    Raises:
        PipelineError: there is none.
    """
    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS") or "local"
        own = {"include_dashboard": False, "object_store_memory": STORE_BYTES}
        settings = own if address == "local" else {}
        os.environ["PYTHONPATH"] = os.pathsep.join([str(CODE), os.environ.get("PYTHONPATH", "")])
        try:
            if address != "local":
                _refuse_dead(address)
            with quiet_unless_it_fails():
                ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **settings)
        except (OSError, RuntimeError, ValueError) as error:
            rule = "RAY_ADDRESS must be that of a cluster of Ray, or not be set"
            raise PipelineError(rule, f"{address}: {error}") from error
    _be_silent_and_frugal(ray.data.DataContext.get_current())


def _refuse_dead(address: str) -> None:
    """Where nobody listens, Ray would go on trying for minutes, in silence.

    Raises:
        OSError, ValueError: there is no cluster.
    """
    found = canonicalize_bootstrap_address(address.removeprefix("ray://"))
    host, _, port = str(found).rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()


def _be_silent_and_frugal(context: "ray.data.DataContext") -> None:
    """The bar is the stage's own; what Ray Data logs is in its files."""
    context.enable_progress_bars = context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = PATIENCE
    limits = context.execution_options.resource_limits
    context.execution_options.resource_limits = limits.copy(object_store_memory=STORE_BYTES)
    for handler in logging.getLogger("ray.data").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setLevel(logging.CRITICAL)
