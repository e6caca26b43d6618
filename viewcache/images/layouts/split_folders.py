"""Folders for training, validation and test, with the classes inside."""

import re
from collections import Counter
from collections.abc import Collection

from viewcache.ground.errors import PipelineError
from viewcache.images.layouts.file_names import labels_in
from viewcache.images.layouts.folders import labelled_by
from viewcache.images.layouts.reading import Reading, table_of
from viewcache.images.layouts.tree import Tree

PART_OF = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
UNLABELLED = ("pred", "predict", "prediction", "unlabeled", "unlabelled")
"""Folders beside the splits whose images have no labels."""
SPLIT = re.compile(rf"(.*[\W_])?({'|'.join([*PART_OF, *UNLABELLED])})([\W_].*)?", re.I | re.S)
"""With what stands before and behind it: seg_train, training_set."""


def split_folders(tree: Tree) -> Reading | None:
    """Split folders in any usual naming, with class folders or numbered files in each.

    Raises:
        PipelineError: none of them is for training, two are for the same part, or one holds a
            class that training lacks.
    """
    top = tree.unwrapped()
    parts = parts_of(top.folders)
    if not parts:
        return None
    train = _training(top, parts)
    labelled = {train: _labelled(top.folders[train], frozenset())}
    classes = frozenset(label for _, label in labelled[train]) - {""}
    for name in sorted({*parts} - {train}):
        labelled[name] = _labelled(top.folders[name], classes)
        more = sorted({label for _, label in labelled[name]} - classes - {""})
        if more:
            rule = f"{top.folders[name].path} must hold classes of {top.folders[train].path} only"
            raise PipelineError(rule, more)
    if not all(labelled.values()):
        return None
    rows = table_of(row for each in labelled.values() for row in each)
    splits = [parts[name] for name, each in labelled.items() for _ in each]
    aside = "".join(
        f"; {name} has no labels and is left aside" for name in {*top.folders} - {*parts}
    )
    words = f"split folders ({', '.join(sorted(parts))}) with the classes in each{aside}"
    return Reading(rows.assign(split=splits), words)


def parts_of(names: Collection[str]) -> dict[str, str]:
    """The part that each split folder is for; nothing unless all the names are of splits.

    What stands before and behind the part must be the same in all. Folders of unlabelled images
    are left out.
    """
    found = {name: SPLIT.fullmatch(name) for name in names}
    matches = {name: match for name, match in found.items() if match}
    around = {((match[1] or "").lower(), (match[3] or "").lower()) for match in matches.values()}
    if len(matches) < len(found) or len(around) != 1:
        return {}
    words = {name: match[2].lower() for name, match in matches.items()}
    return {name: PART_OF[word] for name, word in words.items() if word in PART_OF}


def _training(top: Tree, parts: dict[str, str]) -> str:
    """The name of the folder for training."""
    counts = Counter(parts.values())
    if counts["train"] != 1 or max(counts.values()) > 1:
        rule = f"{top.path or 'the folder'} must hold a folder for training, and one for a part"
        raise PipelineError(rule, sorted(parts))
    return next(name for name, part in parts.items() if part == "train")


def _labelled(folder: Tree, classes: frozenset[str]) -> list[tuple[str, str]]:
    """Images with their classes; none where nothing tells of these."""
    top = folder.unwrapped(classes)
    if top.folders:
        return labelled_by(top, lambda inner: inner.partition("/")[0])
    labels = labels_in(top.images)
    return [*zip(top.images, labels, strict=True)] if labels else []
