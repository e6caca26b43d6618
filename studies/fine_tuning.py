"""What training the last blocks brings: `python -m studies.fine_tuning [RECIPE]`, twenty minutes.

The pipeline itself runs, once for every cut, in a clone of this repository as it was committed:
only what changes with the cut is computed again. Without a recipe, on the default images.
"""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import yaml

from benchmarks.stages_apart import Workspace, cloned, reproduce
from viewcache.report.fine_tuning import tuning_sentences
from viewcache.report.tables import accuracy_in_words
from viewcache.report.words import difference

CUTS = {"the last block": "blocks-14-add", "the last two blocks": "blocks-13-add"}
"""Of EfficientNet-Lite0: the layers below what is trained."""
SEEDS, TUNED_SEEDS = [0, 1, 2, 3, 4], [0]
"""Of heads alone, and of heads with layers: a single seed is given the variance of the others."""


def main() -> None:
    parser = ArgumentParser("studies.fine_tuning")
    parser.add_argument("recipe", nargs="?", help="its images lie where it says, from here")
    parser.add_argument("--epochs", type=int, help="other than the recipe's")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = cloned(Path(folder) / "repository")
        if given.recipe:
            workspace.python("viewcache", "recipe", given.recipe)
        _simplify(workspace, given.epochs)
        rows = [row for trained in CUTS for row in _rows(workspace, trained)]
    print(pd.DataFrame(rows).to_markdown(index=False))


def _simplify(workspace: Workspace, epochs: int | None) -> None:
    """To what is compared here: a view for each epoch, and without a cut no augmentation too."""
    params = yaml.safe_load((workspace.path / "params.yaml").read_text())
    epochs = epochs or params["train"]["epochs"]
    workspace.set("train", epochs=epochs, budgets=[0, epochs], seeds=SEEDS, end_to_end=[])
    workspace.set("extract", views=list(range(epochs + 1)))
    workspace.set("fine_tune", budgets=[epochs], seeds=TUNED_SEEDS)
    if params["data"]["source"] == "folder":
        images = Path(params["data"]["path"])
        (workspace.path / images).symlink_to(images.resolve(), target_is_directory=True)


def _rows(workspace: Workspace, trained: str) -> Iterator[dict[str, str]]:
    """The arms with a cut; with the first, those without before them."""
    workspace.set("extract", cut=CUTS[trained])
    reproduce(workspace.path)
    results = json.loads((workspace.path / "results.json").read_text())
    if trained == next(iter(CUTS)):
        for name, arm in results["arms"].items():
            yield _row("the head", name, arm | {"gain": None})
    for name, arm in results["fine_tuning"]["arms"].items():
        yield _row(trained, name, arm)
    print(trained, *tuning_sentences(results["fine_tuning"]), sep="\n", flush=True)


def _row(trained: str, name: str, arm: dict) -> dict[str, str]:
    gain = arm["gain"] or {}
    return {
        "trained": trained,
        "arm": name,
        "accuracy": accuracy_in_words(arm, "accuracy"),
        "under random views": accuracy_in_words(arm, "accuracy_augmented"),
        "gain, points": difference(gain["clean"]) if gain else "",
        "gain under views": difference(gain["robustness"]) if gain else "",
        "first training s": f"{arm['seconds']:.0f}",
        "further s": f"{arm['further_seconds']:.0f}",
        "MB": f"{arm['feature_bytes'] / 1e6:,.0f}",
    }


if __name__ == "__main__":
    main()
