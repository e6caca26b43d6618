from dataclasses import astuple, dataclass, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.costs.faster import Factors, Faster, faster, study_of


@dataclass
class Cost:
    seconds: float | None
    further_seconds: float | None
    setup_seconds: float
    machine: str = "here"


CACHED = Cost(20, 4, 10)
COMPILED, KERAS, KEPT = Cost(60, 50, 20), Cost(90, 85, 10), Cost(50, 40, 20)
WAYS = {"keras": KERAS, "compiled": COMPILED, "originals_kept": KEPT}


def test_what_caching_brings_and_what_the_runtime_brings_stand_apart():
    found = faster(CACHED, 100, WAYS, trainings=5)
    assert found.first == Factors(60 / 20, 50 / 20, 90 / 60, 90 / 20)
    assert found.first_without_setup == Factors(40 / 10, 30 / 10, 80 / 40, 80 / 10)
    assert found.first_on_more_images == Factors(420 / 110, 320 / 110, 810 / 420, 810 / 110)
    assert found.further == Factors(50 / 4, 40 / 4, 85 / 50, 85 / 4)
    assert found.study == Factors(2.2, 1.7, 410 / 220, 4.1)


def test_a_study_end_to_end_sets_up_once_and_then_trains_again_and_again():
    assert study_of(COMPILED, 1) == COMPILED.seconds
    assert study_of(COMPILED, 5) == 20 + 5 * 40
    assert study_of(Cost(None, None, 20), 5) is None


SECONDS = st.floats(1, 1e5)
COST = st.builds(
    lambda set_up, work, further: Cost(set_up + work, further, set_up), SECONDS, SECONDS, SECONDS
)


@given(ours=COST, compiled=COST, keras=COST, study=SECONDS, trainings=st.integers(1, 100))
def test_against_keras_stands_the_product_of_both(ours, compiled, keras, study, trainings):
    found = faster(ours, study, {"compiled": compiled, "keras": keras}, trainings)
    for field in fields(Faster):
        caching, _, runtime, product = astuple(getattr(found, field.name))
        assert product == pytest.approx(caching * runtime)


NOTHING = Factors(None, None, None, None)


@pytest.mark.parametrize("end_to_end", [{}, {kind: Cost(60, 50, 5, "there") for kind in WAYS}])
def test_without_end_to_end_on_this_machine_no_factor_is_known(end_to_end):
    assert faster(CACHED, 100, end_to_end, 5) == Faster(*[NOTHING] * 5)


@pytest.mark.parametrize("keras", [None, Cost(90, 85, 10, "there")])
def test_without_keras_what_caching_brings_is_known_and_nothing_else(keras):
    found = faster(CACHED, 100, {"compiled": COMPILED} | ({"keras": keras} if keras else {}), 5)
    assert found.first == Factors(3, None, None, None)
    assert found.study == Factors(2.2, None, None, None)


def test_without_the_compiled_way_only_the_factor_against_keras_is_known():
    found = faster(CACHED, 100, {"keras": KERAS}, 5)
    assert found.first == Factors(None, None, None, 4.5)
    assert found.further == Factors(None, None, None, 85 / 4)


def test_of_an_arm_timed_on_several_machines_no_factor_is_known():
    several = Cost(None, None, 10, "here and there")
    assert faster(several, None, WAYS, 5) == Faster(*[NOTHING] * 5)


def test_a_study_that_was_not_timed_has_no_factor_of_its_own():
    found = faster(CACHED, None, WAYS, 5)
    assert found.study == Factors(None, None, 410 / 220, None)
    assert found.first == Factors(3, 2.5, 1.5, 4.5)
