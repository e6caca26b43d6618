"""Bases run over ever more images, in rounds, until time is up or one of them is left."""

import time
from collections.abc import Sequence
from itertools import compress
from pathlib import Path

import numpy as np
import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.params.schema import Params
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.judge.contender import Contender
from viewcache.judge.standing import Standing, best_first, is_out

TRIAL = 32
"""Images that every base is timed on beforehand."""
FIRST, OF_A_CLASS = 256, 10
"""Images of the first round: at least so many of all, and of each class."""
LEAST_GROWTH = 1.25
"""A round on fewer than so many times the images of the last one would tell little more."""


class Contest:
    """Bases that are held to each other on the same images.

    Args:
        params: Say how images are decoded, and what counts.
        root: Folder that the paths of the images are relative to.
        images: One row an image, in order of digest, so that the first ones are a random sample:
            `digest`, `path`, `label`, and the columns of `part_images`.
        folder: Where pixels are put for a while.
    """

    def __init__(
        self,
        params: Params,
        root: Path,
        images: pd.DataFrame,
        contenders: Sequence[Contender],
        folder: Path,
    ) -> None:
        self._params, self._root, self._folder = params, root, folder
        self._images, self._contenders = images, list(contenders)
        self._whole = np.empty(0, bool)  # of each image so far, whether it could be decoded
        self._added, self._decoding = 0, 0.0

    @property
    def left_out(self) -> int:
        """How many of the images so far could not be decoded."""
        return int((~self._whole).sum())

    def foresee(self) -> float:
        """Run every base over a few images, and foresee the seconds of all others, heads aside."""
        self._grow(min(TRIAL, len(self._images) // 2))
        return self._seconds_an_image() * (len(self._images) - len(self._whole))

    def play(self, deadline: float) -> list[Standing]:
        """Play rounds, the first one in any case.

        Args:
            deadline: Of `time.monotonic`.

        Returns:
            What is known of every base, the best first.
        """
        evaluate, dropped = self._params.evaluate, list[Standing]()
        size = self._first_size()
        while True:
            self._grow(size)
            images = self._images.iloc[: len(self._whole)][self._whole]
            standings = [one.stand(images) for one in self._contenders]
            best = best_first(standings, evaluate.rule)[0]
            stays = [not is_out(one, best, evaluate.margin) for one in standings]
            self._contenders = list(compress(self._contenders, stays))
            size = next_size(len(self._whole), len(self._images), self._affordable(deadline))
            if size == len(self._whole) or len(self._contenders) < min(2, len(standings)):
                return best_first([*standings, *dropped], evaluate.rule)
            dropped += [one for one, stay in zip(standings, stays, strict=True) if not stay]

    def _first_size(self) -> int:
        numbers = self._images.groupby("label").cumcount()
        enough = int(np.flatnonzero(numbers < OF_A_CLASS)[-1]) + 1
        return min(max(FIRST, enough), len(self._images))

    def _affordable(self, deadline: float) -> int:
        """How many images there is time for, features and heads, if a round goes on with them."""
        now, an_image = len(self._whole), self._seconds_an_image()
        heads = sum(one.seconds_of_heads for one in self._contenders) / now
        return int((deadline - time.monotonic() + an_image * now) / (an_image + heads))

    def _seconds_an_image(self) -> float:
        """Of the last ones: decoded, and run through every base that is still in."""
        bases = sum(sum(one.seconds.values()) for one in self._contenders)
        return (self._decoding + bases) / self._added

    def _grow(self, size: int) -> None:
        """Decode more images, and run every base over those that can be decoded."""
        index = self._images.iloc[len(self._whole) : size]
        with scratch(self._folder / "images") as folder:
            start = time.perf_counter()
            sides = {one.params.side for one in self._contenders}
            found = {side: self._decode(index, side, folder / str(side)) for side in sides}
            self._decoding = time.perf_counter() - start
            whole = np.logical_and.reduce([decoded for _, decoded in found.values()])
            if not whole.any():
                rule = "some of these images must be readable"
                raise PipelineError(rule, f"{len(index)}, such as {index['path'].iloc[0]}")
            for one in self._contenders:
                prepared, decoded = found[one.params.side]
                one.extract(prepared, np.flatnonzero(whole[decoded]))
        self._whole, self._added = np.concatenate([self._whole, whole]), len(index)

    def _decode(self, index: pd.DataFrame, side: int, folder: Path) -> tuple[Prepared, np.ndarray]:
        """Decode images, and tell of each whether it could be."""
        data = self._params.data
        policy = DecodingPolicy(side, data.min_size, data.background)
        found = write_prepared(folder, self._root, index, policy)
        return open_prepared(folder), (found["rejected"] == "").to_numpy()


def next_size(now: int, everything: int, affordable: int) -> int:
    """Twice as many images as now, or as time allows; as many as now where that is too few."""
    nearly = everything <= 2 * LEAST_GROWTH * now
    size = min(everything if nearly else 2 * now, affordable)
    return size if size == everything or size >= LEAST_GROWTH * now else now
