"""Write the exported model as one plain Keras model."""

from pathlib import Path

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import KERAS_SUFFIX
from viewcache.ground.paths import MODEL
from viewcache.serving.folder import read_model
from viewcache.serving.plain_keras import plain_keras


def export_keras(path: Path) -> None:
    """Write the model as a file.

    Raises:
        PipelineError: the file's name ends otherwise, or the model cannot be had in Keras.
    """
    if path.suffix != KERAS_SUFFIX:
        raise PipelineError(f"the file must end in {KERAS_SUFFIX}", path)
    model = plain_keras(MODEL)
    model.save(path)
    side, classes = model.input_shape[1], ", ".join(read_model(MODEL)[0].classes)
    print(f"{path}: uint8 images of {side} x {side} x 3 in, probabilities of {classes} out.")
