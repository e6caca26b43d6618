"""Put every head to the test once, and hold those of end to end to the twin's."""

from viewcache.answers.equivalence import find_equivalence, save_equivalences
from viewcache.answers.guards import refuse_unfair_comparison
from viewcache.answers.heads import ask, epochs_of, open_heads
from viewcache.answers.table import write_answers
from viewcache.arms.arm import cached_arms, compared_on_cache, end_to_end_arms, longer_arms
from viewcache.bases.artifact import load_layers_above_cut
from viewcache.features.store import open_views
from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import (
    ANSWERS,
    BASE,
    EPOCHS,
    EQUIVALENCE,
    PARTS,
    PREPARED,
    planned_views,
)
from viewcache.ground.stopwatch import Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.folds import open_rotations, open_units
from viewcache.images.prepared import open_prepared, read_classes


def main() -> None:
    params, costs = load_params(), Stopwatch()
    asked = [0, *ids_of_test_views(params.evaluate.test_views)]
    with costs.phase("open"):
        images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
        views, upper = open_views(planned_views(), images.digests), load_layers_above_cut(BASE)
    ended = end_to_end_arms(params, rotations)
    whole = [*compared_on_cache(params, rotations), *(arm for arm in ended if arm.is_whole)]
    longer = longer_arms(params, rotations)
    with costs.phase("answers"):
        heads, twice_as_long = (open_heads(arms, rotations) for arms in (whole, longer.values()))
        for comparable in (heads, twice_as_long):
            refuse_unfair_comparison(comparable, images, rotations)
        usual = [head for arm in longer for head in heads if head.is_of(arm)]
        answers = [ask(head, images.labels, views, asked, upper=upper) for head in heads]
        for head in (*usual, *twice_as_long):
            answers.append(ask(head, images.labels, views, asked, "validation", upper))
        classes, units = read_classes(PREPARED), open_units(PARTS)
        write_answers(ANSWERS, answers, images, classes, rotations, asked, units)
        write_text(EPOCHS, epochs_of(heads).to_csv(index=False))
    with costs.phase("equivalence"):
        *_, twin = cached_arms(params, rotations)
        found = [
            find_equivalence(twin, arm, rotations, images.labels, views, asked, upper)
            for arm in ended
        ]
        save_equivalences(EQUIVALENCE, found)
    costs.save("answer")


if __name__ == "__main__":
    run(main)
