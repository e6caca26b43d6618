"""Addresses within MLflow's pages: all runs, and the arms of one run side by side."""

import json

from viewcache.tracking.run_store import Store

RUNS = "#/experiments/{}/runs?workflowType=machine_learning"
"""MLflow opens an experiment on the page of traces, which is empty here."""
SHARED_VIEW = "mlflow.sharedViewState."
"""Of an experiment: a view of its runs, as MLflow's button "Share" keeps it."""
COLUMNS = ("accuracy", "accuracy_augmented", "seconds")


def pages(store: Store, run: str | None) -> dict[str, str]:
    """From what a page shows to its address below the server's.

    Args:
        run: Whose arms are shown; None: there is no such page.
    """
    runs = RUNS.format(store.experiment)
    if run is None:
        return {"all runs": runs}
    store.client.set_experiment_tag(store.experiment, SHARED_VIEW + run, json.dumps(_arms(run)))
    return {"all runs": runs, "arms side by side": f"{runs}&viewStateShareKey={run}"}


def _arms(run: str) -> dict[str, object]:
    """A table with a row an arm, the most accurate first."""
    return {
        "searchFilter": f"tags.mlflow.parentRunId = '{run}'",
        "orderByKey": "metrics.`accuracy`",
        "orderByAsc": False,
        "selectedColumns": [f"metrics.`{name}`" for name in COLUMNS] + ["params.`budget`"],
    }
