from pathlib import Path

import yaml

from viewcache.ground import paths
from viewcache.ground.stopwatch import COSTS

STAGES = yaml.safe_load(Path("dvc.yaml").read_text())["stages"].values()
OUTS = {
    next(iter(out)) if isinstance(out, dict) else out
    for stage in STAGES
    for out in stage.get("do", stage).get("outs", [])
}


def test_views_heads_and_features_lie_in_outs_of_dvc_yaml():
    files = {
        "data/views/train": paths.plan_file(999_999),
        "data/views/test": paths.plan_file(1_000_000),
        "models/cached": paths.cached_head_file(3, 1),
        "models/end_to_end/${item}": paths.end_to_end_head_file("${item}", 2),
        "data/seen/${item}": paths.seen_file("${item}"),
        "data/features/test": paths.FEATURES / "test",
        "data/prepared": paths.PREPARED,
        "data/costs/train_head.json": COSTS / "train_head.json",
    }
    for out, file in files.items():
        assert out in OUTS
        assert file.is_relative_to(out)


def test_every_other_out_has_its_name():
    named = (paths.CODE, paths.VALID, paths.SOURCE, paths.BASE, paths.REPLAY)
    shown = (paths.LEFT_OUT, paths.CONTACT_SHEET, paths.IMAGE_REPORT / "images.md")
    assert {path.as_posix() for path in (*named, *shown)} <= OUTS


def test_downloads_lie_where_git_does_not_look():
    assert paths.DOWNLOADS.parent == Path("data")


def test_every_view_budget_seed_and_base_has_a_file_of_its_own():
    views = [paths.plan_file(view) for view in (0, 1, 12, 1_000_000, 1_000_001)]
    cached = [paths.cached_head_file(budget, seed) for budget in (0, 1) for seed in (0, 1)]
    kinds = ("keras", "compiled")
    heads = [paths.end_to_end_head_file(kind, seed) for kind in kinds for seed in (0, 1)]
    files = [*views, *cached, *heads, *map(paths.seen_file, kinds)]
    assert len(set(files)) == len(files) == 15
