"""Where the stages find each other's outs, as dvc.yaml names them."""

import os
from pathlib import Path

from viewcache.ground.view_ids import TEST_VIEW_OFFSET

SOURCE = Path("data/source")
"""What `fetch` fills."""
DOWNLOADS = Path("data/downloads")
IMAGE_REPORT = Path("plots")
LEFT_OUT = Path("plots/left_out.csv")
PREPARED = Path("data/prepared")
PARTS = Path("data/parts.csv")
"""Which part every image plays in every rotation."""
VIEWS = Path("data/views")
"""With a folder for training views, view 0 among them, and one for test views."""
FEATURES = Path("data/features")
"""Of every view the keys of its rows, in the order of the prepared images."""
ROWS = Path("data/rows")
"""Shards of rows: of all views of `FEATURES`."""
BASE = Path("data/base")
OWN_BASES = Path("data/bases")
"""Where users put model files."""
ANSWERS = Path("data/answers/answers.parquet")
"""What every head answers of every image that it was put to, in every view."""
EPOCHS = Path("data/answers/epochs.csv")
"""How every head's training went, epoch by epoch."""
EQUIVALENCE = Path("data/answers/equivalence.json")
"""How far heads of end to end are from the twin's."""
REPLAY = Path("data/replay.json")
"""What was computed again, and how far off it was."""
CALIBRATION = Path("data/calibration/views.npy")
CONTACT_SHEET = Path("plots/views.png")
RECOMMENDATION = Path("data/recommendation.json")
"""What `evaluate` recommends, without times."""
END_TO_END = Path("models/end_to_end")
SEEN = Path("data/seen")
"""What end to end saw in a batch, by what runs the base."""
MODEL = Path("data/model")
"""What `export` writes."""


def running_stage() -> str | None:
    """The stage that DVC runs this process as; None of any other process."""
    return os.environ.get("DVC_STAGE")


def repository() -> Path:
    """The user's repository, also from within a copy that `dvc exp run --temp` made."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def plan_file(view: int) -> Path:
    return VIEWS / _kind(view) / f"{view}.npy"


def planned_views() -> list[int]:
    """Ids of all views that `augment` planned: view 0, those of training, those of the test."""
    return sorted(int(path.stem) for path in VIEWS.glob("*/*.npy") if path.stem.isdecimal())


def rows_file(view: int) -> Path:
    """The rows of the images that a random view is planned for."""
    return VIEWS / _kind(view) / "rows.npy"


def keys_file(view: int) -> Path:
    return FEATURES / f"{view}.npy"


def cached_head_file(arm: str, seed: int, end: str) -> Path:
    """Of a head of an arm on cached views, at an end of its training.

    Args:
        end: The rotation, and an epoch where it is not the last.
    """
    return Path("models/cached") / arm.removeprefix("cached_") / str(seed) / f"{end}.npz"


def end_to_end_head_file(kind: str, seed: int, end: str) -> Path:
    """Of a head that was trained end to end, likewise."""
    return END_TO_END / kind / str(seed) / f"{end}.npz"


def seen_file(kind: str) -> Path:
    """The features that end-to-end training saw in a batch."""
    return SEEN / kind / "batch.npz"


def _kind(view: int) -> str:
    return "train" if view < TEST_VIEW_OFFSET else "test"
