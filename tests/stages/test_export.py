import json

import numpy as np
import pandas as pd
import pytest

from stages import export
from tests.stages.workspaces import COURSE, trainable
from viewcache.features.store import open_views
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import MODEL, PARTS, PREPARED, RECOMMENDATION
from viewcache.heads.answers import Head, class_scores
from viewcache.heads.dense import as_dense, logits
from viewcache.heads.optimizer import learning_rate_of
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import ReadingOrder, Validation, make_targets
from viewcache.images.parting import write_parts
from viewcache.images.prepared import open_prepared
from viewcache.serving.folder import read_model

FOLDS = [part for part in ("test", "validation", "train", "train") for _ in range(2)] * 5
SENTENCE = "What to do. The base runs in int8: whether heads on it are as good is not certified."


@pytest.fixture(autouse=True)
def workspace():
    with trainable() as folder:
        recommend(3)
        part({f"rotation_{place // 2}": FOLDS[place:] + FOLDS[:place] for place in (0, 2, 4, 6)})
        yield folder


def part(rotations):
    write_parts(PARTS, pd.DataFrame({"unit": range(40), **rotations}))


def recommend(budget):
    recommended = {"arm": f"cached_{budget}", "views": budget, "sentence": SENTENCE}
    RECOMMENDATION.write_text(json.dumps(recommended))


def trained_by_hand(rows, budget):
    """What the head says of class 1 to view 0."""
    images, settings = open_prepared(PREPARED), load_params().train
    views = open_views([0, *COURSE.ids], images.digests)
    targets = make_targets(images.labels, rows, settings.class_weights)
    watched = Validation(views[0].of(rows), images.labels[rows])
    schedule = ReadingOrder(COURSE.views(budget, 0), COURSE.epochs, settings.batch_size, seed=0)
    trainer = HeadTrainer(1280, 2, settings.head, learning_rate_of(settings))
    head = as_dense(trainer.train(views, targets, watched, schedule).weights)
    scores = class_scores(logits(head, views[0].of(np.arange(40))))
    return np.exp(scores[:, 1]) / np.exp(scores).sum(axis=1)


def exported():
    description, layers = read_model(MODEL)
    features = open_views([0], open_prepared(PREPARED).digests)[0].of(np.arange(40))
    return description, Head(None, layers).probabilities(features)[:, 1]


@pytest.mark.parametrize("budget", [0, 1, 3])
def test_the_recommended_arm_is_trained_on_every_fold(budget):
    recommend(budget)
    export.main()
    description, found = exported()
    rows = np.arange(40)
    assert np.abs(found - trained_by_hand(rows, budget)).max() <= 1e-5
    assert description.trained["arm"] == f"cached_{budget}"
    assert (description.trained["epochs"], description.trained["seed"]) == (6, 0)
    assert description.trained["sentence"] == SENTENCE
    assert description.trained["digest_of_images"] == digest_of_digests(
        open_prepared(PREPARED).digests
    )


def test_what_a_given_split_tests_or_validates_with_stays_out():
    part({"rotation_0": ["train"] * 30 + ["validation"] * 5 + ["test"] * 5})
    export.main()
    description, found = exported()
    assert description.trained["images"] == 30
    assert np.abs(found - trained_by_hand(np.arange(30), 3)).max() <= 1e-5


@pytest.mark.parametrize("head", [{"standardize": True}, {"units": None, "standardize": True}])
def test_a_standardizing_head_becomes_dense_layers_alone(workspace, head):
    text = (workspace / "params.yaml").read_text()
    for name, value in head.items():
        old = {"standardize": "standardize: false", "units": "units: 256"}[name]
        assert old in text
        text = text.replace(old, f"{name}: {json.dumps(value)}")
    (workspace / "params.yaml").write_text(text)
    export.main()
    _, layers = read_model(MODEL)
    assert len(layers) == (1 if "units" in head else 2)
    assert np.abs(exported()[1] - trained_by_hand(np.arange(40), 3)).max() <= 1e-5


def test_exporting_again_gives_the_same_bytes():
    export.main()
    first = {path: path.read_bytes() for path in MODEL.rglob("*") if path.is_file()}
    export.main()
    assert first == {path: path.read_bytes() for path in MODEL.rglob("*") if path.is_file()}
