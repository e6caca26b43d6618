"""Compute stored features again from the original images: `python -m stages.replay [KIND]`.

Some of the cache, or with KIND what that way to train end to end saw: by TensorFlow, or, of a
compiled base in another precision than float32, by that base itself.
"""

import json
import sys
from dataclasses import asdict

from viewcache.arms.replaying import replay_cache, replay_seen
from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import CACHE, replay_file

REPLAYED = 32
"""Stored features that are computed again; `make verify` takes as many as wanted."""


def main() -> None:
    params = load_params()
    [what] = sys.argv[1:] or [CACHE]
    found = replay_cache(params, REPLAYED) if what == CACHE else replay_seen(params, what)
    path = replay_file(what)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(asdict(found), indent=2) + "\n")


if __name__ == "__main__":
    run(main)
