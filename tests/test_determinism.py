"""What stays the same to the last bit, and what within a tolerance, when the machine is another."""

import os
import subprocess
import sys

import numpy as np

from tests.rows import stored_features
from viewcache.bases.artifact import TOLERANCE

ARGUMENTS = "--dtype float32 --engine local --batch-size 3"
EXTRACT = [sys.executable, "-m", "stages.extract", *ARGUMENTS.split()]

TRAIN = """
import sys
import numpy as np
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads import training
from viewcache.heads.trainer import HeadTrainer

training.one_thread_an_operation()
training.make_deterministic()
for width, units, classes in ((1280, 256, 2), (25088, 16, 10)):
    features = np.random.default_rng(0).random((90, width), np.float32)
    labels, rows = np.arange(90) % classes, np.arange(90)
    head = HeadSettings(units=units, dropout=0.5, standardize=False, weight_decay=0)
    trained = HeadTrainer(width, classes, head, 0.001).train(
        {0: FeatureView(Rows([features]), rows)},
        training.make_targets(labels, rows, "none"),
        training.Validation(features[:20], labels[:20]),
        training.ReadingOrder([0, 0, 0], 3, 32, seed=0),
    )
    for weights in trained.weights:
        sys.stdout.buffer.write(weights.tobytes())
"""


def test_heads_do_not_depend_on_the_threads_of_an_operation():
    heads = []
    for threads in ("2", "16"):
        environment = os.environ | {"TF_NUM_INTRAOP_THREADS": threads}
        command = [sys.executable, "-c", TRAIN]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
        heads.append(done.stdout)
    assert len(heads[0]) > 2 * 10**6
    assert heads[0] == heads[1]


def test_features_do_not_depend_on_cores_and_batches_beyond_the_tolerance(repository):
    before = stored_features(repository.path, 1)
    one_core = {min(os.sched_getaffinity(0))}
    subprocess.run(
        EXTRACT,
        cwd=repository.path,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, one_core),
    )
    after = stored_features(repository.path, 1)
    assert np.abs(after - before).max() < TOLERANCE * np.abs(before).max()
