"""Arms and heads that tests make by name."""

from viewcache.arms.arm import Arm, cached, end_to_end
from viewcache.arms.trained import TestedHead, TrainedHead
from viewcache.heads.saved import SavedHead


def named(name: str, *seeds: int) -> Arm:
    kinds = {"end_to_end": "keras", "end_to_end_compiled": "compiled"}
    if name in kinds:
        return end_to_end(kinds[name], seeds)
    return cached(int(name.removeprefix("cached_")), seeds)


def head_of(name, seed, logits, weights=(), seeds=()) -> TestedHead:
    saved = SavedHead(list(weights), "start", "images", "validation images", [])
    return TestedHead(TrainedHead(named(name, *seeds), seed, saved), logits)
