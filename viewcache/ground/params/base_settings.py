"""What a frozen base is made of, as `params.yaml` states it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from viewcache.ground.params import hub_preset, keras_file, openvino_file
from viewcache.ground.params.catalogue import DEFAULT_SIDES, near_names
from viewcache.ground.params.preprocessing import (
    PROCESSOR,
    Normalization,
    Preprocessing,
    read_processor,
)
from viewcache.ground.params.section import Section

KERAS_SUFFIX = ".keras"
MODEL_SUFFIXES = (KERAS_SUFFIX, *openvino_file.SUFFIXES)
"""Of files that are a base by themselves."""
Precision = Literal["float32", "bfloat16", "int8"]
"""What a compiled base calculates in."""


def is_model_file(base: str) -> bool:
    """Whether a base's name is that of a file, by its suffix."""
    return base.endswith(MODEL_SUFFIXES)


def brings_weights(base: str) -> bool:
    """Whether a base is a model file or a preset."""
    return is_model_file(base) or hub_preset.is_preset(base)


def _known(base: str) -> str:
    if is_model_file(base):
        for file in openvino_file.files_of(Path(base)):
            _present(str(file))
        if base.endswith(KERAS_SUFFIX):
            keras_file.read_config(Path(base))
    elif hub_preset.is_preset(base):
        hub_preset.check_preset(base)
    elif base.endswith((".h5", ".hdf5")):
        raise ValueError("an .h5 model may hold code: save the model as .keras")
    elif base.endswith((".pt", ".pth", ".safetensors")):
        raise ValueError("PyTorch's weights are no network: export the network as .onnx")
    elif base not in DEFAULT_SIDES:
        near = ", ".join(near_names(base, list(DEFAULT_SIDES))) or ", ".join(DEFAULT_SIDES)
        suffixes = ", ".join(MODEL_SUFFIXES)
        raise ValueError(f"no network has this name, and no file ({suffixes}); near it: {near}")
    return base


def _present(path: str) -> None:
    if not Path(path).is_file():
        raise ValueError(f"there is no such file: {path}")


def _distinct(layers: list[str]) -> list[str]:
    if len(set(layers)) < len(layers):
        raise ValueError("every layer may stand once")
    return layers


class BaseSettings(Section):
    """A frozen base, but for the size of its images.

    Attributes:
        name: `efficientnet_lite0`, a classification network of `keras.applications`; a file: a
            `.keras` model, or what OpenVINO opens: `.onnx`, `.tflite`, or its own `.xml`, beside
            which is its `.bin`; or a preset of Keras Hub: a folder, or `hub:NAME`.
        weights: `imagenet`, `random` (always the same, drawn with seed 0), or a file as Keras'
            `load_weights` takes it, with or without the classifier's weights. None for a model
            file or a preset: it brings its own.
        preprocessing: `own` for a network known by name, a preset that has an image converter, and
            a file that has Hugging Face's `preprocessor_config.json` beside it. Else what is
            expected of pixels:
            `none` (0..255), `unit` (0..1), or `tf` (-1..1), `torch`, `caffe` as in
            `keras.applications.imagenet_utils.preprocess_input`; or the mean and the deviation of
            pixels 0..1 by numbers.
        output: Name of the output that is taken of a model file, as it is. None: its only one,
            before the classifier.
        layers: Names of the layers whose outputs are taken, pooled each by itself, one after the
            other; `model/layer` in a model within one. None of them: the last one before the
            classifier.
        pooling: How a layer's map, or its tokens, become a vector: the average, the maximum, `both`
            one after the other, or all (`flatten`); of tokens also the first, which stands for the
            class (`cls`), or that and then the average of all others (`cls_and_avg`). An output
            that is a vector is taken as it is.
    """

    name: Annotated[str, AfterValidator(_known)] = "efficientnet_lite0"
    weights: Annotated[str | None, Field(validate_default=True)] = "imagenet"
    preprocessing: Annotated[Preprocessing, Field(validate_default=True)] = "own"
    output: Annotated[str | None, Field(validate_default=True)] = None
    layers: Annotated[list[str], AfterValidator(_distinct)] = []
    pooling: Literal["avg", "max", "both", "cls", "cls_and_avg", "flatten"] = "avg"

    @property
    def from_file(self) -> bool:
        """Whether the base is a model file."""
        return is_model_file(self.name)

    @property
    def in_keras(self) -> bool:
        """Whether Keras has the base: it may be trained end to end by hand, or cut to train its
        upper layers."""
        return not self.name.endswith(openvino_file.SUFFIXES)

    @property
    def files(self) -> list[Path]:
        """The local files that the weights come from, the one that names them first."""
        if self.from_file:
            return openvino_file.files_of(Path(self.name))
        return [] if self.weights in ("imagenet", "random", None) else [Path(self.weights)]

    @property
    def file(self) -> Path | None:
        """The first of them."""
        return next(iter(self.files), None)

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
    def _be_stated_for_a_file(
        cls, preprocessing: str | Normalization, info: ValidationInfo
    ) -> str | Normalization:
        """As the file beside a model file states it, once it is read."""
        name = info.data.get("name")
        if name is None or hub_preset.is_preset(name):
            return preprocessing
        if is_model_file(name) != (preprocessing == "own"):
            return preprocessing
        if is_model_file(name) and (found := read_processor(Path(name).parent)):
            return found.normalization
        rule = f"own is for networks known by name, or beside {PROCESSOR}; the others for files"
        raise ValueError(rule)

    @field_validator("output")
    @classmethod
    def _be_of_a_file(cls, output: str | None, info: ValidationInfo) -> str | None:
        if output is not None and not is_model_file(info.data.get("name", KERAS_SUFFIX)):
            raise ValueError("must be null for a network known by name: it has one output")
        return output


class BaseSpec(BaseSettings):
    """A frozen base for images of `side` x `side` pixels.

    Attributes:
        cut: Name of the layer that it ends with, unpooled; None: all of it.
    """

    side: Annotated[int, Field(ge=1)]
    cut: str | None = None

    @property
    def described(self) -> dict[str, Any]:
        """All of it, as keys of rows have it: without a cut or output there is no word of one."""
        unsaid = {name for name in ("cut", "output") if getattr(self, name) is None}
        return self.model_dump(exclude=unsaid)

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Self:
        """The specification that was described; its files may be gone."""
        stated = described["preprocessing"]
        numbers = Normalization(**stated) if isinstance(stated, Mapping) else stated
        return cls.model_construct(**{**described, "preprocessing": numbers})


def default_side(base: str) -> int | None:
    """Side in pixels that a base was made for; None for a model file that takes any.

    Raises:
        PipelineError: the model file is damaged or refused.
    """
    if hub_preset.is_preset(base):
        return hub_preset.input_side(base)
    if not is_model_file(base):
        return DEFAULT_SIDES[base]
    beside = read_processor(Path(base).parent)
    if beside and beside.side:
        return beside.side
    opened_by = keras_file if base.endswith(KERAS_SUFFIX) else openvino_file
    return opened_by.input_side(Path(base))
