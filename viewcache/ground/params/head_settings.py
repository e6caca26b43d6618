"""What `params.yaml` says of a head."""

from typing import Annotated

from pydantic import Field

from viewcache.ground.params.section import Section


class HeadSettings(Section):
    """What a head is made of.

    Attributes:
        units: Width of the hidden layer; None: no hidden layer, a linear head.
        standardize: Bring every feature to mean 0 and variance 1, by the batch while training and
            by a moving average of the batches after.
        weight_decay: Fraction of the learning rate times a weight that every step takes off it
            (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).
        upper_learning_rate: Of the base's layers above extract.cut; None: they stay as they are.
    """

    units: Annotated[int, Field(ge=1, le=2**16)] | None = 256
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    standardize: bool = False
    weight_decay: Annotated[float, Field(ge=0)] = 0
    upper_learning_rate: Annotated[float, Field(gt=0)] | None = None
