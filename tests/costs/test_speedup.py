from dataclasses import asdict

from tests.arms.named import named
from viewcache.costs.ledger import ArmCosts
from viewcache.costs.speedup import speedups


def factors_of(name, **costs):
    found = speedups({named(arm): cost for arm, cost in costs.items()})
    return found[named(name)]


def cost(seconds, passes, machine="here"):
    return ArmCosts(passes, 1.0, 1.0, 1.0, 1.0, seconds, 1.0, 0, 0, machine)


def test_a_speedup_is_the_product_of_its_factors():
    costs = {
        "cached_2": cost(5.0, 100),
        "end_to_end": cost(60.0, 400),
        "end_to_end_compiled": cost(30.0, 400),
    }
    factors = factors_of("cached_2", **costs)
    assert (factors.speedup, factors.speedup_by_views) == (12, 4)
    assert (factors.speedup_by_runtime, factors.speedup_by_rest) == (2, 1.5)
    assert set(asdict(factors_of("end_to_end", **costs)).values()) == {1.0}


def test_without_end_to_end_on_the_compiled_base_the_runtime_is_not_told_apart():
    factors = factors_of("cached_2", cached_2=cost(5.0, 100), end_to_end=cost(60.0, 400))
    assert factors.speedup == 12
    assert factors.speedup_by_runtime is factors.speedup_by_rest is None


def test_there_is_no_speedup_between_machines_or_where_an_arm_was_timed_on_two():
    there = cost(60.0, 400, machine="there")
    assert factors_of("cached_1", cached_1=cost(5.0, 100), end_to_end=there).speedup is None
    both = cost(None, 100, machine="here and there")
    assert factors_of("cached_1", cached_1=both, end_to_end=both).speedup is None
