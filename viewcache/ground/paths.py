"""Where the stages find each other's outs, as dvc.yaml names them."""

from pathlib import Path

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
FEATURES = Path("data/features")
"""Both with a folder for each split."""
BASE = Path("data/base")
REPLAY = Path("data/replay.json")
CONTACT_SHEET = Path("plots/views.png")


def plan_file(view: int) -> Path:
    return Path("data/views") / ("train" if view < TEST_VIEW_OFFSET else "test") / f"{view}.npy"


def cached_head_file(budget: int, seed: int) -> Path:
    return Path("models/cached") / str(budget) / f"{seed}.npz"


def end_to_end_head_file(kind: str, seed: int) -> Path:
    return Path("models/end_to_end") / kind / f"{seed}.npz"


def seen_file(kind: str) -> Path:
    """The features that end-to-end training saw in a batch."""
    return Path("data/seen") / kind / "batch.npz"
