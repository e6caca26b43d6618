"""Rows that Ray's actors compute are those of this process, whatever is killed on the way."""

import contextlib
import ctypes
import random
import re
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import ray
from ray.cluster_utils import Cluster

from benchmarks.stages_apart import extract_by
from benchmarks.workspace import generated
from stages.extract import extract
from tests.corner import Corner
from tests.servers import free_port, wait_until
from tests.specs import spec
from viewcache.bases.artifact import CompiledBase, find_base
from viewcache.bases.compiling import compile_base
from viewcache.features.extraction import Batch, Local, batches
from viewcache.features.on_ray import OnRay, _plan, _table, join
from viewcache.features.shards import shards_in
from viewcache.features.store import open_views
from viewcache.features.wanted import Maker, MissingRows
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import load_array
from viewcache.ground.paths import BASE, PREPARED, ROWS, plan_file
from viewcache.ground.stopwatch import Stopwatch, load_record
from viewcache.images.prepared import detail_file, open_prepared
from viewcache.images.preparing import seal_prepared
from viewcache.views.plan import identity
from viewcache.views.registry import OPERATIONS
from viewcache.views.render import render

ROOT = Path(__file__).parents[2]
IMAGES, MANY, BATCH = 300, 6_000, 4


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """One for all tests; its actors find this repository's code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.delenv("RAY_ADDRESS", raising=False)
        yield
        ray.shutdown()


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    compile_base(folder, spec(side=32), "openvino")
    return folder


@contextlib.contextmanager
def workspace_of(images, base):
    with generated(images, 32) as folder:
        shutil.copytree(base, BASE)
        yield folder


@pytest.fixture
def workspace(base):
    with workspace_of(IMAGES, base) as folder:
        yield folder


@pytest.mark.parametrize("operations", [OPERATIONS, OPERATIONS[:1], []], ids=len)
def test_a_plan_travels_whole(operations):
    plan, rows = identity(3, operations), np.arange(3)
    for name in plan.dtype.names:
        plan[name] = b"my_views.py:changed" if name == "own" else rows
    block = ray.data.from_arrow(_table([Batch(1, rows, rows, plan)]))
    assert np.array_equal(_plan(next(iter(block.iter_batches(batch_format="numpy")))), plan)


def maker(base=None):
    return Maker(base or find_base(BASE), np.dtype(np.float32), BATCH)


def missing_rows():
    """Some of the rows, in an order that is not theirs; the last batch is not full."""
    return missing(np.random.default_rng(0).permutation(IMAGES)[: IMAGES - 7])


def missing(images):
    """Rows of view 1."""
    keys = np.zeros((len(images), 16), np.uint8)
    return MissingRows(np.ones(len(images), np.int32), images, images, keys)


def of_this_process():
    """Features of the rows that `missing_rows` tells, by image."""
    return collected(computed_by(local(), missing_rows()))


def local(base=None):
    return Local(maker(base), open_prepared(PREPARED), Stopwatch())


def on_ray(base=None, engine=OnRay, **settings):
    return engine(maker(base), Stopwatch(), **settings)


def the_plan():
    return load_array(plan_file(1))


class Shuffled(OnRay):
    """Hands its blocks out in an order that is not theirs."""

    def _blocks(self, batches):
        blocks = list(super()._blocks(batches))
        return random.Random(0).sample(blocks, len(blocks))


def computed_by(engine, rows):
    return engine.compute(batches(rows, BATCH))


def collected(computed):
    """Features by image; those of images that none were computed of are NaN."""
    rows, features = missing_rows(), np.full((IMAGES, 1280), np.nan, np.float32)
    for places, found in computed:
        assert np.isnan(features[rows.images[places]]).all()
        features[rows.images[places]] = found
    return features


@pytest.mark.usefixtures("workspace")
def test_rows_are_the_same_bits_for_any_number_of_actors_and_any_blocks():
    without = of_this_process()
    noise = np.random.default_rng(0).integers(0, 256, (IMAGES, 48, 48, 3), np.uint8)
    np.save(detail_file(PREPARED), noise)
    seal_prepared(PREPARED)
    expected = of_this_process()
    for actors, block, engine in [(1, 16, OnRay), (3, 1, Shuffled)]:
        started = on_ray(actors=actors, batches=block, engine=engine)
        found = collected(computed_by(started, missing_rows()))
        assert np.array_equal(found, expected, equal_nan=True)
    assert not np.array_equal(without, expected, equal_nan=True)


@pytest.mark.usefixtures("workspace")
def test_an_actor_that_is_killed_half_way_changes_nothing():
    computed = computed_by(on_ray(actors=2, batches=1), missing_rows())
    before = [next(computed) for _ in range(10)]
    killed = actors()[0]
    killed.kill()
    assert np.array_equal(collected([*before, *computed]), of_this_process(), equal_nan=True)
    assert not killed.is_running()


def actors(driver=None):
    """Those of a process's cluster; None: of this one's."""
    return [
        process
        for process in psutil.Process(driver).children(recursive=True)
        if "Extractor" in " ".join(process.cmdline())
    ]


class Poisoned(Corner):
    """Fails on images whose first pixel is that of image 41."""

    def _start(self, images):
        if (images[:, 0, 0] == self.poison).all(axis=1).any():
            self.fail()
        return super()._start(images)

    def fail(self):
        raise RuntimeError("node /Conv_3:\nno such kernel")


class Lethal(Poisoned):
    """Takes its process along, as a runtime does that reads where it must not."""

    def fail(self):
        ctypes.string_at(0)


class Poisonous(CompiledBase):
    kind = Poisoned

    def open(self, batch_size, threads=None):
        opened = self.kind(batch_size)
        pixels = np.load(PREPARED / "images.npy", mmap_mode="r")
        opened.poison = render(pixels[[41]], the_plan()[[41]])[0, 0, 0]
        return opened


@pytest.mark.usefixtures("workspace")
def test_the_image_that_a_base_fails_on_is_named_in_one_line():
    base = Poisonous(*find_base(BASE))
    path = open_prepared(PREPARED).paths[41]
    told = f"features of {path} must be computed. Received: RuntimeError('node"
    for engine in (on_ray(base), local(base)):
        with pytest.raises(PipelineError) as error:
            list(computed_by(engine, missing(np.arange(IMAGES))))
        assert str(error.value).startswith(told)
        assert "\n" not in str(error.value)


class Deadly(Poisonous):
    kind = Lethal


@pytest.mark.slow
@pytest.mark.usefixtures("workspace")
def test_the_image_that_actors_die_of_is_named():
    path = open_prepared(PREPARED).paths[41]
    told = f"features of {path} must be computed. Received: the death of 2 actors"
    with pytest.raises(PipelineError, match=re.escape(told)):
        list(computed_by(on_ray(Deadly(*find_base(BASE))), missing(np.arange(IMAGES))))
    assert not list(PREPARED.parent.glob("in_hand*"))


@pytest.mark.usefixtures("workspace")
def test_a_node_with_another_base_is_refused_in_one_line():
    found = find_base(BASE)
    other = CompiledBase(found.folder, found.description | {"device": "CPU with mmx"})
    with pytest.raises(PipelineError, match=r"must open the base .* must be on every") as error:
        next(computed_by(on_ray(other), missing_rows()))
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("workspace")
def test_a_second_run_reuses_what_the_other_engine_computed():
    assert extracted("ray") == IMAGES
    before = stored()
    assert extracted("local") == 0
    shutil.rmtree(ROWS)
    assert extracted("local") == IMAGES
    assert np.array_equal(stored(), before)


def extracted(engine):
    """How many rows of view 1 were computed."""
    extract(open_prepared(PREPARED), maker(), [1], engine, Stopwatch())
    return load_record("extract")["computed"]


def stored():
    images = open_prepared(PREPARED).digests
    return open_views([1], images)[1].of(np.arange(len(images)))


@pytest.mark.slow
def test_a_stage_that_is_killed_goes_on_and_is_silent(base):
    with workspace_of(MANY, base):
        broken_off = subprocess.Popen(extract_by("ray"))
        wait_until(lambda: shards_in(ROWS))
        left = actors(broken_off.pid)
        broken_off.kill()
        broken_off.wait()
        wait_until(lambda: not any(actor.is_running() for actor in left))
        done = subprocess.run(extract_by("ray"), check=True, capture_output=True, text=True)
        assert 0 < load_record("extract")["computed"] < 2 * MANY
        assert done.stderr == ""
        before = stored()
        shutil.rmtree(ROWS)
        subprocess.run(extract_by("local"), check=True)
        assert np.array_equal(stored(), before)


@pytest.fixture
def two_nodes(monkeypatch):
    """A cluster of two nodes of a processor each, both on this machine, at RAY_ADDRESS."""
    ray.shutdown()
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.add_node(num_cpus=1)
    monkeypatch.setenv("RAY_ADDRESS", nodes.address)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


@pytest.mark.slow
@pytest.mark.usefixtures("workspace")
def test_a_node_that_is_lost_half_way_changes_nothing(two_nodes):
    engine = on_ray(batches=1)
    computed = computed_by(engine, missing_rows())
    before = [next(computed) for _ in range(10)]
    assert engine.costs.cluster["nodes"] == engine.costs.cluster["actors"] == 2
    two_nodes.remove_node(next(iter(two_nodes.worker_nodes)), allow_graceful=False)
    assert np.array_equal(collected([*before, *computed]), of_this_process(), equal_nan=True)


def test_an_address_at_which_no_cluster_listens_is_refused_in_seconds(monkeypatch):
    ray.shutdown()
    for address in ("127.0.0.1:{}", "localhost:{}", "ray://127.0.0.1:{}", "nobody"):
        monkeypatch.setenv("RAY_ADDRESS", address.format(free_port()))
        begun = time.monotonic()
        with pytest.raises(PipelineError, match="RAY_ADDRESS must be that of a cluster of Ray, or"):
            join()
        assert time.monotonic() - begun < 30
