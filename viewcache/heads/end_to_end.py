"""A frozen base as end-to-end training meets it: in one Keras model with the head, or compiled."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from viewcache.bases.base import Base
from viewcache.bases.pins import weights_digest
from viewcache.ground.errors import PipelineError
from viewcache.heads.head import compile_model
from viewcache.heads.saved import Trained, starting_point
from viewcache.heads.schedule import view_of_epoch
from viewcache.heads.training import Reader, Schedule, Targets, Validation, by_fit, train


class EndToEndBase(NamedTuple):
    """A base to train a head on.

    Attributes:
        features: From uint8 images to their features.
        attach: From a head to the model that is fitted.
        prepare: From uint8 images to that model's inputs.
        fingerprint: Says whether the base has changed.
    """

    features: Callable[[np.ndarray], np.ndarray]
    attach: Callable[[keras.Model], keras.Model]
    prepare: Callable[[np.ndarray], np.ndarray]
    fingerprint: Callable[[], str]


def on_keras(model: keras.Model, learning_rate: float, weight_decay: float) -> EndToEndBase:
    """The book's model: a frozen Keras base and the head, fitted as one."""

    def attach(head: keras.Model) -> keras.Model:
        whole = keras.Sequential([model, head])
        compile_model(whole, learning_rate, weight_decay)
        return whole

    return EndToEndBase(
        model.predict_on_batch, attach, lambda images: images, lambda: weights_digest(model)
    )


def on_compiled(base: Base) -> EndToEndBase:
    """The head by itself, fitted on features that the compiled base gives batch by batch."""
    return EndToEndBase(base, lambda head: head, base, lambda: base.identity)


def train_end_to_end(
    base: EndToEndBase,
    head: keras.Model,
    render: Reader,
    targets: Targets,
    validation: Validation,
    schedule: Schedule,
) -> Trained:
    """Fit a head on views that are rendered when they are read.

    Raises:
        PipelineError: the base changed, or an epoch did not render its own view of every image.
    """
    model = base.attach(head)
    start, fingerprint = starting_point(head, model.optimizer), base.fingerprint()
    rendered: Counter[int] = Counter()

    def inputs(view: int, rows: np.ndarray) -> np.ndarray:
        rendered[view] += len(rows)
        return base.prepare(render(view, rows))

    fit = by_fit(model, inputs, targets, schedule.batch_size)
    history = train(fit, head, len(targets.labels), validation, schedule)
    _refuse_other_views(rendered, len(targets.labels), len(history), schedule.budget)
    if base.fingerprint() != fingerprint:
        raise PipelineError(f"the base must stay {fingerprint}", base.fingerprint())
    return Trained(head, history, start)


def _refuse_other_views(rendered: Counter[int], images: int, epochs: int, budget: int) -> None:
    """Raise unless every epoch rendered its view, which a cache behind the rendering prevents."""
    expected: Counter[int] = Counter()
    for epoch in range(1, epochs + 1):
        expected[view_of_epoch(epoch, budget)] += images
    if rendered != expected:
        raise PipelineError(
            f"every epoch must render its own view of all images, {dict(expected)}", dict(rendered)
        )
