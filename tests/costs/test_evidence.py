import pytest

from tests.arms.named import named
from tests.costs.test_faster import COMPILED, KEPT, KERAS, Cost
from tests.costs.test_ledger import HERE, SET_UP, SHORT, THERE, TRAINING, records
from viewcache.costs.evidence import evidence
from viewcache.costs.ledger import costs_of_arms, study_seconds

CACHED = [named(name, (0, 23), (0, 1), SHORT) for name in ("cached_0", "cached_1", "cached_2")]
BASELINE = named("baseline", (0,), (0, 1), SHORT)


def evidence_of(end_to_end, machine=HERE):
    load = records(machine).__getitem__
    costs = costs_of_arms([BASELINE, *CACHED], TRAINING, load)
    return evidence(costs, end_to_end, TRAINING, load)


def test_all_trainings_extract_every_view_once_and_share_their_set_up():
    views = (30 + 12 + 24) + (0.2 + 0.4)
    found = evidence_of({})
    assert (found.heads, found.trainings) == (16, 4)
    assert found.seconds == pytest.approx(SET_UP + 0.75 + views + 12 / 16 * (5 + 27))
    assert found.seconds < sum(
        study_seconds([arm], TRAINING, records().__getitem__) for arm in CACHED
    )


def test_end_to_end_would_have_trained_anew_for_every_seed_and_rotation():
    found = evidence_of({"keras": KERAS, "compiled": COMPILED, "originals_kept": KEPT})
    assert found.end_to_end_seconds == {
        "keras": 10 + 4 * 80,
        "compiled": 20 + 4 * 40,
        "originals_kept": 20 + 4 * 30,
    }


def test_times_of_other_machines_are_not_told():
    assert evidence_of({}, THERE).seconds is None
    elsewhere = {"keras": Cost(90, 85, 10, "there"), "compiled": Cost(None, None, 20)}
    assert evidence_of(elsewhere).end_to_end_seconds == {}
