"""What twice as many epochs gain, by all seeds: `python -m studies.length`, after `make run`.

A run tries one seed, on validation images. Here the recommended arm and the twin are trained twice
as long with every seed in every rotation, on the views that there are, and held to the heads of the
run on the test images. Minutes.
"""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from viewcache.answers.head_answers import HeadAnswers
from viewcache.answers.heads import TrainedHead, ask, open_heads
from viewcache.arms.arm import Arm, cached_arms, twice_as_long
from viewcache.features.store import open_views
from viewcache.ground.machine import cores
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, PREPARED, RECOMMENDATION, planned_views
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.saved import SavedHead
from viewcache.heads.training import make_deterministic
from viewcache.images.folds import open_rotations, open_units, rows_of
from viewcache.images.prepared import open_prepared, read_classes
from viewcache.judge.correctness import Correct, correctness, named_by_arm
from viewcache.judge.decisions import by_views
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import difference_interval
from viewcache.judge.verdict import OTHER
from viewcache.report.words import WHERE, with_interval

Training = tuple[Arm, int, int]
"""Arm, seed and rotation."""


class Study:
    """The heads of a run, and the same trained twice as long."""

    def __init__(self) -> None:
        self._params, self._images = load_params(), open_prepared(PREPARED)
        self._rotations = open_rotations(PARTS)
        self._views = open_views(planned_views(), self._images.digests)
        self._asked = [0, *ids_of_test_views(self._params.evaluate.test_views)]

    @property
    def arms(self) -> list[Arm]:
        """The recommended arm and the twin."""
        recommended = json.loads(RECOMMENDATION.read_bytes())["arm"]
        *_, twin = arms = cached_arms(self._params, self._rotations)
        return by_views(dict.fromkeys([*(arm for arm in arms if arm.name == recommended), twin]))

    @property
    def sample(self) -> Sample:
        rows = rows_of(self._rotations, "test")
        units, measure = open_units(PARTS)[rows], self._params.evaluate.measure
        return Sample(self._images.labels[rows], units, measure)

    def usual(self, arm: Arm) -> Correct:
        heads = open_heads([arm], self._rotations)
        return self._correctness(self._ask(head) for head in heads)

    def longer(self, arm: Arm) -> Correct:
        long, threads = twice_as_long(arm), cores()
        shares = [long.trainings[thread::threads] for thread in range(threads)]
        with ThreadPoolExecutor(threads) as workers:
            heads = workers.map(lambda share: self._train(long, share), shares)
            return self._correctness(chain.from_iterable(heads))

    def _correctness(self, heads: Iterable[HeadAnswers]) -> Correct:
        """Of the heads of one arm."""
        [named] = named_by_arm(heads).values()
        return correctness(self._images.labels, named)

    def _train(self, arm: Arm, trainings: Sequence[tuple[int, int]]) -> list[HeadAnswers]:
        classes = len(read_classes(PREPARED))
        cached = CachedTraining(self._params.train, classes, self._images.labels, self._views)
        tested = []
        for seed, number in trainings:
            rotation = self._rotations[number]
            trained = cached.train(rotation.train, rotation.validation, arm.views(seed), seed)
            saved = SavedHead(trained.weights, trained.start, "", "", trained.history)
            tested.append(self._ask(TrainedHead(arm, seed, rotation, saved)))
        return tested

    def _ask(self, head: TrainedHead) -> HeadAnswers:
        return ask(head, self._images.labels, self._views, self._asked)


def main() -> None:
    make_deterministic()
    study = Study()
    for arm in study.arms:
        usual, longer = study.usual(arm), study.longer(arm)
        for on in OTHER:
            found = difference_interval(longer[on], usual[on], study.sample)
            assert found is not None
            estimate, low, high = (100 * end for end in (found.estimate, found.low, found.high))
            gain = with_interval(estimate, low, high, "+.2f", " points")
            print(f"{arm}, {2 * arm.epochs} epochs, {WHERE[on]}: {gain}", flush=True)


if __name__ == "__main__":
    main()
