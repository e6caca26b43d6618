"""The images as MLflow's datasets: what each rotation trains on, validates and tests with."""

import pandas as pd
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.pandas_dataset import from_pandas
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import PARTS, PREPARED
from viewcache.images.folds import PARTS as PARTS_OF_A_ROTATION
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import read_classes

CONTEXTS = {"train": "training", "validation": "validation", "test": "test"}
"""From the part of an image to MLflow's word for it."""


def datasets(name: str, path: str) -> list[list[DatasetInput]]:
    """Of every rotation the three datasets: digests and labels of the images, no pixels.

    Args:
        name: Of the images.
        path: Of the folder that they come from.
    """
    classes = read_classes(PREPARED)
    images = pd.read_csv(PREPARED / "index.csv", usecols=["digest", "label"])
    images["label"] = images["label"].map(classes.__getitem__)
    return [
        [_dataset(name, path, images, rotation, part) for part in PARTS_OF_A_ROTATION]
        for rotation in open_rotations(PARTS)
    ]


def _dataset(
    name: str, path: str, images: pd.DataFrame, rotation: Rotation, part: str
) -> DatasetInput:
    source = CodeDatasetSource({"data.path": path, "rotation": rotation.number, "part": part})
    rows = images.iloc[getattr(rotation, part)]
    named = f"{name}, rotation {rotation.number}"
    digest = digest_of_digests(rows["digest"])[:8]  # as long as MLflow's own
    dataset = from_pandas(rows, source, targets="label", name=named, digest=digest)
    context = InputTag(MLFLOW_DATASET_CONTEXT, CONTEXTS[part])
    return DatasetInput(Dataset(**dataset.to_dict()), [context])
