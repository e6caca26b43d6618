"""Write `params.yaml` for a folder of one's own images, after looking at it."""

import csv
import io
import re
import shlex
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import yaml

from viewcache.commands.recipes import PARAMS, RECIPES, changed, refuse_changes
from viewcache.ground.errors import PipelineError, shown
from viewcache.ground.files import write_text
from viewcache.ground.git import git
from viewcache.images.folds import PARTS
from viewcache.images.survey import FOLDS, NUMBERED, Survey, groups_of, look_at

TEMPLATE = RECIPES / "own_folder.yaml"
GROUPS = "groups.csv"
"""In the images' folder, where groups are asked for."""
NEXT = f"""\
{PARAMS} is written. What changes a label of yours must not be under `augment` in it.
What it will cost: viewcache plan (half a minute on two cores). Run it: make run"""
IMBALANCED = 1.5
"""From this ratio of the largest class to the smallest, every class counts the same."""
LARGEST_SIDE, SMALLEST_SIDE = 160, 32  # pixels: the recipe's, and the least that is allowed
FEW = 0.05
"""The share of images that may be left out without asking."""
SHOWN = 10
"""Paths, and classes, that are listed."""


def init(photos: Path, group: str | None, layout: str | None = None) -> None:
    """Look at a folder, write `params.yaml`, and say what was found and what to do next.

    Args:
        photos: Images in any layout that is known; `~` is the home folder, whatever the shell.
        group: A regular expression that finds an image's group in its path.
        layout: A layout or the name of a table, where the folder can be read in several ways.

    Raises:
        PipelineError: the folder cannot be used, or somebody's changes stand in the way.
    """
    photos = photos.expanduser()
    _refuse_repository(photos)
    survey = look_at(photos, group, layout)
    text = _params(photos, survey, bool(group))
    # What was written without groups, and so maybe with more folds, came with the hint to ask.
    without = [_params(photos, replace(survey, folds=folds), False) for folds in FOLDS]
    refuse_changes(text, *without)
    if group:  # First: the folder may be read-only, and the parameters name the file.
        _write_groups(photos / GROUPS, survey, group)
    write_text(PARAMS, text)
    print("\n".join([*_found(photos, survey), *_ignore(photos), NEXT]))


def _refuse_repository(photos: Path) -> None:
    if Path.cwd().is_relative_to(photos.resolve()):
        rule = "PHOTOS must be a folder of images, not the one with this repository"
        raise PipelineError(rule, repr(str(photos)))


def _params(photos: Path, survey: Survey, grouped: bool) -> str:
    counts_the_same = survey.imbalance >= IMBALANCED
    side = int(survey.sizes.min(axis="columns").median()) if len(survey.sizes) else LARGEST_SIDE
    values = yaml.safe_load(TEMPLATE.read_text()) | {
        "train": {"class_weights": "balanced" if counts_the_same else "none"},
        "evaluate": {"measure": "balanced_accuracy" if counts_the_same else "accuracy"},
    }
    values["data"] |= {
        "path": str(photos if _is_tracked(photos) else photos.resolve()),
        "manifest": GROUPS if grouped else survey.source.manifest,
        "layout": "table" if grouped else survey.source.layout,
        "use_split": survey.use_split,
        "image_size": max(SMALLEST_SIDE, min(LARGEST_SIDE, side)),
        "max_rejected": len(survey.broken) if _are_few(survey.broken, survey) else 0,
        "conflicts": "leave_out" if _are_few(survey.conflicts, survey) else "fail",
        "folds": survey.folds,
    }
    return changed(values, f"# {_counted(survey)}.\n")


def _are_few(paths: Collection[str], survey: Survey) -> bool:
    """Whether there are some, and going on without them is what one would do."""
    return 0 < len(paths) <= FEW * sum(survey.counts.values())


def _is_tracked(photos: Path) -> bool:
    """Whether git or DVC brings the folder to copies and clones, where a path in them leads to it.

    An experiment in a copy finds any other folder by its whole path only.
    """
    return bool(git("ls-files", "--", str(photos))) or Path(f"{photos}.dvc").exists()


