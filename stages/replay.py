"""Compute stored features again from the original images.

By TensorFlow; those of a compiled base by that base itself, where it is in another precision than
float32 or Keras does not have it.
"""

import json
from dataclasses import asdict

from viewcache.arms.replaying import replay
from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import REPLAY
from viewcache.ground.stopwatch import Stopwatch

REPLAYED = 32
"""Cached features that are computed again; `make verify` takes as many as wanted."""


def main() -> None:
    params, costs = load_params(), Stopwatch()
    with costs.phase("replay"):
        found = replay(params, REPLAYED)
    write_text(REPLAY, json.dumps(asdict(found), indent=2) + "\n")
    costs.save("replay")


if __name__ == "__main__":
    run(main)
