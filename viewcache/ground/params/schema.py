"""What `params.yaml` may say, section by section."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, model_validator

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import (
    BaseSettings,
    BaseSpec,
    Precision,
    default_side,
)
from viewcache.ground.params.epochs import FEWEST, Originals, random_views_of
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
Fit = Literal["stretch", "crop", "pad"]
"""How an image becomes a square: `DecodingPolicy` says it."""


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("every entry may stand once")
    return values


def _number_or(word: str, least: int, step: int = 1) -> PlainValidator:
    """Refuse in one line what is neither a word nor a number, where pydantic would say two."""
    number = "an even number" if step == 2 else "a number"

    def validate(value: object) -> object:
        if value == word or (type(value) is int and value in range(least, 2**31, step)):
            return value
        raise ValueError(f"must be {word}, or {number} from {least} on")

    return PlainValidator(validate)


Epochs = Annotated[int | Literal["auto"], _number_or("auto", 1)]
EpochsRun = Annotated[int | Literal["all"], _number_or("all", 0, step=2)]
"""An even number, since of two epochs one may show the images as they are."""
Budget = Annotated[int | Literal["twin"], _number_or("twin", 0)]


Layout = Literal[
    "class_folders", "nested_folders", "innermost_folders", "split_folders", "file_names", "table"
]


class Archive(Section):
    url: str
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]


class Data(Section):
    source: Literal["elpv", "folder", "archive"]
    path: str
    manifest: str | None = None
    layout: Layout | None = None
    use_split: Literal["as_test", "ignore"] = "as_test"
    archive: Archive | None = None
    classes: list[str] | None = None
    image_size: Annotated[int, Field(ge=32, le=4096)] | None = None
    detail: Annotated[float, Field(ge=1, le=4)] = 1
    background: Annotated[list[Channel], Field(min_length=3, max_length=3)] = [255, 255, 255]
    fit: Fit = "stretch"
    min_size: Positive = 16
    max_rejected: Annotated[int, Field(ge=0, lt=2**31)] = 0
    conflicts: Literal["fail", "leave_out"] = "fail"
    group_near_duplicates: bool = False
    folds: Annotated[int, Field(ge=3, lt=2**16)] | None = 5
    split_seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    validation: Annotated[float, Field(gt=0, lt=1)] = 0.15
    test: Annotated[float, Field(gt=0, lt=1)] = 0.25
    limit: Positive | None = None

    @model_validator(mode="after")
    def _leave_images_for_training(self) -> Self:
        if self.validation + self.test >= 1:
            received = f"{self.validation} + {self.test}"
            raise ParameterError("validation", "with test it must be below 1", received)
        return self

    @model_validator(mode="after")
    def _name_the_table_of_a_table(self) -> Self:
        if self.layout is not None and (self.layout == "table") != (self.manifest is not None):
            rule = "must be table where manifest is stated, and only there; or null"
            raise ParameterError("layout", rule, self.layout)
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


class Base(BaseSettings):
    """The frozen base, and how it is run.

    Attributes:
        batch_size: That it is compiled for.
    """

    runtime: Literal["auto", "tensorflow", "openvino"] = "auto"
    precision: Precision = "float32"
    batch_size: Positive = 8

    @model_validator(mode="after")
    def _run_fast_on_openvino(self) -> Self:
        if self.precision != "float32" and self.runtime == "tensorflow":
            rule = "must be float32 where runtime is tensorflow"
            raise ParameterError("precision", rule, self.precision)
        return self

    @model_validator(mode="after")
    def _run_on_openvino_what_it_opens(self) -> Self:
        if self.runtime == "tensorflow" and not self.in_keras:
            rule = f"must be auto or openvino, which opens {self.name}"
            raise ParameterError("runtime", rule, self.runtime)
        return self


class Extract(Section):
    """What rows of features are.

    Attributes:
        cut: Name of a layer of the base: rows are what it gives, and the layers above it are a
            part of the head. None: rows are pooled features.
    """

    cut: str | None = None
    dtype: Literal["float32", "float16"] = "float32"
    engine: Literal["local", "ray"] = "local"


class Train(Section):
    """How a head is trained.

    Attributes:
        epochs: `auto` is as many as make some number of steps (see `epochs_for`).
        schedule: Of the learning rate: it falls to 0 along a cosine, or stays.
        originals: Which epochs show the images as they are.
    """

    epochs: Epochs = "auto"
    schedule: Literal["cosine", "constant"] = "cosine"
    originals: Originals = "every_second"
    batch_size: Positive = 32
    learning_rate: Annotated[float, Field(gt=0)] = 0.001
    head: HeadSettings = HeadSettings()
    class_weights: Literal["none", "balanced"] = "none"


class Arms(Section):
    """The arms that are compared on cached views.

    Attributes:
        budgets: Numbers of cached random views; `twin` is as many as end to end renders.
    """

    budgets: Annotated[list[Budget], AfterValidator(_distinct)] = [0, 1, 2, 4, 10, "twin"]
    seeds: Annotated[list[Seed], AfterValidator(_distinct), Field(min_length=1)] = [0, 1, 2, 3, 4]

    @model_validator(mode="after")
    def _hold_the_ends(self) -> Self:
        if not {0, "twin"} <= set(self.budgets):
            rule = "must hold 0 and twin: the ends of the comparison"
            raise ParameterError("budgets", rule, self.budgets)
        return self


class EndToEnd(Section):
    """What is trained end to end, in each of the two ways.

    Attributes:
        keras, compiled: How many epochs are run; 0: none, all: a whole training.
    """

    keras: EpochsRun = 2
    compiled: EpochsRun = "all"
    seeds: Annotated[list[Seed], AfterValidator(_distinct), Field(min_length=1)] = [0]
    rotations: Annotated[list[Rotation], AfterValidator(_distinct), Field(min_length=1)] = [0]


class Evaluate(Section):
    test_views: Annotated[int, Field(ge=1, lt=TEST_VIEW_OFFSET)] = 3
    margin: Annotated[float, Field(gt=0, lt=1)] = 0.01
    rule: Literal["robustness", "clean"] = "clean"
    measure: Literal["accuracy", "balanced_accuracy"] = "accuracy"


class Params(Section):
    """All parameters of the pipeline."""

    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    data: Data
    augment: Policy
    base: Base
    extract: Extract
    train: Train
    arms: Arms
    end_to_end: EndToEnd
    evaluate: Evaluate

    @property
    def side(self) -> int:
        """Height and width of the images in pixels, whether stated or the base's default."""
        side = self.data.image_size or default_side(self.base.name)
        if side is None:
            raise PipelineError(
                f"data.image_size must be stated: {self.base.name} takes images of any size",
                "None",
            )
        return side

    @property
    def detail_side(self) -> int | None:
        """The same of the larger images that views are sampled from; None where there are none."""
        side = round(self.data.detail * self.side)
        return side if side > self.side else None

    @property
    def base_spec(self) -> BaseSpec:
        """What to load the base from."""
        settings = self.base.model_dump(include=set(BaseSettings.model_fields))
        return BaseSpec(**settings, side=self.side, cut=self.extract.cut)

    @property
    def work(self) -> dict[str, Any]:
        """What decides how long an image takes, however many there are: times are kept with it."""
        of_train = self.train.model_dump(mode="json", include={"batch_size", "head"})
        sections = self.model_dump(mode="json", include={"base", "extract"})
        return {"side": self.side, **sections, "train": of_train}

    @model_validator(mode="after")
    def _know_the_side(self) -> Self:
        _ = self.side
        return self

    @model_validator(mode="after")
    def _train_layers_of_keras_only(self) -> Self:
        if self.extract.cut is not None and not self.base.in_keras:
            rule = f"must be null: the layers of {self.base.name} are none of Keras', to be trained"
            raise ParameterError("extract.cut", rule, self.extract.cut)
        return self

    @model_validator(mode="after")
    def _train_upper_layers_where_there_are_any(self) -> Self:
        rate = self.train.head.upper_learning_rate
        if rate is not None and self.extract.cut is None:
            rule = "must be null where extract.cut is null: no layer is above a cut"
            raise ParameterError("train.head.upper_learning_rate", rule, rate)
        return self

    @model_validator(mode="after")
    def _read_no_more_views_than_there_are(self) -> Self:
        epochs = FEWEST if self.train.epochs == "auto" else self.train.epochs
        most, budgets = random_views_of(epochs, self.train.originals), self.arms.budgets
        if max(budget for budget in budgets if budget != "twin") > most:
            rule = f"none may exceed {most}: {epochs} epochs read no more random views"
            raise ParameterError("arms.budgets", rule, budgets)
        return self

    @model_validator(mode="after")
    def _train_end_to_end_what_is_trained_on_cached_views(self) -> Self:
        rotations, wanted = self.data.folds or 1, self.end_to_end
        if not set(wanted.seeds) <= set(self.arms.seeds):
            rule = f"must be among arms.seeds, {self.arms.seeds}"
            raise ParameterError("end_to_end.seeds", rule, wanted.seeds)
        if self.arms.seeds[0] not in wanted.seeds:
            rule = f"must hold {self.arms.seeds[0]}, whose heads are compared epoch by epoch"
            raise ParameterError("end_to_end.seeds", rule, wanted.seeds)
        if 0 not in wanted.rotations:
            rule = "must hold 0, whose heads are compared epoch by epoch"
            raise ParameterError("end_to_end.rotations", rule, wanted.rotations)
        if max(wanted.rotations) >= rotations:
            rule = f"must be below {rotations}, the rotations that data.folds gives"
            raise ParameterError("end_to_end.rotations", rule, wanted.rotations)
        return self
