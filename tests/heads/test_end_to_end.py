from contextlib import contextmanager, nullcontext

import keras
import numpy as np
import pytest
from skimage import data

from tests.specs import spec
from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.course import course, order_of_epoch
from viewcache.heads.end_to_end import EndToEndBase, on_compiled, on_keras, train_end_to_end
from viewcache.heads.head import build_head
from viewcache.heads.optimizer import CosineToZero
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import ReadingOrder, Validation, make_deterministic, make_targets

IMAGES = np.stack([data.astronaut()[9 * row : 9 * row + 64, 30:94] for row in range(12)])
LABELS = np.arange(12) % 2
ALL = np.arange(12)
HEAD = HeadSettings(units=16, dropout=0.5, standardize=False, weight_decay=0.01)


RATE = 0.001
KEPT = (1, 2, 3, 4)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    make_deterministic()
    folder = tmp_path_factory.mktemp("base")
    compile_base(folder, spec(), "openvino")
    return on_keras(load_base(spec())), on_compiled(open_base(folder, 4))


def rolled(view, rows):
    return np.roll(IMAGES[rows], view, axis=2)


def schedule_of(views, epochs=None):
    return ReadingOrder(views, epochs or len(views), 8, 3, KEPT)


def prepared(base, images):
    return next(base.prepare([images]))


def validation_of(base, render):
    return Validation(base.features(prepared(base, render(0, np.arange(8)))), LABELS[:8])


def train_on(base, render, schedule, rows=ALL, width=1280, around_epoch=lambda view: nullcontext()):
    head = build_head(width, 2, HEAD, CosineToZero(RATE), schedule.seed)
    targets, validation = make_targets(LABELS, rows, "none"), validation_of(base, render)
    return train_end_to_end(base, head, render, targets, validation, schedule, around_epoch)


def largest_difference(head, other):
    return max(np.abs(ours - theirs).max() for ours, theirs in zip(head, other, strict=True))


def test_both_bases_train_the_same_head_and_keep_what_it_saw(bases):
    (keras_head, seen), (head, seen_features) = (
        train_on(base, rolled, schedule_of([1, 0, 2])) for base in bases
    )
    assert largest_difference(head.weights, keras_head.weights) < 1e-3
    assert head.start == keras_head.start
    assert np.array_equal(seen.inputs, rolled(2, seen.rows))
    features = bases[0].features(seen.inputs)
    assert np.abs(features - seen_features.inputs).max() < 1e-4 * np.abs(features).max()


def trained_on_cache(base, render, schedule, width=1280):
    """The twin, on the features of all views."""
    views = {
        view: FeatureView(Rows([prepared(base, render(view, ALL))]), ALL)
        for view in {0, *schedule.views}
    }
    trainer = HeadTrainer(width, 2, HEAD, CosineToZero(RATE))
    targets = make_targets(LABELS, ALL, "none")
    return trainer.train(views, targets, validation_of(base, render), schedule)


@pytest.mark.parametrize("originals", ["every_second", "never"])
def test_the_twin_is_end_to_end_on_the_compiled_base_after_every_epoch(bases, originals):
    whole = course(6, originals)
    schedule = schedule_of(whole.views(whole.random_views, seed=3))
    head, _ = train_on(bases[1], rolled, schedule)
    twin = trained_on_cache(bases[1], rolled, schedule)
    assert twin.start == head.start
    assert largest_difference(twin.weights, head.weights) == 0
    assert [*twin.kept] == [*head.kept] == [*KEPT]
    for epoch in KEPT:
        assert largest_difference(twin.kept[epoch], head.kept[epoch]) == 0
    assert largest_difference(head.kept[4], head.weights) > 0


def test_the_keras_model_is_base_and_head(bases):
    head = build_head(1280, 2, HEAD, CosineToZero(RATE), seed=0)
    model = bases[0].attach(head)
    assert isinstance(model.layers[0], keras.Model)
    assert model.layers[1] is head
    assert len(model.trainable_variables) == 4
    assert model.optimizer is head.optimizer


NUMBERS = np.random.default_rng(0).normal(size=(6, 12, 5)).astype(np.float32)


def numbers(view, rows):
    return NUMBERS[view][rows]


def base_of_numbers(fingerprint=lambda: "same"):
    return EndToEndBase(lambda head: head, iter, lambda x: x, fingerprint)


def on_numbers(views, render=numbers, base=None, epochs=None, **how):
    return train_on(base or base_of_numbers(), render, schedule_of(views, epochs), width=5, **how)


@pytest.mark.parametrize(("views", "last"), [([5, 4], 2), ([5, 0, 4, 0], 3), ([5], 1)])
def test_the_first_batch_of_the_last_epoch_with_a_random_view_is_kept(views, last):
    trained, seen = on_numbers(views)
    assert (len(trained.history), seen.view) == (len(views), views[last - 1])
    assert np.array_equal(seen.rows, order_of_epoch(last, 12, seed=3)[:8])
    assert np.array_equal(seen.inputs, numbers(seen.view, seen.rows))


@pytest.mark.parametrize("run", [2, 4])
def test_a_training_that_is_cut_short_is_the_beginning_of_the_whole(run):
    views = [5, 0, 4, 0, 3, 0]
    whole, _ = on_numbers(views)
    short, _ = on_numbers(views[:run], epochs=6)
    assert largest_difference(short.weights, whole.kept[run]) == 0
    assert [*short.kept] == [*range(1, run + 1)]
    assert short.history == whole.history[:run]


def test_only_the_training_images_are_rendered():
    rows, rendered = np.array([1, 2, 4, 7, 8, 9, 10, 11]), []

    def render(view, batch):
        rendered.append((view, sorted(batch)))
        return numbers(view, batch)

    _, seen = on_numbers([1, 2, 3], render, rows=rows)
    assert rendered[1:] == [(view, rows.tolist()) for view in (1, 2, 3)]
    assert np.array_equal(seen.rows, rows[order_of_epoch(3, 8, seed=3)])


def test_every_epoch_runs_within_what_goes_on_around_it():
    told = []

    @contextmanager
    def around(view):
        told.append(f"begin {view}")
        yield
        told.append(f"end {view}")

    def render(view, rows):
        told.append(f"render {view}")
        return numbers(view, rows)

    on_numbers([2, 0], render, around_epoch=around)
    assert told[1:] == [
        *("begin 2", "render 2", "render 2", "end 2"),
        *("begin 0", "render 0", "render 0", "end 0"),
    ]


def test_what_is_kept_is_what_was_rendered_even_if_that_was_another_view():
    _, seen = on_numbers([1, 2], lambda view, rows: numbers(1, rows))
    assert seen.view == 2
    assert np.array_equal(seen.inputs, numbers(1, seen.rows))


def test_a_base_that_changes_is_refused():
    fingerprints = iter(["before", "after"])
    with pytest.raises(PipelineError, match=r"the base must stay before\. Received: after$"):
        on_numbers([1, 2], base=base_of_numbers(lambda: next(fingerprints)))
