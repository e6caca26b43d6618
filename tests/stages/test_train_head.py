import os

import numpy as np
import pytest
import yaml

from benchmarks.workspace import generated
from stages import train_head
from viewcache.features.store import Origin, feature_file, write_features
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import FEATURES, PREPARED, cached_head_file
from viewcache.ground.stopwatch import load_record
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import write_classes

TRAIN = {"epochs": 2, "budgets": [0, 2], "seeds": [0, 1], "end_to_end_seeds": [0]}
FIRST, *OTHERS = (cached_head_file(budget, seed) for budget in (2, 0) for seed in (0, 1))


@pytest.fixture
def workspace():
    """Images and their features, which have no meaning."""
    with generated(40, 32) as folder:
        params = yaml.safe_load((folder / "params.yaml").read_text())
        params["train"] |= TRAIN
        (folder / "params.yaml").write_text(yaml.safe_dump(params))
        (PREPARED / "validation").symlink_to("train")
        write_classes(PREPARED, ["functional", "defective"])
        images = digest_of_digests(open_prepared(PREPARED / "train").digests)
        for split, view in [("validation", 0), *(("train", view) for view in (0, 1, 2))]:
            features = np.random.default_rng(view).random((40, 1280), np.float32)
            origin = Origin(view, images, f"plan {view}", "base")
            path = feature_file(FEATURES / split, view)
            write_features(path, [features], (40, 1280), features.dtype, origin)
        yield folder


def test_the_time_of_a_head_is_that_of_the_first_which_is_trained_alone(workspace):
    train_head.main()
    seconds = load_record("train_head")["seconds"]
    saved = [path.stat().st_mtime for path in (FIRST, *OTHERS)]
    assert saved[0] == min(saved)
    assert max(saved) - saved[0] < seconds["heads"] + 0.1
    assert seconds["head alone"] > 0.1


def test_heads_are_the_same_to_the_last_bit_on_any_number_of_cores(workspace, monkeypatch):
    heads = []
    for cores in (1, 2, 3):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        train_head.main()
        heads.append([path.read_bytes() for path in (FIRST, *OTHERS)])
        FIRST.unlink()
    assert heads[0] == heads[1] == heads[2]
    assert len(set(heads[0])) == 4


def test_a_head_may_be_the_only_one(workspace):
    params = yaml.safe_load((workspace / "params.yaml").read_text())
    params["train"] |= {"budgets": [2], "seeds": [0]}
    (workspace / "params.yaml").write_text(yaml.safe_dump(params))
    train_head.main()
    assert FIRST.is_file()
    assert not any(path.exists() for path in OTHERS)
