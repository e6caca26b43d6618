"""What a frozen base is made of, as `params.yaml` states it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from viewcache.ground.params import hub_preset
from viewcache.ground.params.catalogue import DEFAULT_SIDES, near_names
from viewcache.ground.params.keras_file import input_side, read_config
from viewcache.ground.params.section import Section

MODEL_SUFFIX = ".keras"
Precision = Literal["float32", "bfloat16", "int8"]
"""What a compiled base calculates in."""


def is_model_file(base: str) -> bool:
    """Whether a base's name is that of a file, by its suffix."""
    return base.endswith(MODEL_SUFFIX)


def brings_weights(base: str) -> bool:
    """Whether a base is a model file or a preset."""
    return is_model_file(base) or hub_preset.is_preset(base)


def _known(base: str) -> str:
    if is_model_file(base):
        _present(base)
        read_config(Path(base))
    elif hub_preset.is_preset(base):
        hub_preset.check_preset(base)
    elif base.endswith((".h5", ".hdf5")):
        raise ValueError("an .h5 model may hold code: save the model as .keras")
    elif base not in DEFAULT_SIDES:
        near = ", ".join(near_names(base, list(DEFAULT_SIDES))) or ", ".join(DEFAULT_SIDES)
        raise ValueError(f"no network has this name, and no .keras file; near it: {near}")
    return base


def _present(path: str) -> None:
    if not Path(path).is_file():
        raise ValueError("there is no such file")


def _distinct(layers: list[str]) -> list[str]:
    if len(set(layers)) < len(layers):
        raise ValueError("every layer may stand once")
    return layers


class BaseSettings(Section):
    """A frozen base, but for the size of its images.

    Attributes:
        name: `efficientnet_lite0`, a classification network of `keras.applications`, a model file
            that ends in `.keras`, or a preset of Keras Hub: a folder, or `hub:NAME`.
        weights: `imagenet`, `random` (always the same, drawn with seed 0), or a file as Keras'
            `load_weights` takes it, with or without the classifier's weights. None for a model
            file or a preset: it brings its own.
        preprocessing: `own` for a network known by name, and for a preset that has an image
            converter. Else what is expected of pixels:
            `none` (0..255), `unit` (0..1), or `tf` (-1..1), `torch`, `caffe` as in
            `keras.applications.imagenet_utils.preprocess_input`.
        layers: Names of the layers whose outputs are taken, pooled each by itself, one after the
            other; none of them: the last one before the classifier.
        pooling: How a layer's map becomes a vector: its average, its maximum, `both` one after
            the other, or all of it (`flatten`). An output that is a vector is taken as it is.
    """

    name: Annotated[str, AfterValidator(_known)] = "efficientnet_lite0"
    weights: Annotated[str | None, Field(validate_default=True)] = "imagenet"
    preprocessing: Annotated[
        Literal["own", "none", "unit", "tf", "torch", "caffe"], Field(validate_default=True)
    ] = "own"
    layers: Annotated[list[str], AfterValidator(_distinct)] = []
    pooling: Literal["avg", "max", "both", "flatten"] = "avg"

    @property
    def from_file(self) -> bool:
        """Whether the base is a model file."""
        return is_model_file(self.name)

    @property
    def file(self) -> Path | None:
        """The local file that the weights come from."""
        if self.from_file:
            return Path(self.name)
        return None if self.weights in ("imagenet", "random", None) else Path(self.weights)

    @field_validator("weights")
    @classmethod
    def _fit_the_base(cls, weights: str | None, info: ValidationInfo) -> str | None:
        if "name" not in info.data:
            return weights  # which the name decides, once it is mended
        if brings_weights(info.data["name"]):
            if weights is not None:
                raise ValueError("a model file or preset brings its own weights: must be null")
        elif weights is None or not weights.endswith((".h5", ".keras")):
            if weights not in ("imagenet", "random"):
                raise ValueError("must be imagenet, random, or a file ending in .h5 or .keras")
        else:
            _present(weights)
        return weights

    @field_validator("preprocessing")
    @classmethod
    def _be_stated_for_a_file(cls, preprocessing: str, info: ValidationInfo) -> str:
        name = info.data.get("name")
        if name is None or hub_preset.is_preset(name):
            return preprocessing
        if is_model_file(name) == (preprocessing == "own"):
            raise ValueError("own is for networks known by name, the others for .keras files")
        return preprocessing


class BaseSpec(BaseSettings):
    """A frozen base for images of `side` x `side` pixels.

    Attributes:
        cut: Name of the layer that it ends with, unpooled; None: all of it.
    """

    side: Annotated[int, Field(ge=1)]
    cut: str | None = None

    @property
    def described(self) -> dict[str, Any]:
        """All of it, as keys of rows have it: without a cut there is no word of one."""
        return self.model_dump(exclude=None if self.cut else {"cut"})


def default_side(base: str) -> int | None:
    """Side in pixels that a base was made for; None for a model file that takes any.

    Raises:
        PipelineError: the model file is damaged or refused.
    """
    if hub_preset.is_preset(base):
        return hub_preset.input_side(base)
    return input_side(Path(base)) if is_model_file(base) else DEFAULT_SIDES[base]
