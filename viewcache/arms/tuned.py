"""The arms that trained the layers above a cut: their answers, which they gave when trained."""

import json
from collections.abc import Sequence

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.arms.equivalence import Equivalence, find_equivalences
from viewcache.arms.guards import refuse_unfair_comparison
from viewcache.arms.trained import TestedHead, TrainedHead, open_heads
from viewcache.ground.manifests import verify
from viewcache.ground.paths import TUNED_SEEN, tuned_answers_file
from viewcache.images.folds import Rotation
from viewcache.images.prepared import Prepared


def open_tuned(
    arms: Sequence[Arm], rotations: Sequence[Rotation], images: Prepared
) -> list[TestedHead]:
    """All that arms trained, arm by arm, with their answers on the test images.

    Raises:
        PipelineError: a file is missing or damaged, or the arms cannot be compared.
    """
    heads = list(open_heads(arms, rotations))
    refuse_unfair_comparison(heads, images, rotations)
    return [TestedHead(head, _answers(head)) for head in heads]


def equivalence_of_tuned(
    tested: Sequence[TestedHead], labels: np.ndarray, epochs: int
) -> Equivalence:
    """As many cached views as epochs held to end-to-end, the same layers trained in both.

    Args:
        labels: Of all prepared images.
    """
    seen = json.loads(TUNED_SEEN.read_bytes())["max_abs_difference"]
    [found] = find_equivalences(tested, labels, epochs, lambda arm: seen)
    return found


def _answers(head: TrainedHead) -> np.ndarray:
    path = tuned_answers_file(head.arm.name, head.seed, head.rotation.number)
    verify(path)
    return np.load(path, allow_pickle=False)
