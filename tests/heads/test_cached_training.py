import numpy as np
import pytest

from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.loading import load_params
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.optimizer import learning_rate_of
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import ReadingOrder, Validation, make_deterministic, make_targets

VIEWS = [2, 0, 1, 0, 2]


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_a_head_is_trained_by_what_the_parameters_say_and_watched_on_view_0(schedule):
    make_deterministic()
    stated = {"schedule": schedule, "class_weights": "balanced", "learning_rate": 0.01}
    settings = load_params().train.model_copy(update=stated)
    features = np.random.default_rng(0).normal(size=(3, 120, 16)).astype(np.float32)
    views = {view: FeatureView(Rows([of]), np.arange(120)) for view, of in enumerate(features)}
    labels, rows, held_out = np.arange(120) % 3 // 2, np.arange(90), np.arange(90, 120)
    found = CachedTraining(settings, 2, labels, views).train(rows, held_out, VIEWS, 3, kept=(1, 4))
    expected = HeadTrainer(16, 2, settings.head, learning_rate_of(settings)).train(
        views,
        make_targets(labels, rows, "balanced"),
        Validation(features[0][held_out], labels[held_out]),
        ReadingOrder(VIEWS, 5, settings.batch_size, seed=3, kept=(1, 4)),
    )
    assert found.history == expected.history
    assert all(map(np.array_equal, found.weights, expected.weights))
    assert list(found.kept) == list(expected.kept) == [1, 4]
