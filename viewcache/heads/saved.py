"""Trained heads on disk: weights as `.npz`, and a manifest with how they came about."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from viewcache.ground.files import write_whole
from viewcache.ground.manifests import digest_of_digests, seal, verify


class Trained(NamedTuple):
    """A head at the end of its training.

    Attributes:
        history: As `viewcache.heads.training.train` returns it.
        start: What `starting_point` said of it before the first step.
    """

    head: keras.Model
    history: list[dict[str, Any]]
    start: str


def starting_point(head: keras.Model, optimizer: keras.optimizers.Optimizer) -> str:
    """SHA-256 of a head's layers, optimizer and weights, before it is trained.

    Equal starting points, trained alike on equal features, end in equal heads.
    """
    layers = [[type(layer).__name__, _nameless(layer.get_config())] for layer in head.layers]
    described = [layers, type(optimizer).__name__, _nameless(optimizer.get_config())]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode())
    for weights in head.get_weights():
        digest.update(np.ascontiguousarray(weights).data)
    return digest.hexdigest()


def save_head(
    path: Path, trained: Trained, images: Sequence[str], validation_images: Sequence[str]
) -> None:
    """Save a head; the same weights give the same bytes.

    Args:
        images: Digests of the images that it was trained on.
        validation_images: Digests of those that it was watched with.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: np.savez(file, *trained.head.get_weights()))
    seal(
        path,
        start=trained.start,
        images=digest_of_digests(images),
        validation_images=digest_of_digests(validation_images),
        history=trained.history,
    )


def load_weights(path: Path) -> list[np.ndarray]:
    """As `keras.Model.get_weights` gave them, float32.

    Raises:
        PipelineError: the file is missing or damaged.
    """
    verify(path)
    with np.load(path, allow_pickle=False) as file:
        return [file[name] for name in file.files]


def _nameless(config: Any) -> Any:
    """A configuration without the names that Keras numbers by the order of creation."""
    if isinstance(config, dict):
        return {key: _nameless(value) for key, value in config.items() if key != "name"}
    return config


class SavedHead(NamedTuple):
    """A head as it was saved.

    Attributes:
        weights: As `keras.Model.get_weights` gave them, float32.
        start: See `starting_point`.
        images: Digest of the digests of the images that it was trained on.
        validation_images: Likewise, of those that it was watched with.
    """

    weights: list[np.ndarray]
    start: str
    images: str
    validation_images: str
    history: list[dict[str, Any]]


def open_head(path: Path) -> SavedHead:
    manifest = verify(path)
    with np.load(path, allow_pickle=False) as file:
        weights = [file[name] for name in file.files]
    names = ("start", "images", "validation_images", "history")
    return SavedHead(weights, *(manifest[name] for name in names))
