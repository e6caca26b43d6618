"""Whether the mean of probabilities over an image and random views of it is more often right."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import softmax

from viewcache.answers.head_answers import HeadAnswers
from viewcache.heads.answers import class_scores
from viewcache.judge.correctness import Named, named_by_arm
from viewcache.judge.decisions import Difference, difference_of
from viewcache.judge.sample import Sample


@dataclass(frozen=True, kw_only=True)
class Averaging(Difference):
    """Means over views, held to the images alone, by the same heads.

    Attributes:
        views: Number of random ones beside the image.
        accuracy: Of the means.
    """

    views: int
    accuracy: float


def judge_averaging(
    heads: Iterable[HeadAnswers], images: Sample, margin: float
) -> Averaging | None:
    """Judge the means of probabilities over view 0 and the random views of test images.

    Args:
        heads: Of one arm, on test images.
        images: All prepared ones.

    Returns:
        None where logits were not kept.
    """
    heads = list(heads)
    means = [_by_means(head) for head in heads if head.logits is not None]
    if len(means) < len(heads):
        return None
    [alone], [mean] = (named_by_arm(each).values() for each in (heads, means))
    sample, right = images.at(alone.rows), _right(mean, images.labels)
    found = difference_of(right, _right(alone, images.labels), sample, margin)
    views = len(heads[0].named) - 1
    return Averaging(**vars(found), views=views, accuracy=sample.estimate(right))


def _by_means(head: HeadAnswers) -> HeadAnswers:
    """A head that names what is likeliest by the mean over all views."""
    assert head.logits is not None
    shares = [softmax(class_scores(view), axis=1) for view in head.logits]
    return replace(head, named=np.mean(shares, axis=0).argmax(axis=1)[None])


def _right(named: Named, labels: np.ndarray) -> np.ndarray:
    """0 or 1 on the first view: float64, shape (seeds, images)."""
    return (named.classes[:, 0] == labels[named.rows]).astype(np.float64)
