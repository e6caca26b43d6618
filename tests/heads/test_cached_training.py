import numpy as np

from viewcache.features.store import FeatureView
from viewcache.ground.params.loading import load_params
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import Schedule, Validation, make_deterministic, make_targets

STATED = {"epochs": 6, "patience": 1, "class_weights": "balanced", "learning_rate": 0.01}


def test_a_head_is_trained_by_what_the_parameters_say_and_watched_on_view_0():
    make_deterministic()
    settings = load_params().train.model_copy(update=STATED)
    features = np.random.default_rng(0).normal(size=(3, 120, 16)).astype(np.float32)
    views = {view: FeatureView(of, np.arange(120)) for view, of in enumerate(features)}
    labels, rows, held_out = np.arange(120) % 3 // 2, np.arange(90), np.arange(90, 120)
    found = CachedTraining(settings, 2, labels, views).train(rows, held_out, [2, 1], seed=3)
    expected = HeadTrainer(16, 2, settings.head, settings.learning_rate).train(
        views,
        make_targets(labels, rows, "balanced"),
        Validation(features[0][held_out], labels[held_out]),
        Schedule(6, settings.batch_size, [2, 1], seed=3, patience=1),
    )
    assert found.history == expected.history
    assert all(map(np.array_equal, found.head.get_weights(), expected.head.get_weights()))
