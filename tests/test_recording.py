"""`dvc repro` with `train.record`: what end-to-end training computes, `extract` takes over."""

import json
import os
import shutil
import signal
import sys

import numpy as np

from tests.repository import stages_in
from tests.servers import wait_until
from viewcache.images.folds import open_rotations

TARGETS = ("train_head", "train_end_to_end@compiled")
VIEWS = (1, 2)


def test_end_to_end_comes_before_extract_whatever_is_asked_for(repository):
    for targets in ((), TARGETS):
        stages = stages_in(repository.dvc("repro", "--dry", "--force", *targets))
        assert stages.index("train_end_to_end@compiled") < stages.index("extract@0")


def test_extract_makes_no_pass_that_end_to_end_made_though_it_was_killed_once(repository):
    repository.set("train", record=True)
    repository.set("augment", brightness=0.3)
    running = repository.start(sys.executable, "-m", "dvc", "repro", *TARGETS)
    seen = repository.path / "data/seen/compiled"
    wait_until(lambda: list(seen.glob("recorded.unfinished/*")), step=0.002)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()

    ran = repository.repro(*TARGETS)
    assert ran.index("train_end_to_end@compiled") < ran.index("extract@1") < ran.index("extract@2")
    assert [file.name for file in sorted(seen.iterdir())] == ["batch.json", "batch.npz"]
    train = open_rotations(repository.path / "data/parts.csv")[0].train
    rows = np.load(repository.path / "data/views/train/rows.npy")
    for view in VIEWS:
        record = json.loads((repository.path / f"data/costs/extract_{view}.json").read_text())
        assert (record["reused"], record["computed"]) == (len(train), len(rows) - len(train))

    features = [repository.path / f"data/features/train/{view}/features.npy" for view in VIEWS]
    recorded = [file.read_bytes() for file in features]
    shutil.rmtree(repository.path / "data/reuse")
    repository.dvc("repro", "--force", "--single-item", *(f"extract@{view}" for view in VIEWS))
    assert [file.read_bytes() for file in features] == recorded


def test_toggling_it_trains_and_extracts_nothing(repository):
    repository.set("train", record=True)
    assert repository.repro(*TARGETS) == ["check_params"]
