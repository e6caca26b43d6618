"""Train the layers above extract.cut together with heads: on cached views, and end to end.

Each by itself, one after another. Where there is no cut, nothing is trained.
"""

from viewcache.arms.arm import tuned_arms
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, TUNED_HEADS
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.folds import open_rotations


def main() -> None:
    params, rotations, costs = load_params(), open_rotations(PARTS), Stopwatch()
    TUNED_HEADS.mkdir(parents=True, exist_ok=True)
    arms = tuned_arms(params, len(rotations))
    if arms:
        # Here, since TensorFlow takes seconds to import.
        from viewcache.arms.tuning import train_tuned

        train_tuned(params, arms, rotations, costs)
    costs.save("train_fine_tune")


if __name__ == "__main__":
    run(main)
