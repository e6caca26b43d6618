"""Every head put to the test, once what would make the comparison worthless was looked for."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from viewcache.answers.guards import refuse_unfair_comparison
from viewcache.answers.head_answers import HeadAnswers, Part
from viewcache.answers.heads import ask, open_heads
from viewcache.arms.arm import Arm
from viewcache.features.store import FeatureView
from viewcache.images.folds import Rotation
from viewcache.images.prepared import Prepared

if TYPE_CHECKING:
    from viewcache.ground.quiet_tensorflow import keras


def ask_arms(
    arms: Sequence[Arm],
    rotations: Sequence[Rotation],
    images: Prepared,
    views: Mapping[int, FeatureView],
    asked: Sequence[int],
    part: Part = "test",
    upper: "keras.Model | None" = None,
) -> list[HeadAnswers]:
    """Let the heads of arms answer, arm by arm, on images as they are and in random views.

    Args:
        rotations: That the arms were trained in.
        views: The features of all that is asked for.
        asked: Ids of views: 0, then random ones.
        upper: The layers above a cut, as `as_head` takes them.

    Raises:
        PipelineError: a head is missing or damaged, or the arms cannot be compared.
    """
    heads = list(open_heads(arms, rotations))
    refuse_unfair_comparison(heads, images, rotations)
    return [ask(head, images.labels, views, asked, part, upper) for head in heads]
