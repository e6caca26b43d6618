from itertools import product
from pathlib import Path

import yaml

from viewcache.ground import paths
from viewcache.ground.manifests import manifest_file
from viewcache.ground.stopwatch import COSTS

STAGES = yaml.safe_load(Path("dvc.yaml").read_text())["stages"].values()
OUTS = {
    next(iter(out)) if isinstance(out, dict) else out
    for stage in STAGES
    for out in stage.get("do", stage).get("outs", [])
}


def test_views_heads_and_features_lie_in_outs_of_dvc_yaml():
    files = {
        "data/views": paths.plan_file(1_000_000),
        "data/features": paths.keys_file(1_000_000),
        "models/cached": paths.cached_head_file("cached_3", 1, "0"),
        "models/end_to_end/${item}": paths.end_to_end_head_file("${item}", 2, "0"),
        "data/seen/${item}": paths.seen_file("${item}"),
        "data/prepared": paths.PREPARED,
        "data/answers": paths.ANSWERS,
        "data/costs/train_head.json": COSTS / "train_head.json",
    }
    for out, file in files.items():
        assert out in OUTS
        assert file.is_relative_to(out)


def test_answers_and_what_was_found_with_them_lie_in_one_out():
    files = (paths.ANSWERS, paths.EPOCHS, paths.EQUIVALENCE)
    assert {file.parent.as_posix() for file in files} == {"data/answers"}
    assert len(set(files)) == 3


def test_every_other_out_has_its_name():
    named = (paths.SOURCE, paths.PARTS, paths.BASE, paths.REPLAY)
    shown = (paths.LEFT_OUT, paths.CONTACT_SHEET, paths.IMAGE_REPORT / "images.md")
    assert {path.as_posix() for path in (paths.ROWS, *named, *shown)} <= OUTS


def test_downloads_lie_where_git_does_not_look():
    assert paths.DOWNLOADS.parent == Path("data")


def test_the_manifest_of_the_parts_is_an_out_too():
    assert manifest_file(paths.PARTS).as_posix() in OUTS


def test_training_and_test_views_lie_apart():
    assert paths.plan_file(999_999) == Path("data/views/train/999999.npy")
    assert paths.plan_file(1_000_000) == Path("data/views/test/1000000.npy")
    assert paths.rows_file(0) == paths.rows_file(999_999) == Path("data/views/train/rows.npy")
    assert paths.rows_file(1_000_000) == Path("data/views/test/rows.npy")


def test_every_view_and_head_has_a_file_of_its_own():
    ids, both = (0, 1, 12, 1_000_000, 1_000_001), (0, 1)
    views = [name(view) for name in (paths.plan_file, paths.keys_file) for view in ids]
    arms, kinds = ("cached_0", "cached_11", "views_only_11", "baseline"), ("keras", "compiled")
    ends = ("0", "0_epoch_1", "1")
    cached = [paths.cached_head_file(*each) for each in product(arms, both, ends)]
    heads = [paths.end_to_end_head_file(*each) for each in product(kinds, both, ends)]
    files = [*views, *cached, *heads, *map(paths.seen_file, kinds)]
    assert len(set(files)) == len(files) == 10 + 24 + 12 + 2


def test_planned_views_are_told_by_their_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for view in (12, 0, 1_000_000, 3):
        for file in (paths.plan_file(view), paths.rows_file(view)):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    assert paths.planned_views() == [0, 3, 12, 1_000_000]


def test_the_repository_is_the_users_own_also_from_within_a_copy_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    assert paths.repository() == tmp_path
