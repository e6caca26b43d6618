"""The idea by hand: heads trained on cached views, and end to end, are the same head.

python docs/by_hand.py FOLDER            # a folder of images for each class
python docs/by_hand.py FOLDER random     # without the download of ImageNet's weights
"""

import sys
import time

import keras
import numpy as np
import tensorflow as tf

SIDE, BATCH, EPOCHS, VIEWS = 160, 32, 8, 4  # As many views as epochs that show one: the twin.
tf.config.experimental.enable_op_determinism()
folder, *weights = sys.argv[1:]
dataset = keras.utils.image_dataset_from_directory(folder, image_size=(SIDE, SIDE), batch_size=None)
images, labels = (np.stack(arrays) for arrays in zip(*dataset.as_numpy_iterator(), strict=True))
train, test = np.split(np.random.default_rng(0).permutation(len(images)), [len(images) * 3 // 4])
base = keras.applications.MobileNetV2(
    (SIDE, SIDE, 3), include_top=False, pooling="avg", weights=None if weights else "imagenet"
)


def augment(image, seed):
    image = tf.image.stateless_random_flip_left_right(image, seed)
    image = tf.image.stateless_random_contrast(image, 0.8, 1.2, seed)
    crop = tf.image.stateless_random_crop(image, (SIDE * 9 // 10, SIDE * 9 // 10, 3), seed)
    return tf.clip_by_value(tf.image.resize(crop, (SIDE, SIDE)), 0, 255)


def render(view, rows):
    """A view is a function of its number and the image's alone; view 0 is the image itself."""
    return np.stack([augment(images[row], (view, row)) if view else images[row] for row in rows])


def features(view, rows):
    """Batches of one shape, since what a runtime computes may depend on it in the last digits."""
    filled = np.resize(rows, BATCH)
    pixels = keras.applications.mobilenet_v2.preprocess_input(render(view, filled))
    return base.predict_on_batch(pixels)[: len(rows)]


def batches(rows):
    return np.split(rows, range(BATCH, len(rows), BATCH))


def train_head(inputs):
    """The image in every second epoch, a view in the others; the learning rate falls to 0."""
    keras.utils.set_random_seed(0)
    head = keras.Sequential(
        [
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(len(dataset.class_names)),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(0.001, EPOCHS * len(batches(train)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    head.compile(keras.optimizers.Adam(rate), loss)
    for epoch in range(EPOCHS):
        view = 0 if epoch % 2 else 1 + epoch // 2 % VIEWS
        for rows in batches(np.random.default_rng(epoch).permutation(train)):
            head.train_on_batch(inputs(view, rows), labels[rows])
    return head


began = time.perf_counter()
cache = np.zeros((VIEWS + 1, len(images), base.output_shape[1]), np.float32)
for view in range(VIEWS + 1):
    for rows in batches(train):
        cache[view, rows] = features(view, rows)
cached = train_head(lambda view, rows: cache[view, rows])
print(f"cached: {(VIEWS + 1) * len(train)} base passes, {time.perf_counter() - began:.0f} s")
began = time.perf_counter()
end_to_end = train_head(features)
print(f"end to end: {EPOCHS * len(train)} base passes, {time.perf_counter() - began:.0f} s")
began = time.perf_counter()
again = train_head(lambda view, rows: cache[view, rows])
print(f"cached, trained again: no base pass, {time.perf_counter() - began:.0f} s")

pairs = zip(cached.get_weights(), end_to_end.get_weights(), strict=True)
print("largest difference of weights:", max(np.abs(a - b).max() for a, b in pairs))
tested = np.concatenate([features(0, rows) for rows in batches(test)])
named = cached.predict(tested, verbose=0).argmax(axis=1)
print(f"accuracy on {len(test)} other images: {(named == labels[test]).mean():.3f}")
