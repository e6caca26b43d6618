import os

import numpy as np
import pytest

from stages import train_head
from tests.stages.workspaces import trainable
from viewcache.features.store import open_views
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, PREPARED, cached_head_file
from viewcache.ground.stopwatch import load_record
from viewcache.heads.saved import open_head
from viewcache.heads.schedule import views_of_training
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import Schedule, Validation, make_targets
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared

HEADS = [(budget, seed, rotation) for budget in (2, 1, 0) for seed in (0, 1) for rotation in (0, 1)]
FIRST, *OTHERS = (cached_head_file(*head) for head in HEADS)


@pytest.fixture
def workspace():
    with trainable() as folder:
        yield folder


def trained_again(budget, seed, rotation):
    """The same training by hand, and the images of its parts."""
    images, settings = open_prepared(PREPARED), load_params().train
    views, held_out = open_views(range(5), images.digests), rotation.validation
    order = views_of_training(budget, [1, 2, 3, 4], seed)
    trained = HeadTrainer(1280, 2, settings.head, settings.learning_rate).train(
        views,
        make_targets(images.labels, rotation.train, settings.class_weights),
        Validation(views[0].of(held_out), images.labels[held_out]),
        Schedule(2, settings.batch_size, order, seed, None),
    )
    return trained, images.of(rotation.train), images.of(held_out)


@pytest.mark.usefixtures("workspace")
def test_a_head_is_trained_on_its_own_views_of_the_images_of_its_rotation():
    train_head.main()
    for budget, seed, number in [(1, 1, 0), (2, 0, 1), (0, 1, 1)]:
        saved = open_head(cached_head_file(budget, seed, number))
        trained, images, held_out = trained_again(budget, seed, open_rotations(PARTS)[number])
        assert all(map(np.array_equal, saved.weights, trained.head.get_weights()))
        assert saved.images == digest_of_digests(images)
        assert saved.validation_images == digest_of_digests(held_out)
        assert saved.history == trained.history


def test_the_time_of_a_head_is_that_of_the_first_which_is_trained_alone(workspace):
    train_head.main()
    seconds = load_record("train_head")["seconds"]
    saved = [path.stat().st_mtime for path in (FIRST, *OTHERS)]
    assert saved[0] == min(saved)
    assert max(saved) - saved[0] < seconds["heads"] + 0.1
    assert seconds["head alone"] > 0.1


def test_heads_are_the_same_to_the_last_bit_on_any_number_of_cores(workspace, monkeypatch):
    heads = []
    for cores in (1, 2, 3):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        train_head.main()
        heads.append([path.read_bytes() for path in (FIRST, *OTHERS)])
        FIRST.unlink()
    assert heads[0] == heads[1] == heads[2]
    assert len(set(heads[0])) == len(HEADS)
