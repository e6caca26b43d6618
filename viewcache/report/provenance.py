"""Where results come from: the code, the images, the machine, the versions."""

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from viewcache.arms.arm import Arm
from viewcache.features.store import digest_of_features
from viewcache.ground.git import git
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import planned_views
from viewcache.ground.stopwatch import load_record
from viewcache.images.folds import PARTS as PARTS_OF_A_ROTATION
from viewcache.images.folds import Rotation
from viewcache.images.prepared import Prepared

REPORTED = ("tensorflow", "keras", "openvino", "numpy", "scipy", "dvc", "mlflow")
DECIDING_FILES = ("stages", "viewcache", "params.yaml", "dvc.yaml")


@dataclass(frozen=True)
class Provenance:
    """What a run was made of.

    Attributes:
        images: Number of images by part of the first rotation.
        rotations: Of the images.
        machines: Each machine that was measured on, in words.
        measured: When the first and the last stage of the arms was measured, in UTC.
        versions: Of the packages that results rest on, by name.
        commit: Of the code; empty outside of git.
        changed: Whether code or parameters differ from that commit.
        digests: SHA-256 of images, features and weights of the base, by name.
    """

    images: dict[str, int]
    rotations: int
    machines: list[str]
    measured: tuple[str, str]
    versions: dict[str, str]
    commit: str
    changed: bool
    digests: dict[str, str]


def trace(
    arms: Iterable[Arm], images: Prepared, rotations: Sequence[Rotation], base: str
) -> Provenance:
    """Gather where the results in the working folder come from.

    Args:
        arms: That were compared.
        base: Its identity.
    """
    stages = {"augment", "compile_base"} | {arm.training_stage for arm in arms}
    records, extract = [load_record(stage) for stage in stages], load_record("extract")
    moments = [record["measured_at"] for record in records]
    moments += [moment for view in extract["views"].values() for moment in view["measured_at"]]
    machines = [*(record["machine"] for record in records), *extract["machines"].values()]
    return Provenance(
        {part: len(getattr(rotations[0], part)) for part in PARTS_OF_A_ROTATION},
        len(rotations),
        sorted({*map(_in_words, machines)}),
        (_moment(min(moments)), _moment(max(moments))),
        {"python": platform.python_version()} | {name: version(name) for name in REPORTED},
        git_commit(),
        bool(git("status", "--porcelain", "--", *DECIDING_FILES)),
        {
            "images": digest_of_digests(images.digests),
            "features": digest_of_features(planned_views()),
            "base": base,
        },
    )


def git_commit() -> str:
    return git("rev-parse", "HEAD").strip()


def _in_words(machine: dict[str, Any]) -> str:
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']} (id {machine['id']})"
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
