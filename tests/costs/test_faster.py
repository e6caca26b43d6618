from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.costs.faster import SPANS, Factors, Speed, Times, faster, seconds_of

CACHED = Times(20, 4, 10, "here")
COMPILED, KERAS = Times(60, 50, 20, "here"), Times(90, 85, 10, "here")
KEPT = Times(50, 40, 20, "here")
WAYS = {"keras": KERAS, "compiled": COMPILED, "originals_kept": KEPT}


def times(cost, study, end_to_end):
    """By the span."""
    return {span: speed.times for span, speed in faster(cost, study, end_to_end, 5).items()}


def test_what_caching_brings_and_what_the_runtime_brings_stand_apart():
    assert faster(CACHED, 100, WAYS, trainings=5) == {
        "first": Speed(20, Factors(60 / 20, 50 / 20, 90 / 60, 90 / 20)),
        "first_without_setup": Speed(10, Factors(40 / 10, 30 / 10, 80 / 40, 80 / 10)),
        "first_on_more_images": Speed(110, Factors(420 / 110, 320 / 110, 810 / 420, 810 / 110)),
        "further": Speed(4, Factors(50 / 4, 40 / 4, 85 / 50, 85 / 4)),
        "study": Speed(100, Factors(2.2, 1.7, 410 / 220, 4.1)),
    }


def test_a_study_end_to_end_sets_up_once_and_then_trains_again_and_again():
    assert seconds_of(COMPILED, 1)["study"] == COMPILED.seconds
    assert seconds_of(COMPILED, 5)["study"] == 20 + 5 * 40
    assert seconds_of(Times(None, None, 20, "here"), 5)["study"] is None


SECONDS = st.floats(1, 1e5)
COST = st.builds(
    lambda set_up, work, further: Times(set_up + work, further, set_up, "here"),
    SECONDS,
    SECONDS,
    SECONDS,
)


@given(ours=COST, compiled=COST, keras=COST, study=SECONDS, trainings=st.integers(1, 100))
def test_against_keras_stands_the_product_of_both(ours, compiled, keras, study, trainings):
    for _, factors in faster(
        ours, study, {"compiled": compiled, "keras": keras}, trainings
    ).values():
        caching, _, runtime, product = astuple(factors)
        assert product == pytest.approx(caching * runtime)


NOTHING = Factors(None, None, None, None)


@pytest.mark.parametrize("end_to_end", [{}, {kind: Times(60, 50, 5, "there") for kind in WAYS}])
def test_without_end_to_end_on_this_machine_no_factor_is_known(end_to_end):
    assert times(CACHED, 100, end_to_end) == dict.fromkeys(SPANS, NOTHING)


@pytest.mark.parametrize("keras", [None, Times(90, 85, 10, "there")])
def test_without_keras_what_caching_brings_is_known_and_nothing_else(keras):
    found = times(CACHED, 100, {"compiled": COMPILED} | ({"keras": keras} if keras else {}))
    assert found["first"] == Factors(3, None, None, None)
    assert found["study"] == Factors(2.2, None, None, None)


def test_without_the_compiled_way_only_the_factor_against_keras_is_known():
    found = times(CACHED, 100, {"keras": KERAS})
    assert found["first"] == Factors(None, None, None, 4.5)
    assert found["further"] == Factors(None, None, None, 85 / 4)


def test_of_an_arm_timed_on_several_machines_no_factor_is_known():
    several = Times(None, None, 10, "here and there")
    assert times(several, None, WAYS) == dict.fromkeys(SPANS, NOTHING)


def test_a_study_that_was_not_timed_has_no_factor_of_its_own():
    found = times(CACHED, None, WAYS)
    assert found["study"] == Factors(None, None, 410 / 220, None)
    assert found["first"] == Factors(3, 2.5, 1.5, 4.5)
