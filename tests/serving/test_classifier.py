"""The model of a real run, exported."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from tests.rows import stored_features
from viewcache.ground.errors import PipelineError
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.answers import Head
from viewcache.images.decoding import Decoded, Rejected
from viewcache.images.prepared import open_prepared, read_classes
from viewcache.serving.folder import read_model


def test_probabilities_are_those_of_the_stored_features(reproduced, classifier, pixels):
    _, layers = read_model(reproduced.path / "data/model")
    stored = stored_features(reproduced.path, 0)
    assert classifier.classes == read_classes(reproduced.path / "data/prepared")
    found = classifier.classify(pixels)
    assert np.abs(found - Head(None, layers).probabilities(stored)).max() <= 1e-5
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-6)


def test_means_are_over_the_image_and_the_views_that_it_is_tested_in(
    reproduced, classifier, pixels
):
    _, layers = read_model(reproduced.path / "data/model")
    head, digests = Head(None, layers), open_prepared(reproduced.path / "data/prepared").digests
    each = [
        head.probabilities(stored_features(reproduced.path, view))
        for view in (0, *ids_of_test_views(1))
    ]
    found = classifier.classify_by_views(decoded(pixels), [*digests], 1)
    assert np.abs(found - np.mean(each, axis=0)).max() <= 1e-5
    assert np.abs(each[0] - each[1]).max() > 1e-2


def test_without_random_views_the_mean_is_the_answer_itself(classifier, pixels):
    mean = classifier.classify_by_views(decoded(pixels), [], 0)
    assert np.array_equal(mean, classifier.classify(pixels))


def decoded(pixels):
    return [Decoded(image, *image.shape[:2], (), 0) for image in pixels]


def test_views_by_code_that_is_not_there_are_refused(classifier, pixels, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    varied = {**classifier.description.augment, "own": "my_views.py:bent"}
    description = replace(classifier.description, augment=varied)
    changed = replace(classifier, description=description)
    with pytest.raises(PipelineError, match=r"augment\.own: augmentations/my_views\.py must be a"):
        changed.classify_by_views(decoded(pixels[:1]), ["a" * 64], 1)


def test_threads_that_share_a_model_get_their_own_answers(classifier, pixels):
    expected = classifier.classify(pixels)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda image: classifier.classify(image[None])[0], pixels))
    assert np.abs(np.stack(found) - expected).max() < 1e-6


def test_an_image_is_decoded_as_it_was_prepared(reproduced, classifier, pixels):
    path = open_prepared(reproduced.path / "data/prepared").paths[0]
    content = (reproduced.path / "data/source" / path).read_bytes()
    assert np.array_equal(classifier.decode(content).pixels, pixels[0])
    with pytest.raises(Rejected, match="truncated"):
        classifier.decode(content[:-20])


def test_a_model_on_openvino_opens_without_what_tensorflow_needs(reproduced):
    program = (
        "import sys; from pathlib import Path; from viewcache.serving import classifier; "
        "classifier.open_classifier(Path('data/model')); "
        "needless = {'tensorflow', 'keras', 'sklearn', 'psutil', 'pydantic', 'tqdm'}; "
        "assert not needless & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=reproduced.path, check=True)
