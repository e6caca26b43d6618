from pathlib import Path

import numpy as np
import pytest

from stages import train_head
from tests.arms.named import named
from tests.stages.workspaces import COURSE, save_images, trainable
from viewcache.arms.arm import Arm, longer_arms
from viewcache.features.store import open_views
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, PREPARED
from viewcache.ground.stopwatch import load_record
from viewcache.heads import baseline, cached_training
from viewcache.heads.baseline import Examples, train_baseline
from viewcache.heads.optimizer import learning_rate_of
from viewcache.heads.saved import open_head
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import ReadingOrder, Validation, make_targets
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared

NUMBERS = (0, 1)
NAMES = ("cached_0", "cached_1", "cached_3", "views_only_3")
ARMS = [named(name, (0, 1), NUMBERS, COURSE) for name in NAMES]
FIRST, *OTHERS = (arm.head_file(*training) for arm in ARMS for training in arm.trainings)
BASELINE = named("baseline", (0,), NUMBERS, COURSE)


@pytest.fixture
def workspace():
    with trainable():
        yield


@pytest.fixture(scope="module")
def after_the_stage():
    with trainable() as folder:
        train_head.main()
        yield folder


@pytest.fixture
def trained(after_the_stage, monkeypatch):
    """The working folder, in which the stage ran; nothing in it is changed."""
    monkeypatch.chdir(after_the_stage)


def longer() -> list[Arm]:
    return [*longer_arms(load_params(), open_rotations(PARTS)).values()]


def trained_again(arm, seed, rotation, kept=()):
    """The same training by hand, and the images of its parts."""
    images, settings = open_prepared(PREPARED), load_params().train
    views, held_out = open_views([0, *COURSE.ids], images.digests), rotation.validation
    trained = HeadTrainer(1280, 2, settings.head, learning_rate_of(settings)).train(
        views,
        make_targets(images.labels, rotation.train, settings.class_weights),
        Validation(views[0].of(held_out), images.labels[held_out]),
        ReadingOrder(arm.views(seed), arm.epochs, settings.batch_size, seed, kept),
    )
    return trained, images.of(rotation.train), images.of(held_out)


@pytest.mark.usefixtures("trained")
def test_a_head_is_trained_on_its_own_views_of_the_images_of_its_rotation():
    _, one, twin, views_only = ARMS
    trainings = [(one, 1, 0), (twin, 1, 1), (views_only, 0, 1), (longer()[1], 0, 1)]
    for arm, seed, number in trainings:
        saved = open_head(arm.head_file(seed, number))
        trained, images, held_out = trained_again(arm, seed, open_rotations(PARTS)[number])
        assert all(map(np.array_equal, saved.weights, trained.weights))
        assert saved.images == digest_of_digests(images)
        assert saved.validation_images == digest_of_digests(held_out)
        assert saved.history == trained.history
        assert len(saved.history) == (12 if arm == longer()[1] else 6)


@pytest.mark.usefixtures("trained")
def test_the_first_epochs_are_kept_of_the_twin_s_first_training():
    twin, of_longer = ARMS[2], (arm.head_file(*pair) for arm in longer() for pair in arm.trainings)
    kept = {epoch: twin.head_file(0, 0, epoch) for epoch in (1, 2, 3, 4)}
    baselines = [BASELINE.head_file(0, number) for number in NUMBERS]
    expected = {FIRST, *OTHERS, *of_longer, *baselines, *kept.values()}
    assert {*Path("models/cached").rglob("*.npz")} == expected
    trained, *_ = trained_again(twin, 0, open_rotations(PARTS)[0], kept)
    for epoch, file in kept.items():
        assert all(map(np.array_equal, open_head(file).weights, trained.kept[epoch]))
        assert open_head(file).history == trained.history[:epoch]


def examples(rows):
    images = open_prepared(PREPARED)
    return Examples(open_views([0], images.digests)[0].of(rows), images.labels[rows])


def assert_baseline(number, train, validation):
    found = open_head(BASELINE.head_file(0, number))
    weights = load_params().train.class_weights
    expected = train_baseline(examples(train), examples(validation), weights)
    assert all(map(np.array_equal, found.weights, expected.weights))
    assert found.start == expected.start


@pytest.mark.usefixtures("trained")
def test_the_baseline_is_trained_on_the_images_as_they_are_of_every_rotation():
    for number, rotation in enumerate(open_rotations(PARTS)):
        assert_baseline(number, rotation.train, rotation.validation)
        images = digest_of_digests(open_prepared(PREPARED).of(rotation.train))
        assert open_head(BASELINE.head_file(0, number)).images == images


@pytest.mark.usefixtures("workspace")
def test_of_many_images_the_baseline_sees_the_first_and_one_of_every_class(monkeypatch):
    labels = np.zeros(40, int)
    labels[[30, 31, 32, 33, 34, 35, 36, 37]] = 1
    save_images(np.load(PREPARED / "images.npy"), label=labels)
    monkeypatch.setattr(baseline, "MOST_IMAGES", 5)
    train_head.main()
    for number, rotation in enumerate(open_rotations(PARTS)):
        parts = []
        for rows in (rotation.train, rotation.validation):
            rare = rows[labels[rows] == 1]
            parts.append(np.union1d(rows[:5], rare[:1]))
        assert_baseline(number, *parts)


@pytest.mark.usefixtures("trained")
def test_the_time_of_a_head_is_that_of_the_first_which_is_trained_alone():
    seconds = load_record("train_head")["seconds"]
    saved = [path.stat().st_mtime for path in (FIRST, *OTHERS)]
    assert saved[0] == min(saved)
    assert max(saved) - saved[0] < seconds["heads"] + 0.1
    phases = ("head alone", "heads", "heads twice as long", "baseline")
    assert min(seconds[phase] for phase in phases) > 0
    assert seconds["head alone"] > 0.1


@pytest.mark.usefixtures("workspace")
def test_heads_are_the_same_to_the_last_bit_on_any_number_of_cores(monkeypatch):
    found = []
    for cores in (1, 3):
        monkeypatch.setattr(cached_training, "cores", lambda cores=cores: cores)
        train_head.main()
        files = sorted(Path("models/cached").rglob("*.npz"))
        found.append([path.read_bytes() for path in files])
        FIRST.unlink()
    assert found[0] == found[1]
    assert len(set(found[0])) == len(found[0]) == len(ARMS) * 4 + 2 * 2 + 2 + 4
