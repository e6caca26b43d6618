"""ELPV by the published protocol, the last blocks trained too: `python -m studies.elpv_tuned`.

Eight minutes. Cells, splits and flips are those of `studies.elpv`; cells have 224 px. Below the cut
the base is frozen and its activations are cached; the last two blocks of EfficientNet-Lite0 are
trained with the head, on four flipped views in turn. All other settings are those of `params.yaml`:
nothing is chosen on these cells, and the test cells are read once.
"""

import numpy as np
from tqdm import tqdm

from studies import elpv
from viewcache.bases.frozen import load_upper_part
from viewcache.features.store import FeatureView
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Train
from viewcache.heads.answers import predicted_classes
from viewcache.heads.fine_tuning import TunedModel, train_on_activations
from viewcache.heads.training import (
    Schedule,
    Validation,
    answer,
    make_deterministic,
    make_targets,
)

CUT = "blocks-13-add"
SIDE = 224
SPEC = elpv.SPEC.model_copy(update={"layers": [], "pooling": "avg", "cut": CUT, "side": SIDE})
RANDOM_VIEWS = range(1, 5)


def main() -> None:
    make_deterministic()
    params, cells = load_params(), elpv.cells(SIDE)
    views = _activations(cells)
    rates = params.fine_tune.learning_rate, params.train.learning_rate
    tuned = TunedModel(load_upper_part(SPEC), 2, params.train.head, *rates)
    accuracies = [
        _accuracy(tuned, params.train, cells, views, *split)
        for split in tqdm(elpv.splits(cells), "splits")
    ]
    print(*(f"{accuracy:.4f}" for accuracy in accuracies))
    elpv.tell(accuracies)


def _activations(cells: elpv.Cells) -> dict[int, FeatureView]:
    rows, ids = np.arange(len(cells.labels)), [0, *RANDOM_VIEWS]
    computed = elpv.computed(SPEC, cells, ids)
    return {view: FeatureView(of_view, rows) for view, of_view in zip(ids, computed, strict=True)}


def _accuracy(
    tuned: TunedModel,
    settings: Train,
    cells: elpv.Cells,
    views: dict[int, FeatureView],
    train: np.ndarray,
    test: np.ndarray,
) -> float:
    """Train on the training cells for all epochs, and test once."""
    watched = train[: settings.batch_size]  # Training is not stopped by it.
    trained = train_on_activations(
        tuned.at_start(0),
        views,
        make_targets(cells.labels, train, settings.class_weights),
        Validation(views[0].of(watched), cells.labels[watched]),
        Schedule(settings.epochs, settings.batch_size, RANDOM_VIEWS, seed=0, patience=None),
    )
    predicted = predicted_classes(answer(trained.head, views[0].of(test)))
    return float((predicted == cells.labels[test]).mean())


if __name__ == "__main__":
    main()
