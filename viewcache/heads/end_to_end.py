"""A frozen base as end-to-end training meets it: in one Keras model with the head, or compiled."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from viewcache.bases.base import Base
from viewcache.bases.pins import weights_digest
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_whole
from viewcache.ground.manifests import seal
from viewcache.ground.quiet_tensorflow import keras
from viewcache.heads.head import compile_model
from viewcache.heads.history import Score
from viewcache.heads.saved import Trained, starting_point
from viewcache.heads.training import Reader, ReadingOrder, Targets, Validation, by_fit, train

AroundEpoch = Callable[[int], AbstractContextManager[None]]
"""From the view of an epoch to what goes on around it."""


class EndToEndBase(NamedTuple):
    """A base to train a head on.

    Attributes:
        attach: From a head to the model that is fitted.
        prepare: From batches of uint8 images to batches of that model's inputs, in order.
        features: From that model's inputs to what its head gets: rows.
        fingerprint: Says whether the base has changed.
    """

    attach: Callable[[keras.Model], keras.Model]
    prepare: Callable[[Iterable[np.ndarray]], Iterator[np.ndarray]]
    features: Callable[[np.ndarray], np.ndarray]
    fingerprint: Callable[[], str]


class Seen(NamedTuple):
    """A batch that training saw.

    Attributes:
        rows: Of the prepared images: int64, shape (images,).
        inputs: Of the model that was fitted.
    """

    view: int
    rows: np.ndarray
    inputs: np.ndarray


def on_keras(model: keras.Model) -> EndToEndBase:
    """The book's model: a frozen Keras base and the head, fitted as one."""

    def attach(head: keras.Model) -> keras.Model:
        whole = keras.Sequential([model, head])
        compile_model(whole, head.optimizer)
        return whole

    return EndToEndBase(attach, iter, model.predict_on_batch, lambda: weights_digest(model))


def on_compiled(base: Base) -> EndToEndBase:
    """The head by itself, fitted on features that the compiled base gives batch by batch.

    As in extraction, the next images are rendered while the base is at work.
    """
    return EndToEndBase(
        lambda head: head, base.stream, lambda features: features, lambda: base.identity
    )


def train_end_to_end(
    base: EndToEndBase,
    head: keras.Model,
    render: Reader,
    targets: Targets,
    validation: Validation,
    reading: ReadingOrder,
    around_epoch: AroundEpoch,
) -> tuple[Trained, Seen]:
    """Fit a head on views that are rendered when they are read.

    Returns:
        The head, and the first batch of the last epoch that read a random view.

    Raises:
        PipelineError: the base changed, or an epoch did not render its own view of every image.
    """
    model, before = base.attach(head), base.fingerprint()
    start, images = starting_point(head, model.optimizer), len(targets.rows)
    model.optimizer.start_again(reading.steps(images))
    rendered: Counter[int] = Counter()
    last_seen: deque[Seen] = deque(maxlen=1)

    def read(view: int, batches: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        inputs = base.prepare(render(view, rows) for rows in batches)
        for number, (rows, batch) in enumerate(zip(batches, inputs, strict=True)):
            if number == 0 and view:
                last_seen.append(Seen(view, rows, batch))
            rendered[view] += len(rows)
            yield batch

    fit = by_fit(model, read, targets, reading.batch_size)

    def run_epoch(view: int, order: np.ndarray) -> Score:
        with around_epoch(view):
            return fit(view, order)

    passed = train(run_epoch, head, targets.rows, validation, reading)
    _refuse_other_views(rendered, images, reading.views)
    after = base.fingerprint()
    if after != before:
        raise PipelineError(f"the base must stay {before}", after)
    return Trained(head.get_weights(), passed.history, start, passed.kept), last_seen.pop()


def validate_on(
    base: EndToEndBase, read: Reader, rows: np.ndarray, labels: np.ndarray, batch_size: int
) -> Validation:
    """On images as they are.

    Args:
        read: Renders them.
        labels: Of all prepared images.
    """
    batches = np.split(rows, range(batch_size, len(rows), batch_size))
    inputs = base.prepare(read(0, batch) for batch in batches)
    return Validation(np.concatenate([*map(base.features, inputs)]), labels[rows])


def save_seen(path: Path, seen: Seen, base: EndToEndBase) -> None:
    """Keep the features of a batch that training saw, for `replay` to hold to the images."""
    features = base.features(seen.inputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, partial(np.savez, rows=seen.rows, features=features))
    seal(path, view=seen.view)


def _refuse_other_views(rendered: Counter[int], images: int, views: Sequence[int]) -> None:
    """Raise unless every epoch rendered its view, which a cache behind the rendering prevents."""
    expected = Counter({view: images * epochs for view, epochs in Counter(views).items()})
    if rendered != expected:
        raise PipelineError(
            f"every epoch must render its own view of all images, {dict(expected)}", dict(rendered)
        )
