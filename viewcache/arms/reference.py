"""Stored features held to what the original images give, by a reference.

As TinyViT does for the outputs of its teacher that it stores (`--check-saved-logits`; Wu et al.,
"TinyViT: Fast Pretraining Distillation for Small Vision Transformers", 2022).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from viewcache.bases.artifact import TOLERANCE
from viewcache.features.store import open_views, rows_of_views
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.policy import Policy
from viewcache.ground.paths import keys_file
from viewcache.images.decoding import Decoded, DecodingPolicy, Rejected, decode_files
from viewcache.images.prepared import Prepared
from viewcache.views.plan import draw
from viewcache.views.render import render_decoded

BATCH = 32


class Stored(NamedTuple):
    """A feature vector in a file, and the view of an image that it should be of.

    Attributes:
        path: Of the image, below its source.
        digest: Of the image.
        features: float, shape (width,).
    """

    file: Path
    path: str
    digest: str
    view: int
    features: np.ndarray


@dataclass(frozen=True)
class Reference:
    """The way from original images to features.

    Attributes:
        root: Of the images' source.
        seed: Of the views.
        base: From uint8 images to their features.
    """

    root: Path
    decoding: DecodingPolicy
    augment: Policy
    seed: int
    base: Callable[[np.ndarray], np.ndarray]

    def features(self, wanted: Sequence[Stored]) -> np.ndarray:
        """float32, shape (len(wanted), width); what is stored is not looked at.

        Raises:
            PipelineError: an image cannot be read, or is another one than it was.
        """
        paths, digests = [one.path for one in wanted], [one.digest for one in wanted]
        decoded = decode_files(self.root, paths, digests, self.decoding)
        images = [_accepted(*pair) for pair in zip(decoded, paths, strict=True)]
        plans = [draw(self.augment, self.seed, one.view, [one.digest]) for one in wanted]
        return self.base(render_decoded(images, np.concatenate(plans)))


def draw_stored(images: Prepared, views: Sequence[int], count: int, seed: int) -> list[Stored]:
    """Draw stored features of all views at random.

    Args:
        count: How many to draw; all, where there are fewer.

    Raises:
        PipelineError: a file of features is missing or damaged.
    """
    rows = rows_of_views(views, len(images.digests))
    starts = np.cumsum([0, *(len(each) for each in rows.values())])
    total = int(starts[-1])
    drawn = np.random.default_rng(seed % 2**64).choice(total, min(count, total), replace=False)
    opened, paths = open_views(views, images.digests), images.paths
    return [
        Stored(keys_file(view), paths[row], images.digests[row], view, features)
        for view, start, end in zip(views, starts, starts[1:], strict=False)
        for chosen in [rows[view][np.sort(drawn[(start <= drawn) & (drawn < end)]) - start]]
        for row, features in zip(chosen, opened[view].of(chosen), strict=True)
    ]


def differences(stored: Sequence[Stored], reference: Reference) -> Iterator[float]:
    """How far stored features are off: the largest difference, relative to the largest feature
    where that is above 1.

    Raises:
        PipelineError: one is off by more than its dtype and the runtime explain.
    """
    for start in range(0, len(stored), BATCH):
        batch = stored[start : start + BATCH]
        for one, expected in zip(batch, reference.features(batch), strict=True):
            difference = np.abs(one.features - expected).max() / max(1, np.abs(expected).max())
            if not difference <= tolerance(one.features.dtype):
                raise PipelineError(
                    f"{one.file} must hold what the original image {one.path!r} gives in view "
                    f"{one.view}, within {tolerance(one.features.dtype):.1e}; `make repair` "
                    f"computes it again, if the code is right",
                    f"{difference:.1e} off",
                )
            yield float(difference)


def tolerance(dtype: np.dtype[Any]) -> float:
    """Largest relative difference between stored features and the reference's."""
    return TOLERANCE + (float(np.finfo(dtype).eps) if dtype.itemsize < 4 else 0)


def _accepted(image: Decoded | Rejected, path: str) -> Decoded:
    if isinstance(image, Rejected):
        rule = f"{path} must be decoded as it was: run `dvc repro --force prepare`"
        raise PipelineError(rule, image)
    return image
