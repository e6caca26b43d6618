"""Trained heads on disk: weights as `.npz`, and a manifest with how they came about."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_whole
from viewcache.ground.manifests import digest_of_digests, manifest_file, seal, verify
from viewcache.heads.history import Epoch

if TYPE_CHECKING:
    from viewcache.ground.quiet_tensorflow import keras


class Trained(NamedTuple):
    """A head at the end of its training.

    Attributes:
        weights: As `keras.Model.get_weights` gives them, float32.
        start: What `starting_point` said of it before the first step.
        kept: Weights by the epoch after which they were kept on the way.
    """

    weights: list[np.ndarray]
    history: list[Epoch]
    start: str
    kept: dict[int, list[np.ndarray]]

    def after(self, epoch: int) -> "Trained":
        """The head as it was after an epoch that was kept."""
        return self._replace(weights=self.kept[epoch], history=self.history[:epoch], kept={})


class SavedHead(NamedTuple):
    """A head as it lies on disk.

    Attributes:
        weights: As `keras.Model.get_weights` gave them, float32.
        start: What `starting_point` said of it before the first step.
        images: Digest of the digests of the images that it was trained on.
        validation_images: Digest of the digests of those that it was watched with.
        history: One entry an epoch that was run.
    """

    weights: list[np.ndarray]
    start: str
    images: str
    validation_images: str
    history: list[Epoch]


def starting_point(head: "keras.Model", optimizer: "keras.optimizers.Optimizer") -> str:
    """SHA-256 of a head's layers, optimizer, weights and dropout state, before it is trained.

    Equal starting points, trained alike on equal features, end in equal heads. Seeds count by what
    was drawn with them, since a head may be built with one and given the variables of another.
    """
    from viewcache.bases.cutting import leaves  # whose Keras is imported by now

    layers = [[type(layer).__name__, _as_built(layer.get_config())] for layer in leaves(head)]
    described = [layers, type(optimizer).__name__, _as_built(optimizer.get_config())]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode())
    for variable in head.variables:
        digest.update(np.ascontiguousarray(variable).data)
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
    write_whole(path, lambda file: np.savez(file, *trained.weights))
    seal(
        path,
        start=trained.start,
        images=digest_of_digests(images),
        validation_images=digest_of_digests(validation_images),
        history=[epoch._asdict() for epoch in trained.history],
    )


def save_heads(
    file: Callable[[int | None], Path],
    trained: Trained,
    images: Sequence[str],
    validation_images: Sequence[str],
) -> None:
    """Save a head as it ended, and as it was after each epoch that was kept.

    Args:
        file: From an epoch, None of the end, to where the head lies.
        images, validation_images: As for `save_head`.
    """
    save_head(file(None), trained, images, validation_images)
    for epoch in trained.kept:
        save_head(file(epoch), trained.after(epoch), images, validation_images)


def open_head(path: Path) -> SavedHead:
    """Open a saved head.

    Raises:
        PipelineError: the file or its manifest is missing or damaged.
    """
    manifest = verify(path)
    with np.load(path, allow_pickle=False) as file:
        weights = [file[name] for name in file.files]
    try:
        manifest["history"] = [Epoch(**entry) for entry in manifest["history"]]
        return SavedHead(weights, *(manifest[name] for name in SavedHead._fields[1:]))
    except (KeyError, TypeError) as error:
        rule = f"{manifest_file(path)} is damaged: `make repair` computes it again"
        raise PipelineError(rule, error) from error


def _as_built(config: Any) -> Any:
    """A configuration without seeds, and the names that Keras numbers by the order of creation."""
    if isinstance(config, dict):
        return {key: _as_built(of) for key, of in config.items() if key not in ("name", "seed")}
    return config
