"""What makes a comparison worthless, looked for in what the stages left."""

from collections.abc import Sequence
from itertools import combinations

from viewcache.answers.heads import TrainedHead
from viewcache.arms.arm import BASELINE
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests
from viewcache.images.folds import PARTS, Rotation
from viewcache.images.prepared import Prepared


def refuse_unfair_comparison(
    heads: Sequence[TrainedHead], images: Prepared, rotations: Sequence[Rotation]
) -> None:
    """Hold every head to the rules of the comparison.

    Raises:
        PipelineError: an image plays two parts in a rotation; heads of one seed did not start
            alike; or a head was trained on, or watched with, other images than its rotation has.
    """
    parts = {}
    for rotation in rotations:
        _refuse_shared_images(rotation, images)
        parts[rotation.number] = [
            digest_of_digests(images.of(rows)) for rows in (rotation.train, rotation.validation)
        ]
    first: dict[int, TrainedHead] = {}
    for head in heads:
        trained_on, watched_with = parts[head.rotation.number]
        _refuse_other_images(head, "images", head.saved.images, trained_on)
        _refuse_other_images(head, "validation_images", head.saved.validation_images, watched_with)
        if head.arm.name != BASELINE:  # which is another kind of head
            _refuse_other_start(head, first.setdefault(head.seed, head))


def _refuse_shared_images(rotation: Rotation, images: Prepared) -> None:
    digests = {part: set(images.of(getattr(rotation, part))) for part in PARTS}
    for part, other in combinations(PARTS, 2):
        shared = digests[part] & digests[other]
        if shared:
            rule = f"{part} and {other} must share no image; `make repair` parts them again"
            raise PipelineError(rule, f"{sorted(shared)[:3]} in rotation {rotation.number}")


def _refuse_other_images(head: TrainedHead, what: str, received: str, expected: str) -> None:
    if received != expected:
        rule = f"{head.path} must be made from {what} {expected!r}: `dvc repro` computes it"
        raise PipelineError(rule, repr(received))


def _refuse_other_start(head: TrainedHead, first: TrainedHead) -> None:
    if head.saved.start != first.saved.start:
        rule = (
            f"{head.arm} and {first.arm} must train the same head, from its layers and optimizer "
            f"to its first weights, with seed {head.seed}"
        )
        starts = f"{head.saved.start[:12]} and {first.saved.start[:12]}"
        raise PipelineError(rule, f"{head.path} and {first.path}, which started as {starts}")
