"""End-to-end training as one would write it by hand: `python -m benchmarks.by_hand EPOCHS`.

Run it where `prepare` has run. It does what the book does (a frozen base, a head, Keras' own
augmentation layers, `fit`), with the augmentation in a parallel, prefetching `tf.data` pipeline,
and prints what each epoch took and what was reached as JSON. Keras has no layer of quarter turns.
"""

import json
import sys
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from viewcache.bases.efficientnet_lite import efficientnet_lite
from viewcache.ground.paths import PARTS, PREPARED
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared


def main() -> None:
    keras.utils.set_random_seed(0)
    augmentation = keras.Sequential(
        [
            layers.RandomFlip("horizontal_and_vertical"),
            layers.RandomTranslation(0.03, 0.03, fill_mode="nearest"),
            layers.RandomZoom(0.15, fill_mode="nearest"),
            layers.RandomBrightness(0.2),
            layers.RandomContrast(0.2),
        ]
    )
    train = (
        _dataset("train")
        .shuffle(2048)
        .batch(32)
        .map(lambda x, y: (augmentation(x, training=True), y), tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )
    base = efficientnet_lite("efficientnet_lite0", 160)
    base.trainable = False
    model = keras.Sequential(
        [
            keras.Input((160, 160, 3)),
            base,
            layers.GlobalAveragePooling2D(),
            layers.Dense(256, "relu"),
            layers.Dropout(0.5),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.001), "binary_crossentropy", metrics=["accuracy"])
    ends = [time.perf_counter()]
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
    )
    model.fit(train, epochs=int(sys.argv[1]), verbose=0, callbacks=[note])
    _, accuracy = model.evaluate(_dataset("test").batch(32), verbose=0)
    print(json.dumps({"epoch_seconds": np.diff(ends).tolist(), "test_accuracy": accuracy}))


def _dataset(part: str) -> tf.data.Dataset:
    prepared, rotation = open_prepared(PREPARED), open_rotations(PARTS)[0]
    rows = getattr(rotation, part)
    labels = prepared.labels[rows].astype(np.float32)[:, None]
    return tf.data.Dataset.from_tensor_slices((np.load(prepared.pixels)[rows], labels))


if __name__ == "__main__":
    main()
