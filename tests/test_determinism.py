"""What stays the same to the last bit, and what within a tolerance, when the machine is another."""

import os
import subprocess
import sys

import numpy as np

from viewcache.bases.artifact import TOLERANCE

ARGUMENTS = "--view 1 --dtype float32 --engine local --batch-size 3"
EXTRACT = [sys.executable, "-m", "stages.extract", *ARGUMENTS.split()]


def test_features_do_not_depend_on_cores_and_batches_beyond_the_tolerance(repository):
    path = repository.path / "data/features/train/1/features.npy"
    before = np.load(path)
    one_core = {min(os.sched_getaffinity(0))}
    subprocess.run(
        EXTRACT,
        cwd=repository.path,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, one_core),
    )
    after = np.load(path)
    assert np.abs(after - before).max() < TOLERANCE * np.abs(before).max()
