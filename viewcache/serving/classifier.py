"""The exported model at work: image bytes in, probabilities of every class out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from viewcache.bases.artifact import open_base
from viewcache.bases.base import Base
from viewcache.heads.answers import Head
from viewcache.images.decoding import decode
from viewcache.serving.folder import BASE, UPPER, Description, read_model

BATCH_SIZE = 1
"""Of the base: a lone image waits for no others, and of many, several run at a time."""


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

    def decode(self, content: bytes, name: str = "") -> np.ndarray:
        """The pixels of an image file, by the policy that the model was trained with.

        Returns:
            uint8, shape (side, side, 3).

        Raises:
            Rejected: the bytes are no image, or none that the policy allows.
        """
        return decode(content, name, self.description.decoding).pixels

    def classify(self, pixels: np.ndarray) -> np.ndarray:
        """Probabilities of every class: float32, shape (images, classes).

        Args:
            pixels: uint8, shape (images, side, side, 3), of one image at least.
        """
        # Rounded as the rows are that the head was trained on.
        return self.head.probabilities(self.base(pixels).astype(self.description.dtype))


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
