"""What makes a comparison worthless, looked for in what the stages left."""

from collections.abc import Iterable, Mapping
from itertools import combinations

from viewcache.arms.arm import TrainedHead
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests, verify
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
    used = {"images": digests["train"], "validation_images": digests["validation"]}
    first: dict[int, tuple[TrainedHead, str]] = {}
    for head in heads:
        start = verify(head.path, **used)["start"]
        _refuse_other_start(head, start, *first.setdefault(head.seed, (head, start)))


def _refuse_shared_images(images: Mapping[str, Prepared]) -> None:
    for (split, part), (other, another) in combinations(images.items(), 2):
        shared = set(part.digests) & set(another.digests)
        if shared:
            rule = f"{split} and {other} must share no image; `make repair` splits them again"
            raise PipelineError(rule, f"{sorted(shared)[:3]}")


def _refuse_other_start(head: TrainedHead, start: str, first: TrainedHead, expected: str) -> None:
    if start != expected:
        raise PipelineError(
            f"{head.arm} and {first.arm} must train the same head, from its layers and optimizer "
            f"to its first weights, with seed {head.seed}",
            f"{head.path} and {first.path}, which started as {start[:12]} and {expected[:12]}",
        )
