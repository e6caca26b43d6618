"""Arms put to the test, once what would make their comparison worthless was looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from viewcache.arms.arm import Arm
from viewcache.arms.guards import refuse_unfair_comparison
from viewcache.arms.trained import TestedHead, TrainedHead, open_heads, put_to_the_test
from viewcache.features.store import FeatureView
from viewcache.ground.params.schema import Params
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.folds import Rotation
from viewcache.images.prepared import Prepared


def put_arms_to_the_test(
    arms: Sequence[Arm],
    rotations: Sequence[Rotation],
    params: Params,
    images: Prepared,
    views: Mapping[int, FeatureView],
    part: Literal["test", "validation"] = "test",
) -> list[TestedHead]:
    """Let the heads of arms answer, arm by arm, on images as they are and in random views.

    Args:
        rotations: That the arms were trained in.
        views: The features of all that is tested on.
        part: Of a rotation, whose images are put to the heads.

    Raises:
        PipelineError: a head is missing or damaged, or the arms cannot be compared.
    """
    heads = list(open_heads(arms, rotations))
    refuse_unfair_comparison(heads, images, rotations)
    test_views = [0, *ids_of_test_views(params.evaluate.test_views)]
    return [put_to_the_test(_asked(head, part), views, test_views) for head in heads]


def _asked(head: TrainedHead, part: str) -> TrainedHead:
    """The head in its rotation with the images of a part in the place of the test images."""
    rows = getattr(head.rotation, part)
    return replace(head, rotation=replace(head.rotation, test=rows))
