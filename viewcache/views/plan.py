"""The view plan: which parameters a view of an image has. Drawn here, applied in `render`."""

import hashlib
from collections.abc import Sequence
from functools import cache

import numpy as np

from viewcache.ground.params.policy import Policy
from viewcache.views.operation import Operation
from viewcache.views.registry import OPERATIONS, operations_of


def draw(policy: Policy, seed: int, view: int, digests: Sequence[str]) -> np.ndarray:
    """Draw a view's parameters for images.

    A row depends on (seed, view, digest) and the policy alone, so images and views can be added,
    reordered and split without changing any other row. Each parameter has random numbers of its
    own: changing the range of one, or adding an operation, leaves the draws of the others.

    Args:
        view: The view's id; 0 is the image itself.
        digests: SHA-256 of each image's bytes, in hexadecimal.

    Returns:
        Array with the fields of the operations that the policy turns on, shape (images,).
    """
    operations = operations_of(policy)
    plan = identity(len(digests), operations)
    if view == 0:
        return plan

    @cache
    def chance(stream: str) -> np.ndarray:
        return _uniform([f"{seed}/{view}/{digest}{stream}" for digest in digests]).T

    for operation in operations:
        numbers = [row for stream in operation.streams for row in chance(stream)]
        for field, column in zip(operation.fields, operation.draw(policy, numbers), strict=True):
            plan[field.name] = column
    return plan


def identity(images: int, operations: Sequence[Operation] = OPERATIONS) -> np.ndarray:
    """A plan that changes nothing: array with the operations' fields, shape (images,)."""
    fields = [field for operation in operations for field in operation.fields]
    plan = np.empty(images, np.dtype([(field.name, field.dtype) for field in fields]))
    for field in fields:
        plan[field.name] = field.neutral
    return plan


def _uniform(texts: Sequence[str]) -> np.ndarray:
    """Numbers in [0, 1) from the BLAKE2b of texts: float64, shape (texts, 16).

    A hash, not a generator, since NumPy does not promise a generator's stream across versions
    (NEP 19) and a plan must not change with them.
    """
    hashes = (hashlib.blake2b(text.encode()).digest() for text in texts)
    return np.frombuffer(b"".join(hashes), "<u4").reshape(-1, 16) / 2.0**32
