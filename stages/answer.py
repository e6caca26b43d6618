"""Put every head to the test once, and hold those of end to end to the twin's."""

from viewcache.answers.answering import ask_arms
from viewcache.answers.equivalence import find_equivalence, save_equivalences
from viewcache.answers.heads import epochs_of, open_heads
from viewcache.answers.table import write_answers
from viewcache.arms.arm import cached_arms, compared_on_cache, end_to_end_arms, longer_arms
from viewcache.features.store import open_views
from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import ANSWERS, EPOCHS, EQUIVALENCE, PARTS, PREPARED, planned_views
from viewcache.ground.stopwatch import Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.folds import open_rotations, open_units
from viewcache.images.prepared import open_prepared, read_classes


def main() -> None:
    params, costs = load_params(), Stopwatch()
    asked = [0, *ids_of_test_views(params.evaluate.test_views)]
    with costs.phase("open"):
        images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
        views = open_views(planned_views(), images.digests)
    ended = end_to_end_arms(params, rotations)
    whole = [*compared_on_cache(params, rotations), *(arm for arm in ended if arm.is_whole)]
    longer = longer_arms(params, rotations)
    with costs.phase("answers"):
        heads = ask_arms(whole, rotations, images, views, asked)
        for arms in (longer, longer.values()):
            heads += ask_arms([*arms], rotations, images, views, asked, "validation")
        classes, units = read_classes(PREPARED), open_units(PARTS)
        write_answers(ANSWERS, heads, images, classes, rotations, asked, units)
        epochs = epochs_of([*open_heads(whole, rotations)])
        write_text(EPOCHS, epochs.to_csv(index=False))
    with costs.phase("equivalence"):
        *_, twin = cached_arms(params, rotations)
        found = [
            find_equivalence(twin, arm, rotations, images.labels, views, asked) for arm in ended
        ]
        save_equivalences(EQUIVALENCE, found)
    costs.save("answer")


if __name__ == "__main__":
    run(main)
