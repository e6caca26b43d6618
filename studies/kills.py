"""What ten kills of the extraction of a view lose: `python -m studies.kills`, in some minutes."""

import random
import shutil
import subprocess
import time
from hashlib import sha256
from itertools import pairwise

import numpy as np

from benchmarks.scaling import SPEC
from benchmarks.stages_apart import extract_by, stage_environment
from benchmarks.workspace import generated
from viewcache.bases.compiling import compile_base
from viewcache.features.shards import Shard, shards_in
from viewcache.features.store import open_views
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import BASE, FEATURES, PREPARED, ROWS
from viewcache.ground.stopwatch import load_record
from viewcache.images.prepared import open_prepared

IMAGES, KILLS = 40_000, 10
MOMENTS = (0.0, 1.4)
"""Seconds between the first row and the kill."""
VIEW = 0
"""The only one that is planned."""


def main() -> None:
    moments = random.Random(0)
    with generated(IMAGES, SPEC.side, views=VIEW):
        compile_base(BASE, SPEC, "openvino")
        kept = [_kill(moments.uniform(*MOMENTS)) for _ in range(KILLS)]
        _extract().wait()
        record, resumed = load_record("extract"), _digest()
        print(f"the last run computed {record['computed']:,} of {IMAGES:,} rows")
        gained = sum(after > before for before, after in pairwise([0, *kept]))
        print(f"{gained} of {KILLS} killed runs left rows behind")
        for folder in (ROWS, FEATURES):
            shutil.rmtree(folder)
        _extract().wait()
        print("rows of an undisturbed run:", "equal" if _digest() == resumed else "OTHERS")


def _extract() -> subprocess.Popen[bytes]:
    return subprocess.Popen(extract_by("local"), env=stage_environment())


def _digest() -> str:
    view = open_views([VIEW], open_prepared(PREPARED).digests)[VIEW]
    rows = np.arange(view.images)
    return digest_of_digests(
        sha256(view.of(part).tobytes()).hexdigest() for part in np.split(rows, 40)
    )


def _kill(moment: float) -> int:
    """Kill a run some seconds after it has opened the base; how many rows are kept then."""
    running, before = _extract(), _kept()
    while _kept() == before and running.poll() is None:
        time.sleep(0.01)
    time.sleep(moment)
    running.kill()
    running.wait()
    print(f"killed {moment:.1f} s after a shard: {_kept():,} rows kept", flush=True)
    return _kept()


def _kept() -> int:
    return sum(len(Shard(path)) for path in shards_in(ROWS))


if __name__ == "__main__":
    main()
