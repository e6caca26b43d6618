"""A base in a contest: its features of ever more images, and what linear heads make of them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from tqdm import tqdm

from viewcache.bases.base import Base
from viewcache.ground.params.candidates import name_of
from viewcache.ground.params.schema import Params
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.prepared import Prepared
from viewcache.judge.correctness import Measured
from viewcache.judge.linear_heads import cross_validate
from viewcache.judge.sample import Sample
from viewcache.judge.standing import Standing
from viewcache.views.fresh import fresh_views

TRAINING_VIEWS = (0, 1, 2)
TESTED_VIEWS: dict[Measured, int] = {"clean": 0, "robustness": ids_of_test_views(1)[0]}
VIEWS = sorted({*TRAINING_VIEWS, *TESTED_VIEWS.values()})


@dataclass
class Contender:
    """A base that is open, and what was computed with it.

    Attributes:
        params: That name it.
        features: Of all images so far, some at a time; by view.
        seconds: That the last of the images took; by view.
        seconds_of_heads: That the last heads took.
        images_a_second: Rendered in a random view and run through the base; the most that were,
            since whatever else runs on the machine only slows it down.
    """

    params: Params
    base: Base
    features: dict[int, list[np.ndarray]] = field(
        default_factory=lambda: {view: [] for view in VIEWS}
    )
    seconds: dict[int, float] = field(default_factory=dict)
    seconds_of_heads: float = 0.0
    images_a_second: float = 0.0

    def extract(self, images: Prepared, rows: np.ndarray) -> None:
        """Add the features of some images."""
        params = self.params
        with images.read() as pixels:
            read = fresh_views(pixels, images.digests, params.augment, params.seed)
            for view in VIEWS:
                start = time.perf_counter()
                computed = self.base.stream(read(view, batch) for batch in self._batches(rows))
                self.features[view].append(np.concatenate(list(computed)))
                self.seconds[view] = time.perf_counter() - start
        fastest = min(seconds for view, seconds in self.seconds.items() if view)
        self.images_a_second = max(self.images_a_second, len(rows) / fastest)

    def stand(self, images: pd.DataFrame) -> Standing:
        """Train and test heads on all images so far.

        Args:
            images: Of each its `label`, `unit`, and parts in `rotation_0` and on.
        """
        start, labels = time.perf_counter(), images["label"].to_numpy()
        parts = images.filter(like="rotation_")
        tests = [np.flatnonzero(parts[rotation] == "test") for rotation in parts]
        features = {view: np.concatenate(some) for view, some in self.features.items()}
        training = [features[view] for view in TRAINING_VIEWS]
        tested_on = {on: features[view] for on, view in TESTED_VIEWS.items()}
        correct = cross_validate(
            training, tested_on, labels, tests, self.params.train.class_weights
        )
        self.seconds_of_heads = time.perf_counter() - start
        tested = np.sort(np.concatenate(tests))
        units, _ = pd.factorize(images["unit"].iloc[tested])
        return Standing(
            name_of(self.params),
            self.params,
            self.base.row_shape[0],
            self.images_a_second,
            len(images),
            correct,
            Sample(labels[tested], units, self.params.evaluate.measure),
        )

    def _batches(self, rows: np.ndarray) -> Iterable[np.ndarray]:
        size, name = self.base.batch_size, name_of(self.params)
        batches = np.split(rows, range(size, len(rows), size))
        return tqdm(batches, name, unit=" batches", disable=None, leave=False)
