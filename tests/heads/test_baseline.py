import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from viewcache.heads.answers import class_scores, predicted_classes
from viewcache.heads.baseline import ITERATIONS, STRENGTHS, Examples, train_baseline
from viewcache.heads.dense import as_dense, logits

SCORES = {"none": accuracy_score, "balanced": balanced_accuracy_score}
"""By which the strength is chosen, by the weights of classes."""
CLASSES = [2, 4]


def examples(classes, seed, images=150, noise=1.5):
    """Classes of unequal sizes, with means of their own."""
    rng = np.random.default_rng(seed)
    labels = np.minimum(rng.geometric(0.5, images) - 1, classes - 1)
    features = 0.5 * np.eye(12)[labels] + noise * rng.normal(size=(images, 12))
    return Examples(features.astype(np.float32), labels)


def by_scikit_learn(train, validation, weights, score):
    """The model whose strength scores best, the strongest of equal ones."""
    models = [
        LogisticRegression(
            C=c, class_weight=None if weights == "none" else weights, max_iter=ITERATIONS
        ).fit(*train)
        for c in STRENGTHS
    ]
    return max(
        models, key=lambda model: score(validation.labels, model.predict(validation.features))
    )


@pytest.mark.parametrize("weights", SCORES)
@pytest.mark.parametrize("classes", CLASSES)
def test_a_baseline_answers_what_scikit_learn_s_model_does(classes, weights):
    train, validation = examples(classes, 0), examples(classes, 1)
    model = by_scikit_learn(train, validation, weights, SCORES[weights])
    trained = train_baseline(train, validation, weights)
    found = logits(as_dense(trained.weights), validation.features)
    assert np.array_equal(predicted_classes(found), model.predict(validation.features))
    scores = class_scores(found)
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert probabilities == pytest.approx(model.predict_proba(validation.features), abs=1e-5)
    assert trained.start == f"logistic regression, C {model.C}"
    assert {one.dtype for one in trained.weights} == {np.dtype(np.float32)}


@pytest.mark.parametrize("weights", SCORES)
def test_its_strength_is_the_best_on_validation_images(weights):
    chosen = set()
    for seed in range(6):
        train, validation = examples(3, seed), examples(3, 100 + seed)
        model = by_scikit_learn(train, validation, weights, SCORES[weights])
        found = train_baseline(train, validation, weights)
        assert found.start == f"logistic regression, C {model.C}"
        chosen.add(model.C)
    assert len(chosen) > 1


def test_of_strengths_that_are_as_good_the_strongest_is_taken():
    features, labels = examples(2, 0, noise=0.0)
    easy = Examples(20 * features, labels)
    assert train_baseline(easy, easy, "none").start.endswith(f"C {STRENGTHS[0]}")


def test_its_history_is_one_epoch_with_its_losses_and_accuracies():
    train, validation = examples(2, 0), examples(2, 1)
    [epoch] = train_baseline(train, validation, "none").history
    model = by_scikit_learn(train, validation, "none", accuracy_score)
    for (features, labels), loss, accuracy in (
        (train, epoch.loss, epoch.accuracy),
        (validation, epoch.validation_loss, epoch.validation_accuracy),
    ):
        chances = model.predict_proba(features)[np.arange(len(labels)), labels]
        assert loss == pytest.approx(-np.log(chances).mean(), abs=1e-5)
        assert accuracy == pytest.approx(model.score(features, labels))
