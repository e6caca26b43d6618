"""Write `params.yaml` for a folder of one's own images, after looking at it."""

import csv
import io
import re
import shlex
from dataclasses import replace
from pathlib import Path

import yaml

from viewcache.commands.recipes import PARAMS, RECIPES, changed, refuse_changes
from viewcache.ground.errors import PipelineError, shown
from viewcache.ground.files import write_text
from viewcache.ground.git import git
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


def init(photos: Path, group: str | None) -> None:
    """Look at a folder, write `params.yaml`, and say what was found and what to do next.

    Args:
        photos: A folder for each class inside, or train, validation and test with them inside; `~`
            is the home folder, whatever the shell.
        group: A regular expression that finds an image's group in its path.

    Raises:
        PipelineError: the folder cannot be used, or somebody's changes stand in the way.
    """
    photos = photos.expanduser()
    _refuse_repository(photos)
    survey = look_at(photos, group)
    text = _params(photos, survey, GROUPS if group else None)
    # What was written without groups, and so maybe with more folds, came with the hint to ask.
    without = [_params(photos, replace(survey, folds=folds), None) for folds in FOLDS]
    refuse_changes(text, *without)
    if group:  # First: the folder may be read-only, and the parameters name the file.
        _write_groups(photos / GROUPS, survey, group)
    write_text(PARAMS, text)
    print("\n".join([*_found(photos, survey), *_ignore(photos), NEXT]))


def _refuse_repository(photos: Path) -> None:
    if Path.cwd().is_relative_to(photos.resolve()):
        rule = "PHOTOS must be a folder of images, not the one with this repository"
        raise PipelineError(rule, repr(str(photos)))


def _params(photos: Path, survey: Survey, manifest: str | None) -> str:
    counts_the_same = survey.imbalance >= IMBALANCED
    side = int(survey.sizes.min(axis="columns").median()) if len(survey.sizes) else LARGEST_SIDE
    values = yaml.safe_load(TEMPLATE.read_text()) | {
        "train": {"class_weights": "balanced" if counts_the_same else "none"},
        "evaluate": {"measure": "balanced_accuracy" if counts_the_same else "accuracy"},
    }
    values["data"] |= {
        "path": str(photos if _is_tracked(photos) else photos.resolve()),
        "manifest": manifest,
        "image_size": max(SMALLEST_SIDE, min(LARGEST_SIDE, side)),
        "folds": survey.folds,
    }
    return changed(values, f"# {_counted(survey)}.\n")


def _is_tracked(photos: Path) -> bool:
    """Whether git or DVC brings the folder to copies and clones, where a path in them leads to it.

    An experiment in a copy finds any other folder by its whole path only.
    """
    return bool(git("ls-files", "--", str(photos))) or Path(f"{photos}.dvc").exists()


def _counted(survey: Survey) -> str:
    counts = ", ".join(f"{count:,} {shown(name)}" for name, count in survey.counts.items())
    return f"{sum(survey.counts.values()):,} images in {len(survey.counts)} classes: {counts}"


def _found(photos: Path, survey: Survey) -> list[str]:
    low, high = (survey.sizes.agg(extreme) for extreme in ("min", "max"))
    lines = [
        f"{photos}: {_counted(survey)}.",
        f"Sizes from {low.width:.0f} x {low.height:.0f} to {high.width:.0f} x {high.height:.0f}.",
    ]
    if survey.imbalance >= IMBALANCED:
        lines.append(
            f"The largest class is {survey.imbalance:.1f} times the smallest, so every class "
            "counts the same: evaluate.measure balanced_accuracy, train.class_weights balanced."
        )
    if survey.folds is None:
        lines.append("They come with a split of their own, which is kept: data.folds null.")
    else:
        lines.append(f"Every image is tested once, in {survey.folds} folds.")
    if survey.suggested:
        lines.append(
            f"File names suggest {survey.suggested} groups. Where images of a group show the same "
            "thing (a patient, a scene), they must not cross folds: "
            + shlex.join(["viewcache", "init", str(photos), "--group", NUMBERED])
        )
    return lines + _broken(survey)


def _broken(survey: Survey) -> list[str]:
    if not survey.broken:
        return []
    first = [f"  {shown(path)}: {reason}" for path, reason in list(survey.broken.items())[:10]]
    rule = f"mend or remove them, or go on without them by data.max_rejected: {len(survey.broken)}"
    return [f"Files that cannot be used: {len(survey.broken)}; {rule}", *first]


def _write_groups(path: Path, survey: Survey, group: str) -> None:
    table = survey.source.table
    groups = groups_of(table["path"].tolist(), group)
    labels = [survey.source.classes[label] for label in table["label"]]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["path", "label", "group"])
    rows.writerows(zip(table["path"], labels, groups, strict=True))
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
