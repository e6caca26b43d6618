import numpy as np
import pytest

from tests.arms.named import named, rotation_of
from viewcache.answers.guards import refuse_unfair_comparison
from viewcache.answers.heads import TrainedHead
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests
from viewcache.heads.saved import SavedHead
from viewcache.images.prepared import Prepared

IMAGES = Prepared(None, list("abcdef"), np.zeros(6, int))
ROTATIONS = [
    rotation_of([0, 1], 0, [2, 3], [4, 5]),
    rotation_of([2, 3], 1, [4, 5], [0, 1]),
]


def head(name="cached_1", seed=0, number=0, images=None, validation=None, start=None):
    rotation = ROTATIONS[number]
    saved = SavedHead(
        [],
        start or f"first weights of seed {seed}",
        digest_of_digests(images or IMAGES.of(rotation.train)),
        digest_of_digests(validation or IMAGES.of(rotation.validation)),
        [],
    )
    return TrainedHead(named(name, (0, 1), (0, 1)), seed, rotation, saved)


FAIR = [
    head(name, seed, number)
    for name in ("cached_1", "end_to_end")
    for seed in (0, 1)
    for number in (0, 1)
]


def test_a_fair_comparison_passes():
    refuse_unfair_comparison(FAIR, IMAGES, ROTATIONS)


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ({"images": "ab"}, "must be made from images"),
        ({"validation": "ab"}, "must be made from validation_images"),
        ({"number": 1, "images": "cd"}, "0/1.npz must be made from images"),
        ({"number": 1, "validation": "ef"}, "0/1.npz must be made from validation_images"),
    ],
)
def test_a_head_that_saw_other_images_than_its_rotation_has_is_refused(other, rule):
    with pytest.raises(PipelineError, match=rule):
        refuse_unfair_comparison([*FAIR, head("cached_2", **other)], IMAGES, ROTATIONS)


@pytest.mark.parametrize("number", [0, 1])
def test_heads_of_one_seed_start_alike_in_every_arm_and_rotation(number):
    other = head("end_to_end", 1, number, start="started elsewhere")
    rule = r"end_to_end and cached_1 must train the same head, .* with seed 1\. Received: .*"
    with pytest.raises(PipelineError, match=rule + "started as started else and first weight$"):
        refuse_unfair_comparison([*FAIR, other], IMAGES, ROTATIONS)


def test_the_baseline_is_another_kind_of_head_and_may_start_elsewhere():
    for heads in (
        [*FAIR, head("baseline", start="other")],
        [head("baseline", start="other"), *FAIR],
    ):
        refuse_unfair_comparison(heads, IMAGES, ROTATIONS)
    with pytest.raises(PipelineError, match="must be made from images"):
        refuse_unfair_comparison([head("baseline", images="ab")], IMAGES, ROTATIONS)


@pytest.mark.parametrize(
    ("train", "validation", "parts"),
    [
        ([2, 1], [4, 5], "train and test"),
        ([2, 3], [3, 5], "train and validation"),
        ([2, 3], [0, 5], "validation and test"),
    ],
)
def test_an_image_in_two_parts_of_a_rotation_is_refused(train, validation, parts):
    rotations = [ROTATIONS[0], rotation_of([0, 1], 1, train, validation)]
    with pytest.raises(PipelineError, match=rf"{parts} must share no image; .* in rotation 1$"):
        refuse_unfair_comparison(FAIR[:1], IMAGES, rotations)


def test_equal_images_under_two_rows_are_one_image():
    equal = Prepared(None, list("abadef"), np.zeros(6, int))
    with pytest.raises(PipelineError, match=r"Received: \['a'\] in rotation 0$"):
        refuse_unfair_comparison([], equal, ROTATIONS)
