"""The view plan: which parameters a view of an image has. Drawn here, applied in `render`."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from viewcache.ground.params.policy import Policy


PLAN_DTYPE = np.dtype(
    [
        ("horizontal_flip", "?"),
        ("vertical_flip", "?"),
        ("quarter_turns", "u1"),
        ("rotation_degrees", "<f4"),
        ("shift_y", "<f4"),
        ("shift_x", "<f4"),
        ("zoom", "<f4"),
        ("shear", "<f4"),
        ("brightness", "<f4"),
        ("contrast", "<f4"),
    ]
)
"""One row an image: 31 bytes."""


def draw(policy: "Policy", seed: int, view: int, digests: Sequence[str]) -> np.ndarray:
    """Draw a view's parameters for images.

    A row depends on (seed, view, digest) and the policy alone, so images and views can be added,
    reordered and split without changing any other row. Each parameter has a random number of its
    own: changing the range of one leaves the draws of the others as they are.

    Args:
        view: The view's id; 0 is the image itself.
        digests: SHA-256 of each image's bytes, in hexadecimal.

    Returns:
        Array of `PLAN_DTYPE`, shape (images,).
    """
    plan = identity(len(digests))
    if view == 0:
        return plan
    chance = _uniform(seed, view, digests).T
    plan["horizontal_flip"] = chance[0] < policy.horizontal_flip
    plan["vertical_flip"] = chance[1] < policy.vertical_flip
    plan["quarter_turns"] = np.floor(4 * chance[2]) if policy.quarter_turns else 0
    plan["rotation_degrees"] = _symmetric(chance[3], policy.rotation_degrees)
    plan["shift_y"] = _symmetric(chance[4], policy.shift)
    plan["shift_x"] = _symmetric(chance[5], policy.shift)
    plan["zoom"] = 1 + _symmetric(chance[6], policy.zoom)
    plan["shear"] = _symmetric(chance[7], policy.shear)
    plan["brightness"] = _symmetric(chance[8], policy.brightness)
    plan["contrast"] = 1 + _symmetric(chance[9], policy.contrast)
    return plan


def identity(images: int) -> np.ndarray:
    """The plan of view 0: nothing changes. Array of `PLAN_DTYPE`, shape (images,)."""
    plan = np.zeros(images, PLAN_DTYPE)
    plan["zoom"] = plan["contrast"] = 1
    return plan


def _uniform(seed: int, view: int, digests: Sequence[str]) -> np.ndarray:
    """Numbers in [0, 1) from BLAKE2b of (seed, view, digest): float64, shape (images, 16).

    A hash, not a generator, since NumPy does not promise a generator's stream across versions
    (NEP 19) and a plan must not change with them.
    """
    hashes = (hashlib.blake2b(f"{seed}/{view}/{digest}".encode()).digest() for digest in digests)
    return np.frombuffer(b"".join(hashes), "<u4").reshape(-1, 16) / 2.0**32


def _symmetric(chance: np.ndarray, limit: float) -> np.ndarray:
    return (2 * chance - 1) * limit
