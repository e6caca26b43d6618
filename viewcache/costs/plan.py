"""What a run will cost: paces times counts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from viewcache.arms import arm as run
from viewcache.costs.paces import Pace
from viewcache.costs.prediction import PLANNED, Predicted
from viewcache.ground.machine import cores, machine
from viewcache.ground.params.schema import Params
from viewcache.ground.view_ids import TEST_VIEW_OFFSET, ids_of_test_views
from viewcache.images.folds import PARTS, Rotation, rows_of

BASELINE_EPOCHS = 10
"""Of a head, which take as long as the baseline, about."""
AROUND = 12
"""What all other stages, and DVC around every one, take: in starts of `train_head`."""


class Plan(NamedTuple):
    """What is to be run, and how fast each stage works, by the name of its record."""

    params: Params
    rotations: Sequence[Rotation]
    paces: Mapping[str, Pace]

    def rows(self, views: Iterable[int]) -> int:
        """That are extracted: a view is, of the images that it is trained on or tested in."""
        train, *rest = (set(rows_of(self.rotations, part).tolist()) for part in PARTS)
        images, tested = len(train.union(*rest)), len(set.union(*rest))
        return sum(
            tested if view >= TEST_VIEW_OFFSET else len(train) if view else images for view in views
        )

    @property
    def views(self) -> list[int]:
        random = run.course_of(self.params, self.rotations).ids
        return [0, *random, *ids_of_test_views(self.params.evaluate.test_views)]

    @property
    def bytes(self) -> int:
        """Of decoded images and features: once in `data`, once in DVC's cache."""
        sides = self.params.side, self.params.detail_side or 0
        pixels = self.rows([0]) * 3 * sum(side**2 for side in sides)
        return 2 * (pixels + self.rows(self.views) * self.paces["extract"].row_bytes)

    @property
    def seconds(self) -> float:
        """Of `make run` where nothing is cached yet, once the images are read."""
        extract, heads = self.paces["extract"], self.paces["train_head"]
        _, *arms = run.compared_on_cache(self.params, self.rotations)
        arms += run.longer_arms(self.params, self.rotations).values()
        sizes = [len(rotation.train) for rotation in self.rotations]
        one, *others = (arm.epochs * sizes[fold] for arm in arms for _, fold in arm.trainings)
        passes = one + sum(others) / cores() + BASELINE_EPOCHS * sum(sizes)
        fits = [
            sizes[fold] * sum(map(pace.of, arm.views(seed)))
            + len(self.rotations[fold].validation) * pace.image
            for arm in run.end_to_end_arms(self.params, self.rotations)
            for pace in [self.paces[arm.training_stage]]
            for seed, fold in arm.trainings
        ]
        rows = sum(self.rows([view]) * extract.of(view) for view in self.views)
        starts = sum(pace.start for pace in self.paces.values()) + AROUND * heads.start
        return starts + rows + passes * heads.image + sum(fits)

    @property
    def arms(self) -> dict[str, Predicted]:
        """What a first and each further training costs, end to end as if it were run whole."""
        whole = run.course_of(self.params, self.rotations)
        cached = run.compared_on_cache(self.params, self.rotations)
        compiled = run.end_to_end("compiled", [0], [0], whole)
        fresh = [run.end_to_end("keras", [0], [0], whole)] if self.params.base.in_keras else []
        costs = {arm.name: self._costs(arm, {*arm.views(arm.seeds[0])}) for arm in cached}
        costs |= {arm.name: self._costs(arm, arm.views(0)) for arm in (*fresh, compiled)}
        return costs | {PLANNED["originals_kept"]: self._costs(compiled, {*compiled.views(0)})}

    def _costs(self, arm: run.Arm, views: Collection[int]) -> Predicted:
        """Args: views: That the base is run over."""
        paces, images, heads = self.paces, len(self.rotations[0].train), self.paces["train_head"]
        epochs = BASELINE_EPOCHS if arm.role == "baseline" else arm.epochs
        head, training = images * epochs * heads.image, paces[arm.training_stage]
        before = ["compile_base"] * (arm.kind == "compiled")
        if arm.fresh:
            by_base = images * sum(training.of(view) - heads.image for view in views)
            feature_bytes = 0
        else:
            before += ["augment", "extract"]
            by_base = images * sum(map(paces["extract"].of, views))
            feature_bytes = self.rows(views) * paces["extract"].row_bytes
        set_up = training.start + sum(paces[stage].start for stage in before)
        return Predicted(
            seconds=set_up + by_base + head,
            further_seconds=training.start + head + by_base * arm.fresh,
            setup_seconds=set_up,
            machine=machine()["id"],
            base_passes=images * len(views),
            views_seconds=by_base,
            head_seconds=head,
            feature_bytes=feature_bytes,
        )
