"""Test every arm, put together what it cost, compare, and log all of it to MLflow."""

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from stages import train_end_to_end, train_head
from stages.costs import load_costs
from stages.errors import run
from stages.extract import feature_path
from stages.heads.head import build_head, load_head_weights
from stages.heads.metrics import classification_metrics
from stages.heads.training import load_history
from stages.images.prepared import Prepared, open_prepared
from stages.params import Params, load_params
from stages.prepare import PREPARED
from stages.report import results
from stages.report.comparison import compare_heads, decide, summarize
from stages.report.costs import cached_costs, end_to_end_costs
from stages.report.tracking import TRACKING_ERRORS, log_results
from stages.train_head import open_views
from stages.views.plan import test_view_ids

Arms = list[tuple[str, int, Path]]
"""Name, seed and file of every head."""


def main() -> None:
    params = load_params()
    prepared = open_prepared(PREPARED)
    arms = _arms(params)
    logits = _test_logits(params, prepared, arms)
    runs = _runs(prepared.labels("test"), arms, logits)
    summary = summarize(runs)
    for name, costs in _costs(params, len(prepared.rows("train"))).items():
        summary[name].update(costs)
    results.write(
        arms=summary,
        equivalence=_equivalence(params, prepared, logits),
        verdict=decide(summary, params.train.budgets),
        runs=runs,
        curves=pd.concat([_curve(arm, seed, path) for arm, seed, path in arms]),
    )
    try:
        log_results()
    except TRACKING_ERRORS as error:
        message = f"results are kept but not in MLflow; `make ui` logs them. Received: {error}"
        print(f"viewcache: {message}", file=sys.stderr)


def _arms(params: Params) -> Arms:
    settings = params.train
    return [
        *(
            (f"cached_{budget}", seed, train_head.head_path(budget, seed))
            for budget in settings.budgets
            for seed in settings.seeds
        ),
        *(
            ("end_to_end", seed, train_end_to_end.head_path(seed))
            for seed in settings.end_to_end_seeds
        ),
    ]


def _test_logits(params: Params, prepared: Prepared, arms: Arms) -> dict[tuple[str, int], Any]:
    """Logits of each head: float32, shape (1 + test views, test images); row 0 is view 0."""
    views = open_views(prepared, "test", [0, *test_view_ids(params.evaluate.test_views)])
    settings = params.train
    head = build_head(
        views[0].shape[1],
        settings.head.units,
        settings.head.dropout,
        settings.learning_rate,
        seed=0,
    )
    return {(arm, seed): _logits(head, path, views) for arm, seed, path in arms}


def _logits(head: keras.Model, path: Path, views: list[np.ndarray]) -> np.ndarray:
    head.set_weights(load_head_weights(path))
    return np.stack([head.predict(view, batch_size=4096, verbose=0)[:, 0] for view in views])


def _runs(labels: np.ndarray, arms: Arms, logits: dict[tuple[str, int], Any]) -> pd.DataFrame:
    """One row an arm and seed: test metrics, clean and under random views, and validation's."""
    rows = []
    for arm, seed, path in arms:
        clean, *random = (classification_metrics(labels, view) for view in logits[arm, seed])
        row: dict[str, Any] = {"arm": arm, "seed": seed}
        row |= {f"test_{name}": value for name, value in clean.items()}
        row |= {
            f"test_{name}_augmented": float(np.mean([view[name] for view in random]))
            for name in clean
        }
        last = load_history(path)[-1]
        row |= {name: last[name] for name in ("validation_accuracy", "validation_loss")}
        rows.append(row)
    return pd.DataFrame(rows)


def _curve(arm: str, seed: int, path: Path) -> pd.DataFrame:
    curve = pd.DataFrame(load_history(path))
    curve.insert(0, "arm", arm)
    curve.insert(1, "seed", seed)
    return curve


def _costs(params: Params, images: int) -> dict[str, dict[str, Any]]:
    settings = params.train
    costs = {
        f"cached_{budget}": cached_costs(
            budget, settings.seeds, images, load_costs, lambda view: feature_path(view, "train")
        )
        for budget in settings.budgets
    }
    widest = costs[f"cached_{max(settings.budgets)}"]["head_seconds"]
    costs["end_to_end"] = end_to_end_costs(
        settings.epochs, settings.end_to_end_seeds, images, widest, load_costs
    )
    return costs


def _equivalence(
    params: Params, prepared: Prepared, logits: dict[tuple[str, int], Any]
) -> dict[str, Any] | None:
    """Hold cached_E to end-to-end, where cached_E was trained."""
    settings = params.train
    if settings.epochs not in settings.budgets:
        return None
    with np.load(train_end_to_end.REPLAY, allow_pickle=False) as replay:
        [cached] = open_views(prepared, "train", [int(replay["view"])])
        difference = np.abs(cached[replay["rows"]] - replay["features"]).max()
    trained = [
        [(load_head_weights(path(seed)), logits[arm, seed]) for seed in settings.end_to_end_seeds]
        for arm, path in (
            (f"cached_{settings.epochs}", lambda seed: train_head.head_path(settings.epochs, seed)),
            ("end_to_end", train_end_to_end.head_path),
        )
    ]
    return compare_heads(settings.epochs, trained[0], trained[1], float(difference))


if __name__ == "__main__":
    run(main)
