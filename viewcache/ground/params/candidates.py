"""Bases as a command line names them: the parameters, with another base in them."""

import re
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import (
    MODEL_SUFFIX,
    BaseSettings,
    Precision,
    default_side,
)
from viewcache.ground.params.loading import complaint
from viewcache.ground.params.schema import Extract, Params

PRECISIONS = get_args(Precision)
FOR_FILES = get_args(BaseSettings.model_fields["preprocessing"].annotation)[1:]
"""What a model file may expect of pixels."""
GRAMMAR = re.compile(
    rf"(?P<base>.+?\{MODEL_SUFFIX}(?=[@:]|$)|[^@:]+)(?P<layers>(@[^@:]+)*)(?P<words>(:[^@:]+)*)"
)
IN_WORDS = "NAME or FILE.keras, maybe @LAYER, maybe :PREPROCESSING of a file, maybe :PRECISION"


def name_of(params: Params) -> str:
    """Of their base, as `with_base` takes it; of a file, without folder and preprocessing."""
    extract = params.extract
    layers = "".join(f"@{layer}" for layer in extract.layers)
    precision = "" if extract.precision == "float32" else f":{extract.precision}"
    return f"{Path(extract.base).name}{layers}{precision}"


def with_base(params: Params, text: str) -> Params:
    """The parameters with a base by its name, such as `VGG16@block4_pool:int8` or `a.keras:tf`.

    What the name leaves open is as `params` say: pooling, runtime, precision, of a file what it
    expects of pixels, and of their own base everything. Images have the stated size, but for a
    file that takes another one only.

    Raises:
        PipelineError: the name cannot be understood, there is no such base, or it does not fit to
            the other parameters.
    """
    found = GRAMMAR.fullmatch(text)
    if not found:
        raise PipelineError(f"BASE must be {IN_WORDS}", repr(text))
    stated, base = params.extract, found["base"]
    changes: dict[str, Any] = {"base": base}
    if base != stated.base:
        is_file = base.endswith(MODEL_SUFFIX)
        pixels = stated.preprocessing if is_file else "own"
        weights = None if is_file else "imagenet"
        changes |= {"weights": weights, "preprocessing": pixels, "layers": []}
    if found["layers"]:
        changes["layers"] = found["layers"].split("@")[1:]
    changes |= _words(text, found["words"].split(":")[1:])
    return _with_changes(params, text, changes)


def _words(text: str, words: list[str]) -> dict[str, str]:
    kinds = ["precision" if word in PRECISIONS else "preprocessing" for word in words]
    if not {*words} <= {*PRECISIONS, *FOR_FILES} or len({*kinds}) < len(kinds):
        precisions, preprocessings = ", ".join(PRECISIONS), ", ".join(FOR_FILES)
        rule = f"a precision ({precisions}) or of a file its preprocessing ({preprocessings})"
        raise PipelineError(f"BASE must have after a colon {rule}, each once", repr(text))
    return dict(zip(kinds, words, strict=True))


def _with_changes(params: Params, text: str, changes: dict[str, Any]) -> Params:
    if changes.get("preprocessing") == "own" and changes["base"].endswith(MODEL_SUFFIX):
        rule = f"BASE must say what the file expects of pixels, such as {text}:tf"
        raise PipelineError(f"{rule} ({', '.join(FOR_FILES)})", repr(text))
    try:
        extract = Extract.model_validate(params.extract.model_dump() | changes)
    except ValidationError as error:
        raise PipelineError(*complaint(f"BASE {text}", error.errors()[0])) from error
    own = default_side(extract.base) if extract.from_file else None
    data = params.data.model_copy(update={"image_size": own or params.data.image_size})
    found = params.model_copy(update={"extract": extract, "data": data})
    _ = found.side
    return found
