"""Print how long a stage's process takes to start, in seconds.

`python -m viewcache.costs.starting plain` starts as `augment` does, `... train` as `train_head`:
both read the parameters; `... extract FOLDER BATCH_SIZE` as `extract`, which opens the base.
"""

import sys
from importlib import import_module
from pathlib import Path

from viewcache.ground.stopwatch import Stopwatch

IMPORTS = {
    "plain": (
        "viewcache.ground.entry",
        "viewcache.ground.params.loading",
        "viewcache.images.folds",
        "viewcache.images.prepared",
        "viewcache.views.contact_sheet",
    ),
    "train": (
        "tqdm",
        "viewcache.features.store",
        "viewcache.ground.entry",
        "viewcache.ground.params.loading",
        "viewcache.heads.cached_training",
        "viewcache.images.folds",
        "viewcache.images.prepared",
    ),
    "extract": (
        "tqdm",
        "viewcache.bases.artifact",
        "viewcache.features.extraction",
        "viewcache.ground.entry",
        "viewcache.ground.params.loading",
        "viewcache.images.prepared",
        "viewcache.views.render",
    ),
}


def main() -> None:
    kind, *arguments = sys.argv[1:]
    for module in IMPORTS[kind]:
        import_module(module)
    if kind == "extract":
        folder, batch_size = arguments
        _open_base(Path(folder), int(batch_size))
    else:
        _load_params()
    print(Stopwatch().seconds["setup"])


def _load_params() -> None:
    from viewcache.ground.params.loading import load_params

    load_params()


def _open_base(folder: Path, batch_size: int) -> None:
    from viewcache.bases.artifact import open_base

    open_base(folder, batch_size)


if __name__ == "__main__":
    main()
