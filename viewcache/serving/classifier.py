"""The exported model at work: image bytes in, probabilities of every class out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from viewcache.bases.artifact import open_base
from viewcache.bases.base import Base
from viewcache.ground.errors import PipelineError
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.answers import Head
from viewcache.images.decoding import Decoded, decode
from viewcache.serving.folder import BASE, UPPER, Description, read_model

BATCH_SIZE = 1
"""Of the base: a lone image waits for no others, and of many, several run at a time."""
MOST_VIEWS = 100
"""That probabilities are averaged over, since each costs a base pass."""


@dataclass(frozen=True)
class Classifier:
    """A model that may be shared by threads."""

    description: Description
    base: Base
    head: Head

    @property
    def classes(self) -> list[str]:
        """Names, in the order of the probabilities."""
        return self.description.classes

    def decode(self, content: bytes, name: str = "") -> Decoded:
        """What is in an image file, by the policy that the model was trained with.

        Raises:
            Rejected: the bytes are no image, or none that the policy allows.
        """
        return decode(content, name, self.description.decoding)

    def classify(self, pixels: np.ndarray) -> np.ndarray:
        """Probabilities of every class: float32, shape (images, classes).

        Args:
            pixels: uint8, shape (images, side, side, 3), of one image at least.
        """
        # Rounded as the rows are that the head was trained on.
        return self.head.probabilities(self.base(pixels).astype(self.description.dtype))

    def classify_by_views(
        self, images: Sequence[Decoded], digests: Sequence[str], views: int
    ) -> np.ndarray:
        """Means of the probabilities over images and random views of them: as by `classify`.

        The views are those that test images of these digests are judged under.

        Args:
            digests: SHA-256 of each image's bytes, in hexadecimal.
            views: Number of random views.

        Raises:
            PipelineError: there are fewer than none, or more than `MOST_VIEWS`.
        """
        if not 0 <= views <= MOST_VIEWS:
            raise PipelineError(f"views must be a number from 0 to {MOST_VIEWS}", views)
        pixels = np.stack([image.pixels for image in images])
        each = chain([pixels], self._random_views(images, digests, views))
        return np.mean([self.classify(view) for view in each], axis=0)

    def _random_views(
        self, images: Sequence[Decoded], digests: Sequence[str], views: int
    ) -> Iterator[np.ndarray]:
        # Here, since a model opens faster without, and few ask for views.
        from viewcache.ground.params.policy import Policy
        from viewcache.views.plan import draw
        from viewcache.views.render import render_decoded

        policy, seed = Policy(**self.description.augment), self.description.seed
        for view in ids_of_test_views(views):
            yield render_decoded(images, draw(policy, seed, view, digests))


def open_classifier(folder: Path) -> Classifier:
    """Open an exported model; TensorFlow is imported only if it runs the base.

    Raises:
        PipelineError: a file is missing or damaged.
    """
    description, layers = read_model(folder)
    head = Head(_open_upper(folder / UPPER), layers)
    return Classifier(description, open_base(folder / BASE, BATCH_SIZE), head)


def _open_upper(folder: Path) -> Base | None:
    """The layers above a cut, which run as a base does: from rows to features."""
    if not folder.exists():
        return None
    # Here, since a model on TensorFlow needs no OpenVINO but for these.
    from viewcache.bases.openvino_base import OpenVINOBase

    return OpenVINOBase(folder, "float32", folder.name, BATCH_SIZE)
