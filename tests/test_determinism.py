"""What stays the same to the last bit, and what within a tolerance, when the machine is another."""

import os
import subprocess
import sys

import numpy as np
import pytest

from stages import train_head
from viewcache.bases.artifact import TOLERANCE

EXTRACT = [*(sys.executable, "-m", "stages.extract", "train", "--view", "1", "--dtype", "float32")]


@pytest.mark.parametrize("batch_size", ["8", "3"])
def test_features_do_not_depend_on_cores_and_batches_beyond_the_tolerance(repository, batch_size):
    path = repository.path / "data/features/train/1/features.npy"
    before = np.load(path)
    one_core = {min(os.sched_getaffinity(0))}
    subprocess.run(
        [*EXTRACT, "--batch-size", batch_size],
        cwd=repository.path,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, one_core),
    )
    after = np.load(path)
    assert np.abs(after - before).max() < TOLERANCE * np.abs(before).max()


@pytest.mark.parametrize("cores", [1, 3])
def test_heads_are_the_same_to_the_last_bit_on_any_number_of_cores(repository, monkeypatch, cores):
    heads = sorted((repository.path / "models/cached").rglob("*.npz"))
    before = [head.read_bytes() for head in heads]
    for head in heads:
        head.unlink()
    monkeypatch.chdir(repository.path)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    train_head.main()
    assert [head.read_bytes() for head in heads] == before
