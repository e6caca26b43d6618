"""ELPV by the published protocol as far as it is known: `python -m studies.elpv`, half an hour.

Deitsch et al., "Automatic classification of defective photovoltaic module cells in
electroluminescence images", Solar Energy 185, 2019: three quarters of the 2,624 cells for training,
stratified; 82.44 % by hand-crafted features and a support vector machine, 88.42 % by a VGG-19 that
was fine-tuned. Which cells were in their test set is not known, so five splits are drawn here.

The base stays frozen: EfficientNet-Lite0, cut at eight depths, average and maximum of each. What is
left to choose, depths or the last layer, views or not, and the penalty, is chosen by four folds of
the training cells, for each split anew. The test cells are read once.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from studies.policies import NOTHING
from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.fetching import fetch_elpv
from viewcache.images.index import index_images
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.images.sources import open_source
from viewcache.views.plan import draw
from viewcache.views.render import render

SIDE = 300
DEPTHS = ["re_lu_6", "re_lu_10", "re_lu_16", "re_lu_22", "re_lu_25", "re_lu_28", "re_lu_30"]
LAST = "re_lu_32"
LAST_WIDTH = 2 * 1280
FLIPS = NOTHING.model_copy(update={"horizontal_flip": 0.5, "vertical_flip": 0.5})
VIEWS = range(3)
PENALTIES = (3e-4, 1e-3, 3e-3)
COMPONENTS = 1200
SPEC = BaseSpec(
    name="efficientnet_lite0",
    weights="imagenet",
    preprocessing="own",
    layers=[*DEPTHS, LAST],
    pooling="both",
    side=SIDE,
)
SPLITS, TEST, FOLDS = 5, 0.25, 4


class Recipe(NamedTuple):
    """What is chosen on the training cells."""

    depths: bool
    views: bool
    penalty: float


class Cells(NamedTuple):
    """The data set.

    Attributes:
        pixels: uint8, shape (cells, side, side, 3).
        probabilities: Of a defect, as the experts gave them.
        digests: SHA-256 of each image.
    """

    pixels: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    digests: Sequence[str]


def main() -> None:
    everything = cells(SIDE)
    features = np.stack(list(computed(SPEC, everything, VIEWS)))
    rows = [
        _experiment(features, everything, train, test)
        for train, test in tqdm(splits(everything), "splits")
    ]
    print(pd.DataFrame(rows).to_markdown(index=False))
    tell([row["test accuracy"] for row in rows])


def cells(side: int) -> Cells:
    """All cells of the data set, with a side in pixels."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        fetch_elpv(Path("source"))
        source = open_source(Path("source"), "manifest.csv", ["functional", "defective"])
        index = index_images(source, limit=None)
        write_prepared(Path("all"), source.root, index, DecodingPolicy(side, 1, (0, 0, 0)))
        images = open_prepared(Path("all"))
        with images.read() as file:
            pixels = file.read(range(len(images.labels)))
        answers = source.table.set_index("path")["defect_probability"][images.paths]
    return Cells(pixels, images.labels, answers.to_numpy(np.float64), images.digests)


def splits(of: Cells) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training and test cells of every split."""
    drawn = StratifiedShuffleSplit(SPLITS, test_size=TEST, random_state=0)
    return list(drawn.split(of.labels, of.probabilities))


def computed(spec: BaseSpec, of: Cells, views: Sequence[int]) -> Iterator[np.ndarray]:
    """What a base gives of flipped views of all cells, view by view; 0 is the cells themselves."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        compile_base(Path("base"), spec, "openvino")
        base = open_base(Path("base"), 8)
    for view in tqdm(views, "views"):
        yield base(render(of.pixels, draw(FLIPS, 0, view, of.digests)))


def tell(accuracies: list[float]) -> None:
    """Print the mean over the splits, and its interval."""
    low, high = _interval(np.array(accuracies))
    print(f"mean {np.mean(accuracies):.4f}, 95 % interval {low:.4f} to {high:.4f}")


def _experiment(
    features: np.ndarray,
    of: Cells,
    train: np.ndarray,
    test: np.ndarray,
) -> dict[str, float]:
    """Choose a recipe on the training cells, train on all of them, and test once."""
    folds = list(StratifiedKFold(FOLDS).split(train, np.round(3 * of.probabilities[train])))
    scores = dict.fromkeys(_recipes(), 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for recipe, (fit, validation) in product(scores, folds):
            accuracy = _accuracy(
                recipe, features, of.labels, train[fit], train[validation], Path(folder)
            )
            scores[recipe] += accuracy / FOLDS
        recipe = max(scores, key=scores.__getitem__)
        accuracy = _accuracy(recipe, features, of.labels, train, test, Path(folder))
    chosen = {"validation accuracy": scores[recipe], "test accuracy": accuracy}
    return {**recipe._asdict(), **chosen, "test cells": len(test)}


def _recipes() -> Iterator[Recipe]:
    return (Recipe(*choice) for choice in product((False, True), (False, True), PENALTIES))


def _accuracy(
    recipe: Recipe,
    features: np.ndarray,
    labels: np.ndarray,
    fit: np.ndarray,
    held_out: np.ndarray,
    cache: Path,
) -> float:
    columns = slice(None) if recipe.depths else slice(-LAST_WIDTH, None)
    views = VIEWS if recipe.views else VIEWS[:1]
    training = np.concatenate([features[view][fit, columns] for view in views])
    head = _head(recipe.penalty, cache).fit(training, np.tile(labels[fit], len(views)))
    return float(head.score(features[0][held_out, columns], labels[held_out]))


def _head(penalty: float, cache: Path) -> Pipeline:
    """A linear head; what does not depend on the penalty is computed once."""
    return make_pipeline(
        StandardScaler(),
        PCA(COMPONENTS, svd_solver="randomized", random_state=0),
        LogisticRegression(C=penalty, max_iter=1000),
        memory=str(cache),
    )


def _interval(accuracies: np.ndarray) -> tuple[float, float]:
    """95 %, with the variance as Nadeau and Bengio (2003) correct it for overlapping splits."""
    count = len(accuracies)
    variance = (1 / count + TEST / (1 - TEST)) * accuracies.var(ddof=1)
    half = stats.t.ppf(0.975, count - 1) * np.sqrt(variance)
    return float(accuracies.mean() - half), float(accuracies.mean() + half)


if __name__ == "__main__":
    main()
