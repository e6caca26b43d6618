from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from viewcache.images.small_classes import fill_places

EVERY = range(4)
UNITS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.tuples(st.integers(0, 3), st.sets(st.integers(0, 2), min_size=1)),
    min_size=1,
    max_size=30,
)
"""Of every unit where it was drawn to, and its classes."""
OF_ONE_CLASS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.tuples(st.integers(0, 3), st.integers(0, 2).map(lambda label: {label})),
    min_size=2,
    max_size=30,
)


def filled(units: dict[str, tuple[int, set[int]]]) -> dict[str, int]:
    drawn = {unit: place for unit, (place, _) in units.items()}
    holders = [(unit, label) for unit, (_, labels) in units.items() for label in labels]
    return fill_places(drawn, holders, EVERY)


def places_by_class(units, places) -> dict[int, set[int]]:
    found = defaultdict(set)
    for unit, (_, labels) in units.items():
        for label in labels:
            found[label].add(places[unit])
    return found


def drawn_by_class(units) -> dict[int, set[int]]:
    return places_by_class(units, {unit: place for unit, (place, _) in units.items()})


@given(UNITS)
def test_no_class_loses_a_place_and_one_that_lacks_none_stays(units):
    places, before = filled(units), drawn_by_class(units)
    after = places_by_class(units, places)
    assert all(before[label] <= after[label] for label in before)
    if all(len(found) == len(EVERY) for found in before.values()):
        assert places == {unit: place for unit, (place, _) in units.items()}


@given(OF_ONE_CLASS)
def test_a_class_with_as_many_units_as_places_holds_all(units):
    for label, found in places_by_class(units, filled(units)).items():
        members = sum(label in labels for _, labels in units.values())
        assert len(found) == min(members, len(EVERY))


@given(UNITS)
def test_the_order_of_the_images_does_not_matter(units):
    assert filled(dict(reversed(units.items()))) == filled(units)


@given(OF_ONE_CLASS)
def test_a_unit_that_is_added_moves_few_others_and_none_of_another_class(units):
    added = next(iter(units))
    fewer = {unit: each for unit, each in units.items() if unit != added}
    before, after = filled(fewer), filled(units)
    moved = [unit for unit in fewer if before[unit] != after[unit]]
    assert all(units[unit][1] == units[added][1] for unit in moved)
    assert len(moved) < 2 * len(EVERY) - 1
