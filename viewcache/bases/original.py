"""A base as it comes, before it is compiled."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SEVERAL = 4
"""Images of a batch that a base is tried with."""


@dataclass(frozen=True)
class Original:
    """A base whose preprocessing and pooling are in its graph.

    Attributes:
        made_of: What it is made of, part by part, for `base.json`.
        save: Writes it as OpenVINO's, in float32.
        run: From uint8 images, shape (images, side, side, 3), to float32 rows: what the compiled
            base is held to.
        run_by: What runs it there, in words.
        pins: Digests that its weights are held to in `weights.lock`, by name; none where Keras
            does not have the base.
    """

    made_of: dict[str, Any]
    save: Callable[[Path], None]
    run: Callable[[np.ndarray], np.ndarray]
    run_by: str
    pins: dict[str, str] = field(default_factory=dict)
