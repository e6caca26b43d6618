"""Users' `.keras` files, loaded as bases."""

from pathlib import Path

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.keras_file import read_config
from viewcache.ground.quiet_tensorflow import keras


def load_user_model(path: Path, side: int) -> keras.Model:
    """Load a model file that takes images of `side` pixels, without running code from it.

    Raises:
        PipelineError: the file is damaged or refused, or takes other images.
    """
    read_config(path)
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras lets through whatever a damaged file provokes
        received = " ".join(str(error).split())[:300]
        raise PipelineError(f"{path} is no model that Keras can load", received) from error
    check_images(path, model, side)
    return model


def check_images(path: Path, model: keras.Model, side: int) -> None:
    """Raise a `PipelineError` unless images of `side` pixels are a model's only input."""
    shapes = [list(tensor.shape) for tensor in model.inputs]
    fits = len(shapes) == 1 and len(shapes[0]) == 4
    if not fits or any(
        size not in (None, wanted)
        for size, wanted in zip(shapes[0], (None, side, side, 3), strict=True)
    ):
        raise PipelineError(
            f"{path} must take images of shape [None, {side}, {side}, 3]", f"{shapes}"
        )
