"""Weights that changed since they were first seen are refused."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from tests.specs import model_file, random, spec
from viewcache.bases.frozen import load_base
from viewcache.bases.pins import check_pin, weights_digest
from viewcache.ground.errors import PipelineError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def stage(monkeypatch):
    """Only stages note pins."""
    monkeypatch.setenv("DVC_STAGE", "compile_base")


def small_model(value):
    constant = keras.initializers.Constant(value)
    layers = [keras.Input((32, 32, 3)), keras.layers.Conv2D(2, 3, kernel_initializer=constant)]
    return keras.Sequential(layers)


def test_a_digest_is_noted_once_and_held_to(tmp_path):
    lock = tmp_path / "weights.lock"
    check_pin(lock, "VGG16", "a" * 64)
    check_pin(lock, "other", "b" * 64)
    check_pin(lock, "VGG16", "a" * 64)
    assert json.loads(lock.read_text()) == {"VGG16": "a" * 64, "other": "b" * 64}
    assert list(tmp_path.iterdir()) == [lock]


def test_outside_of_a_stage_nothing_is_noted_and_what_is_noted_holds(tmp_path, monkeypatch):
    lock = tmp_path / "weights.lock"
    check_pin(lock, "VGG16", "a" * 64)
    before = lock.read_bytes()
    monkeypatch.delenv("DVC_STAGE")
    check_pin(lock, "other", "b" * 64)
    assert lock.read_bytes() == before
    with pytest.raises(PipelineError, match="VGG16 must have"):
        check_pin(lock, "VGG16", "b" * 64)


def test_a_digest_of_weights_is_of_every_value_in_its_place():
    weights = small_model(1).get_weights()
    told = hashlib.sha256(weights[0].tobytes() + weights[1].tobytes()).hexdigest()
    assert weights_digest(small_model(1)) == told
    assert weights_digest(small_model(2)) != told


def test_another_digest_is_refused_and_the_lock_stays(tmp_path):
    lock = tmp_path / "weights.lock"
    check_pin(lock, "VGG16", "a" * 64)
    before = lock.read_bytes()
    words = f"VGG16 must have SHA-256 {'a' * 64}; .* remove its line .* Received: {'b' * 64}"
    with pytest.raises(PipelineError, match=words):
        check_pin(lock, "VGG16", "b" * 64)
    assert lock.read_bytes() == before


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_a_damaged_lock_is_refused(tmp_path, text):
    lock = tmp_path / "weights.lock"
    lock.write_bytes(text.encode("latin-1"))
    with pytest.raises(PipelineError, match=re.escape(str(lock))):
        check_pin(lock, "VGG16", "a" * 64)


def test_a_model_file_that_changed_is_refused_until_its_line_is_removed(working_folder):
    small_model(1).save("model.keras")
    load_base(model_file("model.keras"))
    small_model(2).save("model.keras")
    with pytest.raises(PipelineError, match=r"model.keras must have SHA-256"):
        load_base(model_file("model.keras"))
    (working_folder / "weights.lock").unlink()
    load_base(model_file("model.keras"))


def test_imagenet_weights_that_differ_from_their_pin_are_refused(working_folder):
    load_base(spec())
    lock = working_folder / "weights.lock"
    name, digest = json.loads(lock.read_text()).popitem()
    assert name == "efficientnet_lite0 imagenet without classifier"
    lock.write_text(json.dumps({name: "0" * 64}))
    with pytest.raises(PipelineError, match=f"must have SHA-256 0+; .* Received: {digest}"):
        load_base(spec())


def test_weights_put_by_hand_where_keras_keeps_its_downloads_are_pinned_too(working_folder):
    home = working_folder / "keras"
    (home / "models").mkdir(parents=True)
    program = """
import keras
from viewcache.bases.frozen import load_base
from viewcache.ground.entry import run
from tests.specs import spec
network = keras.applications.MobileNet(weights=None, include_top=False)
for seed in range(2):
    print(seed, flush=True)
    network.set_weights([seed + weight for weight in network.get_weights()])
    network.save("keras/models/mobilenet_1_0_160_tf_no_top.h5")
    run(lambda: load_base(spec("MobileNet", 160)))
"""
    environment = os.environ | {"KERAS_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "1"]
    line = done.stderr.splitlines()[-1]
    assert line.startswith("viewcache: mobilenet_1.00_160 imagenet without classifier must have")


def test_random_weights_need_no_pin(working_folder):
    load_base(random("MobileNetV2"))
    assert not list(working_folder.iterdir())


@pytest.mark.parametrize("text", ["[" * 100_000, '{"VGG16": [1]}', "9" * 5000])
def test_a_lock_of_anything_but_names_and_digests_is_refused(tmp_path, text):
    lock = tmp_path / "weights.lock"
    lock.write_text(text)
    with pytest.raises(PipelineError, match=r"must map names to digests\. Received: "):
        check_pin(lock, "VGG16", "a" * 64)
