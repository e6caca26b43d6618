"""The list of bases in words, tables and a command to type."""

import shlex

import pytest

from tests.judge.test_standing import PARAMS, standing
from viewcache.ground.params.candidates import with_base
from viewcache.report.shortlist import (
    advise,
    frame_of_bases,
    how_to_take,
    list_bases,
    table_of_bases,
    what_it_rests_on,
)
from viewcache.report.terminal import WIDTH


def sentence(*standings):
    taken, said = advise(list_bases(standings, passes=1000))
    return taken.name, said


def test_a_base_has_its_figures_and_how_it_stands():
    listed = list_bases([standing(0.8, 0.7, speed=50)], passes=1000)
    lines = table_of_bases(listed).splitlines()
    assert lines[3].split()[:4] == ["base", "50", "20", "1,280"]
    assert lines[3].endswith("0.800 (0.782 to 0.817)")
    assert lines[4].startswith("160 px, float32: best on 2,000 images")
    assert "0.700 (0." in lines[4]


@pytest.mark.parametrize("share", [0.5, 0.79999])
def test_no_line_is_wider_than_the_terminal(share):
    name = "x" * 70 + ".keras@conv_pw_12_relu:int8"
    slow = standing(share, images=123_456, name=name, speed=0.01)
    listed = list_bases([standing(0.8, images=123_456), slow], passes=900)
    assert max(map(len, table_of_bases(listed).splitlines())) <= WIDTH
    assert "xxx…" in table_of_bases(listed)
    assert "@conv_pw_12_relu:int8 " in table_of_bases(listed)


def test_the_frame_has_the_figures_unrounded():
    frame = frame_of_bases(list_bases([standing(0.8, 0.7), standing(0.1)], passes=1000))
    assert frame["seconds"].tolist() == [10.0, 10.0]
    assert frame["accuracy"].tolist() == [0.8, 0.1]
    assert frame["accuracy_augmented"].tolist() == [0.7, 0.1]
    assert frame["verdict"].tolist() == ["best", "dropped"]
    assert (frame["accuracy_low"] < frame["accuracy"]).all()


def test_a_base_that_every_other_is_worse_than_is_named_alone():
    name, said = sentence(standing(0.9, name="A"), standing(0.5, name="B"))
    assert name == "A"
    assert said.startswith("A: every other base is known to be worse on the images as they are or")


def test_of_two_that_cannot_be_told_apart_the_faster_one_is_taken():
    best = standing(0.85, images=40, name="A", speed=100)
    name, said = sentence(best, standing(0.825, images=40, name="B", speed=200))
    assert name == "B"
    assert said.startswith("B and A cannot be told apart: -2.5 points (")
    assert said.endswith(") under random views; B is faster: 200 images a second, not 100.")


def test_one_that_is_known_to_be_near_is_called_so():
    _, said = sentence(standing(0.9, name="A"), standing(0.899, name="B", speed=150))
    assert said.startswith("B is within 1 point of A: -0.1 points (")


@pytest.mark.parametrize("speed", [50, 105])
def test_a_base_that_is_hardly_faster_is_no_reason_to_leave_the_best(speed):
    others = [standing(0.899, name=name, speed=speed) for name in "BC"]
    name, said = sentence(standing(0.9, name="A"), *others)
    assert name == "A"
    assert said == "A: B and C may be as good, and no faster."


def test_a_base_alone_is_held_to_none():
    assert sentence(standing(0.9, name="A")) == (
        "A",
        "A is the only base: it is held to no other.",
    )


@pytest.mark.parametrize(
    ("standings", "images", "words"),
    [
        ([standing(0.9), standing(0.9)], 2000, "tested on all 2,000 images."),
        ([standing(0.9), standing(0.9)], 9000, "on 2,000 of 9,000 images: time was up."),
        ([standing(0.9), standing(0.2)], 9000, "of 9,000 images: no other base was left."),
    ],
)
def test_it_is_said_how_many_images_it_rests_on(standings, images, words):
    assert what_it_rests_on(list_bases(standings, 1), images, left_out=0).endswith(words)


def test_images_that_cannot_be_decoded_are_told():
    listed = list_bases([standing(0.9)], passes=1)
    said = what_it_rests_on(listed, images=2003, left_out=3)
    assert said.endswith("on all 2,003 images. 3 could not be decoded.")


def test_what_differs_from_the_parameters_is_what_is_to_be_typed():
    command = how_to_take(PARAMS, with_base(PARAMS, "VGG16@block3_pool@block4_pool:int8"))
    assert shlex.split(command.replace("\\\n", "")) == [
        "dvc",
        "exp",
        "run",
        "-S",
        "extract.base=VGG16",
        "-S",
        "extract.layers=[block3_pool,block4_pool]",
        "-S",
        "extract.precision=int8",
    ]
    assert how_to_take(PARAMS, PARAMS) == "make run"


def test_a_file_is_put_where_dvc_watches_it():
    own = {"base": "/my own/a.keras", "weights": None, "preprocessing": "tf"}
    data = PARAMS.data.model_copy(update={"image_size": 48})
    extract = PARAMS.extract.model_copy(update=own)
    taken = PARAMS.model_copy(update={"extract": extract, "data": data})
    first, *command = how_to_take(PARAMS, taken).splitlines()
    assert first == "cp '/my own/a.keras' data/bases/"
    assert command[:2] == ["dvc exp run \\", "    -S extract.base=data/bases/a.keras \\"]
    assert "    -S extract.weights=null \\" in command
    assert command[-1] == "    -S data.image_size=48"
