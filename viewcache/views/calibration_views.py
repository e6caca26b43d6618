"""The views that an int8 base is calibrated on: drawn once, and frozen in a lock file.

So an image more, another seed or another policy leaves the base, and all its features, as it is.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.params.policy import Policy
from viewcache.ground.params.section import Section
from viewcache.images.prepared import Prepared
from viewcache.views.plan import draw
from viewcache.views.render import render

LOCK = Path("calibration.lock")
MOST = 300
"""Images of a sample; of few images, a quarter."""


class CalibrationSample(Section):
    """Views of images, and what their parameters are drawn by.

    Attributes:
        images: From an image's digest to a view's id.
    """

    seed: int
    augment: Policy
    images: dict[str, int]


def draw_sample(digests: list[str], seed: int, policy: Policy) -> CalibrationSample:
    """Draw images by a hash, every other one in a random view, the rest as they are.

    Without the user's own function, since its code is in no lock file.
    """
    count = min(MOST, max(1, len(digests) // 4))
    drawn = sorted(digests, key=lambda one: hashlib.sha256(f"calibration/{one}".encode()).digest())
    views = {digest: place % 2 for place, digest in enumerate(drawn[:count])}
    return CalibrationSample(
        seed=seed, augment=policy.model_copy(update={"own": None}), images=views
    )


def freeze(path: Path, sample: CalibrationSample) -> None:
    """Write a lock file."""
    write_text(path, sample.model_dump_json(indent=2) + "\n")


def read_frozen(path: Path) -> CalibrationSample | None:
    """The sample of a lock file; None where there is none, or an empty one.

    Raises:
        PipelineError: it is damaged.
    """
    try:
        content = path.read_bytes()
        return None if json.loads(content) == {} else CalibrationSample.model_validate_json(content)
    except FileNotFoundError:
        return None
    except (ValueError, ValidationError) as error:
        rule = f"{path} must hold a sample of views: remove it, and another one is drawn"
        raise PipelineError(rule, " ".join(str(error).split())) from error


def render_sample(images: Prepared, sample: CalibrationSample) -> np.ndarray:
    """The sample's pixels: uint8, shape (views, side, side, 3).

    Raises:
        PipelineError: an image is not among the prepared ones.
    """
    rows = {digest: row for row, digest in enumerate(images.digests)}
    missing = sample.images.keys() - rows.keys()
    if missing:
        rule = (
            f"the images that int8 is calibrated on ({LOCK}) must be there; if they are gone for "
            f"good, remove {LOCK}, and others are drawn"
        )
        raise PipelineError(rule, f"{len(missing)} of {len(sample.images)} are missing")
    drawn = [draw(sample.augment, sample.seed, view, [one]) for one, view in sample.images.items()]
    with images.read() as pixels:
        return render(pixels.read([rows[one] for one in sample.images]), np.concatenate(drawn))