def _counted(survey: Survey) -> str:
    named = [f"{count:,} {shown(name)}" for name, count in survey.counts.items()]
    more = [f"and {len(named) - SHOWN:,} more"] if len(named) > SHOWN else []
    counts = ", ".join([*named[:SHOWN], *more])
    return f"{sum(survey.counts.values()):,} images in {len(named):,} classes: {counts}"


def _found(photos: Path, survey: Survey) -> list[str]:
    low, high = (survey.sizes.agg(extreme) for extreme in ("min", "max"))
    shape = survey.sizes["width"] / survey.sizes["height"]
    lines = [
        f"{photos}: {_counted(survey)}.",
        f"Taken for {shown(survey.source.words)}: data.layout {survey.source.layout}.",
        f"Sizes from {low.width:.0f} x {low.height:.0f} to {high.width:.0f} x {high.height:.0f}, "
        f"width by height from {shape.min():.2f} to {shape.max():.2f}: data.fit stretch.",
    ]
    if survey.imbalance >= IMBALANCED:
        lines.append(
            f"The largest class is {survey.imbalance:.1f} times the smallest, so every class "
            "counts the same: evaluate.measure balanced_accuracy, train.class_weights balanced."
        )
    lines.extend(_parted(survey))
    if survey.suggested:
        lines.append(
            f"File names suggest {survey.suggested} groups. Where images of a group show the same "
            "thing (a patient, a scene), they must not cross folds: "
            + shlex.join(["viewcache", "init", str(photos), "--group", NUMBERED])
        )
    return lines + _left_out(survey)


def _parted(survey: Survey) -> list[str]:
    """How the images are tested, and what becomes of a split that they come with."""
    parts = [f"{survey.split[part]:,} {part}" for part in PARTS if part in survey.split]
    if survey.folds is None:
        made = " and ".join(part for part in PARTS if part not in survey.split)
        lacking = f" What is lacking, {made}, is made from training." if made else ""
        return [f"Their own split is kept ({', '.join(parts)}): data.use_split as_test.{lacking}"]
    pooled = f"Their own split ({', '.join(parts)}) tests few images, so all are one pool: "
    return [
        *([pooled + "data.use_split ignore."] if parts else []),
        f"Every image is tested once, in {survey.folds} folds.",
    ]


def _left_out(survey: Survey) -> list[str]:
    """What is left out; or what to mend, where that is more than a few."""
    kinds = [
        ("files that cannot be used", "data.max_rejected", survey.broken),
        ("images that contradict an equal one", "data.conflicts", survey.conflicts),
    ]
    lines = []
    for what, parameter, reasons in kinds:
        rule = "Left out" if _are_few(reasons, survey) else "To mend, to remove, or to leave out"
        if reasons:
            lines.append(f"{rule} by {parameter}: {len(reasons):,} {what}.")
        first = list(reasons.items())[:SHOWN]
        lines.extend(f"  {shown(path)}: {shown(reason)}" for path, reason in first)
    return lines


def _write_groups(path: Path, survey: Survey, group: str) -> None:
    table = survey.source.table
    groups = groups_of(table["path"].tolist(), group)
    labels = [survey.source.classes[label] for label in table["label"]]
    columns = {"path": table["path"], "label": labels, "group": groups}
    if survey.use_split == "as_test" and "split" in table:
        columns["split"] = table["split"]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    rows.writerows(zip(*columns.values(), strict=True))
    if path.exists() and path.read_text() != text.getvalue():
        raise PipelineError(f"{path} must be removed before groups are written", "another content")
    write_text(path, text.getvalue())
    print(f"{path}: {len(set(groups))} groups, which never cross folds.")


def _ignore(photos: Path) -> list[str]:
    """Keep the photographs out of git, where they lie in the repository and git would see them."""
    inside = photos.resolve().is_relative_to(Path.cwd()) and git("rev-parse", "--git-dir")
    if not inside or git("check-ignore", "--", str(photos)):
        return []
    # Without a slash at its end, which would not hold for a link to the folder.
    path = photos.resolve().relative_to(Path.cwd()).as_posix()
    entry = "/" + re.sub(r"([*?\[\]\\ ])", r"\\\1", path)
    ignored = Path(".gitignore")
    before = ignored.read_text() if ignored.exists() else ""
    write_text(ignored, f"{before}{entry}\n")
    return [f"git ignores {photos}: {entry} in .gitignore."]
