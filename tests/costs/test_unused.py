import pandas as pd
import pytest

from tests.arms.named import named
from viewcache.costs.unused import Unused, unused_of_arms


def load(stage):
    if stage == "augment":
        return {"seconds": {f"view {view}": 0.25 for view in range(11)}}
    machine = "there" if stage == "extract_10" else "here"
    return {"seconds": {"setup": 1.0, "extract": 4.0}, "machine": {"id": machine}}


def unused(arm, *epochs):
    runs = pd.DataFrame({"arm": arm, "epochs": epochs})
    return unused_of_arms([named(arm)], runs, load)[named(arm)]


def test_views_beyond_the_epochs_that_any_seed_ran_are_unused():
    assert unused("cached_9", 5, 7) == Unused(2, 2 * 5.25)


@pytest.mark.parametrize("arm", ["cached_0", "cached_4", "cached_7", "end_to_end"])
def test_what_was_read_once_is_used(arm):
    assert unused(arm, 7) == Unused(0, 0)


def test_seconds_of_two_machines_are_not_added_up():
    assert unused("cached_10", 8) == Unused(2, None)
