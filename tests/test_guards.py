"""Faults of published experiments, put into this one: each is noticed, or its figures withheld."""

import json
import shutil
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest

from stages import answer, evaluate, extract, replay, train_end_to_end, train_head
from viewcache.answers.guards import refuse_unfair_comparison
from viewcache.bases.artifact import load_original
from viewcache.features import extraction
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import ROWS, plan_file
from viewcache.heads import training
from viewcache.heads.head import build_head
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared
from viewcache.views.fresh import fresh_views
from viewcache.views.render import render


@pytest.fixture
def run(repository, monkeypatch):
    """Run a stage in this process, where a test can put a fault into it."""
    monkeypatch.chdir(repository.path)

    def run(stage, *arguments):
        monkeypatch.setattr(sys, "argv", [stage.__name__, *arguments])
        stage.main()

    return run


def test_a_base_that_is_not_frozen(run, monkeypatch):
    """Keras 2.0.8, in which the book's first edition ran: Sequential kept layers trainable."""

    def load_unfrozen(folder):
        base = load_original(folder)
        base.trainable = True
        [network] = [layer for layer in base.layers if isinstance(layer, keras.Model)]
        for layer in network.layers[:-3]:  # of all layers, the gradients take half a minute
            layer.trainable = False
        return base

    monkeypatch.setattr(train_end_to_end, "load_original", load_unfrozen)
    with pytest.raises(PipelineError, match="the base must stay"):
        run(train_end_to_end, "keras")


def test_heads_that_differ_between_the_ways(run, monkeypatch):
    """The book's: only one of its two heads has dropout."""

    def build_without_dropout(width, classes, settings, *others):
        return build_head(width, classes, settings.model_copy(update={"dropout": 0.0}), *others)

    monkeypatch.setattr(train_end_to_end, "build_head", build_without_dropout)
    run(train_end_to_end, "compiled")
    with pytest.raises(PipelineError, match="must train the same head"):
        run(answer)


def test_only_the_last_view_kept(run, monkeypatch):
    """cross_modal_adaptation's: every view overwrites the features of the one before."""
    first, last = np.load(plan_file(1)).tolist(), np.load(plan_file(2))

    def render_the_last(pixels, plan, detail):
        rows = [first.index(row) for row in plan.tolist() if row in first]
        return render(pixels, last[rows] if rows else plan, detail)

    monkeypatch.setattr(extraction, "render", render_the_last)
    for folder in (ROWS, ".dvc/cache"):
        shutil.rmtree(folder)
    run(extract, "--dtype", "float32", "--batch-size", "8", "--engine", "local")
    with pytest.raises(PipelineError, match=r"features/2\.npy must differ from .*features/1\.npy"):
        run(train_head)


def test_a_view_that_a_cache_froze(run, monkeypatch):
    """tf.data's `cache()` after `map`: every epoch repeats the views of the first."""
    make, made = training.batches_of_epoch, []

    def cached(*arguments):
        made[:] = made or [make(*arguments).cache()]
        return made[0]

    monkeypatch.setattr(training, "batches_of_epoch", cached)
    with pytest.raises(PipelineError, match="every epoch must render its own view of all images"):
        run(train_end_to_end, "compiled")


def test_one_view_rendered_under_the_names_of_all(run, monkeypatch):
    def frozen(*arguments):
        read = fresh_views(*arguments)
        return lambda view, rows: read(1, rows)

    monkeypatch.setattr(train_end_to_end, "fresh_views", frozen)
    run(train_end_to_end, "compiled")
    with pytest.raises(PipelineError, match=r"batch\.npz must hold what the original image"):
        run(replay)


def test_the_test_images_used_for_choosing(run, monkeypatch):
    """Tip-Adapter's: the best epoch and settings are those of the test images."""

    def with_test_for_validation(path):
        return [replace(one, validation=one.test) for one in open_rotations(path)]

    monkeypatch.setattr(train_head, "open_rotations", with_test_for_validation)
    run(train_head)
    with pytest.raises(PipelineError, match="must be made from validation_images"):
        run(answer)


def test_a_head_that_saw_its_test_images(run, monkeypatch):
    """Every rotation's heads are those of the first: they were trained on what they answer."""

    def the_first(path):
        first, *others = open_rotations(path)
        return [first, *(replace(first, number=one.number) for one in others)]

    monkeypatch.setattr(train_head, "open_rotations", the_first)
    run(train_head)
    with pytest.raises(PipelineError, match=r"1\.npz must be made from images"):
        run(answer)


def test_images_in_two_parts(reproduced):
    images = open_prepared(reproduced.path / "data/prepared")
    rotation = open_rotations(reproduced.path / "data/parts.csv")[1]
    shared = replace(rotation, test=np.append(rotation.test, rotation.validation[0]))
    with pytest.raises(PipelineError, match="validation and test must share no image") as caught:
        refuse_unfair_comparison([], images, [shared])
    assert images.digests[rotation.validation[0]] in str(caught.value)
    assert str(caught.value).endswith("in rotation 1")


def test_times_of_two_machines_give_no_speedup(run, repository):
    path = repository.path / "data/costs/train_head.json"
    record = json.loads(path.read_text())
    record["machine"]["id"] = "another"
    path.write_text(json.dumps(record))
    run(evaluate)
    results = repository.results()
    assert results["arms"]["cached_2"]["seconds"] is None
    faster = results["answers"]["faster"]["arms"]["cached_2"]
    assert {factor for factors in faster.values() for factor in factors.values()} >= {None}
    assert all(factors["against_keras"] is None for factors in faster.values())
    assert results["arms"]["end_to_end_compiled"]["seconds"] > 0
