"""What makes a comparison worthless, looked for in what the stages left."""

from collections.abc import Iterable, Mapping
from itertools import combinations

from viewcache.arms.trained import TrainedHead
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests
from viewcache.images.prepared import Prepared


def refuse_unfair_comparison(heads: Iterable[TrainedHead], images: Mapping[str, Prepared]) -> None:
    """Hold every head to the rules of the comparison.

    Args:
        images: Of every split.

    Raises:
        PipelineError: an image is in two splits; heads of one seed did not start alike; or a head
            was trained on, or stopped by, other images than those of its split.
    """
    _refuse_shared_images(images)
    digests = {split: digest_of_digests(part.digests) for split, part in images.items()}
    first: dict[int, TrainedHead] = {}
    for head in heads:
        _refuse_other_images(head, "images", head.saved.images, digests["train"])
        _refuse_other_images(
            head, "validation_images", head.saved.validation_images, digests["validation"]
        )
        _refuse_other_start(head, first.setdefault(head.seed, head))


def _refuse_shared_images(images: Mapping[str, Prepared]) -> None:
    for (split, part), (other, another) in combinations(images.items(), 2):
        shared = set(part.digests) & set(another.digests)
        if shared:
            rule = f"{split} and {other} must share no image; `make repair` splits them again"
            raise PipelineError(rule, sorted(shared)[:3])


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
