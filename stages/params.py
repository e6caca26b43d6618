"""`params.yaml`, validated once, before any work."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from stages.bases.spec import BaseSettings, BaseSpec, default_side
from stages.errors import PipelineError, run
from stages.heads.settings import HeadSettings
from stages.paths import SOURCE
from stages.schema import Section
from stages.views.plan import TEST_VIEW_OFFSET
from stages.views.policy import Policy

VALID = Path("data/params_are_valid")
ViewId = Annotated[int, Field(ge=0, lt=TEST_VIEW_OFFSET)]
Positive = Annotated[int, Field(ge=1)]
Channel = Annotated[int, Field(ge=0, le=255)]


def _distinct(values: list[int]) -> list[int]:
    if len(set(values)) != len(values):
        raise ValueError("every entry may stand once")
    return values


class Archive(Section):
    url: str
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]


class Data(Section):
    source: Literal["elpv", "folder", "archive"]
    path: str
    manifest: str | None
    archive: Archive | None
    classes: list[str] | None
    image_size: Annotated[int, Field(ge=32)] | None
    background: Annotated[list[Channel], Field(min_length=3, max_length=3)]
    min_size: Positive
    max_rejected: Annotated[int, Field(ge=0)]
    validation: Annotated[float, Field(gt=0, lt=1)]
    test: Annotated[float, Field(gt=0, lt=1)]
    limit: Positive | None

    @model_validator(mode="after")
    def _leave_images_for_training(self) -> Self:
        if self.validation + self.test >= 1:
            raise ValueError("validation + test must be below 1")
        return self

    @model_validator(mode="after")
    def _say_where_images_come_from(self) -> Self:
        if (self.source == "archive") != (self.archive is not None):
            raise ValueError("archive must be stated where source is archive, and null elsewhere")
        fetched = Path(self.path) == SOURCE
        if fetched == (self.source == "folder"):
            raise ValueError(f"path must be {SOURCE}, unless source is folder")
        if self.source == "folder" and not Path(self.path).is_dir():
            raise ValueError("path must be a folder that exists")
        return self


class Extract(BaseSettings):
    runtime: Literal["auto", "tensorflow", "openvino"]
    dtype: Literal["float32", "float16"]
    batch_size: Positive
    views: Annotated[list[ViewId], AfterValidator(_distinct)]

    @model_validator(mode="after")
    def _hold_view_0(self) -> Self:
        if 0 not in self.views:
            raise ValueError("views must hold 0, the view that validation and test read")
        return self


class Evaluate(Section):
    test_views: Positive
    margin: Annotated[float, Field(gt=0, lt=1)]
    rule: Literal["robustness", "clean"]


class Train(Section):
    epochs: Positive
    patience: Positive | None
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0)]
    head: HeadSettings
    class_weights: Literal["none", "balanced"]
    budgets: Annotated[list[ViewId], AfterValidator(_distinct), Field(min_length=1)]
    seeds: Annotated[list[int], AfterValidator(_distinct), Field(min_length=1)]
    end_to_end_bases: list[Literal["keras", "compiled"]]
    end_to_end_seeds: Annotated[list[int], AfterValidator(_distinct), Field(min_length=1)]

    @model_validator(mode="after")
    def _train_comparable_arms(self) -> Self:
        if max(self.budgets) > self.epochs:
            raise ValueError("no budget may exceed epochs: a view beyond them is never read")
        if not set(self.end_to_end_seeds) <= set(self.seeds):
            raise ValueError("end_to_end_seeds must be among seeds")
        if self.end_to_end_bases not in (["keras"], ["keras", "compiled"]):
            raise ValueError("end_to_end_bases must be [keras] or [keras, compiled]")
        return self


class Params(Section):
    """All parameters of the pipeline."""

    seed: int
    data: Data
    augment: Policy
    extract: Extract
    evaluate: Evaluate
    train: Train

    @property
    def side(self) -> int:
        """Height and width of the images in pixels, whether stated or the base's default."""
        side = self.data.image_size or default_side(self.extract.base)
        if side is None:
            raise PipelineError(
                f"data.image_size must be stated: {self.extract.base} takes images of any size. "
                "Received: None"
            )
        return side

    @property
    def base_spec(self) -> BaseSpec:
        """What to load the base from."""
        settings = self.extract.model_dump(include=set(BaseSettings.model_fields))
        return BaseSpec(**settings, side=self.side)

    @model_validator(mode="after")
    def _know_the_side(self) -> Self:
        _ = self.side
        return self

    @model_validator(mode="after")
    def _extract_what_is_trained_on(self) -> Self:
        missing = set(range(max(self.train.budgets) + 1)) - set(self.extract.views)
        if missing:
            raise ValueError(
                f"train.budgets reaches {max(self.train.budgets)}, "
                f"so extract.views must hold {sorted(missing)} too"
            )
        return self


class _Loader(yaml.SafeLoader):
    """YAML with the floats of YAML 1.2, as DVC reads and writes them: 1e-3 is a number."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and validate the parameters.

    Raises:
        PipelineError: a parameter is unknown, missing, ill-typed or out of range; every such
            parameter is named with what was received.
    """
    try:
        return Params.model_validate(yaml.load(path.read_text(), _Loader))
    except ValidationError as error:
        raise PipelineError("; ".join(_complaints(path, error))) from error
    except yaml.YAMLError as error:
        raise PipelineError(f"{path} is not YAML: {' '.join(str(error).split())}") from error


def _complaints(path: Path, error: ValidationError) -> list[str]:
    return [
        f"{path}: {'.'.join(map(str, problem['loc'])) or 'the whole'}: {problem['msg']}. "
        f"Received: {problem['input']!r}"
        for problem in error.errors()
    ]


def main() -> None:
    params = load_params()
    VALID.parent.mkdir(exist_ok=True)
    # In it stands what follows from several parameters, for the stages that depend on this file.
    VALID.write_text(f"side: {params.side}\n")


if __name__ == "__main__":
    run(main)
