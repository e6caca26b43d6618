"""Arms that train the layers above a cut too, trained one after another."""

import json
from collections.abc import Sequence
from functools import partial

import numpy as np
from tqdm import tqdm

from viewcache.arms.arm import Arm
from viewcache.bases.artifact import open_base
from viewcache.bases.frozen import load_upper_part
from viewcache.features.store import FeatureRows, open_views
from viewcache.ground.files import write_text, write_whole
from viewcache.ground.manifests import seal
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import (
    LOWER_PART,
    PREPARED,
    TUNED_SEEN,
    activation_file,
    tuned_answers_file,
)
from viewcache.ground.row_files import RowFile
from viewcache.ground.stopwatch import Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.end_to_end import Seen, on_compiled, train_end_to_end
from viewcache.heads.fine_tuning import TunedModel, train_on_activations
from viewcache.heads.saved import Trained, save_head
from viewcache.heads.schedule import views_of_training
from viewcache.heads.training import (
    Schedule,
    Targets,
    Validation,
    answer,
    make_deterministic,
    make_targets,
)
from viewcache.images.folds import Rotation
from viewcache.images.prepared import open_prepared, read_classes
from viewcache.views.fresh import fresh_views


def train_tuned(
    params: Params, arms: Sequence[Arm], rotations: Sequence[Rotation], costs: Stopwatch
) -> None:
    """Train every arm with its seeds in its rotations, and let it answer on the test images.

    Args:
        costs: Gets the seconds of every training, `ARM seed S rotation R fit`.
    """
    make_deterministic()
    trainings = [(arm, *training) for arm in arms for training in arm.trainings]
    with open_prepared(PREPARED).read() as pixels, costs.monitored():
        tuning = _Tuning(params, pixels, costs)
        tuning.trace(rotations[0])
        for arm, seed, number in tqdm(
            trainings, "fine-tune", unit=" trainings", disable=None, leave=False
        ):
            tuning.train(arm, seed, rotations[number])


class _Tuning:
    """What all trainings share.

    Args:
        pixels: Of the prepared images.
    """

    def __init__(self, params: Params, pixels: RowFile, costs: Stopwatch) -> None:
        self._settings, self._costs = params.train, costs
        self._random_views = params.extract.random_views
        self._images = open_prepared(PREPARED)
        self._test_views = [0, *ids_of_test_views(params.evaluate.test_views)]
        views = [*params.extract.views, *self._test_views[1:]]
        self._views = open_views(views, self._images.digests, activation_file)
        self._read = fresh_views(pixels, self._images.digests, params.augment, params.seed)
        self._lower = open_base(LOWER_PART, params.extract.batch_size)
        self._tuned = TunedModel(
            load_upper_part(params.spec_below_cut),
            len(read_classes(PREPARED)),
            params.train.head,
            params.fine_tune.learning_rate,
            params.train.learning_rate,
        )

    def trace(self, rotation: Rotation) -> None:
        """Run a step, so that no training is charged for making its graph."""
        size = self._settings.batch_size
        with self._costs.phase("compile"):
            train_on_activations(
                self._tuned.at_start(0),
                self._views,
                self._targets(rotation.train[:size]),
                self._validation(rotation),
                Schedule(1, size, [0], 0, None),
            )

    def train(self, arm: Arm, seed: int, rotation: Rotation) -> None:
        """Train with a seed in a rotation, and save what was trained and its answers."""
        model, targets = self._tuned.at_start(seed), self._targets(rotation.train)
        name = arm.training_name(seed, rotation.number)
        validation = self._validation(rotation)
        schedule = self._schedule(arm, seed)
        if arm.budget is None:
            render = self._costs.timed(f"{name} augment", self._read)
            with self._costs.phase(f"{name} fit"):
                trained, seen = train_end_to_end(
                    on_compiled(self._lower), model, render, targets, validation, schedule
                )
            self._compare(seen)
        else:
            with self._costs.phase(f"{name} fit"):
                trained = train_on_activations(model, self._views, targets, validation, schedule)
        self._save(arm, seed, rotation, trained)

    def _targets(self, rows: np.ndarray) -> Targets:
        return make_targets(self._images.labels, rows, self._settings.class_weights)

    def _validation(self, rotation: Rotation) -> Validation:
        rows = rotation.validation
        return Validation(FeatureRows(self._views[0], rows), self._images.labels[rows])

    def _schedule(self, arm: Arm, seed: int) -> Schedule:
        settings = self._settings
        budget = settings.epochs if arm.budget is None else arm.budget
        views = views_of_training(budget, self._random_views, seed)
        return Schedule(settings.epochs, settings.batch_size, views, seed, settings.patience)

    def _compare(self, seen: Seen) -> None:
        """Hold what end-to-end saw to what was cached."""
        cached = self._views[seen.view].of(seen.rows)
        difference = float(np.abs(cached - seen.inputs).max())
        write_text(TUNED_SEEN, json.dumps({"max_abs_difference": difference}) + "\n")

    def _save(self, arm: Arm, seed: int, rotation: Rotation, trained: Trained) -> None:
        path = arm.head_file(seed, rotation.number)
        save_head(
            path, trained, self._images.of(rotation.train), self._images.of(rotation.validation)
        )
        tested = [FeatureRows(self._views[view], rotation.test) for view in self._test_views]
        logits = np.stack([answer(trained.head, features) for features in tested])
        answers = tuned_answers_file(arm.name, seed, rotation.number)
        write_whole(answers, partial(np.save, arr=logits))
        seal(answers)
