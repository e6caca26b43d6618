"""A base that is quick, and whose features can be told by hand."""

import numpy as np

from viewcache.bases.base import Base


class Corner(Base):
    """Its features are four pixels of the image."""

    def __init__(self, batch_size=4):
        super().__init__("corner", (12,), batch_size, in_flight=2)

    def _start(self, images):
        assert len(images) == self.batch_size
        return lambda: images[:, :2, :2].reshape(len(images), 12).astype(np.float32)
