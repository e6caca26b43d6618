"""What `params.yaml` may say, section by section."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import (
    BaseSettings,
    BaseSpec,
    Precision,
    default_side,
)
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.params.policy import Policy
from viewcache.ground.params.section import ParameterError, Section
from viewcache.ground.paths import SOURCE, repository
from viewcache.ground.view_ids import TEST_VIEW_OFFSET

ViewId = Annotated[int, Field(ge=0, lt=TEST_VIEW_OFFSET)]
Positive = Annotated[int, Field(ge=1, lt=2**31)]
Seed = Annotated[int, Field(ge=0, lt=2**31 - 1)]  # and the one after it, of the second layer
Rotation = Annotated[int, Field(ge=0, lt=2**16)]
Channel = Annotated[int, Field(ge=0, le=255)]


def _distinct(values: list[Any]) -> list[Any]:
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
    split_seed: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    validation: Annotated[float, Field(gt=0, lt=1)]
    test: Annotated[float, Field(gt=0, lt=1)]
    limit: Positive | None

    @model_validator(mode="after")
    def _leave_images_for_training(self) -> Self:
        if self.validation + self.test >= 1:
            received = f"{self.validation} + {self.test}"
            raise ParameterError("validation", "with test it must be below 1", received)
        return self

    @model_validator(mode="after")
    def _say_where_images_come_from(self) -> Self:
        if (self.source == "archive") != (self.archive is not None):
            rule = "must be stated where source is archive, and null elsewhere"
            raise ParameterError("archive", rule, f"{self.archive} for {self.source}")
        if self.source != "folder" and Path(self.path) != SOURCE:
            rule = f"must be {SOURCE} for source {self.source}"
            raise ParameterError("path", rule, repr(self.path))
        there = (repository() / self.path).is_dir()
        if self.source == "folder" and (Path(self.path) == SOURCE or not there):
            rule = f"must be a folder that exists, other than {SOURCE}"
            raise ParameterError("path", rule, repr(self.path))
        return self


class Extract(BaseSettings):
    runtime: Literal["auto", "tensorflow", "openvino"]
    precision: Precision
    dtype: Literal["float32", "float16"]
    batch_size: Positive
    engine: Literal["local", "ray"]
    views: Annotated[list[ViewId], AfterValidator(_distinct)]

    @property
    def random_views(self) -> list[int]:
        """The views that are drawn: all but view 0."""
        return [view for view in self.views if view]

    @model_validator(mode="after")
    def _run_fast_on_openvino(self) -> Self:
        if self.precision != "float32" and self.runtime == "tensorflow":
            rule = "must be float32 where runtime is tensorflow"
            raise ParameterError("precision", rule, self.precision)
        return self

    @model_validator(mode="after")
    def _hold_view_0(self) -> Self:
        if 0 not in self.views:
            rule = "must hold 0, the view that validation and test read"
            raise ParameterError("views", rule, self.views)
        return self


class Evaluate(Section):
    folds: Annotated[int, Field(ge=3, lt=2**16)] | None
    test_views: Annotated[int, Field(ge=1, lt=TEST_VIEW_OFFSET)]
    margin: Annotated[float, Field(gt=0, lt=1)]
    rule: Literal["robustness", "clean"]
    measure: Literal["accuracy", "balanced_accuracy"]


class Train(Section):
    epochs: Positive
    patience: Positive | None
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0)]
    head: HeadSettings
    class_weights: Literal["none", "balanced"]
    budgets: Annotated[list[ViewId], AfterValidator(_distinct), Field(min_length=1)]
    seeds: Annotated[list[Seed], AfterValidator(_distinct), Field(min_length=1)]
    end_to_end: Annotated[list[Literal["keras", "compiled"]], AfterValidator(_distinct)]
    end_to_end_seeds: Annotated[list[Seed], AfterValidator(_distinct), Field(min_length=1)]
    end_to_end_rotations: Annotated[list[Rotation], AfterValidator(_distinct), Field(min_length=1)]

    @model_validator(mode="after")
    def _train_comparable_arms(self) -> Self:
        if max(self.budgets) > self.epochs:
            rule = f"none may exceed the {self.epochs} epochs: a view beyond them is never read"
            raise ParameterError("budgets", rule, self.budgets)
        if not {0, self.epochs} <= set(self.budgets):
            rule = f"must hold 0 and {self.epochs}, the epochs: the ends of the comparison"
            raise ParameterError("budgets", rule, self.budgets)
        if not set(self.end_to_end_seeds) <= set(self.seeds):
            rule = f"must be among seeds, {self.seeds}"
            raise ParameterError("end_to_end_seeds", rule, self.end_to_end_seeds)
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
                f"data.image_size must be stated: {self.extract.base} takes images of any size",
                "None",
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
        if len(self.extract.random_views) < self.train.epochs:
            rule = f"must hold {self.train.epochs} views besides 0, as many as there are epochs"
            raise ParameterError("extract.views", rule, self.extract.views)
        return self

    @model_validator(mode="after")
    def _rotate_what_is_folded(self) -> Self:
        rotations = self.evaluate.folds or 1
        if max(self.train.end_to_end_rotations) >= rotations:
            rule = f"must be below {rotations}, the rotations that evaluate.folds gives"
            received = self.train.end_to_end_rotations
            raise ParameterError("train.end_to_end_rotations", rule, received)
        return self
