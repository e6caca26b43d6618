"""`params.yaml`, validated once, before any work."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from stages.bases.spec import BaseSettings, BaseSpec, default_side
from stages.errors import PipelineError, brief, run
from stages.heads.settings import HeadSettings
from stages.paths import SOURCE
from stages.schema import Section
from stages.views.plan import TEST_VIEW_OFFSET
from stages.views.policy import Policy

VALID = Path("data/params_are_valid")
ViewId = Annotated[int, Field(ge=0, lt=TEST_VIEW_OFFSET)]
Positive = Annotated[int, Field(ge=1, lt=2**31)]
Seed = Annotated[int, Field(ge=0, lt=2**31 - 1)]  # and the one after it, of the second layer
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
    image_size: Annotated[int, Field(ge=32, le=4096)] | None
    background: Annotated[list[Channel], Field(min_length=3, max_length=3)]
    min_size: Positive
    max_rejected: Annotated[int, Field(ge=0, lt=2**31)]
    validation: Annotated[float, Field(gt=0, lt=1)]
    test: Annotated[float, Field(gt=0, lt=1)]
    limit: Positive | None

    @model_validator(mode="after")
    def _leave_images_for_training(self) -> Self:
        if self.validation + self.test >= 1:
            received = f"{self.validation} + {self.test}"
            raise ValueError(f"validation: with test it must be below 1. Received: {received}")
        return self

    @model_validator(mode="after")
    def _say_where_images_come_from(self) -> Self:
        if (self.source == "archive") != (self.archive is not None):
            rule = "must be stated where source is archive, and null elsewhere"
            raise ValueError(f"archive: {rule}. Received: {self.archive} for {self.source}")
        if self.source != "folder" and Path(self.path) != SOURCE:
            rule = f"must be {SOURCE} for source {self.source}"
            raise ValueError(f"path: {rule}. Received: {self.path!r}")
        if self.source == "folder" and (Path(self.path) == SOURCE or not Path(self.path).is_dir()):
            rule = f"must be a folder that exists, other than {SOURCE}"
            raise ValueError(f"path: {rule}. Received: {self.path!r}")
        return self


class Extract(BaseSettings):
    runtime: Literal["auto", "tensorflow", "openvino"]
    dtype: Literal["float32", "float16"]
    batch_size: Positive
    views: Annotated[list[ViewId], AfterValidator(_distinct)]

    @model_validator(mode="after")
    def _hold_view_0(self) -> Self:
        if 0 not in self.views:
            rule = "must hold 0, the view that validation and test read"
            raise ValueError(f"views: {rule}. Received: {self.views}")
        return self


class Evaluate(Section):
    test_views: Annotated[int, Field(ge=1, lt=TEST_VIEW_OFFSET)]
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
    seeds: Annotated[list[Seed], AfterValidator(_distinct), Field(min_length=1)]
    end_to_end_bases: list[Literal["keras", "compiled"]]
    end_to_end_seeds: Annotated[list[Seed], AfterValidator(_distinct), Field(min_length=1)]

    @model_validator(mode="after")
    def _train_comparable_arms(self) -> Self:
        if max(self.budgets) > self.epochs:
            rule = f"none may exceed the {self.epochs} epochs: a view beyond them is never read"
            raise ValueError(f"budgets: {rule}. Received: {self.budgets}")
        if not set(self.end_to_end_seeds) <= set(self.seeds):
            rule = f"must be among seeds, {self.seeds}"
            raise ValueError(f"end_to_end_seeds: {rule}. Received: {self.end_to_end_seeds}")
        if self.end_to_end_bases not in (["keras"], ["keras", "compiled"]):
            rule = "must be [keras] or [keras, compiled]"
            raise ValueError(f"end_to_end_bases: {rule}. Received: {self.end_to_end_bases}")
        return self


class Params(Section):
    """All parameters of the pipeline."""

    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)]
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
            rule = f"must hold {sorted(missing)} too, which train.budgets reaches"
            raise ValueError(f"extract.views: {rule}. Received: {self.extract.views}")
        return self


class _Loader(yaml.SafeLoader):
    """YAML with the floats of YAML 1.2, as DVC reads and writes them: 1e-3 is a number.

    Without merge keys, of which a few lines can make more entries than there is memory for, and
    without integers that Python refuses to write down.
    """

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(problem="a merge key, <<")
        super().flatten_mapping(node)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value = super().construct_yaml_int(node)
        if value.bit_length() > 1000:
            raise yaml.constructor.ConstructorError(problem=brief(value))
        return value


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and validate the parameters.

    Raises:
        PipelineError: a parameter is unknown, missing, ill-typed or out of range; every such
            parameter is named with what was received.
    """
    tree = _parse(path)
    try:
        return Params.model_validate(tree)
    except ValidationError as error:
        raise PipelineError(
            "; ".join(_complaint(path, problem) for problem in error.errors())
        ) from error
    except OSError as error:
        raise PipelineError(f"{path}: every path must be one. Received: {error}") from error


def _parse(path: Path) -> object:
    content = path.read_bytes()
    try:
        return yaml.load(content, _Loader)
    except Exception as error:  # PyYAML lets through whatever a wrong number or date provokes
        received = " ".join(str(error).split())
        raise PipelineError(f"{path} is not YAML. Received: {received}") from error


def _complaint(path: Path, problem: ErrorDetails) -> str:
    where = ".".join(map(str, problem["loc"]))
    message = problem["msg"].removeprefix("Value error, ")
    if "Received: " in message:  # a rule between parameters, which names them itself
        return f"{path}: {'.'.join(filter(None, [where, message]))}"
    return f"{path}: {where or 'the whole'}: {message}. Received: {brief(problem['input'])}"


def main() -> None:
    params = load_params()
    VALID.parent.mkdir(exist_ok=True)
    # In it stands what follows from several parameters, for the stages that depend on this file.
    VALID.write_text(f"side: {params.side}\n")


if __name__ == "__main__":
    run(main)
