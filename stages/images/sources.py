"""Where images come from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Source:
    """Labelled image files.

    Attributes:
        classes: Names of the classes; a label is an index into them.
        table: One row an image with `path` (of the file, below `root`) and `label` (int), and
            whatever else the source knows of it.
    """

    root: Path
    classes: list[str]
    table: pd.DataFrame = field(repr=False)


def elpv() -> Source:
    """2,624 electroluminescence images of solar cells, from the package `elpv-dataset`.

    Deitsch et al., "Segmentation of Photovoltaic Module Cells in Uncalibrated Electroluminescence
    Images", 2021, and "Automatic classification of defective photovoltaic module cells in
    electroluminescence images", Solar Energy 185, 2019. The experts' answers are kept as
    `defect_probability` (0, 1/3, 2/3 or 1); above one half a cell counts as defective.
    """
    import elpv_dataset

    root = Path(elpv_dataset.__file__).parent / "data"
    table = pd.read_csv(
        root / "labels.csv", sep=r"\s+", names=["path", "defect_probability", "cell_type"]
    )
    table["label"] = (table["defect_probability"] > 0.5).astype(int)
    return Source(root, ["functional", "defective"], table)


SOURCES: dict[str, Callable[[], Source]] = {"elpv": elpv}
