"""Small bases, of which one is blind, held to each other on 700 pictures of two classes."""

import hashlib
import time

import keras
import numpy as np
import pytest
from PIL import Image

from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.candidates import with_base
from viewcache.ground.params.loading import load_params
from viewcache.images.index import index_images
from viewcache.images.parting import part_images
from viewcache.images.sources import open_source
from viewcache.judge.contender import Contender
from viewcache.judge.rounds import Contest, next_size

IMAGES, NEVER = 700, 1e9
SIDES = {"seeing": 32, "likewise": 48, "blind": 32}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Dark and light noise, hard to tell apart; and bases as `.keras` files."""
    path = tmp_path_factory.mktemp("contest")
    rng = np.random.default_rng(0)
    for number in range(IMAGES):
        light = number % 2
        pixels = (rng.integers(0, 100, (40, 40, 3)) + 12 * light + rng.integers(0, 20)).astype("u1")
        (path / "images" / str(light)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path / f"images/{light}/{number}.png")
    for name, side in SIDES.items():
        keras.utils.set_random_seed(0)
        weights = "zeros" if name == "blind" else "glorot_uniform"
        inside = keras.layers.Conv2D(8, 3, kernel_initializer=weights, activation="relu")
        keras.Sequential([keras.Input((side, side, 3)), inside]).save(path / f"{name}.keras")
    return path


@pytest.fixture(scope="module")
def bases(folder):
    """Each compiled."""
    params, opened = load_params(), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in SIDES:
            named = with_base(params, f"{name}.keras:unit")
            compile_base(folder / name, named.base_spec, "openvino")
            opened[name] = named, open_base(folder / name, 8)
    return opened


@pytest.fixture(scope="module")
def images(folder):
    index = index_images(open_source(folder / "images", None, None), None)
    return index.join(part_images(index, 0, 3, 0.15, 0.25))


@pytest.fixture
def contest(folder, images, bases, tmp_path):
    """Makes a contest of some of the bases, and gives their contenders too."""

    def make(*names, of=images):
        contenders = [Contender(*bases[name]) for name in names]
        return Contest(load_params(), folder / "images", of, contenders, tmp_path), contenders

    return make


def test_a_round_has_twice_the_images_and_runs_the_base_over_the_new_ones_only(contest):
    made, [contender] = contest("seeing")
    made.foresee()
    [standing] = made.play(NEVER)
    for features in contender.features.values():
        assert [len(some) for some in features] == [32, 256 - 32, 256, 700 - 512]
    assert standing.images == standing.sample.images == 700


def test_features_of_all_rounds_are_those_of_the_images_in_their_order(contest, images, folder):
    made, [contender] = contest("seeing")
    made.foresee()
    made.play(NEVER)
    found = np.concatenate(contender.features[0])
    for row in (0, 40, 600):
        picture = Image.open(folder / "images" / images["path"].iloc[row])
        pixels = np.asarray(picture.resize((32, 32), Image.Resampling.BILINEAR))
        np.testing.assert_allclose(found[row], contender.base(pixels[None])[0], atol=1e-6)


def test_a_blind_base_is_dropped_and_the_others_go_on_at_their_own_sides(contest):
    made, _ = contest("blind", "seeing", "likewise")
    standings = made.play(NEVER)
    assert [one.images for one in standings] == [700, 700, 256]
    assert standings[-1].name == "blind.keras"
    assert standings[0].accuracy("clean") > 0.7
    assert standings[-1].accuracy("clean") < 0.6


def test_the_last_base_that_is_left_needs_no_further_round(contest):
    made, _ = contest("blind", "seeing")
    [best, blind] = made.play(NEVER)
    assert best.images == blind.images < IMAGES


def test_where_time_is_up_the_first_round_is_the_last(contest):
    made, _ = contest("seeing", "likewise")
    assert [one.images for one in made.play(time.monotonic())] == [256, 256]


def test_the_first_round_holds_ten_images_of_every_class(contest, images):
    rare = images.assign(label=(np.arange(IMAGES) % 40 == 39).astype(int))
    made, _ = contest("seeing", of=rare)
    assert [one.images for one in made.play(time.monotonic())] == [400]


def test_what_all_images_take_is_foreseen_from_a_few(contest):
    made, contenders = contest("seeing", "likewise")
    foreseen = made.foresee()
    trial = sum(sum(one.seconds.values()) for one in contenders)
    assert foreseen > trial / 32 * (IMAGES - 32)


@pytest.fixture
def broken(folder):
    """What the index says of a file that is no image."""
    (folder / "broken.png").write_bytes(b"no image")
    return {"digest": hashlib.sha256(b"no image").hexdigest(), "path": "../broken.png"}


def test_an_image_that_cannot_be_decoded_is_left_out_at_every_side(contest, images, broken):
    changed = images.copy()
    changed.loc[5, list(broken)] = list(broken.values())
    made, _ = contest("seeing", "likewise", of=changed)
    assert [one.images for one in made.play(time.monotonic())] == [255, 255]
    assert made.left_out == 1


def test_without_any_image_that_can_be_decoded_one_is_named(contest, images, broken):
    made, _ = contest("seeing", of=images.assign(**broken))
    rule = r"some of these images must be readable. Received: 32, such as ../broken.png"
    with pytest.raises(PipelineError, match=rule):
        made.foresee()


@pytest.mark.parametrize(
    ("now", "everything", "affordable", "expected"),
    [
        (256, 9000, 9000, 512),
        (256, 640, 9000, 640),
        (256, 641, 9000, 512),
        (256, 9000, 400, 400),
        (256, 9000, 300, 256),
        (256, 280, 280, 280),
        (256, 280, 270, 256),
        (256, 9000, -5, 256),
        (256, 256, 9000, 256),
    ],
)
def test_the_next_round_doubles_or_takes_what_time_allows(now, everything, affordable, expected):
    assert next_size(now, everything, affordable) == expected
