"""What a network expects of pixels: by a word, by numbers, or as Hugging Face's files state it."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, ValidationError

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.section import Section

PROCESSOR = "preprocessor_config.json"
"""Hugging Face's file beside a network's."""
WORDS = ("own", "none", "unit", "tf", "torch", "caffe")
NUMBERS = "{mean: [red, green, blue], std: [red, green, blue]} of pixels from 0 to 1"
Colours = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=3, max_length=3)]
Deviations = Annotated[list[Annotated[float, Field(gt=0, le=1)]], Field(min_length=3, max_length=3)]


class Normalization(Section):
    """Pixels from 0 to 1, less their mean, divided by their deviation: red, green, blue."""

    mean: Colours
    std: Deviations


def _stated(value: object) -> object:
    if isinstance(value, Normalization) or value in WORDS:
        return value
    try:
        return Normalization.model_validate(value)
    except ValidationError as error:
        raise ValueError(f"must be one of {', '.join(WORDS)}, or {NUMBERS}") from error


Preprocessing = Annotated[
    Literal["own", "none", "unit", "tf", "torch", "caffe"] | Normalization, BeforeValidator(_stated)
]


class Processor(NamedTuple):
    """How images are prepared: the side in pixels, where it is stated."""

    normalization: Normalization
    side: int | None


def read_processor(folder: Path) -> Processor | None:
    """Read Hugging Face's file in a folder; None where there is none.

    Raises:
        PipelineError: the file is damaged, or asks for what is not done here.
    """
    path = folder / PROCESSOR
    if not path.is_file():
        return None
    try:
        config = json.loads(path.read_bytes())
        return Processor(_normalization(config), _side(config))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        rule = f"{path} must state image_mean and image_std of red, green and blue"
        raise PipelineError(rule, " ".join(str(error).split())[:300]) from error


def _normalization(config: dict[str, Any]) -> Normalization:
    for wish in ("do_flip_channel_order", "rescale_offset"):
        if config.get(wish):
            raise ValueError(f"{wish}, which is not done here")
    normalizes = config.get("do_normalize", True)
    mean, std = (config["image_mean"], config["image_std"]) if normalizes else ([0] * 3, [1] * 3)
    # It multiplies pixels from 0 to 255 first, by 1 / 255 most often.
    factor = 255 * (config.get("rescale_factor", 1 / 255) if config.get("do_rescale", True) else 1)
    scaled = {"mean": mean, "std": std}
    return Normalization.model_validate(
        {name: [round(value / factor, 9) for value in values] for name, values in scaled.items()}
    )


def _side(config: dict[str, Any]) -> int | None:
    crop = config.get("crop_size") if config.get("do_center_crop", True) else None
    size = crop or config.get("size")
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge")
    return size if type(size) is int else None
