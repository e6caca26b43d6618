"""Where the stages find each other's outs, as dvc.yaml names them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from viewcache.ground.view_ids import TEST_VIEW_OFFSET

CODE = Path("data/code")
"""Files with the digests of the code of each stage."""
VALID = Path("data/params_are_valid")
SOURCE = Path("data/source")
"""What `fetch` fills."""
DOWNLOADS = Path("data/downloads")
IMAGE_REPORT = Path("plots")
LEFT_OUT = Path("plots/left_out.csv")
PREPARED = Path("data/prepared")
PARTS = Path("data/parts.csv")
"""Which part every image plays in every rotation."""
VIEWS = Path("data/views")
FEATURES = Path("data/features")
"""Both with a folder for training views, view 0 among them, and one for test views."""
BASE = Path("data/base")
LOWER_PART = Path("data/cut")
"""The base up to extract.cut, compiled."""
ACTIVATIONS = Path("data/activations")
"""What the lower part gives, as features lie in theirs."""
REPLAY = Path("data/replay.json")
"""What was computed again, and how far off it was."""
CALIBRATION = Path("data/calibration/views.npy")
CONTACT_SHEET = Path("plots/views.png")
RECOMMENDATION = Path("data/recommendation.json")
"""What `evaluate` recommends, without times."""
MODEL = Path("data/model")
"""What `export` writes."""


def repository() -> Path:
    """The user's repository, also from within a copy that `dvc exp run --temp` made."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def reuse_folder() -> Path:
    """Rows of features that may be taken over; neither git nor DVC knows of it."""
    return repository() / "data/reuse"


def plan_file(view: int) -> Path:
    return VIEWS / _kind(view) / f"{view}.npy"


def rows_file(view: int) -> Path:
    """The rows of the images that a random view is planned for."""
    return VIEWS / _kind(view) / "rows.npy"


def feature_file(view: int) -> Path:
    return FEATURES / _kind(view) / str(view) / "features.npy"


def activation_file(view: int) -> Path:
    return ACTIVATIONS / _kind(view) / str(view) / "features.npy"


def extraction_record(view: int) -> str:
    """The name of the record of what a view's extraction cost."""
    return f"extract_{view}" if view < TEST_VIEW_OFFSET else f"extract_test/{view}"


def activation_record(view: int) -> str:
    """Likewise, of its activations at the cut."""
    return f"extract_cut/{view}"


class Store(NamedTuple):
    """Where rows of views lie in the workspace, and the records of what they cost.

    Attributes:
        compiling: The record of the compiling of what gives them.
    """

    folder: Path
    file: Callable[[int], Path]
    record: Callable[[int], str]
    compiling: str


STORED_FEATURES = Store(FEATURES, feature_file, extraction_record, "compile_base")
STORED_ACTIVATIONS = Store(ACTIVATIONS, activation_file, activation_record, "extract_cut/compile")


def cached_head_file(budget: int, seed: int, rotation: int) -> Path:
    return Path("models/cached") / str(budget) / str(seed) / f"{rotation}.npz"


def smaller_head_file(divisor: int, budget: int, seed: int, rotation: int) -> Path:
    """Of a head that was trained on one in `divisor` of the training images."""
    return Path("models/cached/sizes") / str(divisor) / str(budget) / str(seed) / f"{rotation}.npz"


def end_to_end_head_file(kind: str, seed: int, rotation: int) -> Path:
    return Path("models/end_to_end") / kind / str(seed) / f"{rotation}.npz"


def tuned_head_file(arm: str, seed: int, rotation: int) -> Path:
    """Of a head and the layers that were trained with it."""
    return TUNED_HEADS / arm / str(seed) / f"{rotation}.npz"


def tuned_answers_file(arm: str, seed: int, rotation: int) -> Path:
    """What they answered on the test images."""
    return tuned_head_file(arm, seed, rotation).with_name(f"{rotation}_answers.npy")


def seen_file(kind: str) -> Path:
    """The features that end-to-end training saw in a batch."""
    return Path("data/seen") / kind / "batch.npz"


TUNED_HEADS = Path("models/tuned")
TUNED_SEEN = TUNED_HEADS / "seen.json"
"""How far what tuned_end_to_end saw of a batch was from the cached activations."""


def _kind(view: int) -> str:
    return "train" if view < TEST_VIEW_OFFSET else "test"
