"""A network of another framework, from its file to the exported model."""

import sys

import pytest

from tests.bases.onnx_files import model
from tests.bases.test_openvino_network import IMAGES, LOGITS, WEIGHTS
from tests.repository import make_repository

NAME = "data/bases/Größe = 1, модель.onnx"


@pytest.mark.slow
def test_it_goes_all_the_way_but_for_training_by_hand_in_keras(tmp_path):
    repository = make_repository(tmp_path / "repository")
    network = model(LOGITS, IMAGES, {"logits": None}, WEIGHTS)
    (repository.path / NAME).write_bytes(network)
    repository.set("base", name=NAME, weights=None, preprocessing="unit")
    told = repository.dvc("repro")
    assert f"{NAME} is cut before its classifier: without logits" in told
    assert "End to end by hand in Keras is left out: Keras does not have Größe = 1" in told
    results = repository.results()
    assert "end_to_end" not in results["arms"]
    assert results["answers"]["same"]["max_abs_weight_difference"] == 0
    assert results["replay"]["max_relative_difference"] == 0
    refused = repository.run(
        *(sys.executable, "-m", "viewcache", "export", "--keras", "model.keras"), fails=True
    )
    assert f"the base must be one that Keras has. Received: {NAME}" in refused
