"""Images of every class in every part, where hashing would leave a small class without."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)


def fill_places(
    drawn: Mapping[str, Place], holders: Iterable[tuple[str, int]], every: Sequence[Place]
) -> dict[str, Place]:
    """Move as few units as give every class a unit in every place.

    A place that a class lacks gets the first unit, by name, of the place where the class has most.
    No unit moves that any of its classes would then lack. So classes that lack no place, which all
    but small ones are, stay as they were drawn; and a unit that is added moves few others, all of
    its own class.

    Args:
        drawn: The place of every unit, by its name.
        holders: Unit and class of every image.
        every: All places.

    Returns:
        The place of every unit. A class with fewer units than places still lacks some.
    """
    places, held = dict(drawn), Counter[tuple[int, Place]]()
    units: dict[int, list[str]] = defaultdict(list)
    classes: dict[str, list[int]] = defaultdict(list)
    for unit, label in sorted(set(holders)):
        units[label].append(unit)
        classes[unit].append(label)
        held[label, places[unit]] += 1
    for label in sorted(units, key=lambda label: (len(units[label]), label)):
        for empty in [place for place in every if not held[label, place]]:
            spare = [u for u in units[label] if all(held[c, places[u]] > 1 for c in classes[u])]
            if not spare:
                break
            moved = max(spare, key=lambda unit: held[label, places[unit]])
            held.update((each, empty) for each in classes[moved])
            held.subtract((each, places[moved]) for each in classes[moved])
            places[moved] = empty
    return places
