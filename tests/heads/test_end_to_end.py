import keras
import numpy as np
import pytest
from skimage import data

from tests.specs import spec
from viewcache.bases.artifact import compile_base, open_base
from viewcache.bases.frozen import load_base
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.end_to_end import on_compiled, on_keras
from viewcache.heads.head import build_head
from viewcache.heads.training import (
    Schedule,
    Validation,
    by_fit,
    make_deterministic,
    make_targets,
    train,
)

IMAGES = np.stack([data.astronaut()[9 * row : 9 * row + 64, 30:94] for row in range(20)])
LABELS = np.arange(20) % 2
HEAD = HeadSettings(units=16, dropout=0.5, standardize=False, weight_decay=0.01)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    make_deterministic()
    folder = tmp_path_factory.mktemp("base")
    compile_base(folder, spec(), "openvino")
    keras_base = load_base(spec())
    return on_keras(keras_base, 0.001, 0.01), on_compiled(open_base(folder, 4))


def train_on(base):
    head = build_head(1280, 2, HEAD, 0.001, seed=0)
    targets = make_targets(LABELS, "none")
    fit = by_fit(base.attach(head), lambda view, rows: base.prepare(IMAGES[rows]), targets, 8)
    train(fit, head, 20, Validation(base.features(IMAGES), LABELS), Schedule(2, 8, 2, 0, None))
    return head.get_weights()


def test_both_bases_train_heads_of_the_same_outputs(bases):
    ours, theirs = (train_on(base) for base in bases)
    assert max(np.abs(one - other).max() for one, other in zip(ours, theirs, strict=True)) < 1e-3


def test_neither_base_changes(bases):
    for base in bases:
        before = base.fingerprint()
        train_on(base)
        assert base.fingerprint() == before


def test_the_keras_model_is_base_and_head(bases):
    head = build_head(1280, 2, HEAD, 0.001, seed=0)
    model = bases[0].attach(head)
    assert isinstance(model.layers[0], keras.Model)
    assert model.layers[1] is head
    assert len(model.trainable_variables) == 4
