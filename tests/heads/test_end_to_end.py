import keras
import numpy as np
import pytest
from skimage import data

from tests.specs import spec
from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.end_to_end import EndToEndBase, on_compiled, on_keras, train_end_to_end
from viewcache.heads.head import build_head
from viewcache.heads.saved import starting_point
from viewcache.heads.schedule import order_of_epoch
from viewcache.heads.training import Schedule, Validation, make_deterministic, make_targets

IMAGES = np.stack([data.astronaut()[9 * row : 9 * row + 64, 30:94] for row in range(12)])
LABELS = np.arange(12) % 2
ALL = np.arange(12)
HEAD = HeadSettings(units=16, dropout=0.5, standardize=False, weight_decay=0.01)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    make_deterministic()
    folder = tmp_path_factory.mktemp("base")
    compile_base(folder, spec(), "openvino")
    return on_keras(load_base(spec()), 0.001, 0.01), on_compiled(open_base(folder, 4))


def train_on(base, render, width=1280, epochs=2, patience=None, rows=ALL):
    head = build_head(width, 2, HEAD, 0.001, seed=0)
    features = base.features(base.prepare(render(0, np.arange(8))))
    schedule = Schedule(epochs, 8, range(1, epochs + 1), 3, patience)
    targets = make_targets(LABELS, rows, "none")
    validation = Validation(features, LABELS[:8])
    return train_end_to_end(base, head, render, targets, validation, schedule)


def test_both_bases_train_the_same_head_and_keep_what_it_saw(bases):
    (keras_head, seen), (head, seen_features) = (
        train_on(base, lambda view, rows: np.roll(IMAGES[rows], view, axis=2)) for base in bases
    )
    ours, theirs = head.head.get_weights(), keras_head.head.get_weights()
    assert max(np.abs(one - other).max() for one, other in zip(ours, theirs, strict=True)) < 1e-3
    assert head.start == keras_head.start
    assert np.array_equal(seen.inputs, np.roll(IMAGES[seen.rows], 2, axis=2))
    features = bases[0].features(seen.inputs)
    assert np.abs(features - seen_features.inputs).max() < 1e-4 * np.abs(features).max()


def test_the_keras_model_is_base_and_head(bases):
    head = build_head(1280, 2, HEAD, 0.001, seed=0)
    model = bases[0].attach(head)
    assert isinstance(model.layers[0], keras.Model)
    assert model.layers[1] is head
    assert len(model.trainable_variables) == 4
    assert starting_point(head, model.optimizer) == starting_point(head, head.optimizer)


NUMBERS = np.random.default_rng(0).normal(size=(6, 12, 5)).astype(np.float32)
NUMBERS[1:, LABELS == 1] += 3
NUMBERS[0, LABELS == 0] += 3  # so what is learned from the views is wrong of view 0


def numbers(view, rows):
    return NUMBERS[view][rows]


def base_of_numbers(fingerprint=lambda: "same"):
    return EndToEndBase(lambda head: head, lambda inputs: inputs, lambda x: x, fingerprint)


@pytest.mark.parametrize(("patience", "last"), [(None, 5), (1, 2)])
def test_the_first_batch_of_the_last_epoch_that_ran_is_kept(patience, last):
    trained, seen = train_on(base_of_numbers(), numbers, 5, epochs=5, patience=patience)
    assert len(trained.history) == seen.view == last
    assert np.array_equal(seen.rows, order_of_epoch(last, 12, seed=3)[:8])
    assert np.array_equal(seen.inputs, numbers(last, seen.rows))


def test_only_the_training_images_are_rendered():
    rows, rendered = np.array([1, 2, 4, 7, 8, 9, 10, 11]), []

    def render(view, batch):
        rendered.append((view, sorted(batch)))
        return numbers(view, batch)

    _, seen = train_on(base_of_numbers(), render, 5, epochs=3, rows=rows)
    assert rendered[1:] == [(view, rows.tolist()) for view in (1, 2, 3)]
    assert np.array_equal(seen.rows, rows[order_of_epoch(3, 8, seed=3)])


def test_what_is_kept_is_what_was_rendered_even_if_that_was_another_view():
    _, seen = train_on(base_of_numbers(), lambda view, rows: numbers(1, rows), 5)
    assert seen.view == 2
    assert np.array_equal(seen.inputs, numbers(1, seen.rows))


def test_a_base_that_changes_is_refused():
    fingerprints = iter(["before", "after"])
    with pytest.raises(PipelineError, match=r"the base must stay before\. Received: after$"):
        train_on(base_of_numbers(lambda: next(fingerprints)), numbers, 5)
